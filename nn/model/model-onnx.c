/* gst-resnet: ONNX file → model
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "import/onnx/onnx-import.h"
#include "model/model-metadata.h"
#include "model/model-struct.h"

/* The size that a file without preprocessing values is most likely to have been trained with: torchvision's ratio of
 * 256 to 224, CIFAR's whole picture. */
static void
take_size (NnModel *model, const NnOnnxImport *import)
{
  guint side = import->height;

  if (!import->height || !import->width)
    return;
  if (import->height != import->width) {
    g_ptr_array_add (
        model->warnings,
        g_strdup_printf ("the graph was made for images of %u×%u (height × width), and pictures are cut to "
                         "squares: of %u×%u",
                         import->height, import->width, model->preprocess.crop, model->preprocess.crop));
    return;
  }
  if (side == model->preprocess.crop)
    return;
  if (model->has_preprocess)
    g_ptr_array_add (model->warnings,
                     g_strdup_printf ("the graph was made for images of %u×%u, its metadata says crop=%u; %u is used",
                                      side, side, model->preprocess.crop, side));
  model->preprocess.crop = side;
  if (!model->has_preprocess)
    model->preprocess.resize = side <= 64 ? side : MIN (side * 8 / 7, NN_PREPROCESS_MAX_SIZE);
}

/* Where the file does not say what happens to pictures, and the graph shows that it normalizes them itself. */
static void
take_range (NnModel *model, gboolean is_pixels)
{
  NnInputRange range = is_pixels ? NN_INPUT_TO_255 : nn_graph_find_input_range (model->graph);
  guint i;

  if (model->has_preprocess || range == NN_INPUT_STANDARDIZED)
    return;
  for (i = 0; i < 3; i++) {
    model->preprocess.mean[i] = 0;
    model->preprocess.std[i] = range == NN_INPUT_TO_255 ? 1.f / 255 : 1;
  }
  model->has_preprocess = TRUE;
  g_ptr_array_add (
      model->warnings,
      g_strdup_printf ("the graph normalizes its input itself, so that pictures are given to it as 0 to %d; "
                       "if that is not right, set mean and std",
                       range == NN_INPUT_TO_255 ? 255 : 1));
}

/* What is seen of the last operators: Softmax and Sigmoid over the classes, with changes of shape behind them. */
static NnModelOutput
find_output (const NnGraph *graph, guint n_classes)
{
  static const gchar *const shape_only[] = { "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose", NULL };
  guint i = graph->nodes->len - 1;

  for (;;) {
    const NnNode *node = nn_graph_node (graph, i);
    const gchar *type = node->op == NN_OP_PLAIN ? nn_operator_get_type (node->onnx) : "";

    if (strcmp (type, "Softmax") == 0)
      return NN_MODEL_OUTPUT_SOFTMAX;
    if (strcmp (type, "LogSoftmax") == 0)
      return NN_MODEL_OUTPUT_LOG_SOFTMAX;
    if (strcmp (type, "Sigmoid") == 0)
      return NN_MODEL_OUTPUT_SIGMOID;
    if (!g_strv_contains (shape_only, type) || node->inputs[0] == NN_NO_NODE)
      return NN_MODEL_OUTPUT_LOGITS;
    i = node->inputs[0];
  }
}

static gboolean
build (NnModel *model, NnOnnx *onnx, GHashTable *beside, GError **error)
{
  NnOnnxImport import = { 0 };
  guint i;

  for (i = 0; i < onnx->warnings->len; i++)
    g_ptr_array_add (model->warnings, g_strdup (g_ptr_array_index (onnx->warnings, i)));
  model->format = "ONNX";
  model->metadata = g_hash_table_ref (onnx->metadata);
  model->sha256 = g_strdup (onnx->sha256);
  if (!nn_metadata_read_preprocess (onnx->metadata, &model->preprocess, &model->has_preprocess, model->warnings, error))
    return FALSE;
  import.crop = model->preprocess.crop;
  model->graph = nn_onnx_import (onnx, &import, model->warnings, error);
  if (!model->graph)
    return FALSE;
  model->n_classes = import.n_classes;
  model->n_parameters = import.n_parameters;
  model->output = find_output (model->graph, model->n_classes);
  if (!nn_metadata_read_labels (onnx->metadata, model->n_classes, &model->labels, error))
    return FALSE;
  if (beside)
    nn_metadata_read_beside (beside, model->n_classes, &model->labels, &model->preprocess, &model->has_preprocess,
                             model->warnings);
  take_size (model, &import);
  take_range (model, import.is_pixels);
  model->architecture = onnx->producer && *onnx->producer ? g_strdup_printf ("ONNX graph (%s)", onnx->producer)
                                                          : g_strdup ("ONNX graph");
  return TRUE;
}

gboolean
nn_model_build_onnx (NnModel *model, NnOnnx *onnx, GHashTable *beside, GError **error)
{
  gboolean ok = build (model, onnx, beside, error);

  nn_onnx_free (onnx);
  return ok && nn_graph_join_quantization (model->graph, error) && nn_graph_sink_transposes (model->graph, error)
         && nn_graph_lower (model->graph, error);
}
