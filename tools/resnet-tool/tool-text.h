/* gst-resnet: words for people
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Returns the label of class @index, or a text like "class 7" in the caller's @buffer if there are no labels. */
#define TOOL_LABEL_SIZE 32
const gchar *tool_label (gchar *const *labels, guint index, gchar buffer[TOOL_LABEL_SIZE]);
/* Returns the path as valid UTF-8 for people and for JSON, whatever bytes the file's name has. Free it with
 * g_free(). */
gchar *tool_display_name (const gchar *path);
/* Returns TRUE if @fd (that of stdout or stderr) is a terminal that shows UTF-8. */
gboolean tool_fancy (int fd);
