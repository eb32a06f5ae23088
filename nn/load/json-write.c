/* gst-resnet: strings of JSON
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "load/json-write.h"

#include <string.h>

void
nn_json_append_string (GString *json, const gchar *text)
{
  static const gchar from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";

  g_string_append_c (json, '"');
  for (const gchar *p = text; *p; p++) {
    const gchar *found = strchr (from, *p);

    if (found)
      g_string_append_printf (json, "\\%c", to[found - from]);
    else if ((guchar)*p < 0x20 || *p == 0x7f)
      g_string_append_printf (json, "\\u%04x", (guchar)*p);
    else
      g_string_append_c (json, *p);
  }
  g_string_append_c (json, '"');
}
