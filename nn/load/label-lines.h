/* gst-resnet: lines of a label file that say which class they are of
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/**
 * nn_label_lines_place: reads lines such as "0: cat", "0,cat", "0<TAB>cat", "0 cat", "cat 0", …, in any order
 * @lines: gchar *, one for each class
 * @name: the file's name, for warnings
 * @labels: (out): one label for each class; filled if the lines are understood
 * @warnings: (nullable): gchar * are appended: for lines that have such a form but whose numbers are not each index
 * exactly once, and for lines that can be read in two ways
 * Returns: TRUE if all lines have the same form and each index from 0 on occurs once
 */
gboolean nn_label_lines_place (const GPtrArray *lines, const gchar *name, gchar **labels, GPtrArray *warnings);
