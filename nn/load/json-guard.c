/* gst-resnet: a look at untrusted JSON before json-glib sees it
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "load/json-guard.h"

#include "load/nn-cursor.h"

#define MAX_NUMBER 32      /* characters */
#define MAX_INTEGER 18     /* digits: below 2^63 */
#define MAX_MEMBERS 2000000 /* of all objects, and elements of all arrays */

typedef struct {
  NnCursor c;
  gsize n_colons, n_commas;
} Guard;

static gint
peek (const Guard *g)
{
  return g->c.pos < g->c.size ? g->c.data[g->c.pos] : -1;
}

/* Four hexadecimal digits; -1 when they are not there. */
static gint
hex4 (Guard *g)
{
  const guint8 *digits;
  gint value = 0;

  if (!nn_cursor_bytes (&g->c, 4, &digits))
    return -1;
  for (guint i = 0; i < 4; i++) {
    gint d = g_ascii_xdigit_value ((gchar)digits[i]);

    if (d < 0)
      return -1;
    value = value * 16 + d;
  }
  return value;
}

/* Behind the opening quote, to behind the closing one. */
static const gchar *
check_string (Guard *g)
{
  guint8 ch, e;

  while (nn_cursor_u8 (&g->c, &ch)) {
    gint u;

    if (ch == '"')
      return NULL;
    if (ch < 0x20)
      return "a control character in a string";
    if (ch != '\\')
      continue;
    if (!nn_cursor_u8 (&g->c, &e))
      break;
    if (e != 'u') {
      if (!e || !strchr ("\"\\/bfnrt", e))
        return "an unknown escape in a string";
      continue;
    }
    u = hex4 (g);
    if (u <= 0)
      return "a \\u escape that is none, or NUL";
    if (u >= 0xdc00 && u <= 0xdfff)
      return "half a surrogate pair";
    if (u >= 0xd800 && u <= 0xdbff) {
      const guint8 *next;

      if (!nn_cursor_bytes (&g->c, 2, &next) || next[0] != '\\' || next[1] != 'u')
        return "half a surrogate pair";
      u = hex4 (g);
      if (u < 0xdc00 || u > 0xdfff)
        return "half a surrogate pair";
    }
  }
  return g->c.pos == g->c.size ? "a string without its end" : NULL;
}

static guint
digits (Guard *g)
{
  guint n = 0;

  while (g_ascii_isdigit (peek (g))) {
    g->c.pos++;
    n++;
  }
  return n;
}

static const gchar *
check_number (Guard *g)
{
  gsize start = g->c.pos;
  guint n;
  gint first;

  if (peek (g) == '-')
    g->c.pos++;
  first = peek (g);
  n = digits (g);
  if (n == 0 || (n > 1 && first == '0'))
    return "a number that is none";
  if (n > MAX_INTEGER)
    return "a number beyond all counts";
  if (peek (g) == '.') {
    g->c.pos++;
    if (digits (g) == 0)
      return "a number that is none";
  }
  if (peek (g) == 'e' || peek (g) == 'E') {
    g->c.pos++;
    if (peek (g) == '+' || peek (g) == '-')
      g->c.pos++;
    if (digits (g) == 0)
      return "a number that is none";
  }
  return g->c.pos - start > MAX_NUMBER ? "a number of too many characters" : NULL;
}

static const gchar *
check_word (Guard *g)
{
  static const gchar *const words[] = { "true", "false", "null" };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++) {
    gsize n = strlen (words[i]);

    if (nn_cursor_left (&g->c) >= n && memcmp (g->c.data + g->c.pos, words[i], n) == 0) {
      g->c.pos += n;
      return g_ascii_isalnum (peek (g)) ? "a word that is none" : NULL;
    }
  }
  return "something that is no JSON";
}

/* Tokens and depth; that they stand in the right order is json-glib's business. */
static const gchar *
check_all (Guard *g)
{
  guint depth = 0;
  gboolean any = FALSE;
  const gchar *problem = NULL;

  while (!problem && g->c.pos < g->c.size) {
    gint ch = peek (g);

    if (ch == ' ' || ch == '\t' || ch == '\n' || ch == '\r') {
      g->c.pos++;
      continue;
    }
    if (any && depth == 0)
      return "more than one value";
    if (ch == '{' || ch == '[') {
      if (++depth > NN_JSON_MAX_DEPTH)
        return "nesting too deep";
      g->c.pos++;
      any = TRUE;
    } else if (ch == '}' || ch == ']') {
      if (depth-- == 0)
        return "a bracket too many";
      g->c.pos++;
    } else if (ch == ':' || ch == ',') {
      *(ch == ':' ? &g->n_colons : &g->n_commas) += 1;
      g->c.pos++;
    } else if (!any) {
      return "neither an object nor an array";
    } else if (ch == '"') {
      g->c.pos++;
      problem = check_string (g);
    } else if (ch == '-' || g_ascii_isdigit (ch)) {
      problem = check_number (g);
    } else {
      problem = check_word (g);
    }
  }
  if (!problem && (depth || !any))
    problem = "the end comes too early";
  if (!problem && (g->n_colons > MAX_MEMBERS || g->n_commas > MAX_MEMBERS))
    problem = "too many members";
  return problem;
}

/* Members kept in all objects; recursion is bounded by NN_JSON_MAX_DEPTH. */
static gsize
count_members (JsonNode *node)
{
  gsize n = 0;

  if (JSON_NODE_HOLDS_OBJECT (node)) {
    JsonObjectIter iter;
    JsonNode *child;

    json_object_iter_init (&iter, json_node_get_object (node));
    while (json_object_iter_next (&iter, NULL, &child))
      n += 1 + count_members (child);
  } else if (JSON_NODE_HOLDS_ARRAY (node)) {
    JsonArray *array = json_node_get_array (node);

    for (guint i = 0; i < json_array_get_length (array); i++)
      n += count_members (json_array_get_element (array, i));
  }
  return n;
}

JsonParser *
nn_json_parse (const gchar *data, gsize size, const gchar *name, gint code, GError **error)
{
  Guard guard = { { (const guint8 *)data, size, 0 }, 0, 0 };
  GError *local = NULL;
  const gchar *problem;
  JsonParser *parser;
  const gchar *bad;

  if (!g_utf8_validate (data, (gssize)size, &bad)) {
    g_set_error (error, NN_ERROR, code, "%s: byte %" G_GSIZE_FORMAT ": not UTF-8", name, (gsize)(bad - data));
    return NULL;
  }
  problem = check_all (&guard);
  if (problem) {
    g_set_error (error, NN_ERROR, code, "%s: byte %" G_GSIZE_FORMAT ": %s", name, guard.c.pos, problem);
    return NULL;
  }
  parser = json_parser_new ();
  if (!json_parser_load_from_data (parser, data, (gssize)size, &local)) {
    g_set_error (error, NN_ERROR, code, "%s: %s", name, local->message);
    g_error_free (local);
    g_object_unref (parser);
    return NULL;
  }
  if (!json_parser_get_root (parser) || count_members (json_parser_get_root (parser)) != guard.n_colons) {
    g_set_error (error, NN_ERROR, code, "%s: two members of one object have the same name", name);
    g_object_unref (parser);
    return NULL;
  }
  return parser;
}
