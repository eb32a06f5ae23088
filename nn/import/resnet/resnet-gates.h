/* gst-resnet: channel attention
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "import/resnet/resnet-layers.h"

/* Appends the gate of @block ("layer1.0.") to builder->last if the block has one. */
gboolean nn_resnet_add_gate (NnResnetBuilder *builder, const gchar *block, GError **error);
