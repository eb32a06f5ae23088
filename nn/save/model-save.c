/* gst-resnet: saving of a model as a file
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <nn/convert.h>
#include <string.h>

#include "base/nn-hash.h"
#include "graph/fold-batch-norm.h"
#include "load/file-read.h"
#include "load/json-write.h"
#include "load/modelinfo.h"
#include "load/onnx/onnx.h"
#include "model/model-private.h"
#include "save/graph-state-dict.h"
#include "save/onnx-rewrite.h"
#include "save/onnx-write.h"
#include "save/safetensors-write.h"

/* The loaders take files up to this size, too. */
#define MAX_SOURCE_BYTES (G_GUINT64_CONSTANT (8) << 30)

static void
set (GHashTable *metadata, const gchar *key, gchar *value)
{
  g_hash_table_insert (metadata, g_strdup (key), value);
}

static gchar *
labels_json (const gchar *const *labels)
{
  GString *text = g_string_new ("[");

  for (; *labels; labels++) {
    if (text->len > 1)
      g_string_append_c (text, ',');
    nn_json_append_string (text, *labels);
  }
  g_string_append_c (text, ']');
  return g_string_free (text, FALSE);
}

/* Returns the metadata of the new file: the keys of the old file that have no meaning of their own here, and the keys
 * of docs/model-metadata.md with their present values. */
static GHashTable *
make_metadata (const NnModel *model, NnSaveFormat format, const gchar *const *labels, const NnPreprocess *preprocess)
{
  GHashTable *metadata = g_hash_table_new_full (nn_name_hash, g_str_equal, g_free, g_free);
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, nn_model_get_metadata (model));
  while (g_hash_table_iter_next (&iter, &key, &value))
    if (strcmp (key, "labels") && strcmp (key, "format") && !g_str_has_prefix (key, "preprocess."))
      set (metadata, key, g_strdup (value));
  if (format == NN_SAVE_SAFETENSORS)
    set (metadata, "format", g_strdup ("pt"));
  if (labels)
    set (metadata, "labels", labels_json (labels));
  if (preprocess) {
    gchar *mean, *std;

    nn_preprocess_statistics_to_strings (preprocess, &mean, &std);
    set (metadata, "preprocess.resize", nn_preprocess_resize_to_string (preprocess));
    set (metadata, "preprocess.crop", nn_preprocess_crop_to_string (preprocess));
    set (metadata, "preprocess.mean", mean);
    set (metadata, "preprocess.std", std);
    if (preprocess->channel_order != NN_CHANNEL_ORDER_RGB)
      set (metadata, "preprocess.channel_order", g_strdup (nn_channel_order_to_string (preprocess->channel_order)));
    set (metadata, "preprocess.interpolation", g_strdup (nn_interpolation_to_string (preprocess->interpolation)));
  }
  return metadata;
}

/* Reads the ONNX file that is to be written again with other metadata. *bytes stays NULL where the file is no ONNX
 * file. */
static gboolean
read_source (const NnModel *model, const gchar *path, GBytes **bytes, NnOnnx **onnx, GError **error)
{
  g_autofree gchar *shown = g_filename_display_name (path), *folder = g_path_get_dirname (path), *sha256 = NULL;
  g_autoptr (GBytes) file = nn_file_read (path, MAX_SOURCE_BYTES, error);

  if (!file)
    return FALSE;
  if (!nn_onnx_looks_like (g_bytes_get_data (file, NULL), g_bytes_get_size (file)))
    return TRUE;
  sha256 = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, file);
  if (g_strcmp0 (sha256, nn_model_get_sha256 (model))) {
    g_set_error (error, NN_ERROR, NN_ERROR_IO, "%s: has changed since it was loaded; convert it again", shown);
    return FALSE;
  }
  *onnx = nn_onnx_load_bytes (file, shown, folder, error);
  if (!*onnx)
    return FALSE;
  *bytes = g_steal_pointer (&file);
  return TRUE;
}

/* Takes what an ONNX file says of its own input or output. */
static void
take_tensor (NnModelInfoTensor *tensor, const NnOnnxValue *value)
{
  tensor->name = value->name;
  tensor->dtype = value->dtype;
  if (value->n_dims < 0)
    return;
  tensor->n_dims = (guint)value->n_dims;
  memcpy (tensor->dims, value->dims, sizeof tensor->dims);
}

/* @onnx is the file that is written again, or NULL where nn_onnx_write() writes the model. */
static gboolean
save_modelinfo (const gchar *path, const NnOnnx *onnx, gboolean any_size, const NnModel *model,
                const NnPreprocess *preprocess, GError **error)
{
  g_autofree gchar *name = g_strconcat (path, ".modelinfo", NULL);
  g_autofree gchar *group = g_path_get_basename (path), *text = NULL;
  NnModelInfoTensor input = { NN_ONNX_INPUT,
                              NN_DTYPE_F32,
                              4,
                              { -1, preprocess->channels, any_size ? -1 : (gint64)preprocess->crop_height,
                                any_size ? -1 : (gint64)preprocess->crop_width } };
  NnModelInfoTensor output = { NN_ONNX_OUTPUT, NN_DTYPE_F32, 2, { -1, nn_model_get_n_outputs (model) } };
  g_autoptr (NnSaveFile) file = NULL;

  if (onnx) {
    take_tensor (&input, g_ptr_array_index (onnx->inputs, 0));
    take_tensor (&output, g_ptr_array_index (onnx->outputs, 0));
  }
  text = nn_modelinfo_to_string (group, &input, &output, nn_model_get_output (model) == NN_MODEL_OUTPUT_SOFTMAX,
                                 preprocess, NULL);
  file = nn_save_file_new (name, error);
  if (!file)
    return FALSE;
  nn_save_file_write (file, text, strlen (text));
  return nn_save_file_commit (file, error);
}

gboolean
nn_model_save (NnModel *model, const gchar *path, NnSaveFormat format, const NnSaveOptions *options, GError **error)
{
  NnGraph *graph = nn_model_get_own_graph (model);
  const gchar *const *labels = options->labels ? options->labels : nn_model_get_labels (model);
  const NnPreprocess *preprocess = options->preprocess, *used;
  guint n_labels = labels ? g_strv_length ((gchar **)labels) : 0;
  g_autofree gchar *shown = g_filename_display_name (path);
  g_autoptr (GHashTable) metadata = NULL;
  g_autoptr (NnWeights) weights = NULL;
  g_autoptr (NnSaveFile) file = NULL;
  g_autoptr (GBytes) source = NULL;
  g_autoptr (NnOnnx) onnx = NULL;
  gboolean ok;

  if (labels && n_labels != nn_model_get_n_classes (model)) {
    g_set_error (error, NN_ERROR, NN_ERROR_LABELS, "%u labels for a network of %u classes", n_labels,
                 nn_model_get_n_classes (model));
    return FALSE;
  }
  if (!preprocess && nn_model_has_preprocess (model))
    preprocess = nn_model_get_preprocess (model);
  used = preprocess ? preprocess : nn_model_get_preprocess (model);
  metadata = make_metadata (model, format, labels, preprocess);
  if (options->fold && !nn_graph_fold_batch_norm (graph, error)) {
    g_prefix_error (error, "%s: ", shown);
    return FALSE;
  }
  if (format == NN_SAVE_SAFETENSORS && !(weights = nn_graph_to_state_dict (graph, error))) {
    g_prefix_error (error, "%s: ", shown);
    return FALSE;
  }
  if (format == NN_SAVE_ONNX && !options->fold && options->source
      && !read_source (model, options->source, &source, &onnx, error))
    return FALSE;
  file = nn_save_file_new (path, error);
  if (!file)
    return FALSE;
  if (source)
    ok = nn_onnx_rewrite (file, source, onnx, metadata, error);
  else
    ok = format == NN_SAVE_ONNX
             ? nn_onnx_write (file, graph, nn_model_get_architecture (model), options->any_size ? 0 : used->crop_height,
                              options->any_size ? 0 : used->crop_width, metadata, error)
             : nn_safetensors_write (file, weights, metadata, options->half, error);
  if (!ok) {
    g_prefix_error (error, "%s: ", shown);
    return FALSE;
  }
  return nn_save_file_commit (file, error)
         && (!options->modelinfo || format != NN_SAVE_ONNX
             || save_modelinfo (path, onnx, options->any_size, model, used, error));
}
