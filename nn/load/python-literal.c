/* gst-resnet: what Python prints of a dictionary or a list, as JSON
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The grammar is in The Python Language Reference, 2.4 (literals) and 6.2.5 to 6.2.7 (displays). */
#include "load/python-literal.h"

#include <string.h>

#include "load/json-read.h"
#include "load/json-write.h"

typedef struct {
  const gchar *at, *end;
  guint depth;
} Reader;

/* Skips spaces, line ends and comments. */
static void
skip_blanks (Reader *r)
{
  while (r->at < r->end) {
    if (*r->at == '#')
      while (r->at < r->end && *r->at != '\n')
        r->at++;
    else if (g_ascii_isspace (*r->at))
      r->at++;
    else
      return;
  }
}

static gboolean
take (Reader *r, gchar c)
{
  skip_blanks (r);
  if (r->at == r->end || *r->at != c)
    return FALSE;
  r->at++;
  return TRUE;
}

/* Reads the @n digits of \xHH, \uHHHH or \UHHHHHHHH. */
static gboolean
take_code (Reader *r, guint n, GString *out)
{
  guint32 code = 0;

  for (guint i = 0; i < n; i++, r->at++) {
    if (r->at == r->end || !g_ascii_isxdigit (*r->at))
      return FALSE;
    code = code << 4 | (guint32)g_ascii_xdigit_value (*r->at);
  }
  if (code == 0 || !g_unichar_validate (code))
    return FALSE;
  g_string_append_unichar (out, code);
  return TRUE;
}

static gboolean
take_escape (Reader *r, GString *out)
{
  static const gchar from[] = "\\'\"nrtabfv", to[] = "\\'\"\n\r\t\a\b\f\v";
  const gchar *found;

  if (r->at == r->end)
    return FALSE;
  switch (*r->at) {
  case 'x':
    r->at++;
    return take_code (r, 2, out);
  case 'u':
    r->at++;
    return take_code (r, 4, out);
  case 'U':
    r->at++;
    return take_code (r, 8, out);
  case '\n': /* the line goes on */
    r->at++;
    return TRUE;
  default:
    found = *r->at ? strchr (from, *r->at) : NULL;
    if (!found)
      return FALSE;
    g_string_append_c (out, to[found - from]);
    r->at++;
    return TRUE;
  }
}

/* Reads 'cat', "cat" or u'cat'; returns NULL if there is no string. */
static gchar *
take_string (Reader *r)
{
  GString *out;
  gchar quote;

  skip_blanks (r);
  if (r->end - r->at > 1 && (*r->at == 'u' || *r->at == 'U') && (r->at[1] == '\'' || r->at[1] == '"'))
    r->at++;
  if (r->at == r->end || (*r->at != '\'' && *r->at != '"'))
    return NULL;
  quote = *r->at++;
  out = g_string_new (NULL);
  while (r->at < r->end && *r->at != quote && *r->at != '\n') {
    if (*r->at != '\\') {
      g_string_append_c (out, *r->at++);
      continue;
    }
    r->at++;
    if (!take_escape (r, out))
      break;
  }
  if (r->at == r->end || *r->at != quote) {
    g_string_free (out, TRUE);
    return NULL;
  }
  r->at++;
  return g_string_free (out, FALSE);
}

static gboolean
take_number (Reader *r, gint64 *number)
{
  const gchar *start;
  g_autofree gchar *digits = NULL;

  skip_blanks (r);
  for (start = r->at; r->at < r->end && g_ascii_isdigit (*r->at); r->at++)
    ;
  if (r->at == start || r->at - start > 18)
    return FALSE;
  digits = g_strndup (start, (gsize)(r->at - start));
  *number = g_ascii_strtoll (digits, NULL, 10);
  return TRUE;
}

static gboolean take_value (Reader *r, GString *out);

static gboolean
take_sequence (Reader *r, gchar close, GString *out)
{
  gboolean first = TRUE;

  g_string_append_c (out, '[');
  while (!take (r, close)) {
    if (!first)
      g_string_append_c (out, ',');
    first = FALSE;
    if (!take_value (r, out))
      return FALSE;
    if (!take (r, ',')) {
      if (!take (r, close))
        return FALSE;
      break;
    }
  }
  g_string_append_c (out, ']');
  return TRUE;
}

static gboolean
take_dictionary (Reader *r, GString *out)
{
  gboolean first = TRUE;

  g_string_append_c (out, '{');
  while (!take (r, '}')) {
    g_autofree gchar *key = take_string (r);
    gint64 number;

    if (!key) {
      if (!take_number (r, &number))
        return FALSE;
      key = g_strdup_printf ("%" G_GINT64_FORMAT, number);
    }
    if (!first)
      g_string_append_c (out, ',');
    first = FALSE;
    nn_json_append_string (out, key);
    g_string_append_c (out, ':');
    if (!take (r, ':') || !take_value (r, out))
      return FALSE;
    if (!take (r, ',')) {
      if (!take (r, '}'))
        return FALSE;
      break;
    }
  }
  g_string_append_c (out, '}');
  return TRUE;
}

static gboolean
take_value (Reader *r, GString *out)
{
  g_autofree gchar *string = NULL;
  gboolean ok = FALSE;
  gint64 number;

  if (r->depth == NN_JSON_MAX_DEPTH)
    return FALSE;
  r->depth++;
  if (take (r, '{')) {
    ok = take_dictionary (r, out);
  } else if (take (r, '[')) {
    ok = take_sequence (r, ']', out);
  } else if (take (r, '(')) {
    ok = take_sequence (r, ')', out);
  } else if ((string = take_string (r))) {
    nn_json_append_string (out, string);
    ok = TRUE;
  } else if (take_number (r, &number)) {
    g_string_append_printf (out, "%" G_GINT64_FORMAT, number);
    ok = TRUE;
  }
  r->depth--;
  return ok;
}

gchar *
nn_python_literal_to_json (const gchar *data, gsize size)
{
  Reader r = { data, data + size, 0 };
  GString *out = g_string_new (NULL);
  gboolean ok = take_value (&r, out);

  skip_blanks (&r);
  return g_string_free (out, !ok || r.at < r.end);
}
