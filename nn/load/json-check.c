/* gst-resnet: JSON from untrusted files
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "load/json-check.h"

#include <string.h>

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
