/* gst-resnet: tables and CSV as text
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <evaluate/plain-text.h>
#include <string.h>

guint
evaluate_text_columns (const gchar *string)
{
  guint n = 0;

  for (; *string; string = g_utf8_next_char (string)) {
    gunichar c = g_utf8_get_char (string);

    n += g_unichar_iszerowidth (c) ? 0 : g_unichar_iswide (c) ? 2 : 1;
  }
  return n;
}

void
evaluate_text_append_padded (GString *out, const gchar *string, guint columns)
{
  gboolean cut = evaluate_text_columns (string) > columns;
  guint limit = cut ? columns - MIN (columns, 2) : columns;
  guint n = 0;

  while (*string) {
    gunichar c = g_utf8_get_char (string);
    guint width = g_unichar_iszerowidth (c) ? 0 : g_unichar_iswide (c) ? 2 : 1;

    if (n + width > limit)
      break;
    g_string_append_unichar (out, c);
    n += width;
    string = g_utf8_next_char (string);
  }
  if (cut)
    for (; n < columns && n < limit + 2; n++)
      g_string_append_c (out, '.');
  for (; n < columns; n++)
    g_string_append_c (out, ' ');
}

gchar *
evaluate_text_group_digits (guint64 value)
{
  g_autofree gchar *digits = g_strdup_printf ("%" G_GUINT64_FORMAT, value);
  GString *out = g_string_new (NULL);
  gsize n = strlen (digits), i;

  for (i = 0; i < n; i++) {
    if (i && (n - i) % 3 == 0)
      g_string_append_c (out, ',');
    g_string_append_c (out, digits[i]);
  }
  return g_string_free (out, FALSE);
}

void
evaluate_text_append_csv (GString *out, const gchar *field)
{
  if (!strpbrk (field, "\",\r\n")) {
    g_string_append (out, field);
    return;
  }
  g_string_append_c (out, '"');
  for (; *field; field++) {
    if (*field == '"')
      g_string_append_c (out, '"');
    g_string_append_c (out, *field);
  }
  g_string_append_c (out, '"');
}
