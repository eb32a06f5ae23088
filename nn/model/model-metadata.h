/* gst-resnet: what a model file says about itself (docs/model-metadata.md)
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <nn/preprocess.h>

/**
 * nn_metadata_read_preprocess: the preprocess.* keys
 * @preprocess: the defaults; what the metadata says replaces them
 * @found: (out): at least one of the keys is there
 * @warnings: gchar * are appended
 * Errors: NN_ERROR_FORMAT, names key and value
 */
gboolean nn_metadata_read_preprocess (GHashTable *metadata, NnPreprocess *preprocess, gboolean *found,
                                      GPtrArray *warnings, GError **error);

/* The values of a network that takes grey pictures, where nothing says what they are: what most use, 0.5 and 0.5; and,
 * where nothing did (@known is FALSE), a warning that says so. */
void nn_metadata_set_grey (NnPreprocess *preprocess);
void nn_metadata_warn_of_grey (const NnPreprocess *preprocess, gboolean known, GPtrArray *warnings);

/* The key labels. *labels: NULL-terminated, free with g_strfreev(), NULL when there is none. @warnings: gchar * are
 * appended. Errors: NN_ERROR_LABELS. */
gboolean nn_metadata_read_labels (GHashTable *metadata, guint n_outputs, gchar ***labels, GPtrArray *warnings,
                                  GError **error);

/* What files beside the model say (load/sidecar.h), where the model itself says nothing of it: nobody knows whether
 * they are this model's, so that what does not fit is a warning. */
void nn_metadata_read_beside (GHashTable *beside, guint n_outputs, gchar ***labels, NnPreprocess *preprocess,
                              gboolean *has_preprocess, GPtrArray *warnings);
