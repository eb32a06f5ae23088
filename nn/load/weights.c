/* gst-resnet: named tensors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "load/weights.h"

#include <string.h>

#include "base/nn-hash.h"

NnWeights *
nn_weights_new (const gchar *format, const gchar *name)
{
  NnWeights *weights = g_new0 (NnWeights, 1);

  weights->format = format;
  weights->name = g_strdup (name);
  weights->tensors = g_ptr_array_new_with_free_func ((GDestroyNotify)nn_tensor_free);
  weights->by_name = g_hash_table_new (nn_name_hash, g_str_equal);
  weights->metadata = g_hash_table_new_full (nn_name_hash, g_str_equal, g_free, g_free);
  weights->beside = g_hash_table_new_full (nn_name_hash, g_str_equal, g_free, g_free);
  weights->warnings = g_ptr_array_new_with_free_func (g_free);
  nn_weight_sets_init (&weights->sets, NULL);
  return weights;
}

void
nn_weights_free (NnWeights *weights)
{
  if (!weights)
    return;
  g_hash_table_unref (weights->by_name);
  g_ptr_array_unref (weights->tensors);
  g_hash_table_unref (weights->metadata);
  g_hash_table_unref (weights->beside);
  g_ptr_array_unref (weights->warnings);
  nn_weight_sets_clear (&weights->sets);
  g_free (weights->name);
  g_free (weights->sha256);
  g_free (weights);
}

const NnTensor *
nn_weights_get (const NnWeights *weights, const gchar *name)
{
  return g_hash_table_lookup (weights->by_name, name);
}

void
nn_weights_take (NnWeights *weights, NnTensor *tensor)
{
  g_ptr_array_add (weights->tensors, tensor);
  g_hash_table_insert (weights->by_name, tensor->name, tensor);
}

void
nn_weights_add_f32 (NnWeights *weights, const gchar *name, guint n_dims, const guint64 *dims, GBytes *f32)
{
  NnTensor *tensor = g_new0 (NnTensor, 1);

  tensor->name = g_strdup (name);
  tensor->dtype = NN_DTYPE_F32;
  tensor->n_dims = n_dims;
  memcpy (tensor->dims, dims, n_dims * sizeof *dims);
  tensor->storage = g_bytes_ref (f32);
  tensor->f32 = g_bytes_get_data (f32, NULL);
  tensor->n_elements = g_bytes_get_size (f32) / sizeof (gfloat);
  nn_weights_take (weights, tensor);
}
