/* gst-resnet: a tensor that is known when the model is loaded
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "graph/constant.h"

#include "base/nn-memory.h"

NnConstant *
nn_constant_new (const NnValue *value, GBytes *storage)
{
  NnConstant *constant = g_new (NnConstant, 1);

  constant->value = *value;
  constant->storage = g_bytes_ref (storage);
  return constant;
}

NnConstant *
nn_constant_new_zeros (const NnValue *type)
{
  gboolean is_float = nn_dtype_is_float (type->dtype);
  NnConstant *constant;
  gpointer data;
  gsize size;

  if (!nn_size_mul (type->n_elements, is_float ? sizeof (gfloat) : sizeof (gint64), &size)
      || !(data = nn_aligned_alloc0 (MAX (size, 1))))
    return NULL;
  constant = g_new (NnConstant, 1);
  constant->value = *type;
  constant->value.f32 = is_float ? data : NULL;
  constant->value.i64 = is_float ? NULL : data;
  constant->storage = g_bytes_new_with_free_func (data, MAX (size, 1), nn_aligned_free, data);
  return constant;
}

NnConstant *
nn_constant_new_ints (const gint64 *values, guint n)
{
  const gint64 none = 0; /* the data of an empty list must not be NULL either */
  g_autoptr (GBytes) storage = g_bytes_new (n ? values : &none, MAX (n, 1) * sizeof *values);
  const NnValue value = { .dtype = NN_DTYPE_I64,
                          .n_dims = 1,
                          .dims = { n },
                          .n_elements = n,
                          .i64 = (gint64 *)g_bytes_get_data (storage, NULL) };

  return nn_constant_new (&value, storage);
}

NnConstant *
nn_constant_new_float (gfloat number)
{
  g_autoptr (GBytes) storage = g_bytes_new (&number, sizeof number);
  const NnValue value = { .dtype = NN_DTYPE_F32, .n_elements = 1, .f32 = (gfloat *)g_bytes_get_data (storage, NULL) };

  return nn_constant_new (&value, storage);
}

NnConstant *
nn_constant_copy (const NnConstant *constant)
{
  return constant ? nn_constant_new (&constant->value, constant->storage) : NULL;
}

void
nn_constant_free (NnConstant *constant)
{
  if (!constant)
    return;
  g_bytes_unref (constant->storage);
  g_free (constant);
}
