/* gst-resnet: which algorithm each layer is computed with, measured on this machine
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <nn/session.h>

G_BEGIN_DECLS

/* What a model file's name is followed by in that of its tuning. */
#define NN_TUNING_SUFFIX ".tune.json"

/**
 * nn_model_tune: runs the network with each algorithm that its layers can be computed with and keeps each layer's
 * fastest, for sessions of @model that are made later with the same level and size, whatever their threads and batch:
 * these must change no bit. Precision highest only; others have one way of computing a layer. Results stay inside the
 * contract that NnPrecision says, but are not the bits of the untuned model.
 * @options: size and level to tune for; threads and batch to measure with
 * @seconds: for each algorithm
 * No session of @model may exist meanwhile with the same options.
 * Returns: what MODEL.tune.json is to hold, JSON, free with g_free(); NULL with an error
 */
gchar *nn_model_tune (NnModel *model, const NnSessionOptions *options, gdouble seconds, GError **error);

/* Reads such a file and uses it for the level and the size that it was made for. nn_model_load() does so with
 * MODEL.tune.json; where that is no use, it is a warning. NN_ERROR_FORMAT, and NN_ERROR_ARGUMENT where it was made for
 * another model. */
gboolean nn_model_load_tuning (NnModel *model, const gchar *path, GError **error);

G_END_DECLS
