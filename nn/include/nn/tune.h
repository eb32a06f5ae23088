/* gst-resnet: which algorithm each layer is computed with, measured on this machine
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <nn/session.h>

G_BEGIN_DECLS

/**
 * nn_model_tune: runs the network with each algorithm that its layers can be computed with and keeps each layer's
 * fastest, for sessions of @model that are made later with the same level and size, whatever their threads and batch:
 * these must change no bit. Precision highest only; others have one way of computing a layer. Results stay inside the
 * contract that NnPrecision says, but are not the bits of the untuned model.
 * @options: the size and level to tune for, and the threads and batch to measure with
 * @seconds: how long each algorithm is measured
 * Meanwhile no session of @model with the same options may exist.
 * Returns: the JSON text for MODEL.tune.json, to be freed with g_free(), or NULL with an error
 */
gchar *nn_model_tune (NnModel *model, const NnSessionOptions *options, gdouble seconds, GError **error);

G_END_DECLS
