/* gst-resnet: lines of a label file that say which class they are of
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/**
 * nn_label_lines_place: "0: cat", "0,cat", "0<TAB>cat", "0 cat", "cat 0", … in any order
 * @lines: gchar *, as many as there are classes
 * @name: the file, for warnings
 * @labels: (out): as many; filled where the lines are understood
 * @warnings: (nullable): gchar * are appended: lines that have such a form, but whose numbers are not each index once;
 * lines that can be read in two ways
 * Returns: TRUE where every line has one form and each index from 0 occurs once
 */
gboolean nn_label_lines_place (const GPtrArray *lines, const gchar *name, gchar **labels, GPtrArray *warnings);
