/* gst-resnet: words for people
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tool-text.h"

#include <unistd.h>

const gchar *
tool_label (gchar *const *labels, guint index, gchar buffer[TOOL_LABEL_SIZE])
{
  if (labels)
    return labels[index];
  g_snprintf (buffer, TOOL_LABEL_SIZE, "class %u", index);
  return buffer;
}

gchar *
tool_display_name (const gchar *path)
{
  return g_utf8_make_valid (path, -1);
}

gboolean
tool_fancy (int fd)
{
  return isatty (fd) && g_get_charset (NULL);
}
