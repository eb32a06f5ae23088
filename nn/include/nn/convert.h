/* gst-resnet: models as files for other programs
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <nn/model.h>

G_BEGIN_DECLS

/* Loads a model as its file has it, with BatchNorm and its statistics. It can be saved but not run by a session.
 * Arguments and errors are those of nn_model_load(). */
NnModel *nn_model_load_unfolded (const gchar *path, GError **error);
NnModel *nn_model_load_unfolded_bytes (GBytes *bytes, const gchar *name, GError **error);
NnModel *nn_model_load_unfolded_with (const gchar *path, const NnModelOptions *options, GError **error);

typedef enum {
  NN_SAVE_ONNX,        /* opset 17, IR version 8 */
  NN_SAVE_SAFETENSORS, /* a state dict with torchvision's names, timm's where torchvision has none */
} NnSaveFormat;

/**
 * NnSaveOptions: zero means the default everywhere
 * @fold: BatchNorm goes into the convolution before it, float64 arithmetic rounded once
 * @half: SAFETENSORS: weights as float16, running statistics stay float32
 * @any_size: ONNX: the input's height and width are symbolic too; else both are the crop
 * @source: the file that the model was loaded from, NULL: it was in memory. An ONNX file that becomes one again without
 *   @fold keeps all its operators, its opset and its sizes: only the metadata change, and data beside it come inside.
 * @modelinfo: ONNX: also writes PATH.modelinfo, GStreamer 1.28's ini file
 * @labels: NULL-terminated, as many as classes; NULL: the model's own
 * @preprocess: NULL: the model's own, where its file says it
 */
typedef struct {
  gboolean fold, half, any_size, modelinfo;
  const gchar *source;
  const gchar *const *labels;
  const NnPreprocess *preprocess;
} NnSaveOptions;

/**
 * nn_model_save: writes a model that nn_model_load_unfolded() gave
 * It may be called once for a model, because folding changes the model.
 * @path: the file, which is replaced atomically
 * Labels and preprocessing go into the file's metadata (docs/model-metadata.md). The saved file loads as the same
 * network and gives the same bits in every logit, with @fold and without, but not with @half.
 * Errors: NN_ERROR_IO that names @path; NN_ERROR_UNSUPPORTED for a network that has no state dict's names, a weight
 * over float16's range, a file over 2 GiB (ONNX's limit)
 */
gboolean nn_model_save (NnModel *model, const gchar *path, NnSaveFormat format, const NnSaveOptions *options,
                        GError **error);

G_END_DECLS
