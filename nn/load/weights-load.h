/* gst-resnet: a model file → named tensors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <nn/error.h>

#include "load/weights.h"

/* Larger model files are refused. */
#define NN_LOAD_MAX_FILE_BYTES (G_GUINT64_CONSTANT (8) << 30)

/* Whether a file with this beginning may be a state dict; if not, @error says what the file is instead. */
gboolean nn_weights_check_beginning (const guint8 *data, gsize size, const gchar *shown, GError **error);

/**
 * nn_weights_load: loads a state dict
 * The format is found from the file's content, never from its name. A checkpoint that nests its state dict (under
 * state_dict, model, model_state_dict, net, …) is unwrapped, and a prefix that all names share (module., _orig_mod.,
 * model., backbone., … also several in a row) is removed. The error message tells these apart: an optimizer's
 * checkpoint without a model, a whole pickled module, a TorchScript archive, ONNX, HDF5 (Keras), a Git LFS pointer, an
 * HTML page, an empty file, a directory.
 */
NnWeights *nn_weights_load (const gchar *path, GError **error);
NnWeights *nn_weights_load_bytes (GBytes *bytes, const gchar *name, GError **error);
/* Like nn_weights_load_bytes(), but if the file holds several sets of weights, it takes the one that is called @wanted
 * (nullable): "model_ema", "student". If none has that name, the error is NN_ERROR_ARGUMENT and names those that
 * exist. */
NnWeights *nn_weights_load_set (GBytes *bytes, const gchar *name, const gchar *wanted, GError **error);
/* Reads the files beside the model at @path into @weights->beside. */
void nn_weights_look_beside (NnWeights *weights, const gchar *path);
