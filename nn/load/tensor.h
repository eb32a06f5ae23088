/* gst-resnet: a named tensor
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#define NN_TENSOR_MAX_DIMS 8

typedef enum {
  NN_DTYPE_F64,
  NN_DTYPE_F32,
  NN_DTYPE_F16,
  NN_DTYPE_BF16,
  NN_DTYPE_I64,
  NN_DTYPE_I32,
  NN_DTYPE_I16,
  NN_DTYPE_I8,
  NN_DTYPE_U8,
  NN_DTYPE_BOOL,
  NN_DTYPE_U16,
  NN_DTYPE_U32,
  NN_DTYPE_U64, /* only values up to 2^63 − 1, because values are stored as gint64 */
} NnDType;

/* "float32", "bfloat16", "int64", …: PyTorch's name of the type without "torch." */
const gchar *nn_dtype_name (NnDType dtype);
/* The size of one element in bytes. */
gsize nn_dtype_size (NnDType dtype);
gboolean nn_dtype_is_float (NnDType dtype);

/**
 * NnTensor: one tensor, contiguous in row-major order whatever its strides in the file were
 * @name: the name without the common prefix
 * @dtype: the type in the file; the values below have been converted
 * @n_dims, @dims: the shape; a scalar has n_dims 0 and one element
 * @f32: n_elements floats if @dtype is a floating type, else NULL
 * @i64: n_elements integers if @dtype is not a floating type, else NULL
 * @storage: the memory that f32 or i64 points into; the tensor holds a reference to it
 */
typedef struct {
  gchar *name;
  NnDType dtype;
  guint n_dims;
  guint64 dims[NN_TENSOR_MAX_DIMS];
  gsize n_elements;
  const gfloat *f32;
  const gint64 *i64;
  GBytes *storage;
} NnTensor;

/* Returns "[64, 3, 7, 7]", or "[]" for a scalar; free it with g_free(). */
gchar *nn_tensor_shape_string (const NnTensor *tensor);
void nn_tensor_free (NnTensor *tensor);

/* Computes the number of elements of a shape; returns FALSE if it overflows gsize or if @n_dims is over
 * NN_TENSOR_MAX_DIMS. */
gboolean nn_shape_n_elements (guint n_dims, const guint64 *dims, gsize *n_elements);
