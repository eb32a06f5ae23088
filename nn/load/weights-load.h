/* gst-resnet: a model file → named tensors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <nn/error.h>

#include "load/weights.h"

/* Model files above this are refused. */
#define NN_LOAD_MAX_FILE_BYTES (G_GUINT64_CONSTANT (8) << 30)

/* Whether a file that begins so may be a state dict; an error that says what it is instead. */
gboolean nn_weights_check_beginning (const guint8 *data, gsize size, const gchar *shown, GError **error);

/**
 * nn_weights_load: by content, never by name; a checkpoint that nests its state dict (state_dict, model,
 * model_state_dict, net, …) is unwrapped, a prefix that all names share (module., _orig_mod., model., backbone., … also
 * several in a row) is taken off. Told apart in the error: an optimizer checkpoint without a model, a whole pickled
 * module, a TorchScript archive, ONNX, HDF5 (Keras), a Git LFS pointer, an HTML page, an empty file, a directory.
 */
NnWeights *nn_weights_load (const gchar *path, GError **error);
NnWeights *nn_weights_load_bytes (GBytes *bytes, const gchar *name, GError **error);
/* The same of the set of weights that is called @wanted (nullable) where the file holds several: "model_ema",
 * "student". NN_ERROR_ARGUMENT names those that are there where none is called so. */
NnWeights *nn_weights_load_set (GBytes *bytes, const gchar *name, const gchar *wanted, GError **error);
/* Reads what lies beside the file at @path, into @beside. */
void nn_weights_look_beside (NnWeights *weights, const gchar *path);
