/* gst-resnet: a named tensor
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "load/tensor.h"

#include "base/nn-memory.h"

static const struct {
  const gchar *name;
  gsize size;
  gboolean is_float;
} dtypes[] = {
  [NN_DTYPE_F64] = { "float64", 8, TRUE }, [NN_DTYPE_F32] = { "float32", 4, TRUE },
  [NN_DTYPE_F16] = { "float16", 2, TRUE }, [NN_DTYPE_BF16] = { "bfloat16", 2, TRUE },
  [NN_DTYPE_I64] = { "int64", 8, FALSE },  [NN_DTYPE_I32] = { "int32", 4, FALSE },
  [NN_DTYPE_I16] = { "int16", 2, FALSE },  [NN_DTYPE_I8] = { "int8", 1, FALSE },
  [NN_DTYPE_U8] = { "uint8", 1, FALSE },   [NN_DTYPE_BOOL] = { "bool", 1, FALSE },
  [NN_DTYPE_U16] = { "uint16", 2, FALSE }, [NN_DTYPE_U32] = { "uint32", 4, FALSE },
  [NN_DTYPE_U64] = { "uint64", 8, FALSE },
};

const gchar *
nn_dtype_name (NnDType dtype)
{
  g_return_val_if_fail ((guint)dtype < G_N_ELEMENTS (dtypes), "?");
  return dtypes[dtype].name;
}

gsize
nn_dtype_size (NnDType dtype)
{
  g_return_val_if_fail ((guint)dtype < G_N_ELEMENTS (dtypes), 1);
  return dtypes[dtype].size;
}

gboolean
nn_dtype_is_float (NnDType dtype)
{
  g_return_val_if_fail ((guint)dtype < G_N_ELEMENTS (dtypes), FALSE);
  return dtypes[dtype].is_float;
}

gchar *
nn_tensor_shape_string (const NnTensor *tensor)
{
  GString *s = g_string_new ("[");

  for (guint i = 0; i < tensor->n_dims; i++)
    g_string_append_printf (s, "%s%" G_GUINT64_FORMAT, i ? ", " : "", tensor->dims[i]);
  g_string_append_c (s, ']');
  return g_string_free (s, FALSE);
}

void
nn_tensor_free (NnTensor *tensor)
{
  if (!tensor)
    return;
  g_free (tensor->name);
  g_clear_pointer (&tensor->storage, g_bytes_unref);
  g_free (tensor);
}

gboolean
nn_shape_n_elements (guint n_dims, const guint64 *dims, gsize *n_elements)
{
  gsize n = 1;
  gboolean empty = FALSE;

  if (n_dims > NN_TENSOR_MAX_DIMS)
    return FALSE;
  for (guint i = 0; i < n_dims; i++)
    empty = empty || dims[i] == 0;
  if (!empty) {
    for (guint i = 0; i < n_dims; i++)
      if (dims[i] > G_MAXSSIZE || !nn_size_mul (n, (gsize)dims[i], &n) || n > G_MAXSSIZE)
        return FALSE;
  }
  *n_elements = empty ? 0 : n;
  return TRUE;
}
