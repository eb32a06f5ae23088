/* gst-resnet: named tensors → safetensors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Format: README of the safetensors project, section "Format". */
#include "save/safetensors-write.h"

#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

#include "load/tensor-data.h"

/* A variance that is rounded to zero, or a mean that is rounded at all, costs more than the bytes are worth. */
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
add_metadata (JsonBuilder *builder, GHashTable *metadata)
{
  g_autoptr (GList) keys = g_list_sort (g_hash_table_get_keys (metadata), (GCompareFunc)strcmp);
  const GList *l;

  json_builder_set_member_name (builder, "__metadata__");
  json_builder_begin_object (builder);
  for (l = keys; l; l = l->next) {
    json_builder_set_member_name (builder, l->data);
    json_builder_add_string_value (builder, g_hash_table_lookup (metadata, l->data));
  }
  json_builder_end_object (builder);
}

static gchar *
make_header (const NnWeights *weights, GHashTable *metadata, gboolean half, gsize *size)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autoptr (JsonNode) root = NULL;
  gint64 at = 0;
  guint i, k;

  json_builder_begin_object (builder);
  add_metadata (builder, metadata);
  for (i = 0; i < weights->tensors->len; i++) {
    const NnTensor *tensor = g_ptr_array_index (weights->tensors, i);
    gboolean as_half = is_half (tensor, half);

    json_builder_set_member_name (builder, tensor->name);
    json_builder_begin_object (builder);
    json_builder_set_member_name (builder, "dtype");
    json_builder_add_string_value (builder, as_half ? "F16" : "F32");
    json_builder_set_member_name (builder, "shape");
    json_builder_begin_array (builder);
    for (k = 0; k < tensor->n_dims; k++)
      json_builder_add_int_value (builder, (gint64)tensor->dims[k]);
    json_builder_end_array (builder);
    json_builder_set_member_name (builder, "data_offsets");
    json_builder_begin_array (builder);
    json_builder_add_int_value (builder, at);
    at += (gint64)(tensor->n_elements * (as_half ? 2 : 4));
    json_builder_add_int_value (builder, at);
    json_builder_end_array (builder);
    json_builder_end_object (builder);
  }
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  json_generator_set_root (generator, root);
  return json_generator_to_data (generator, size);
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
