/* gst-resnet: named tensors out of an untrusted file
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "load/weights.h"

#include "load/file-kind.h"
#include "load/file-read.h"
#include "load/pth.h"
#include "load/safetensors.h"
#include "load/tensor-data.h"
#include "load/weights-private.h"

#include <string.h>

NnWeights *
nn_weights_new (const gchar *format, const gchar *name)
{
  NnWeights *weights = g_new0 (NnWeights, 1);

  weights->format = format;
  weights->name = g_strdup (name);
  weights->sha256 = g_strdup ("");
  weights->tensors = g_ptr_array_new_with_free_func ((GDestroyNotify)nn_tensor_free);
  weights->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  weights->metadata = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  weights->warnings = g_ptr_array_new_with_free_func (g_free);
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
  g_ptr_array_unref (weights->warnings);
  g_free (weights->sha256);
  g_free (weights->name);
  g_free (weights);
}

void
nn_weights_take (NnWeights *weights, NnTensor *tensor)
{
  g_assert (!g_hash_table_contains (weights->by_name, tensor->name));
  g_ptr_array_add (weights->tensors, tensor);
  g_hash_table_insert (weights->by_name, tensor->name, tensor);
}

void
nn_weights_add_f32 (NnWeights *weights, const gchar *name, guint n_dims, const guint64 *dims, GBytes *f32)
{
  NnTensor *tensor;
  gsize n_elements;

  g_return_if_fail (!g_hash_table_contains (weights->by_name, name));
  g_return_if_fail (nn_shape_n_elements (n_dims, dims, &n_elements));
  g_return_if_fail (g_bytes_get_size (f32) / sizeof (gfloat) == n_elements);
  tensor = g_new0 (NnTensor, 1);
  tensor->name = g_strdup (name);
  tensor->dtype = NN_DTYPE_F32;
  tensor->n_dims = n_dims;
  for (guint i = 0; i < n_dims; i++)
    tensor->dims[i] = dims[i];
  tensor->n_elements = n_elements;
  tensor->f32 = g_bytes_get_data (f32, NULL);
  tensor->storage = g_bytes_ref (f32);
  nn_weights_take (weights, tensor);
}

const NnTensor *
nn_weights_get (const NnWeights *weights, const gchar *name)
{
  return g_hash_table_lookup (weights->by_name, name);
}

NnWeights *
nn_weights_load_bytes (GBytes *bytes, const gchar *name, GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  NnWeights *weights = NULL;
  gboolean ok = FALSE;

  switch (nn_file_kind (data, size)) {
    case NN_FILE_ZIP:
      weights = nn_weights_new ("PyTorch zip", name);
      ok = nn_pth_load_zip (weights, bytes, error);
      break;
    case NN_FILE_PICKLE:
      weights = nn_weights_new ("PyTorch legacy pickle", name);
      ok = nn_pth_load_legacy (weights, bytes, error);
      break;
    case NN_FILE_SAFETENSORS:
      weights = nn_weights_new ("safetensors", name);
      ok = nn_safetensors_load (weights, bytes, error);
      break;
    default:
      nn_file_kind_refuse (data, size, name, error);
      return NULL;
  }
  if (!ok) {
    nn_weights_free (weights);
    return NULL;
  }
  g_free (weights->sha256);
  weights->sha256 = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
  return weights;
}

NnWeights *
nn_weights_load (const gchar *path, GError **error)
{
  g_autofree gchar *name = g_filename_display_name (path);
  g_autoptr (GBytes) bytes = nn_file_read (path, NN_LOAD_MAX_BYTES, error);

  return bytes ? nn_weights_load_bytes (bytes, name, error) : NULL;
}
