/* gst-resnet: the model that a command works with, its labels and sessions
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "tool-options.h"

/* @name: a file, or "embedded". Its warnings go to stderr unless @options is quiet. */
NnModel *tool_model_open (const gchar *name, const ToolOptions *options, GError **error);
/* The options that say how a model's file is read. */
NnModelOptions tool_model_options (const ToolOptions *options);
/* The model's preprocessing with the options' values over it, checked. */
gboolean tool_preprocess_get (const NnModel *model, const ToolOptions *options, NnPreprocess *preprocess,
                              GError **error);
/* TRUE where an option says something of it. */
gboolean tool_preprocess_is_given (const ToolOptions *options);
/* --labels, else the model's own, else NULL without an error. */
gboolean tool_labels_get (const NnModel *model, const ToolOptions *options, gchar ***labels, GError **error);
/* WordNet identifiers ("n01440764") of the classes, where the --labels file has one for each beside its label
 * (synset_words.txt, imagenet_class_index.json); else NULL. Free with g_strfreev(). */
gchar **tool_identifiers_get (const ToolOptions *options, guint n_classes);
/* A session for @preprocess's crop (or height × width where not 0) and up to @max_batch images. */
NnSession *tool_session_new (NnModel *model, const ToolOptions *options, guint max_batch, guint height, guint width,
                             GError **error);
