/* gst-resnet: lines of a label file that say which class they are of
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "load/label-lines.h"

#include <string.h>

#include "base/nn-hash.h"

/* The characters that may stand between the index and the label. The space comes after the others of the first
 * N_BOTH_SIDES, because it may stand beside any of them. The last three count only if the index comes first. */
static const gchar separators[] = ":,\t;=| .)-";
#define N_BOTH_SIDES 7

typedef struct {
  guint index;
  const gchar *label;
  gsize length;
} Parts;

static gboolean
is_blank_char (gchar c)
{
  return c == ' ' || c == '\t';
}

static gboolean
is_quote (gchar c)
{
  return c == '"' || c == '\'';
}

/* Reads a number of up to eight digits, with or without quotes; nothing else may be there. */
static gboolean
parse_number (const gchar *s, gsize length, guint *value)
{
  if (length > 2 && is_quote (s[0]) && s[length - 1] == s[0]) {
    s++;
    length -= 2;
  }
  if (length == 0 || length > 8)
    return FALSE;
  for (*value = 0; length; s++, length--) {
    if (!g_ascii_isdigit (*s))
      return FALSE;
    *value = *value * 10 + (guint)(*s - '0');
  }
  return TRUE;
}

static void
strip (const gchar **s, gsize *length)
{
  while (*length && is_blank_char (**s)) {
    (*s)++;
    (*length)--;
  }
  while (*length && is_blank_char ((*s)[*length - 1]))
    (*length)--;
}

static gboolean
split (const gchar *line, gchar separator, gboolean index_last, Parts *parts)
{
  const gchar *at, *number = line;
  gsize length = strlen (line), before, n;

  strip (&line, &length);
  number = line;
  if (index_last) {
    for (at = line + length; at > line && at[-1] != separator; at--)
      ;
    if (at-- == line)
      return FALSE;
    number = at + 1;
    n = (gsize)(line + length - number);
  } else {
    at = memchr (line, separator, length);
    if (!at)
      return FALSE;
    n = (gsize)(at - line);
  }
  strip (&number, &n);
  if (!parse_number (number, n, &parts->index))
    return FALSE;
  before = (gsize)(at - line);
  parts->label = index_last ? line : at + 1;
  parts->length = index_last ? before : length - before - 1;
  strip (&parts->label, &parts->length);
  return parts->length > 0;
}

/* Returns the label without the quotes that CSV files and Python put around it. */
static gchar *
unquote (const Parts *parts)
{
  const gchar *s = parts->label;
  gsize length = parts->length, i;
  GString *out;

  if (length > 2 && is_quote (s[0]) && s[length - 1] == ',' && s[length - 2] == s[0])
    length--;
  if (length < 2 || !is_quote (s[0]) || s[length - 1] != s[0])
    return g_strndup (parts->label, parts->length);
  out = g_string_new (NULL);
  for (i = 1; i < length - 1; i++) {
    g_string_append_c (out, s[i]);
    if (s[i] == s[0] && s[i + 1] == s[0] && i + 1 < length - 1) /* RFC 4180 doubles quotes */
      i++;
  }
  return g_string_free (out, FALSE);
}

/* One way of reading the lines. */
typedef struct {
  gboolean all_have_it; /* every line has the form */
  gboolean good;        /* whether, besides, each index is there once */
  guint n_near;         /* how many of the numbers could be indices, counted from 0 or from 1 */
  guint missing;        /* the first index that is not there */
} Reading;

/* Whether the labels differ enough to be labels. In "class 0", "class 1", … the numbers are part of the names. */
static gboolean
labels_differ (gchar *const *labels, guint n)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (nn_name_hash, g_str_equal);

  for (guint i = 0; i < n; i++)
    g_hash_table_add (seen, labels[i]);
  return n == 1 || g_hash_table_size (seen) > n / 2;
}

static void
clear (gchar **labels, guint n)
{
  for (guint i = 0; i < n; i++)
    g_clear_pointer (&labels[i], g_free);
}

static Reading
read_lines (const GPtrArray *lines, gchar separator, gboolean index_last, gchar **labels)
{
  Reading reading = { TRUE, TRUE, 0, 0 };
  guint n = lines->len;

  for (guint i = 0; i < n; i++) {
    Parts parts;

    if (!split (g_ptr_array_index (lines, i), separator, index_last, &parts)) {
      clear (labels, n);
      return (Reading){ FALSE, FALSE, 0, 0 };
    }
    reading.n_near += parts.index <= n;
    if (parts.index >= n || labels[parts.index])
      reading.good = FALSE;
    else
      labels[parts.index] = unquote (&parts);
  }
  while (reading.missing < n && labels[reading.missing])
    reading.missing++;
  if (reading.good && !labels_differ (labels, n))
    reading.all_have_it = reading.good = FALSE;
  if (!reading.good)
    clear (labels, n);
  return reading;
}

static gboolean
are_equal (gchar *const *a, gchar *const *b, guint n)
{
  for (guint i = 0; i < n; i++)
    if (strcmp (a[i], b[i]))
      return FALSE;
  return TRUE;
}

/* One good reading is enough. This looks for another one that is good too and says something else, to warn of it. */
static void
look_for_another (const GPtrArray *lines, const gchar *name, gchar *const *labels, GPtrArray *warnings)
{
  g_autofree gchar **other = g_new0 (gchar *, lines->len);

  for (guint s = 0; s < N_BOTH_SIDES; s++) {
    if (!read_lines (lines, separators[s], TRUE, other).good)
      continue;
    if (!are_equal (labels, other, lines->len))
      g_ptr_array_add (warnings, g_strdup_printf ("%s: each line has an index at both of its ends; the first is taken "
                                                  "as the class's number and the rest as its label",
                                                  name));
    clear (other, lines->len);
    return;
  }
}

gboolean
nn_label_lines_place (const GPtrArray *lines, const gchar *name, gchar **labels, GPtrArray *warnings)
{
  gboolean doubtful = FALSE;
  guint missing = 0;

  for (guint last = 0; last < 2; last++)
    for (guint s = 0; separators[s] && (!last || s < N_BOTH_SIDES); s++) {
      Reading reading;

      /* A single class does not get a number this way: "type 0" is its name. */
      if (lines->len == 1 && separators[s] == ' ')
        continue;
      reading = read_lines (lines, separators[s], last, labels);
      if (reading.good) {
        if (!last && warnings)
          look_for_another (lines, name, labels, warnings);
        return TRUE;
      }
      if (reading.all_have_it && reading.n_near > lines->len / 2 && !doubtful) {
        doubtful = TRUE;
        missing = reading.missing;
      }
    }
  if (doubtful && warnings)
    g_ptr_array_add (warnings,
                     g_strdup_printf ("%s: each line has a number beside its label, but index %u is not among them; a "
                                      "file with indices has each from 0 to %u once, so that the lines are taken as "
                                      "they stand, in their order",
                                      name, missing, lines->len - 1));
  return FALSE;
}
