/* gst-resnet: a model, loaded, checked and folded
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <nn/error.h>
#include <nn/preprocess.h>
#include <nn/topk.h>

G_BEGIN_DECLS

/* A model does not change after loading and is reference-counted, so any number of sessions and threads can share it.
 */
typedef struct _NnModel NnModel;

/**
 * nn_model_load: loads a .pth or .pt file (both of torch.save's forms), a .safetensors or an .onnx file
 * The files are told apart by their content, never by their name. Evaluation mode is the only mode: BatchNorm uses
 * running statistics (folded into the convolution at load), dropout is identity, no gradient state exists. Returns:
 * (nullable): the model, or NULL with an error of NN_ERROR that names the file, the place and the reason
 */
NnModel *nn_model_load (const gchar *path, GError **error);
/* Loads the same from memory. Messages call the file @name. */
NnModel *nn_model_load_bytes (GBytes *bytes, const gchar *name, GError **error);

/**
 * NnModelOptions: what a file says twice, or cannot say; zero means what the file says
 * @weights: of several sets of weights in one file the one to take, by its key or prefix ("state_dict", "student");
 *   NULL or "": what the library that writes such files takes itself
 * @architecture: what the tensors of a state dict cannot show: a network's name ("resnetblur50") and traits
 *   ("stride=1x1"), separated by commas; docs/formats.md has all. NULL or "": what the family's published code has
 */
typedef struct {
  const gchar *weights;
  const gchar *architecture;
} NnModelOptions;

/* @options: (nullable) */
NnModel *nn_model_load_with (const gchar *path, const NnModelOptions *options, GError **error);
NnModel *nn_model_load_bytes_with (GBytes *bytes, const gchar *name, const NnModelOptions *options, GError **error);
NnModel *nn_model_ref (NnModel *model);
void nn_model_unref (NnModel *model);

/* "ResNet-50", "ResNeXt-50 32x4d", "Wide ResNet-50-2", "ResNet-20 (CIFAR stem)", "ResNet (basic 2-2-2-2, width 32)" */
const gchar *nn_model_get_architecture (const NnModel *model);
/* "safetensors", "PyTorch zip", "PyTorch legacy pickle", "ONNX" */
const gchar *nn_model_get_format (const NnModel *model);
/* Numbers that a session gives for an image. */
guint nn_model_get_n_outputs (const NnModel *model);
/* Classes that an answer is about: as many as outputs, or two where there is one output (nn/answer.h). */
guint nn_model_get_n_classes (const NnModel *model);
/* Returns the number of trainable parameters as PyTorch counts them: weights, biases, BatchNorm's gamma and beta, but
 * no running statistics. */
guint64 nn_model_get_n_parameters (const NnModel *model);
/* Returns the SHA-256 of the file's bytes in 64 lower-case hexadecimal digits. */
const gchar *nn_model_get_sha256 (const NnModel *model);
/* Returns the n_classes labels of the file's own metadata, NULL-terminated, or NULL when it has none. */
const gchar *const *nn_model_get_labels (const NnModel *model);
/* Returns what the file's metadata says, and torchvision's values for ImageNet where they say nothing. */
const NnPreprocess *nn_model_get_preprocess (const NnModel *model);
/* Returns TRUE when the file's metadata has at least one of the preprocessing values. */
gboolean nn_model_has_preprocess (const NnModel *model);
/* What the options say that the model was loaded with, for telling models of one file apart. */
const gchar *nn_model_get_variant (const NnModel *model);
/* Which set of weights was taken of a file that holds several; NULL where it holds one. */
const gchar *nn_model_get_weights (const NnModel *model);
/* The other sets' names, NULL-terminated, never NULL. */
const gchar *const *nn_model_get_other_weights (const NnModel *model);
/* Returns what a user should know although the model runs (untrained BatchNorm statistics, for example): sentences,
 * NULL-terminated, never NULL. */
const gchar *const *nn_model_get_warnings (const NnModel *model);

/* This is what the network's last layer gives. An ONNX graph may end in an activation of its own. */
typedef enum {
  NN_MODEL_OUTPUT_LOGITS,
  NN_MODEL_OUTPUT_SOFTMAX,
  NN_MODEL_OUTPUT_LOG_SOFTMAX,
  NN_MODEL_OUTPUT_SIGMOID,
} NnModelOutput;

NnModelOutput nn_model_get_output (const NnModel *model);
/* AUTO becomes softmax (of a log-softmax that gives its probabilities), a sigmoid for one output, or none where the
 * network ends in softmax or sigmoid already. All others stay what they are. */
NnActivation nn_model_resolve_activation (const NnModel *model, NnActivation activation);

/* This is one row of `resnet-tool inspect`: a node after folding and fusing. */
typedef struct {
  const gchar *name;    /* "layer1.0.conv1", "maxpool", "fc" */
  const gchar *op;      /* "conv 3x3/2 g32 + add + relu", "max pool 3x3/2", "global average pool", "linear" */
  guint in[3];          /* channels, height, width */
  guint out[3];         /* channels, height, width */
  guint64 n_parameters; /* after folding: weights + bias */
  guint64 flops;        /* 2 × multiply-adds, one image */
} NnLayerInfo;

/* Returns the layers for one image of 3 × height × width in the order of execution, as a GArray of NnLayerInfo that the
 * caller frees with g_array_unref(). The strings belong to the model. Returns NULL with an error when the size does not
 * fit. */
GArray *nn_model_get_layers (const NnModel *model, guint height, guint width, GError **error);

/* The name of a tuning file is that of its model file with this behind it. */
#define NN_TUNING_SUFFIX ".tune.json"

/* Reads a tuning file, which nn_model_tune() makes, and uses it for the level and the size for which it was made.
 * nn_model_load() does so with MODEL.tune.json; if that file cannot be used, this is a warning there. Fails with
 * NN_ERROR_FORMAT, or with NN_ERROR_ARGUMENT when the file was made for another model. */
gboolean nn_model_load_tuning (NnModel *model, const gchar *path, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NnModel, nn_model_unref)

G_END_DECLS
