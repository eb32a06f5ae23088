/* gst-resnet: channel attention
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "import/resnet/resnet-layers.h"

/* The gate of @block ("layer1.0.") on builder->last, where the block has one. */
gboolean nn_resnet_add_gate (NnResnetBuilder *builder, const gchar *block, GError **error);
