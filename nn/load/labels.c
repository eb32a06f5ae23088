/* gst-resnet: label files
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <nn/labels.h>
#include <string.h>

#include "base/nn-hash.h"
#include "load/file-read.h"
#include "load/json-read.h"
#include "load/label-lines.h"
#include "load/python-literal.h"

/* ImageNet-21k's labels, with all of their synonyms, are 1 MB and 21841 lines. */
#define MAX_FILE_BYTES (4 << 20)
#define MAX_LINES (1 << 18)
#define MAX_LABEL_BYTES 4096

static gboolean
wrong_count (const gchar *name, guint found, guint n_classes, GError **error)
{
  g_set_error (error, NN_ERROR, NN_ERROR_LABELS, "%s: %u labels for a model of %u classes; one label a class is needed",
               name, found, n_classes);
  return FALSE;
}

/* Labels in JSON. */

/* A label is a string, or the last string of an array (Keras: ["n01440764", "tench"]). */
static const gchar *
label_of_value (NnJson value)
{
  if (nn_json_type (value) == NN_JSON_ARRAY)
    value = nn_json_element (value, nn_json_count (value) - 1);
  return nn_json_string (value);
}

/* Reads a whole decimal number below @n. */
static gboolean
parse_index (const gchar *text, guint n, guint *index)
{
  guint64 value;

  if (!text || !g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT32, &value, NULL) || value >= n)
    return FALSE;
  *index = (guint)value;
  return TRUE;
}

/* Reads an index that is written as 0 or "0". */
static gboolean
index_of_value (NnJson value, guint n, guint *index)
{
  gint64 number;

  if (!nn_json_int (value, &number))
    return parse_index (nn_json_string (value), n, index);
  *index = (guint)number;
  return number >= 0 && number < n;
}

/* Reads {"0": "tench"} (@by_key) or {"tench": 0}, {"tench": "0"}; each index must occur once. The labels are borrowed.
 * Returns how many members were right before the first one that is not, which @bad is set to. */
static guint
read_map (NnJson object, guint n, gboolean by_key, const gchar **labels, const gchar **bad)
{
  guint n_read = 0;

  memset (labels, 0, n * sizeof *labels);
  for (NnJson value = nn_json_first (object); nn_json_type (value); value = nn_json_next (object, value)) {
    const gchar *key = nn_json_name (value), *label = by_key ? label_of_value (value) : key;
    guint index;

    if (!label || !(by_key ? parse_index (key, n, &index) : index_of_value (value, n, &index)) || labels[index]) {
      *bad = key;
      break;
    }
    labels[index] = label;
    n_read++;
  }
  return n_read;
}

/* Reads a map of @n members between indices and labels, in either direction. */
static gboolean
labels_from_map (NnJson object, const gchar *name, gchar **labels, guint n, GPtrArray *warnings, GError **error)
{
  g_autofree const gchar **by_key = g_new (const gchar *, n), **by_value = g_new (const gchar *, n);
  const gchar *bad_key = NULL, *bad_value = NULL;
  guint n_keys = read_map (object, n, TRUE, by_key, &bad_key);
  guint n_values = read_map (object, n, FALSE, by_value, &bad_value);
  gboolean keys = n_keys == n, values = n_values == n, differ = FALSE;

  if (!keys && !values) {
    g_autofree gchar *shown = nn_json_shown (n_values > n_keys ? bad_value : bad_key);

    g_set_error (error, NN_ERROR, NN_ERROR_LABELS,
                 "%s: member \"%s\": expected {\"index\": \"label\"}, {\"index\": [\"synset\", \"label\"]} or "
                 "{\"label\": index} with each index from 0 to %u once",
                 name, shown, n - 1);
    return FALSE;
  }
  for (guint i = 0; i < n; i++) {
    differ |= keys && values && strcmp (by_key[i], by_value[i]);
    labels[i] = g_strdup (keys ? by_key[i] : by_value[i]);
  }
  if (differ && warnings)
    g_ptr_array_add (warnings, g_strdup_printf ("%s: names and values of its members are both indices; the names are "
                                                "taken as the classes' numbers and the values as their labels",
                                                name));
  return TRUE;
}

/* Reads an element of [{"id": 0, "name": "tench"}, …], which is how annotation tools write lists of classes. */
static gboolean
label_of_object (NnJson object, gint64 *id, const gchar **label)
{
  static const gchar *const labels[] = { "name", "label", "class", "class_name", "display_name" };
  static const gchar *const ids[] = { "id", "index", "idx", "class_id", "label_id" };
  guint i;

  *label = NULL;
  *id = -1;
  for (i = 0; i < G_N_ELEMENTS (labels) && !*label; i++)
    *label = nn_json_string (nn_json_member (object, labels[i]));
  for (i = 0; i < G_N_ELEMENTS (ids) && *id < 0; i++)
    nn_json_int (nn_json_member (object, ids[i]), id);
  return *label != NULL;
}

static gboolean
labels_from_array (NnJson array, const gchar *name, gchar **labels, guint n, GPtrArray *warnings, GError **error)
{
  g_autofree guint *places = g_new0 (guint, n);
  g_autofree gboolean *taken = g_new0 (gboolean, n);
  gboolean numbered = TRUE, any_number = FALSE;
  NnJson value = nn_json_first (array);

  for (guint i = 0; i < n; i++, value = nn_json_next (array, value)) {
    const gchar *label = label_of_value (value);
    gint64 id = -1;

    if (!label && !label_of_object (value, &id, &label)) {
      g_set_error (error, NN_ERROR, NN_ERROR_LABELS, "%s: element %u is not a string", name, i);
      return FALSE;
    }
    any_number |= id >= 0;
    numbered = numbered && id >= 0 && id < n && !taken[id];
    if (numbered) {
      places[i] = (guint)id;
      taken[id] = TRUE;
    }
    labels[i] = g_strdup (label);
  }
  if (any_number && !numbered && warnings)
    g_ptr_array_add (warnings,
                     g_strdup_printf ("%s: its classes have numbers, but not each from 0 to %u once; they are "
                                      "taken in the order of the list",
                                      name, n - 1));
  if (numbered && any_number) {
    g_autofree gchar **sorted = g_new (gchar *, n);

    for (guint i = 0; i < n; i++)
      sorted[places[i]] = labels[i];
    memcpy (labels, sorted, n * sizeof *labels);
  }
  return TRUE;
}

static void
clear_labels (gchar **labels, guint n)
{
  for (guint i = 0; i < n; i++)
    g_clear_pointer (&labels[i], g_free);
}

/* @value must be an array or an object. */
static gboolean
labels_from_value (NnJson value, const gchar *name, gchar **labels, guint n, GPtrArray *warnings, GError **error)
{
  gboolean ok;

  if (nn_json_count (value) != n)
    return wrong_count (name, nn_json_count (value), n, error);
  ok = nn_json_type (value) == NN_JSON_ARRAY ? labels_from_array (value, name, labels, n, warnings, error)
                                             : labels_from_map (value, name, labels, n, warnings, error);
  if (!ok)
    clear_labels (labels, n);
  return ok;
}

static gboolean
holds_values (NnJson value)
{
  return nn_json_type (value) == NN_JSON_ARRAY || nn_json_type (value) == NN_JSON_OBJECT;
}

/* Finds the labels in one member of a whole configuration: Hugging Face's config.json, timm's, or what people write
 * themselves. */
static NnJson
find_labels_inside (NnJson object)
{
  static const gchar *const names[]
      = { "id2label",     "label2id",     "label_names",  "labels",       "label_map",
          "classes",      "class_names",  "classnames",   "names",        "categories",
          "class_to_idx", "idx_to_class", "label_to_idx", "idx_to_label", "index_to_name" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    const NnJson value = nn_json_member (object, names[i]);

    if (holds_values (value))
      return value;
  }
  return (NnJson){ NULL, 0 };
}

/* Replaces names by timm's label_descriptions: {"n01440764": "tench, Tinca tinca", …} for the names in label_names. */
static void
describe (NnJson config, gchar **labels, guint n)
{
  const NnJson words = nn_json_member (config, "label_descriptions");
  g_autoptr (GHashTable) by_name = g_hash_table_new (nn_name_hash, g_str_equal);

  if (nn_json_type (words) != NN_JSON_OBJECT)
    return;
  for (NnJson value = nn_json_first (words); nn_json_type (value); value = nn_json_next (words, value))
    if (nn_json_string (value))
      g_hash_table_insert (by_name, (gpointer)nn_json_name (value), (gpointer)nn_json_string (value));
  for (guint i = 0; i < n; i++) {
    const gchar *text = g_hash_table_lookup (by_name, labels[i]);

    if (text) {
      g_free (labels[i]);
      labels[i] = g_strdup (text);
    }
  }
}

static gboolean
labels_from_json (NnJson root, const gchar *name, gchar **labels, guint n, GPtrArray *warnings, GError **error)
{
  const NnJson inside = find_labels_inside (root);

  if (!holds_values (root)) {
    g_set_error (error, NN_ERROR, NN_ERROR_LABELS, "%s: expected a JSON object or array of labels", name);
    return FALSE;
  }
  if (!labels_from_value (nn_json_type (inside) ? inside : root, name, labels, n, warnings, error))
    return FALSE;
  if (nn_json_type (inside) && strcmp (nn_json_name (inside), "label_names") == 0)
    describe (root, labels, n);
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

/* Labels in lines. */

static gboolean
is_blank (const gchar *line)
{
  return line[strspn (line, " \t")] == '\0';
}

/* Whether the line is like "n01440764 tench, Tinca tinca": WordNet's identifier of a noun, then the words. */
static gboolean
has_synset (const gchar *line)
{
  if (line[0] != 'n' || strspn (line + 1, "0123456789") != 8)
    return FALSE;
  return (line[9] == ' ' || line[9] == '\t') && !is_blank (line + 9);
}

/* Splits the file into lines without their ends; each must be valid UTF-8 and of limited length. */
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
    if (lines->len == MAX_LINES) {
      g_set_error (error, NN_ERROR, NN_ERROR_LABELS, "%s: has more than %d lines; one label a class is needed", name,
                   MAX_LINES);
      return NULL;
    }
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

/* Returns the lines that count as labels; they still belong to @lines. */
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

/* Splits a single line that has all labels ("cat;dog;fox"). Returns NULL if no separator makes @n labels of it, or if
 * the line is the beginning of something else. */
static GPtrArray *
split_line (const gchar *line, guint n)
{
  static const gchar *const separators[] = { ";", "\t", "|", "," };

  if (strchr ("{[(", line[0]))
    return NULL;
  for (guint s = 0; n > 1 && s < G_N_ELEMENTS (separators); s++) {
    g_auto (GStrv) parts = g_strsplit (line, separators[s], -1);
    guint count = g_strv_length (parts);

    if (count == n + 1 && is_blank (parts[n])) /* there may be one more separator at the end */
      count--;
    if (count == n) {
      GPtrArray *lines = g_ptr_array_new_with_free_func (g_free);

      for (guint i = 0; i < n; i++)
        g_ptr_array_add (lines, g_strdup (g_strstrip (parts[i])));
      return lines;
    }
  }
  return NULL;
}

/* Reads as many lines as there are classes. They may have indices, and WordNet's identifiers before or behind those. */
static void
take_lines (const GPtrArray *lines, const gchar *name, gchar **labels, GPtrArray *warnings)
{
  g_autoptr (GPtrArray) bare = g_ptr_array_new ();
  gboolean synsets = TRUE;
  guint i, n = lines->len;

  for (i = 0; i < n; i++)
    synsets &= has_synset (g_ptr_array_index (lines, i));
  for (i = 0; i < n; i++)
    g_ptr_array_add (bare, (gchar *)g_ptr_array_index (lines, i) + (synsets ? 10 : 0));
  if (!nn_label_lines_place (bare, name, labels, warnings)) {
    for (i = 0; i < n; i++)
      labels[i] = g_strstrip (g_strdup (g_ptr_array_index (bare, i)));
    return;
  }
  for (i = 0, synsets = TRUE; i < n; i++)
    synsets &= has_synset (labels[i]);
  for (i = 0; synsets && i < n; i++)
    g_strstrip (memmove (labels[i], labels[i] + 10, strlen (labels[i] + 10) + 1));
}

/* Reads lines that have an index each and follow a header such as "index,label". */
static gboolean
take_behind_header (const GPtrArray *lines, const gchar *name, gchar **labels, GPtrArray *warnings)
{
  g_autoptr (GPtrArray) rest = g_ptr_array_new ();

  for (guint i = 1; i < lines->len; i++)
    g_ptr_array_add (rest, g_ptr_array_index (lines, i));
  return strpbrk (g_ptr_array_index (lines, 0), "0123456789") == NULL
         && nn_label_lines_place (rest, name, labels, warnings);
}

static gboolean
labels_from_lines (const GPtrArray *lines, const gchar *name, gchar **labels, guint n, GPtrArray *warnings,
                   GError **error)
{
  g_autoptr (GPtrArray) last = NULL;

  for (Way way = KEEP_ALL; way < N_WAYS; way++) {
    g_autoptr (GPtrArray) kept = select_lines (lines, way);

    if (kept->len == n) {
      take_lines (kept, name, labels, warnings);
      return TRUE;
    }
    g_clear_pointer (&last, g_ptr_array_unref);
    last = g_steal_pointer (&kept);
  }
  if (last->len == 1) {
    g_autoptr (GPtrArray) parts = split_line (g_ptr_array_index (last, 0), n);

    if (parts) {
      take_lines (parts, name, labels, warnings);
      return TRUE;
    }
  }
  return (last->len == n + 1 && take_behind_header (last, name, labels, warnings))
         || wrong_count (name, last->len, n, error);
}

/* Parses JSON, or what Python prints of a dictionary or a list. Returns NULL with JSON's error if the text is
 * neither. */
static NnJsonDoc *
parse_structure (const gchar *data, gsize size, const gchar *name, GError **error)
{
  NnJsonDoc *root = nn_json_parse (data, size, name, error);
  g_autofree gchar *json = NULL;

  if (root || !g_utf8_validate_len (data, size, NULL))
    return root;
  json = nn_python_literal_to_json (data, size);
  if (json) { /* errors now concern the dictionary that was meant, e.g. a member that occurs twice */
    g_clear_error (error);
    root = nn_json_parse (json, strlen (json), name, error);
  }
  return root;
}

gchar **
nn_labels_parse (const gchar *data, gsize size, const gchar *name, guint n_classes, GPtrArray *warnings, GError **error)
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
  if (start < size && (data[start] == '{' || data[start] == '[' || data[start] == '(')) {
    g_autoptr (NnJsonDoc) root = parse_structure (data, size, name, &json_error);

    if (root) {
      if (labels_from_json (nn_json_root (root), name, labels, n_classes, warnings, error))
        return labels;
      goto failed;
    }
    /* A label may begin with a bracket. Then the lines give the labels; if they do not, the text was meant as JSON. */
  }
  lines = split_lines (data, size, name, json_error ? NULL : error);
  if (lines && labels_from_lines (lines, name, labels, n_classes, warnings, json_error ? NULL : error))
    return labels;
  if (json_error)
    g_set_error_literal (error, NN_ERROR, NN_ERROR_LABELS, json_error->message);

failed:
  clear_labels (labels, n_classes);
  g_free (labels);
  return NULL;
}

/* Whether the argument is not a path but a list of the labels themselves: "cat,dog". */
static gboolean
is_list (const gchar *path)
{
  return strpbrk (path, ",;|\n") || (strchr (path, ' ') && !strpbrk (path, "./\\"));
}

GBytes *
nn_labels_read (const gchar *path, GError **error)
{
  if (is_list (path) && !g_file_test (path, G_FILE_TEST_EXISTS)) {
    g_autofree gchar *shown = g_filename_display_name (path);

    g_set_error (error, NN_ERROR, NN_ERROR_IO,
                 "%s: there is no such file; this looks like a list of labels, but the name of a file with one label a "
                 "line is needed",
                 shown);
    return NULL;
  }
  return nn_file_read (path, MAX_FILE_BYTES, error);
}

gchar **
nn_labels_load (const gchar *path, guint n_classes, GPtrArray *warnings, GError **error)
{
  g_autofree gchar *shown = g_filename_display_name (path);
  g_autoptr (GBytes) bytes = nn_labels_read (path, error);
  gconstpointer data;
  gsize size;

  if (!bytes)
    return NULL;
  data = g_bytes_get_data (bytes, &size);
  return nn_labels_parse (data ? data : "", size, shown, n_classes, warnings, error);
}
