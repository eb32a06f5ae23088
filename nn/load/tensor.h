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
  NN_DTYPE_U64, /* up to 2^63 − 1: values are gint64 */
} NnDType;

/* "float32", "bfloat16", "int64": PyTorch's words without "torch." */
const gchar *nn_dtype_name (NnDType dtype);
/* Bytes of one element. */
gsize nn_dtype_size (NnDType dtype);
gboolean nn_dtype_is_float (NnDType dtype);

/**
 * NnTensor: one entry, contiguous in row-major order whatever its strides were in the file
 * @name: after the common prefix was taken off
 * @dtype: as stored; the values below are converted
 * @n_dims, @dims: shape; n_dims 0 is a scalar of one element
 * @f32: n_elements floats when @dtype is a floating type, else NULL
 * @i64: n_elements integers when it is not, else NULL
 * @storage: keeps what f32 or i64 points into alive
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

/* "[64, 3, 7, 7]", "[]" for a scalar; free with g_free(). */
gchar *nn_tensor_shape_string (const NnTensor *tensor);
void nn_tensor_free (NnTensor *tensor);

/* Number of elements of a shape; FALSE on overflow of gsize or when @n_dims is over NN_TENSOR_MAX_DIMS. */
gboolean nn_shape_n_elements (guint n_dims, const guint64 *dims, gsize *n_elements);
