/* gst-resnet: loading of a model from a file
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <nn/convert.h>
#include <nn/model.h>
#include <string.h>

#include "base/nn-budget.h"
#include "base/nn-finite.h"
#include "graph/fold-batch-norm.h"
#include "graph/fuse.h"
#include "graph/graph-check.h"
#include "graph/graph-describe.h"
#include "graph/graph-release.h"
#include "graph/remove-dead.h"
#include "import/resnet/resnet-builder.h"
#include "load/file-read.h"
#include "load/sidecar.h"
#include "load/weights-load.h"
#include "load/weights.h"
#include "model/model-metadata.h"
#include "model/model-onnx.h"
#include "model/model-private.h"
#include "model/model-struct.h"

/* The weights were finite before BatchNorm was folded in, but a huge gamma or a tiny variance can make them infinite.
 */
static gboolean
check_folded (const NnGraph *graph, GError **error)
{
  guint i, j;

  for (i = 0; i < graph->nodes->len; i++) {
    const NnNode *node = nn_graph_node (graph, i);
    GBytes *const arrays[] = { node->weight, node->bias };

    for (j = 0; j < G_N_ELEMENTS (arrays); j++) {
      gsize size = 0;
      const gfloat *values = arrays[j] ? g_bytes_get_data (arrays[j], &size) : NULL;

      if (nn_find_not_finite (values, size / sizeof (gfloat)) < size / sizeof (gfloat)) {
        g_set_error (error, NN_ERROR, NN_ERROR_UNFIT,
                     "%s: its weight times the BatchNorm's scale after it is over float32's range; the statistics or "
                     "gamma are damaged",
                     node->name);
        return FALSE;
      }
    }
  }
  return TRUE;
}

/* A network with a small stem is for small pictures. It would also run with ImageNet's 224 pixels, but slowly and with
 * wrong answers. */
static void
warn_of_small_stem (NnModel *model)
{
  guint i;

  if (model->facts.has_preprocess)
    return;
  for (i = 0; i < model->graph->nodes->len; i++) {
    const NnNode *node = nn_graph_node (model->graph, i);

    if (node->op != NN_OP_CONV)
      continue;
    if (node->kernel[0] == 3 && node->stride[0] == 1)
      g_ptr_array_add (
          model->facts.warnings,
          g_strdup ("the 3×3 stem is taken as CIFAR's (stride 1, no max-pool) and the file does not say its "
                    "preprocessing, so ImageNet's is used (resize 256, crop 224); set resize, crop, mean and "
                    "std to what the model was trained with (CIFAR-10: resize=32 crop=32 "
                    "mean=0.4914,0.4822,0.4465 std=0.2470,0.2435,0.2616)"));
    return;
  }
}

/* What the network's own buffers say goes before what files beside the model say. The metadata goes before both,
 * because somebody wrote it on purpose. */
static void
take_normalization (NnModel *model, const NnResnetNormalization *normalization)
{
  if (!normalization->has || g_hash_table_contains (model->facts.metadata, "preprocess.mean")
      || g_hash_table_contains (model->facts.metadata, "preprocess.std"))
    return;
  memcpy (model->facts.preprocess.mean, normalization->mean, sizeof normalization->mean);
  memcpy (model->facts.preprocess.std, normalization->std, sizeof normalization->std);
}

static gboolean
build (NnModel *model, const NnWeights *weights, const gchar *architecture, GError **error)
{
  NnResnetNormalization normalization;
  NnResnetTraits traits;
  guint i, n_outputs;

  for (i = 0; i < weights->warnings->len; i++)
    g_ptr_array_add (model->facts.warnings, g_strdup (g_ptr_array_index (weights->warnings, i)));
  model->facts.weights = g_strdup (weights->sets.taken);
  model->facts.other_weights = g_new0 (gchar *, (gsize)weights->sets.others->len + 1);
  for (i = 0; i < weights->sets.others->len; i++)
    model->facts.other_weights[i] = g_strdup (g_ptr_array_index (weights->sets.others, i));
  model->facts.metadata = g_hash_table_ref (weights->metadata);
  model->facts.format = weights->format;
  model->facts.sha256 = g_strdup (weights->sha256);
  if (nn_resnet_traits_parse (architecture, &traits, error)) {
    nn_resnet_traits_take_name (&traits, g_hash_table_lookup (weights->beside, "config.architecture"));
    model->graph = nn_resnet_build_with (weights, &traits, &normalization, &model->facts.architecture,
                                         &model->facts.n_parameters, model->facts.warnings, error);
  }
  nn_resnet_traits_clear (&traits);
  if (!model->graph)
    return FALSE;
  n_outputs = model->facts.n_outputs = nn_graph_node (model->graph, model->graph->nodes->len - 1)->out_channels;
  if (nn_graph_node (model->graph, 0)->out_channels == 1)
    nn_metadata_set_grey (&model->facts.preprocess);
  if (!nn_metadata_read_preprocess (weights->metadata, &model->facts.preprocess, &model->facts.has_preprocess,
                                    model->facts.warnings, error)
      || !nn_metadata_read_labels (weights->metadata, n_outputs, &model->facts.labels, model->facts.warnings, error))
    return FALSE;
  nn_metadata_read_beside (weights->beside, n_outputs, &model->facts.labels, &model->facts.preprocess,
                           &model->facts.has_preprocess, model->facts.warnings);
  take_normalization (model, &normalization);
  warn_of_small_stem (model);
  nn_metadata_warn_of_grey (&model->facts.preprocess, model->facts.has_preprocess, model->facts.warnings);
  return TRUE;
}

/* Does what follows after the file is read: with @fold the graph is folded, fused and checked. Frees the model when
 * that fails. @file is the memory that the file was read into, where it belongs to the model alone, or NULL. */
static NnModel *
finish (NnModel *built, const gchar *name, gboolean fold, GBytes *file, GError **error)
{
  g_autoptr (NnModel) model = built;
  gboolean ok = model->graph != NULL;

  if (ok && fold) {
    if (file)
      nn_graph_own_file (model->graph, g_bytes_get_data (file, NULL), g_bytes_get_size (file));
    ok = nn_graph_fold_batch_norm (model->graph, error);
    if (ok) {
      nn_graph_fuse (model->graph);
      nn_graph_remove_dead (model->graph);
      nn_graph_finish (model->graph);
      ok = nn_graph_check (model->graph, error) && check_folded (model->graph, error);
    }
  }
  if (!ok) {
    g_prefix_error (error, "%s: ", name);
    return NULL;
  }
  if (fold)
    model->plans = nn_plan_cache_new (model->graph);
  g_ptr_array_add (model->facts.warnings, NULL);
  return g_steal_pointer (&model);
}

/* A file such as "model-00001-of-00003.safetensors" lacks the tensors that the other files have. The error says so. */
static void
explain_shard (const gchar *name, GError **error)
{
  const gchar *of = g_strrstr (name, "-of-");
  guint64 shards;

  if (!of || of == name || !g_ascii_isdigit (of[-1]) || !error
      || !g_error_matches (*error, NN_ERROR, NN_ERROR_ARCHITECTURE))
    return;
  shards = g_ascii_strtoull (of + strlen ("-of-"), NULL, 10);
  if (shards > 1) {
    gchar *whole = g_strdup_printf ("%s; this is one of %" G_GUINT64_FORMAT
                                    " files (shards) of a model, whose tensors have to be put into one file",
                                    (*error)->message, shards);

    g_free ((*error)->message);
    (*error)->message = whole;
  }
}

/* Frees @weights as soon as the graph has what it needs of it, so that each tensor is freed as soon as its folded form
 * is made. */
static NnModel *
from_weights (NnWeights *weights, const NnModelOptions *options, gboolean fold, GBytes *file, GError **error)
{
  NnModel *model = nn_model_new ();
  g_autofree gchar *name = g_strdup (weights->name);

  if (!build (model, weights, options ? options->architecture : NULL, error))
    g_clear_pointer (&model->graph, nn_graph_free);
  if (!model->graph)
    explain_shard (name, error);
  nn_weights_free (weights);
  return finish (model, name, fold, file, error);
}

static NnModel *
from_onnx (GBytes *bytes, const gchar *path, const gchar *name, gboolean fold, GError **error)
{
  g_autofree gchar *folder = path ? g_path_get_dirname (path) : NULL;
  NnOnnx *onnx = nn_onnx_load_bytes (bytes, name, folder, error);
  g_autoptr (GHashTable) beside = NULL;
  NnModel *model;

  if (!onnx)
    return NULL;
  model = nn_model_new ();
  if (path)
    beside = nn_sidecar_load (path, model->facts.warnings);
  if (!nn_model_build_onnx (model, onnx, beside, error))
    g_clear_pointer (&model->graph, nn_graph_free);
  return finish (model, name, fold, path ? bytes : NULL, error);
}

/* An ONNX graph has one set of weights and says itself what it computes, so these options are errors. */
static gboolean
check_onnx_options (const NnModelOptions *options, const gchar *name, GError **error)
{
  gboolean weights = options && options->weights && *options->weights;
  gboolean architecture = options && options->architecture && *options->architecture;

  if (!weights && !architecture)
    return TRUE;
  g_set_error (error, NN_ERROR, NN_ERROR_ARGUMENT, "%s: the option %s is for state dicts; an ONNX graph %s", name,
               weights ? "weights" : "architecture",
               weights ? "has one set of weights" : "says itself what it computes");
  return FALSE;
}

/* Where there is a @path, @bytes are the memory that the file was read into. */
static NnModel *
load_within_budget (GBytes *bytes, const gchar *path, const gchar *name, gboolean fold, const NnModelOptions *options,
                    GError **error)
{
  const gchar *wanted = options ? options->weights : NULL;
  NnWeights *weights;
  NnModel *model;

  if (nn_onnx_looks_like (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes)))
    return check_onnx_options (options, name, error) ? from_onnx (bytes, path, name, fold, error) : NULL;
  weights = nn_weights_load_set (bytes, name, wanted, error);
  if (weights && path)
    nn_weights_look_beside (weights, path);
  model = weights ? from_weights (weights, options, fold, path ? bytes : NULL, error) : NULL;
  if (model && options)
    model->facts.variant
        = g_strconcat (wanted ? wanted : "", "\n", options->architecture ? options->architecture : "", NULL);
  return model;
}

static NnModel *
load_bytes (GBytes *bytes, const gchar *path, const gchar *name, gboolean fold, const NnModelOptions *options,
            GError **error)
{
  NnBudget *budget = nn_budget_begin (g_bytes_get_size (bytes));
  NnModel *model = load_within_budget (bytes, path, name, fold, options, error);

  nn_budget_end (budget);
  return model;
}

/* Loads MODEL.tune.json where it lies beside the model. A file that cannot be used is a warning. */
static void
look_for_tuning (NnModel *model, const gchar *path)
{
  g_autofree gchar *tuning = g_strconcat (path, NN_TUNING_SUFFIX, NULL);
  GError *why = NULL;

  if (!g_file_test (tuning, G_FILE_TEST_EXISTS) || nn_model_load_tuning (model, tuning, &why))
    return;
  g_ptr_array_insert (model->facts.warnings, (gint)model->facts.warnings->len - 1,
                      g_strdup_printf ("%s; the tuning is not used", why->message));
  g_error_free (why);
}

static gboolean
check_beginning (const guint8 *data, gsize size, const gchar *shown, GError **error)
{
  return nn_onnx_looks_like (data, size) || nn_weights_check_beginning (data, size, shown, error);
}

/* Other programs take the name of a network, such as "resnet18". Here a file is needed. */
static gboolean
is_network_name (const gchar *path)
{
  return *path && !strpbrk (path, "./\\") && !g_file_test (path, G_FILE_TEST_EXISTS);
}

static NnModel *
load_file (const gchar *path, gboolean fold, const NnModelOptions *options, GError **error)
{
  g_autofree gchar *shown = g_filename_display_name (path);
  g_autoptr (GBytes) bytes = NULL;
  NnModel *model;

  if (is_network_name (path)) {
    g_set_error (error, NN_ERROR, NN_ERROR_IO,
                 "%s: there is no such file; a model is a file, such as %s.pth or %s.onnx, not the name of a network",
                 shown, shown, shown);
    return NULL;
  }
  bytes = nn_file_read_if (path, NN_LOAD_MAX_FILE_BYTES, check_beginning, error);
  model = bytes ? load_bytes (bytes, path, shown, fold, options, error) : NULL;

  if (model && fold)
    look_for_tuning (model, path);
  return model;
}

NnModel *
nn_model_load (const gchar *path, GError **error)
{
  return load_file (path, TRUE, NULL, error);
}

NnModel *
nn_model_load_with (const gchar *path, const NnModelOptions *options, GError **error)
{
  return load_file (path, TRUE, options, error);
}

NnModel *
nn_model_load_unfolded (const gchar *path, GError **error)
{
  return load_file (path, FALSE, NULL, error);
}

NnModel *
nn_model_load_unfolded_with (const gchar *path, const NnModelOptions *options, GError **error)
{
  return load_file (path, FALSE, options, error);
}

NnModel *
nn_model_load_bytes (GBytes *bytes, const gchar *name, GError **error)
{
  return load_bytes (bytes, NULL, name, TRUE, NULL, error);
}

NnModel *
nn_model_load_bytes_with (GBytes *bytes, const gchar *name, const NnModelOptions *options, GError **error)
{
  return load_bytes (bytes, NULL, name, TRUE, options, error);
}

NnModel *
nn_model_load_unfolded_bytes (GBytes *bytes, const gchar *name, GError **error)
{
  return load_bytes (bytes, NULL, name, FALSE, NULL, error);
}
