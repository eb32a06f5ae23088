/* gst-resnet: the shape of what a node gives
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "load/tensor.h"

/**
 * NnShape: one node's output, one image
 * @channels, @height, @width: of all but PLAIN nodes; of those where they have the shape [1, C, H, W] or [1, C], else 0
 * @dtype, @n_dims, @dims: of a PLAIN node's output as its operator gives it; of others [1, C, H, W]
 */
typedef struct {
  guint channels, height, width;
  NnDType dtype;
  guint n_dims;
  guint64 dims[NN_TENSOR_MAX_DIMS];
} NnShape;

/* "[1, 64, 56, 56]"; free with g_free(). */
gchar *nn_shape_string (const NnShape *shape);
