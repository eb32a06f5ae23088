/* gst-resnet: label files
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * nn_labels_load: a label a class, in the order of the network's outputs
 * @n_classes: how many the network has
 * @warnings: (nullable): gchar * are appended: how a file was read that can be read in more than one way
 *
 * Taken, told apart by content: one label a line (LF or CRLF, UTF-8 with or without BOM; torchvision's
 * imagenet_classes.txt); synset_words.txt ("n01440764 tench, Tinca tinca": the identifier is dropped); lines with the
 * class's index before or behind the label ("0: cat", "0,cat", "0<TAB>cat", "0 cat", "cat 0"), in any order, also below
 * a header; all labels in one line with semicolons, tabs, bars or commas between them; Keras' imagenet_class_index.json
 * ({"0": ["n01440764", "tench"], …}); a JSON array of strings or of objects with a name; a JSON object {"0": "tench",
 * …}, {"tench": 0, …} or {"tench": "0", …}; such arrays and objects as Python prints them ({0: 'tench', …}); a
 * configuration that has one of these as a member (config.json's id2label, {"classes": […]}).
 * Blank lines and lines that start with # count as labels only where the count needs them: all lines if that many are
 * @n_classes, else without trailing blank lines, else without blank lines, else without blank and # lines. Indices are
 * taken as such only where every line has one and each from 0 is there once; else lines are taken as they stand, with a
 * warning. Refused with NN_ERROR_LABELS: any other count (the message has both numbers), an object in which an index is
 * missing or there twice, invalid UTF-8 (with the line), a line over 4096 bytes.
 * Where @path names no file and looks like a list of labels ("cat,dog"), the error says so.
 * Returns: (transfer full): NULL-terminated, free with g_strfreev()
 */
gchar **nn_labels_load (const gchar *path, guint n_classes, GPtrArray *warnings, GError **error);
/* The bytes of such a file, which may not be larger than any label file is. */
GBytes *nn_labels_read (const gchar *path, GError **error);
/* The same from memory, NUL bytes refused; @name stands for the file in messages. */
gchar **nn_labels_parse (const gchar *data, gsize size, const gchar *name, guint n_classes, GPtrArray *warnings,
                         GError **error);

G_END_DECLS
