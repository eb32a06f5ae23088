/* gst-resnet: labels for the outputs of a model
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Does what nn_labels_parse() does, for a network of @n_outputs outputs. One output stands for two classes, which have
 * two labels; where there is only one label, the other is made from it, and there is a warning. */
gchar **nn_model_labels_parse (guint n_outputs, const gchar *data, gsize size, const gchar *name, GPtrArray *warnings,
                               GError **error);
