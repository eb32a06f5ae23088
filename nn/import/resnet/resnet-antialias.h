/* gst-resnet: the pools of anti-aliased networks
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "import/resnet/resnet-layers.h"

/* On builder->last, which it becomes, with a stride of 2: the mean of each 2×2, or (Zhang 2019, "Making convolutional
 * networks shift-invariant again", Bin-3) the binomial of 3×3 on a reflected border, as the traits say. @name: of the
 * layer that it follows */
gboolean nn_resnet_add_antialias (NnResnetBuilder *builder, const gchar *name, GError **error);
