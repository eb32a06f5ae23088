/* gst-resnet: one residual block
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "import/resnet/resnet-layers.h"

/* Appends one block to builder->last and its shape to builder->blocks. */
gboolean nn_resnet_add_block (NnResnetBuilder *builder, guint stage, guint block, GError **error);
