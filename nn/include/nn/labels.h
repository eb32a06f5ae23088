/* gst-resnet: label files
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * nn_labels_load: a label a class, in the order of the network's outputs
 * @n_classes: how many the network has
 *
 * Taken, told apart by content: one label a line (LF or CRLF, UTF-8 with or without BOM; torchvision's
 * imagenet_classes.txt); synset_words.txt ("n01440764 tench, Tinca tinca": the identifier is dropped); Keras'
 * imagenet_class_index.json
 * ({"0": ["n01440764", "tench"], …}); a JSON array of strings; a JSON object {"0": "tench", …} or {"tench": 0, …}.
 * Blank lines and lines that start with # count as labels only where the count needs them: all lines if that many are
 * @n_classes, else without trailing blank lines, else without blank lines, else without blank and # lines. Refused with
 * NN_ERROR_LABELS: any other count (the message has both numbers), invalid UTF-8 (with the line), a line over 4096
 * bytes. Returns: (transfer full): NULL-terminated, free with g_strfreev()
 */
gchar **nn_labels_load (const gchar *path, guint n_classes, GError **error);
/* The same from memory, NUL bytes refused; @name stands for the file in messages. */
gchar **nn_labels_parse (const gchar *data, gsize size, const gchar *name, guint n_classes, GError **error);

G_END_DECLS
