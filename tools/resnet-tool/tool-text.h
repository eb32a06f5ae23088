/* gst-resnet: words for people
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* The label of class @index; "class 7" where there are none. A buffer of the caller's. */
#define TOOL_LABEL_SIZE 32
const gchar *tool_label (gchar *const *labels, guint index, gchar buffer[TOOL_LABEL_SIZE]);
/* Valid UTF-8 for people and for JSON, whatever the bytes of a file's name are; free with g_free(). */
gchar *tool_display_name (const gchar *path);
/* TRUE where stdout (stderr) is a terminal that shows UTF-8. */
gboolean tool_fancy (int fd);
