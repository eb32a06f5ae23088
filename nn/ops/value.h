/* gst-resnet: what operators compute with
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "load/tensor.h"

/**
 * NnValue: a tensor's type and, where known, its elements
 * @dtype: the elements' type; all floating types are held as float32, all others as int64 (bool: 0 or 1)
 * @f32, @i64: the n_elements elements in the type that holds them; both are NULL while only the type is known
 */
typedef struct {
  NnDType dtype;
  guint n_dims;
  guint64 dims[NN_TENSOR_MAX_DIMS];
  gsize n_elements;
  gfloat *f32;
  gint64 *i64;
} NnValue;

/* An operator of one opset whose attributes are read and checked. It is immutable and reference-counted. */
typedef struct _NnOperator NnOperator;
