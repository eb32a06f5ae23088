/* gst-resnet: labels for the outputs of a model
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* nn_labels_parse() for a network of so many outputs: one has two classes, which two labels name, or one label, with a
 * warning. */
gchar **nn_model_labels_parse (guint n_outputs, const gchar *data, gsize size, const gchar *name, GPtrArray *warnings,
                               GError **error);
