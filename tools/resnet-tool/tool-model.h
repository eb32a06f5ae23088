/* gst-resnet: the model that a command works with, its labels and sessions
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "tool-options.h"

/* Opens the model @name, which is a file or "embedded". Its warnings go to stderr unless @options is quiet. */
NnModel *tool_model_open (const gchar *name, const ToolOptions *options, GError **error);
/* Returns those options that say how a model's file is read. */
NnModelOptions tool_model_options (const ToolOptions *options);
/* Returns the model's preprocessing with the values of the options in place of the model's. The result is checked. */
gboolean tool_preprocess_get (const NnModel *model, const ToolOptions *options, NnPreprocess *preprocess,
                              GError **error);
/* Returns TRUE if an option sets a value of the preprocessing. */
gboolean tool_preprocess_is_given (const ToolOptions *options);
/* Gives the labels of the --labels file. Without this option it gives the model's own, or NULL without an error if the
 * model has none. */
gboolean tool_labels_get (const NnModel *model, const ToolOptions *options, gchar ***labels, GError **error);
/* Returns the WordNet identifiers ("n01440764") of the classes if the --labels file has one beside each label
 * (synset_words.txt, imagenet_class_index.json), and NULL otherwise. Free them with g_strfreev(). */
gchar **tool_identifiers_get (const ToolOptions *options, guint n_classes);
/* Makes a session for up to @max_batch images of the crop's size, or of @height × @width if these are not 0. */
NnSession *tool_session_new (NnModel *model, const ToolOptions *options, guint max_batch, guint height, guint width,
                             GError **error);
