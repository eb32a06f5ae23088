/* gst-resnet: the pools of anti-aliased networks
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "import/resnet/resnet-layers.h"

/* Appends an anti-aliasing pool with a stride of 2 to builder->last and makes it the new builder->last. As the
 * traits say, it is the mean of each 2×2, or the binomial filter of 3×3 on a reflected border (Zhang 2019, "Making
 * convolutional networks shift-invariant again", Bin-3). @name is the name of the layer that the pool follows. */
gboolean nn_resnet_add_antialias (NnResnetBuilder *builder, const gchar *name, GError **error);
