/* gst-resnet: GStreamer's .modelinfo file beside a model
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * This is an ini file that GStreamer 1.28's inference elements read (GstAnalyticsModelInfo). Its group [modelinfo] has
 * the keys version and group-id. Then each tensor of the model has a group with the keys dir, dims and type; the group
 * of an input also has "ranges", which says what the 8-bit values 0 and 255 become in each channel. We add keys of our
 * own, which GStreamer ignores; they are described in docs/formats.md. */
#pragma once

#include <glib.h>
#include <nn/error.h>
#include <nn/preprocess.h>

#include "load/weights.h"

/**
 * nn_modelinfo_fill: adds what the .modelinfo beside a model says to the model's metadata
 * @model_path: the model file. The function reads MODEL_PATH.modelinfo or, if there is none, the file that has the
 * extension .modelinfo in place of the model's own. It returns TRUE if neither exists.
 * @metadata: string → string, as described in docs/model-metadata.md; keys that are already there are not changed
 * @warnings: gchar * are appended
 * Errors: those of NN_ERROR; they name the .modelinfo file, the group and the key
 */
gboolean nn_modelinfo_fill (const gchar *model_path, GHashTable *metadata, GPtrArray *warnings, GError **error);
/* Like nn_modelinfo_fill(), but reads from memory. @name is what messages call the file. @folder is the folder that a
 * labels file is looked for in; if it is NULL, a labels file is refused. */
gboolean nn_modelinfo_fill_from_data (const gchar *data, gsize size, const gchar *name, const gchar *folder,
                                      GHashTable *metadata, GPtrArray *warnings, GError **error);

/**
 * NnModelInfoTensor: what is written about one tensor of the model
 * @dims: the shape; −1 stands for any length
 */
typedef struct {
  const gchar *name;
  NnDType dtype;
  guint n_dims;
  gint64 dims[NN_TENSOR_MAX_DIMS];
} NnModelInfoTensor;

/**
 * nn_modelinfo_to_string: writes the text of a .modelinfo for a classifier
 * @group_id: the identifier that groups the model's outputs, e.g. the model's file name without its folder
 * @softmaxed: whether the outputs are probabilities; this decides which tensor id the output gets
 * @labels_file: (nullable): the name of a file beside the model that has one label on each line
 * Returns: the text; free it with g_free()
 */
gchar *nn_modelinfo_to_string (const gchar *group_id, const NnModelInfoTensor *input, const NnModelInfoTensor *output,
                               gboolean softmaxed, const NnPreprocess *preprocess, const gchar *labels_file);
