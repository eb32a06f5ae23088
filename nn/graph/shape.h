/* gst-resnet: the shape of what a node gives
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "load/tensor.h"

/**
 * NnShape: the shape of one node's output for one image
 * @channels, @height, @width: of an image; for a PLAIN node 0 where the shape is not [1, C, H, W] or [1, C]
 * @dtype, @n_dims, @dims: for a PLAIN node what its operator gives; for others float32 and [1, C, H, W]
 */
typedef struct {
  guint channels, height, width;
  NnDType dtype;
  guint n_dims;
  guint64 dims[NN_TENSOR_MAX_DIMS];
} NnShape;

/* Returns a string such as "[1, 64, 56, 56]"; free it with g_free(). */
gchar *nn_shape_string (const NnShape *shape);
/* Whether both have the same dimensions. */
gboolean nn_shape_same_dims (const NnShape *a, const NnShape *b);
