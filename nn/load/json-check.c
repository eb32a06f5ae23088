/* gst-resnet: JSON from untrusted files
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "load/json-check.h"

#include <string.h>

#include "base/nn-hash.h"

/* Members whose names have one value of g_str_hash(): of a hundred thousand names that nobody chose, two or three. */
#define MAX_COLLIDING 64
/* Members whose names are written with escapes, and so are not seen through. */
#define MAX_ESCAPED 4096

gchar *
nn_json_shown (const gchar *text)
{
  const glong n = g_utf8_strlen (text, -1);
  g_autofree gchar *start = g_utf8_substring (text, 0, MIN (n, 60));

  return g_strconcat (start, n > 60 ? "…" : "", NULL);
}

const gchar *
nn_json_get_string (JsonNode *node)
{
  return node && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

/* Brackets outside strings; a malformed text is the parser's to find. */
static gboolean
depth_is_limited (const gchar *data, gsize size)
{
  gboolean in_string = FALSE;
  gsize depth = 0;

  for (gsize i = 0; i < size; i++) {
    if (in_string) {
      if (data[i] == '\\')
        i++;
      else if (data[i] == '"')
        in_string = FALSE;
    } else if (data[i] == '"') {
      in_string = TRUE;
    } else if (data[i] == '{' || data[i] == '[') {
      if (++depth > NN_JSON_MAX_DEPTH)
        return FALSE;
    } else if ((data[i] == '}' || data[i] == ']') && depth > 0) {
      depth--;
    }
  }
  return TRUE;
}

/* A member's name: what g_str_hash() makes of it, and what nobody can foresee. */
typedef struct {
  guint known, secret;
} NameHash;

static gint
compare_hashes (gconstpointer a, gconstpointer b)
{
  const NameHash *x = a, *y = b;

  if (x->known != y->known)
    return x->known < y->known ? -1 : 1;
  return x->secret < y->secret ? -1 : x->secret > y->secret;
}

/* Many names of one hash value make json-glib's tables quadratic. Names are strings that a colon follows. */
static gboolean
names_are_spread (const gchar *data, gsize size)
{
  g_autoptr (GArray) names = g_array_new (FALSE, FALSE, sizeof (NameHash));
  g_autoptr (GString) name = g_string_new (NULL);
  guint n_escaped = 0, n_alike = 0;

  for (gsize i = 0; i < size; i++) {
    gboolean escaped = FALSE;
    NameHash hash;
    gsize start = i + 1, next;

    if (data[i] != '"')
      continue;
    for (i++; i < size && data[i] != '"'; i++)
      if (data[i] == '\\') {
        escaped = TRUE;
        i++;
      }
    for (next = i + 1; next < size && g_ascii_isspace (data[next]); next++)
      ;
    if (next >= size || data[next] != ':')
      continue;
    if (escaped) {
      if (++n_escaped > MAX_ESCAPED)
        return FALSE;
      continue;
    }
    g_string_truncate (name, 0);
    g_string_append_len (name, data + start, (gssize)(i - start));
    hash.known = g_str_hash (name->str);
    hash.secret = nn_name_hash (name->str);
    g_array_append_val (names, hash);
  }
  g_array_sort (names, compare_hashes);
  for (guint i = 1; i < names->len; i++) {
    const NameHash *last = &g_array_index (names, NameHash, i - 1), *this = &g_array_index (names, NameHash, i);

    if (this->known != last->known)
      n_alike = 0;
    else if (this->secret != last->secret && ++n_alike > MAX_COLLIDING)
      return FALSE;
  }
  return TRUE;
}

JsonNode *
nn_json_parse (const gchar *data, gsize size, const gchar *what, GError **error)
{
  g_autoptr (JsonParser) parser = NULL;
  g_autoptr (GError) parse_error = NULL;
  JsonNode *root;

  if (size > G_MAXSSIZE || !g_utf8_validate_len (data, size, NULL) || memchr (data, '\0', size)) {
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "%s is not valid UTF-8 text", what);
    return NULL;
  }
  if (!depth_is_limited (data, size)) {
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "%s is nested more than %d deep", what, NN_JSON_MAX_DEPTH);
    return NULL;
  }
  if (!names_are_spread (data, size)) {
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "%s has names that were chosen to make reading it slow", what);
    return NULL;
  }
  parser = json_parser_new_immutable ();
  if (!json_parser_load_from_data (parser, data, (gssize)size, &parse_error)) {
    /* The parser quotes the text and may cut it inside a character. */
    g_autofree gchar *valid = g_utf8_make_valid (parse_error->message, -1);

    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "%s is not valid JSON: %s", what, valid);
    return NULL;
  }
  root = json_parser_get_root (parser);
  if (!root) {
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "%s is empty", what);
    return NULL;
  }
  return json_node_ref (root);
}
