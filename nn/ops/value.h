/* gst-resnet: what operators compute with
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "load/tensor.h"

/**
 * NnValue: a tensor's type and, where known, its elements
 * @dtype: the elements' type; held as float32 for all floating types, as int64 for all others (bool: 0 or 1)
 * @f32, @i64: n_elements of the held type; both NULL while only the type is known
 */
typedef struct {
  NnDType dtype;
  guint n_dims;
  guint64 dims[NN_TENSOR_MAX_DIMS];
  gsize n_elements;
  gfloat *f32;
  gint64 *i64;
} NnValue;

/* An operator of one opset with its attributes read and checked. Immutable, reference-counted. */
typedef struct _NnOperator NnOperator;
