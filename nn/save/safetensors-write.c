/* gst-resnet: named tensors as a safetensors file
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The format is described in the README of the safetensors project, section "Format". */
#include "save/safetensors-write.h"

#include <math.h>
#include <string.h>

#include "load/json-write.h"
#include "load/tensor-data.h"

/* Running statistics stay float32: a variance that is rounded to zero, or a mean that is rounded at all, costs more
 * than the saved bytes are worth. */
static gboolean
is_half (const NnTensor *tensor, gboolean half)
{
  return half && !g_str_has_suffix (tensor->name, ".running_mean") && !g_str_has_suffix (tensor->name, ".running_var");
}

static gboolean
check_half (const NnTensor *tensor, GError **error)
{
  gsize i;

  for (i = 0; i < tensor->n_elements; i++)
    if ((nn_float_to_half (tensor->f32[i]) & 0x7fff) == 0x7c00) {
      gchar value[G_ASCII_DTOSTR_BUF_SIZE];

      g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED,
                   "%s: element %" G_GSIZE_FORMAT " is %s, over float16's range of 65504; save it as float32",
                   tensor->name, i, g_ascii_formatd (value, sizeof value, "%.9g", tensor->f32[i]));
      return FALSE;
    }
  return TRUE;
}

static void
append_metadata (GString *header, GHashTable *metadata)
{
  g_autoptr (GList) keys = g_list_sort (g_hash_table_get_keys (metadata), (GCompareFunc)strcmp);

  g_string_append (header, "{\"__metadata__\":{");
  for (const GList *l = keys; l; l = l->next) {
    if (l != keys)
      g_string_append_c (header, ',');
    nn_json_append_string (header, l->data);
    g_string_append_c (header, ':');
    nn_json_append_string (header, g_hash_table_lookup (metadata, l->data));
  }
  g_string_append_c (header, '}');
}

static gchar *
make_header (const NnWeights *weights, GHashTable *metadata, gboolean half, gsize *size)
{
  GString *header = g_string_new (NULL);
  guint64 at = 0;

  append_metadata (header, metadata);
  for (guint i = 0; i < weights->tensors->len; i++) {
    const NnTensor *tensor = g_ptr_array_index (weights->tensors, i);
    const gboolean as_half = is_half (tensor, half);
    const guint64 end = at + tensor->n_elements * (as_half ? 2 : 4);

    g_string_append_c (header, ',');
    nn_json_append_string (header, tensor->name);
    g_string_append_printf (header, ":{\"dtype\":\"%s\",\"shape\":[", as_half ? "F16" : "F32");
    for (guint k = 0; k < tensor->n_dims; k++)
      g_string_append_printf (header, "%s%" G_GUINT64_FORMAT, k ? "," : "", tensor->dims[k]);
    g_string_append_printf (header, "],\"data_offsets\":[%" G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT "]}", at, end);
    at = end;
  }
  g_string_append_c (header, '}');
  *size = header->len;
  return g_string_free (header, FALSE);
}

gboolean
nn_safetensors_write (NnSaveFile *file, const NnWeights *weights, GHashTable *metadata, gboolean half, GError **error)
{
  g_autofree gchar *header = NULL;
  gsize size, padded;
  guint64 length;
  guint i;

  for (i = 0; i < weights->tensors->len; i++) {
    const NnTensor *tensor = g_ptr_array_index (weights->tensors, i);

    if (is_half (tensor, half) && !check_half (tensor, error))
      return FALSE;
  }
  header = make_header (weights, metadata, half, &size);
  padded = (size + 7) / 8 * 8; /* tensors begin at a multiple of their elements' size */
  length = GUINT64_TO_LE (padded);
  nn_save_file_write (file, &length, sizeof length);
  nn_save_file_write (file, header, size);
  nn_save_file_write (file, "       ", padded - size);
  for (i = 0; i < weights->tensors->len; i++) {
    const NnTensor *tensor = g_ptr_array_index (weights->tensors, i);

    nn_save_file_write_floats (file, tensor->f32, tensor->n_elements, is_half (tensor, half));
  }
  return TRUE;
}
