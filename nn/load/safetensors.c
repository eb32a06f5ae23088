/* gst-resnet: .safetensors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "load/safetensors.h"

#include "base/nn-memory.h"
#include "load/json-guard.h"
#include "load/nn-cursor.h"
#include "load/tensor-data.h"
#include "load/tensor-names.h"
#include "load/weights-private.h"

#include <string.h>

#define MAX_HEADER 100000000 /* the format's own cap */
#define MAX_NAME 512

typedef struct {
  const gchar *name; /* the tree's */
  NnDType dtype;
  guint n_dims;
  guint64 dims[NN_TENSOR_MAX_DIMS];
  guint64 begin, end;
} Entry;

static const struct {
  const gchar *name;
  NnDType dtype;
} dtypes[] = {
  { "F64", NN_DTYPE_F64 }, { "F32", NN_DTYPE_F32 }, { "F16", NN_DTYPE_F16 }, { "BF16", NN_DTYPE_BF16 },
  { "I64", NN_DTYPE_I64 }, { "I32", NN_DTYPE_I32 }, { "I16", NN_DTYPE_I16 }, { "I8", NN_DTYPE_I8 },
  { "U8", NN_DTYPE_U8 },   { "BOOL", NN_DTYPE_BOOL },
};

static gboolean
get_uint (JsonNode *node, guint64 *value)
{
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64 || json_node_get_int (node) < 0)
    return FALSE;
  *value = (guint64)json_node_get_int (node);
  return TRUE;
}

static gboolean
get_string (JsonNode *node, const gchar **value)
{
  if (!node || !JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
    return FALSE;
  *value = json_node_get_string (node);
  return TRUE;
}

static JsonArray *
get_array (JsonObject *object, const gchar *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

static gboolean
read_metadata (NnWeights *weights, JsonNode *node, GError **error)
{
  JsonObjectIter iter;
  const gchar *key, *value;
  JsonNode *member;

  if (JSON_NODE_HOLDS_OBJECT (node)) {
    json_object_iter_init (&iter, json_node_get_object (node));
    while (json_object_iter_next (&iter, &key, &member)) {
      if (!get_string (member, &value))
        goto bad;
      g_hash_table_replace (weights->metadata, g_strdup (key), g_strdup (value));
    }
    return TRUE;
  }
bad:
  g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "%s: __metadata__ is no map from strings to strings", weights->name);
  return FALSE;
}

/* One member of the header, checked for itself. */
static gboolean
read_entry (NnWeights *weights, const gchar *name, JsonNode *node, guint64 data_size, Entry *entry, GError **error)
{
  JsonObject *object;
  JsonArray *shape, *offsets;
  const gchar *dtype;
  gsize n_elements, n_bytes;
  gboolean known = FALSE;

  if (!*name || strlen (name) > MAX_NAME) {
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "%s: a tensor's name has %" G_GSIZE_FORMAT " bytes; 1 to %d are right",
                 weights->name, strlen (name), MAX_NAME);
    return FALSE;
  }
  for (const gchar *p = name; *p; p++)
    if ((guchar)*p < 0x20 || *p == 0x7f) {
      g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "%s: a tensor's name has a control character in it", weights->name);
      return FALSE;
    }
  if (!JSON_NODE_HOLDS_OBJECT (node))
    goto bad;
  object = json_node_get_object (node);
  shape = get_array (object, "shape");
  offsets = get_array (object, "data_offsets");
  if (!get_string (json_object_get_member (object, "dtype"), &dtype) || !shape || !offsets
      || json_array_get_length (offsets) != 2 || !get_uint (json_array_get_element (offsets, 0), &entry->begin)
      || !get_uint (json_array_get_element (offsets, 1), &entry->end))
    goto bad;
  for (guint i = 0; i < G_N_ELEMENTS (dtypes); i++)
    if (strcmp (dtype, dtypes[i].name) == 0) {
      entry->dtype = dtypes[i].dtype;
      known = TRUE;
    }
  if (!known) {
    g_autofree gchar *shown = g_strescape (dtype, NULL);

    g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED,
                 "%s: tensor \"%s\" is of type \"%.40s\"; F64, F32, F16, BF16, I64, I32, I16, I8, U8 and BOOL are taken",
                 weights->name, name, shown);
    return FALSE;
  }
  if (json_array_get_length (shape) > NN_TENSOR_MAX_DIMS) {
    g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED, "%s: tensor \"%s\" has %u dimensions; up to %d are taken",
                 weights->name, name, json_array_get_length (shape), NN_TENSOR_MAX_DIMS);
    return FALSE;
  }
  entry->name = name;
  entry->n_dims = json_array_get_length (shape);
  for (guint i = 0; i < entry->n_dims; i++)
    if (!get_uint (json_array_get_element (shape, i), &entry->dims[i]))
      goto bad;
  if (entry->begin > entry->end || entry->end > data_size) {
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT,
                 "%s: tensor \"%s\" lies at bytes %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
                 "; was the file cut off?",
                 weights->name, name, entry->begin, entry->end, data_size);
    return FALSE;
  }
  if (!nn_shape_n_elements (entry->n_dims, entry->dims, &n_elements)
      || !nn_size_mul (n_elements, nn_dtype_size (entry->dtype), &n_bytes) || n_bytes != entry->end - entry->begin) {
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT,
                 "%s: tensor \"%s\" has %" G_GUINT64_FORMAT " bytes, which is not what its shape and type need",
                 weights->name, name, entry->end - entry->begin);
    return FALSE;
  }
  return TRUE;
bad:
  g_set_error (error, NN_ERROR, NN_ERROR_FORMAT,
               "%s: the entry of tensor \"%s\" is not {\"dtype\": string, \"shape\": [sizes], \"data_offsets\": [begin, end]}",
               weights->name, name);
  return FALSE;
}

static gint
compare_entries (gconstpointer a, gconstpointer b)
{
  const Entry *x = a, *y = b;

  if (x->begin != y->begin)
    return x->begin < y->begin ? -1 : 1;
  if (x->end != y->end)
    return x->end < y->end ? -1 : 1;
  return strcmp (x->name, y->name);
}

/* In the order of the data, each begins where the one before ends, and the last ends with the file. */
static gboolean
check_layout (NnWeights *weights, const GArray *entries, guint64 data_size, GError **error)
{
  guint64 at = 0;

  for (guint i = 0; i < entries->len; i++) {
    const Entry *entry = &g_array_index (entries, Entry, i);

    if (entry->begin != at) {
      g_set_error (error, NN_ERROR, NN_ERROR_FORMAT,
                   "%s: tensor \"%s\" begins at byte %" G_GUINT64_FORMAT " of the data, the one before ends at %" G_GUINT64_FORMAT
                   ": they must follow each other without %s",
                   weights->name, entry->name, entry->begin, at, entry->begin < at ? "overlap" : "a hole");
      return FALSE;
    }
    at = entry->end;
  }
  if (at != data_size) {
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT,
                 "%s: has %" G_GUINT64_FORMAT " bytes of data, its tensors are %" G_GUINT64_FORMAT " bytes", weights->name,
                 data_size, at);
    return FALSE;
  }
  return TRUE;
}

static gboolean
add_tensors (NnWeights *weights, GBytes *bytes, gsize data_start, const GArray *entries, GError **error)
{
  GPtrArray *names = g_ptr_array_new ();
  GPtrArray *stripped;
  gboolean ok = TRUE;
  NnBudget budget;

  nn_budget_init (&budget, g_bytes_get_size (bytes));
  for (guint i = 0; i < entries->len; i++)
    g_ptr_array_add (names, (gpointer)g_array_index (entries, Entry, i).name);
  stripped = nn_tensor_names_strip (names, weights->warnings);
  for (guint i = 0; ok && i < entries->len; i++) {
    const Entry *entry = &g_array_index (entries, Entry, i);
    const gchar *name = g_ptr_array_index (stripped, i);
    NnTensor *tensor;
    GBytes *raw;

    if (!name)
      continue;
    raw = g_bytes_new_from_bytes (bytes, data_start + (gsize)entry->begin, (gsize)(entry->end - entry->begin));
    tensor = nn_tensor_new (name, entry->dtype, raw, FALSE, 0, entry->n_dims, entry->dims, NULL, &budget, weights->name,
                            error);
    g_bytes_unref (raw);
    ok = tensor != NULL;
    if (ok)
      nn_weights_take (weights, tensor);
  }
  g_ptr_array_unref (stripped);
  g_ptr_array_unref (names);
  return ok;
}

gboolean
nn_safetensors_load (NnWeights *weights, GBytes *bytes, GError **error)
{
  g_autofree gchar *header_name = g_strconcat (weights->name, ": header", NULL);
  g_autoptr (GArray) entries = g_array_new (FALSE, TRUE, sizeof (Entry));
  g_autoptr (JsonParser) parser = NULL;
  const guint8 *header;
  guint64 header_size, data_size;
  JsonObjectIter iter;
  const gchar *key;
  JsonNode *root, *member;
  NnCursor cursor;

  nn_cursor_init (&cursor, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  if (!nn_cursor_uint_le (&cursor, 8, &header_size)) {
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "%s: has %" G_GSIZE_FORMAT " bytes, less than a header's length",
                 weights->name, cursor.size);
    return FALSE;
  }
  if (header_size > MAX_HEADER) {
    g_set_error (error, NN_ERROR, NN_ERROR_TOO_LARGE, "%s: a header of %" G_GUINT64_FORMAT " bytes; up to %d are allowed",
                 weights->name, header_size, MAX_HEADER);
    return FALSE;
  }
  if (!nn_cursor_bytes (&cursor, header_size, &header)) {
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT,
                 "%s: a header of %" G_GUINT64_FORMAT " bytes in a file of %" G_GSIZE_FORMAT "; was it cut off?",
                 weights->name, header_size, cursor.size);
    return FALSE;
  }
  data_size = nn_cursor_left (&cursor);
  parser = nn_json_parse ((const gchar *)header, (gsize)header_size, header_name, NN_ERROR_FORMAT, error);
  if (!parser)
    return FALSE;
  root = json_parser_get_root (parser);
  if (!JSON_NODE_HOLDS_OBJECT (root)) {
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "%s is no JSON object", header_name);
    return FALSE;
  }
  json_object_iter_init (&iter, json_node_get_object (root));
  while (json_object_iter_next (&iter, &key, &member)) {
    Entry entry = { NULL };

    if (strcmp (key, "__metadata__") == 0) {
      if (!read_metadata (weights, member, error))
        return FALSE;
      continue;
    }
    if (entries->len >= NN_LOAD_MAX_TENSORS) {
      g_set_error (error, NN_ERROR, NN_ERROR_TOO_LARGE, "%s: more than %d tensors", weights->name, NN_LOAD_MAX_TENSORS);
      return FALSE;
    }
    if (!read_entry (weights, key, member, data_size, &entry, error))
      return FALSE;
    g_array_append_val (entries, entry);
  }
  if (entries->len == 0) {
    g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED, "%s: holds no tensors", weights->name);
    return FALSE;
  }
  g_array_sort (entries, compare_entries);
  return check_layout (weights, entries, data_size, error)
         && add_tensors (weights, bytes, (gsize)(cursor.size - data_size), entries, error);
}
