/* gst-resnet: GStreamer's .modelinfo file beside a model
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An ini file that GStreamer 1.28's inference elements read (GstAnalyticsModelInfo): [modelinfo] with version and
 * group-id, then one group a tensor of the model with dir, dims, type, and of an input "ranges", what 8-bit 0 and 255
 * become in each channel. Keys of our own, which GStreamer passes over, are in docs/formats.md. */
#pragma once

#include <glib.h>
#include <nn/error.h>
#include <nn/preprocess.h>

#include "load/weights.h"

/**
 * nn_modelinfo_fill: adds what the .modelinfo beside a model says to the model's metadata
 * @model_path: the model file; read is MODEL_PATH.modelinfo, or, where there is none, the model file's name with
 * .modelinfo in the place of its extension; TRUE when there is neither
 * @metadata: string → string, as of docs/model-metadata.md; keys that are there already stay as they are
 * @warnings: gchar * are appended
 * Errors: of NN_ERROR, name the .modelinfo file, the group and the key
 */
gboolean nn_modelinfo_fill (const gchar *model_path, GHashTable *metadata, GPtrArray *warnings, GError **error);
/* The same from memory; @name is what messages call it, @folder where a labels file lies (NULL: refused). */
gboolean nn_modelinfo_fill_from_data (const gchar *data, gsize size, const gchar *name, const gchar *folder,
                                      GHashTable *metadata, GPtrArray *warnings, GError **error);

/**
 * NnModelInfoTensor: what is written of one tensor of the model
 * @dims: −1: any
 */
typedef struct {
  const gchar *name;
  NnDType dtype;
  guint n_dims;
  gint64 dims[NN_TENSOR_MAX_DIMS];
} NnModelInfoTensor;

/**
 * nn_modelinfo_to_string: the text of a .modelinfo for a classifier
 * @group_id: what groups the model's outputs, e.g. its name without the folder
 * @softmaxed: the outputs are probabilities (which tensor id the output has)
 * @labels_file: (nullable): name of a file of one label a line, beside the model
 * Returns: to be freed with g_free()
 */
gchar *nn_modelinfo_to_string (const gchar *group_id, const NnModelInfoTensor *input, const NnModelInfoTensor *output,
                               gboolean softmaxed, const NnPreprocess *preprocess, const gchar *labels_file);
