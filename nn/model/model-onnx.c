/* gst-resnet: a model from an ONNX file
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/model-onnx.h"

#include "import/onnx/onnx-activation.h"
#include "import/onnx/onnx-beginning.h"
#include "import/onnx/onnx-end.h"
#include "import/onnx/onnx-import.h"
#include "import/onnx/onnx-layout.h"
#include "import/onnx/onnx-lower.h"
#include "import/onnx/onnx-quantize.h"
#include "model/model-metadata.h"

/* Takes the input's size from the graph. For a file without preprocessing values it also sets the resize that the
 * network was most likely trained with: torchvision's ratio of 256 to 224; for small pictures, as CIFAR's, the whole
 * picture; and where the input is not square, the whole picture, stretched. */
static void
take_size (NnModel *model, const NnOnnxImport *import)
{
  NnPreprocess *p = &model->facts.preprocess;
  const guint side = import->height;

  if (!import->height || !import->width || (import->height == p->crop_height && import->width == p->crop_width))
    return;
  if (model->facts.has_preprocess)
    g_ptr_array_add (model->facts.warnings,
                     g_strdup_printf ("the graph was made for images of %u×%u, its metadata says crop=%ux%u (height × "
                                      "width); %u×%u is used",
                                      import->height, import->width, p->crop_height, p->crop_width, import->height,
                                      import->width));
  p->crop_height = import->height;
  p->crop_width = import->width;
  if (model->facts.has_preprocess)
    return;
  p->resize = side != import->width ? 0 : side <= 64 ? side : MIN (side * 8 / 7, NN_PREPROCESS_MAX_SIZE);
  if (side != import->width && side <= NN_PREPROCESS_MAX_SIZE)
    g_ptr_array_add (model->facts.warnings,
                     g_strdup_printf ("the graph was made for images of %u×%u (height × width), and pictures are "
                                      "stretched to that; if that is not right, set resize",
                                      import->height, import->width));
}

/* Where the file does not say how pictures are preprocessed, this looks whether the graph normalizes them itself, and
 * sets mean and std for the range of pixels that the graph expects. */
static void
take_pixels (NnModel *model, const NnOnnxImport *import)
{
  static const struct {
    gfloat mean, std;
    const gchar *range;
  } ranges[] = {
    [NN_INPUT_TO_1] = { 0, 1, "0 to 1" },
    [NN_INPUT_TO_255] = { 0, 1.f / 255, "0 to 255" },
    [NN_INPUT_AROUND_0] = { 0.5f, 0.5f, "-1 to 1" },
  };
  NnInputPixels pixels = { .range = NN_INPUT_TO_255 };

  if (model->facts.has_preprocess)
    return;
  if (!import->is_pixels)
    nn_onnx_find_input_pixels (model->graph, &pixels);
  if (pixels.range == NN_INPUT_STANDARDIZED)
    return;
  if (pixels.range == NN_INPUT_UNKNOWN) {
    g_ptr_array_add (model->facts.warnings,
                     g_strdup ("the graph computes with its pixels before the first layer, and the range that it "
                               "expects was not recognized; they are standardized as torchvision does it; if that is "
                               "not right, set mean and std"));
    return;
  }
  for (guint i = 0; i < model->facts.preprocess.channels; i++) {
    model->facts.preprocess.mean[i] = ranges[pixels.range].mean;
    model->facts.preprocess.std[i] = ranges[pixels.range].std;
  }
  model->facts.has_preprocess = TRUE;
  g_ptr_array_add (model->facts.warnings,
                   g_strdup_printf ("the graph normalizes its input itself, so that pictures are "
                                    "given to it as %s; if that is not right, set mean and std",
                                    ranges[pixels.range].range));
  if (!pixels.is_bgr)
    return;
  model->facts.preprocess.channel_order = NN_CHANNEL_ORDER_BGR;
  g_ptr_array_add (model->facts.warnings,
                   g_strdup ("the graph subtracts ImageNet's means in the order blue, green, red, so that pictures are "
                             "given to it in that order; if that is not right, set the channel order"));
}

/* Finds out what the outputs are. Where they are percentages, the graph gets a factor that makes them probabilities. */
static gboolean
take_end (NnModel *model, GError **error)
{
  static const NnModelOutput outputs[] = {
    [NN_END_LOGITS] = NN_MODEL_OUTPUT_LOGITS,
    [NN_END_PROBABILITIES] = NN_MODEL_OUTPUT_SOFTMAX,
    [NN_END_LOG_PROBABILITIES] = NN_MODEL_OUTPUT_LOG_SOFTMAX,
    [NN_END_INDEPENDENT] = NN_MODEL_OUTPUT_SIGMOID,
  };
  NnOnnxEnd end;

  nn_onnx_find_end (model->graph, &end);
  model->facts.output = outputs[end.kind];
  if (end.kind == NN_END_PROBABILITIES && (end.least_sum < 0.999 || end.largest_sum > 1.001))
    g_ptr_array_add (model->facts.warnings,
                     g_strdup_printf ("the graph's outputs are between 0 and 1, and their sum is "
                                      "between %.3g and %.3g; they are taken as probabilities as they "
                                      "are; if they are none, set activation",
                                      end.least_sum, end.largest_sum));
  return end.scale == 1 || nn_onnx_scale_output (model->graph, end.scale, error);
}

/* Whether the input has one channel, which may be the dimension before the height and width or the one after them. */
static gboolean
is_grey (const NnOnnx *onnx)
{
  const NnOnnxValue *input = onnx->inputs->len > 0 ? g_ptr_array_index (onnx->inputs, 0) : NULL;

  return input && input->n_dims == 4 && (input->dims[1] == 1 || (input->dims[3] == 1 && input->dims[1] != 3));
}

static gboolean
build (NnModel *model, NnOnnx *onnx, GHashTable *beside, GError **error)
{
  NnOnnxImport import = { 0 };
  guint i;

  for (i = 0; i < onnx->warnings->len; i++)
    g_ptr_array_add (model->facts.warnings, g_strdup (g_ptr_array_index (onnx->warnings, i)));
  model->facts.format = "ONNX";
  model->facts.metadata = g_hash_table_ref (onnx->metadata);
  model->facts.sha256 = g_strdup (onnx->sha256);
  if (is_grey (onnx))
    nn_metadata_set_grey (&model->facts.preprocess);
  if (!nn_metadata_read_preprocess (onnx->metadata, &model->facts.preprocess, &model->facts.has_preprocess,
                                    model->facts.warnings, error))
    return FALSE;
  import.crop_height = model->facts.preprocess.crop_height;
  import.crop_width = model->facts.preprocess.crop_width;
  model->graph = nn_onnx_import (onnx, &import, model->facts.warnings, error);
  if (!model->graph)
    return FALSE;
  model->facts.n_outputs = import.n_classes;
  model->facts.n_parameters = import.n_parameters;
  if (!take_end (model, error))
    return FALSE;
  if (!nn_metadata_read_labels (onnx->metadata, model->facts.n_outputs, &model->facts.labels, model->facts.warnings,
                                error))
    return FALSE;
  if (beside)
    nn_metadata_read_beside (beside, model->facts.n_outputs, &model->facts.labels, &model->facts.preprocess,
                             &model->facts.has_preprocess, model->facts.warnings);
  take_size (model, &import);
  take_pixels (model, &import);
  nn_metadata_warn_of_grey (&model->facts.preprocess, model->facts.has_preprocess, model->facts.warnings);
  model->facts.architecture = onnx->producer && *onnx->producer ? g_strdup_printf ("ONNX graph (%s)", onnx->producer)
                                                                : g_strdup ("ONNX graph");
  return TRUE;
}

gboolean
nn_model_build_onnx (NnModel *model, NnOnnx *onnx, GHashTable *beside, GError **error)
{
  gboolean ok = build (model, onnx, beside, error);

  nn_onnx_free (onnx);
  return ok && nn_graph_join_quantization (model->graph, error) && nn_graph_join_activations (model->graph, error)
         && nn_graph_sink_transposes (model->graph, error) && nn_graph_lower (model->graph, error);
}
