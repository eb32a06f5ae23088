/* gst-resnet: what a model file says about itself (docs/model-metadata.md)
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <nn/preprocess.h>

/**
 * nn_metadata_read_preprocess: reads the preprocess.* keys
 * @preprocess: the defaults; what the metadata says replaces them
 * @found: (out): whether at least one of the keys is there
 * @warnings: an array to which messages (gchar *) are appended
 *
 * Errors: NN_ERROR_FORMAT, with the key and its value in the message
 */
gboolean nn_metadata_read_preprocess (GHashTable *metadata, NnPreprocess *preprocess, gboolean *found,
                                      GPtrArray *warnings, GError **error);

/* Sets one channel, and the mean and standard deviation that most networks for grey pictures use, 0.5 and 0.5. The
 * second function warns of these values where nothing said what they are (@known is FALSE). */
void nn_metadata_set_grey (NnPreprocess *preprocess);
void nn_metadata_warn_of_grey (const NnPreprocess *preprocess, gboolean known, GPtrArray *warnings);

/* Reads the key "labels". *labels becomes a NULL-terminated list, to be freed with g_strfreev(), or NULL when there is
 * no such key. Messages (gchar *) are appended to @warnings. The error is NN_ERROR_LABELS. */
gboolean nn_metadata_read_labels (GHashTable *metadata, guint n_outputs, gchar ***labels, GPtrArray *warnings,
                                  GError **error);

/* Takes what the files beside the model say (load/sidecar.h) where the model itself says nothing. Nobody knows whether
 * these files belong to this model, so values that do not fit are a warning and no error. */
void nn_metadata_read_beside (GHashTable *beside, guint n_outputs, gchar ***labels, NnPreprocess *preprocess,
                              gboolean *has_preprocess, GPtrArray *warnings);
