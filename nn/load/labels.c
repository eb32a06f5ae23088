/* gst-resnet: label files
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <nn/labels.h>
#include <string.h>

#include "load/file-read.h"
#include "load/json-check.h"

#define MAX_FILE_BYTES (64 << 20)
#define MAX_LABEL_BYTES 4096

static gboolean
wrong_count (const gchar *name, guint found, guint n_classes, GError **error)
{
  g_set_error (error, NN_ERROR, NN_ERROR_LABELS, "%s: %u labels for a model of %u classes; one label a class is needed",
               name, found, n_classes);
  return FALSE;
}

/* JSON */

/* A label is a string, or the last string of an array (Keras: ["n01440764", "tench"]). */
static const gchar *
label_of_node (JsonNode *node)
{
  if (JSON_NODE_HOLDS_ARRAY (node)) {
    JsonArray *array = json_node_get_array (node);
    const guint n = json_array_get_length (array);

    if (n == 0)
      return NULL;
    node = json_array_get_element (array, n - 1);
  }
  return nn_json_get_string (node);
}

/* A whole decimal number below @n. */
static gboolean
parse_index (const gchar *text, guint n, guint *index)
{
  guint64 value;

  if (!g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT32, &value, NULL) || value >= n)
    return FALSE;
  *index = (guint)value;
  return TRUE;
}

/* {"0": "tench"} or {"tench": 0}: either side may be the index. */
static gboolean
member_of_object (const gchar *key, JsonNode *node, guint n, guint *index, const gchar **label)
{
  gint64 value;

  *label = label_of_node (node);
  if (*label)
    return parse_index (key, n, index);
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64)
    return FALSE;
  value = json_node_get_int (node);
  *label = key;
  *index = (guint)value;
  return value >= 0 && value < n;
}

static gboolean
labels_from_object (JsonObject *object, const gchar *name, gchar **labels, guint n, GError **error)
{
  JsonObjectIter iter;
  const gchar *key;
  JsonNode *node;

  if (json_object_get_size (object) != n)
    return wrong_count (name, json_object_get_size (object), n, error);
  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &key, &node)) {
    const gchar *label;
    guint index;

    if (!member_of_object (key, node, n, &index, &label) || labels[index]) {
      g_autofree gchar *shown = nn_json_shown (key);

      g_set_error (error, NN_ERROR, NN_ERROR_LABELS,
                   "%s: member \"%s\": expected {\"index\": \"label\"}, {\"index\": [\"synset\", \"label\"]} or "
                   "{\"label\": index} with each index from 0 to %u once",
                   name, shown, n - 1);
      return FALSE;
    }
    labels[index] = g_strdup (label);
  }
  return TRUE;
}

static gboolean
labels_from_array (JsonArray *array, const gchar *name, gchar **labels, guint n, GError **error)
{
  if (json_array_get_length (array) != n)
    return wrong_count (name, json_array_get_length (array), n, error);
  for (guint i = 0; i < n; i++) {
    const gchar *label = label_of_node (json_array_get_element (array, i));

    if (!label) {
      g_set_error (error, NN_ERROR, NN_ERROR_LABELS, "%s: element %u is not a string", name, i);
      return FALSE;
    }
    labels[i] = g_strdup (label);
  }
  return TRUE;
}

static gboolean
labels_from_json (JsonNode *root, const gchar *name, gchar **labels, guint n, GError **error)
{
  if (JSON_NODE_HOLDS_OBJECT (root)) {
    if (!labels_from_object (json_node_get_object (root), name, labels, n, error))
      return FALSE;
  } else if (JSON_NODE_HOLDS_ARRAY (root)) {
    if (!labels_from_array (json_node_get_array (root), name, labels, n, error))
      return FALSE;
  } else {
    g_set_error (error, NN_ERROR, NN_ERROR_LABELS, "%s: expected a JSON object or array of labels", name);
    return FALSE;
  }
  for (guint i = 0; i < n; i++) {
    gsize length = strlen (labels[i]);

    if (length > MAX_LABEL_BYTES) {
      g_set_error (error, NN_ERROR, NN_ERROR_LABELS,
                   "%s: label %u has %" G_GSIZE_FORMAT " bytes; a label has at most %d", name, i, length,
                   MAX_LABEL_BYTES);
      return FALSE;
    }
  }
  return TRUE;
}

/* Lines */

static gboolean
is_blank (const gchar *line)
{
  return line[strspn (line, " \t")] == '\0';
}

/* "n01440764 tench, Tinca tinca": WordNet's identifier of a noun, then the words. */
static gboolean
has_synset (const gchar *line)
{
  if (line[0] != 'n' || strspn (line + 1, "0123456789") != 8)
    return FALSE;
  return (line[9] == ' ' || line[9] == '\t') && !is_blank (line + 9);
}

/* The file's lines without their ends, each valid UTF-8 and of limited length. */
static GPtrArray *
split_lines (const gchar *data, gsize size, const gchar *name, GError **error)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  const gchar *end = data + size;

  while (data < end) {
    const gchar *newline = memchr (data, '\n', (gsize)(end - data));
    const gchar *next = newline ? newline + 1 : end;
    gsize length = (gsize)((newline ? newline : end) - data);

    if (length > 0 && data[length - 1] == '\r')
      length--;
    if (length > MAX_LABEL_BYTES) {
      g_set_error (error, NN_ERROR, NN_ERROR_LABELS,
                   "%s: line %u has %" G_GSIZE_FORMAT " bytes; a label has at most %d", name, lines->len + 1, length,
                   MAX_LABEL_BYTES);
      return NULL;
    }
    if (!g_utf8_validate_len (data, length, NULL)) {
      g_set_error (error, NN_ERROR, NN_ERROR_LABELS, "%s: line %u is not valid UTF-8 text; save the file as UTF-8",
                   name, lines->len + 1);
      return NULL;
    }
    g_ptr_array_add (lines, g_strndup (data, length));
    data = next;
  }
  return g_steal_pointer (&lines);
}

typedef enum { KEEP_ALL, KEEP_NO_TRAILING_BLANKS, KEEP_NO_BLANKS, KEEP_NO_COMMENTS, N_WAYS } Way;

/* The lines that count as labels; belong to @lines. */
static GPtrArray *
select_lines (const GPtrArray *lines, Way way)
{
  GPtrArray *kept = g_ptr_array_new ();
  guint n = lines->len;

  while (way == KEEP_NO_TRAILING_BLANKS && n > 0 && is_blank (g_ptr_array_index (lines, n - 1)))
    n--;
  for (guint i = 0; i < n; i++) {
    gchar *line = g_ptr_array_index (lines, i);

    if (way >= KEEP_NO_BLANKS && is_blank (line))
      continue;
    if (way >= KEEP_NO_COMMENTS && line[0] == '#')
      continue;
    g_ptr_array_add (kept, line);
  }
  return kept;
}

static gboolean
labels_from_lines (const GPtrArray *lines, const gchar *name, gchar **labels, guint n, GError **error)
{
  for (Way way = KEEP_ALL; way < N_WAYS; way++) {
    g_autoptr (GPtrArray) kept = select_lines (lines, way);
    gboolean synsets = TRUE;

    if (kept->len != n) {
      if (way == N_WAYS - 1)
        return wrong_count (name, kept->len, n, error);
      continue;
    }
    for (guint i = 0; i < n; i++)
      synsets &= has_synset (g_ptr_array_index (kept, i));
    for (guint i = 0; i < n; i++)
      labels[i] = g_strstrip (g_strdup ((const gchar *)g_ptr_array_index (kept, i) + (synsets ? 10 : 0)));
    break;
  }
  return TRUE;
}

static void
clear_labels (gchar **labels, guint n)
{
  for (guint i = 0; i < n; i++)
    g_clear_pointer (&labels[i], g_free);
}

gchar **
nn_labels_parse (const gchar *data, gsize size, const gchar *name, guint n_classes, GError **error)
{
  gchar **labels = g_new0 (gchar *, (gsize)n_classes + 1);
  g_autoptr (GPtrArray) lines = NULL;
  g_autoptr (GError) json_error = NULL;
  gsize start = 0;

  if (size >= 3 && memcmp (data, "\xef\xbb\xbf", 3) == 0) {
    data += 3;
    size -= 3;
  }
  while (start < size && g_ascii_isspace (data[start]))
    start++;
  if (start < size && (data[start] == '{' || data[start] == '[')) {
    g_autoptr (JsonNode) root = nn_json_parse (data, size, name, &json_error);

    if (root) {
      if (labels_from_json (root, name, labels, n_classes, error))
        return labels;
      goto failed;
    }
    /* A label may begin with a bracket; then the lines are right, and if they are not, the JSON was meant. */
  }
  lines = split_lines (data, size, name, json_error ? NULL : error);
  if (lines && labels_from_lines (lines, name, labels, n_classes, json_error ? NULL : error))
    return labels;
  if (json_error)
    g_set_error_literal (error, NN_ERROR, NN_ERROR_LABELS, json_error->message);

failed:
  clear_labels (labels, n_classes);
  g_free (labels);
  return NULL;
}

gchar **
nn_labels_load (const gchar *path, guint n_classes, GError **error)
{
  g_autofree gchar *shown = g_filename_display_name (path);
  g_autoptr (GBytes) bytes = nn_file_read (path, MAX_FILE_BYTES, error);
  gconstpointer data;
  gsize size;

  if (!bytes)
    return NULL;
  data = g_bytes_get_data (bytes, &size);
  return nn_labels_parse (data ? data : "", size, shown, n_classes, error);
}
