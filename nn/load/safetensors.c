/* gst-resnet: safetensors files
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The format is described in the README of the safetensors project, section "Format". */
#include "load/safetensors.h"

#include <string.h>

#include "base/nn-budget.h"
#include "base/nn-memory.h"
#include "load/json-read.h"
#include "load/nn-cursor.h"
#include "load/tensor-data.h"
#include "load/tensor-names.h"
#include "load/weights.h"

/* The first limit is that of the format's own reader, so a header up to this size makes a file a safetensors file. The
 * second limit is what is read here: the lines of a hundred thousand tensors are 12 MB. */
#define MAX_HEADER_BYTES 100000000
#define MAX_READ_HEADER_BYTES (16 << 20)
/* The bytes that an entry of the metadata takes besides its text. */
#define METADATA_BYTES 128

/* What the header says about one tensor. */
typedef struct {
  const gchar *name;
  NnDType dtype;
  guint n_dims;
  guint64 dims[NN_TENSOR_MAX_DIMS];
  guint64 begin, end; /* in bytes after the header */
} Entry;

static const struct {
  const gchar *name;
  NnDType dtype;
} dtypes[] = {
  { "F64", NN_DTYPE_F64 }, { "F32", NN_DTYPE_F32 },   { "F16", NN_DTYPE_F16 }, { "BF16", NN_DTYPE_BF16 },
  { "I64", NN_DTYPE_I64 }, { "I32", NN_DTYPE_I32 },   { "I16", NN_DTYPE_I16 }, { "I8", NN_DTYPE_I8 },
  { "U8", NN_DTYPE_U8 },   { "BOOL", NN_DTYPE_BOOL },
};

gboolean
nn_safetensors_detect (const guint8 *data, gsize size)
{
  NnCursor cursor;
  guint64 length;

  nn_cursor_init (&cursor, data, size);
  /* A header that reaches past the end means that the file is truncated. The loader has a better message for this than
   * "not a model file", so such a file is accepted here. */
  return nn_cursor_uint_le (&cursor, 8, &length) && length >= 2 && length <= MAX_HEADER_BYTES
         && nn_cursor_left (&cursor) > 0 && cursor.data[cursor.pos] == '{';
}

static gboolean
fail (const NnWeights *weights, const gchar *name, const gchar *what, GError **error)
{
  g_autofree gchar *shown = nn_json_shown (name);

  g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "%s: safetensors header: tensor \"%s\": %s", weights->name, shown,
               what);
  return FALSE;
}

/* As in state dicts, a name has 1 to NN_LOAD_MAX_NAME bytes and no control characters. */
static gboolean
check_name (const NnWeights *weights, const gchar *name, GError **error)
{
  const gsize n = strlen (name);

  if (n == 0 || n > NN_LOAD_MAX_NAME) {
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT,
                 "%s: safetensors header: a tensor's name has %" G_GSIZE_FORMAT " bytes; 1 to %d are right",
                 weights->name, n, NN_LOAD_MAX_NAME);
    return FALSE;
  }
  for (gsize i = 0; i < n; i++)
    if ((guchar)name[i] < 0x20 || name[i] == 0x7f) {
      g_set_error (error, NN_ERROR, NN_ERROR_FORMAT,
                   "%s: safetensors header: a tensor's name has a control character in it", weights->name);
      return FALSE;
    }
  return TRUE;
}

/* Reads a whole number from 0 to 2^53, which JSON's numbers hold exactly. */
static gboolean
get_size (NnJson node, guint64 *value)
{
  gint64 v;

  if (!nn_json_int (node, &v) || v < 0 || v > G_GINT64_CONSTANT (1) << 53)
    return FALSE;
  *value = (guint64)v;
  return TRUE;
}

static gboolean
parse_dtype (const NnWeights *weights, const gchar *name, const gchar *text, Entry *entry, GError **error)
{
  g_autofree gchar *shown_name = NULL, *shown_dtype = NULL;

  if (!text)
    return fail (weights, name, "expected a string \"dtype\"", error);
  for (guint i = 0; i < G_N_ELEMENTS (dtypes); i++)
    if (strcmp (text, dtypes[i].name) == 0) {
      entry->dtype = dtypes[i].dtype;
      return TRUE;
    }
  shown_name = nn_json_shown (name);
  shown_dtype = nn_json_shown (text);
  g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED,
               "%s: tensor \"%s\" has dtype \"%s\"; taken are F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL",
               weights->name, shown_name, shown_dtype);
  return FALSE;
}

static gboolean
parse_entry (const NnWeights *weights, NnJson node, Entry *entry, GError **error)
{
  const gchar *name = nn_json_name (node);
  NnJson shape, offsets;

  if (!check_name (weights, name, error))
    return FALSE;
  entry->name = name;
  if (nn_json_type (node) != NN_JSON_OBJECT)
    return fail (weights, name, "expected an object with dtype, shape and data_offsets", error);
  if (!parse_dtype (weights, name, nn_json_string (nn_json_member (node, "dtype")), entry, error))
    return FALSE;
  shape = nn_json_member (node, "shape");
  if (nn_json_type (shape) != NN_JSON_ARRAY)
    return fail (weights, name, "expected an array \"shape\"", error);
  if (nn_json_count (shape) > NN_TENSOR_MAX_DIMS)
    return fail (weights, name, "more than 8 dimensions", error);
  for (NnJson dim = nn_json_first (shape); nn_json_type (dim); dim = nn_json_next (shape, dim))
    if (!get_size (dim, &entry->dims[entry->n_dims++]))
      return fail (weights, name, "a dimension is not a whole number from 0 to 2^53", error);
  offsets = nn_json_member (node, "data_offsets");
  if (nn_json_count (offsets) != 2 || !get_size (nn_json_element (offsets, 0), &entry->begin)
      || !get_size (nn_json_element (offsets, 1), &entry->end))
    return fail (weights, name, "expected two whole numbers in \"data_offsets\"", error);
  return TRUE;
}

static gboolean
parse_metadata (NnWeights *weights, NnJson node, GError **error)
{
  if (nn_json_type (node) != NN_JSON_OBJECT) {
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "%s: safetensors header: __metadata__ is not an object",
                 weights->name);
    return FALSE;
  }
  if (nn_json_count (node) > NN_LOAD_MAX_TENSORS) {
    g_set_error (error, NN_ERROR, NN_ERROR_TOO_LARGE, "%s: safetensors header: __metadata__ has more than %d entries",
                 weights->name, NN_LOAD_MAX_TENSORS);
    return FALSE;
  }
  for (NnJson value = nn_json_first (node); nn_json_type (value); value = nn_json_next (node, value)) {
    if (!nn_json_string (value)) {
      g_autofree gchar *shown = nn_json_shown (nn_json_name (value));

      g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "%s: safetensors header: __metadata__ \"%s\" is not a string",
                   weights->name, shown);
      return FALSE;
    }
    /* The text is stored once here, and once more by what is made from it. */
    if (!nn_budget_take (METADATA_BYTES + 2 * (strlen (nn_json_name (value)) + strlen (nn_json_string (value))),
                         weights->name, "its metadata", error))
      return FALSE;
    g_hash_table_insert (weights->metadata, g_strdup (nn_json_name (value)), g_strdup (nn_json_string (value)));
  }
  return TRUE;
}

/* If two places begin at the same byte, the empty one comes first. */
static gint
compare_begin (gconstpointer a, gconstpointer b)
{
  const Entry *x = *(const Entry *const *)a, *y = *(const Entry *const *)b;

  if (x->begin != y->begin)
    return x->begin < y->begin ? -1 : 1;
  return x->end < y->end ? -1 : x->end > y->end;
}

/* Checks that each tensor's bytes match its shape, and that all of them together fill the data without holes or
 * overlaps. */
static gboolean
check_places (const NnWeights *weights, GArray *entries, gsize data_size, GError **error)
{
  g_autoptr (GPtrArray) sorted = g_ptr_array_sized_new (entries->len);
  guint64 at = 0;

  for (guint i = 0; i < entries->len; i++) {
    Entry *e = &g_array_index (entries, Entry, i);
    gsize n, bytes;

    if (e->begin > e->end || e->end > data_size) {
      g_autofree gchar *what
          = g_strdup_printf ("data_offsets %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT
                             " are outside the file's %" G_GSIZE_FORMAT " bytes of data (a truncated file?)",
                             e->begin, e->end, data_size);

      return fail (weights, e->name, what, error);
    }
    if (!nn_shape_n_elements (e->n_dims, e->dims, &n) || !nn_size_mul (n, nn_dtype_size (e->dtype), &bytes)
        || bytes != e->end - e->begin) {
      g_autofree gchar *what = g_strdup_printf (
          "shape and dtype do not give the %" G_GUINT64_FORMAT " bytes of its data_offsets", e->end - e->begin);

      return fail (weights, e->name, what, error);
    }
    g_ptr_array_add (sorted, e);
  }
  g_ptr_array_sort (sorted, compare_begin);
  for (guint i = 0; i < sorted->len; i++) {
    const Entry *e = g_ptr_array_index (sorted, i);

    if (e->begin != at)
      return fail (weights, e->name,
                   e->begin < at ? "its data overlap another tensor's" : "there is a hole before its data", error);
    at = e->end;
  }
  if (at != data_size) {
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT,
                 "%s: the tensors end at byte %" G_GUINT64_FORMAT " of %" G_GSIZE_FORMAT " bytes of data",
                 weights->name, at, data_size);
    return FALSE;
  }
  return TRUE;
}

static gboolean
take_tensors (NnWeights *weights, GBytes *bytes, gsize data_start, GArray *entries, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autoptr (GPtrArray) stripped = NULL;

  for (guint i = 0; i < entries->len; i++)
    g_ptr_array_add (names, (gpointer)g_array_index (entries, Entry, i).name);
  stripped = nn_tensor_names_strip (names, &weights->sets, weights->warnings);
  for (guint i = 0; i < entries->len; i++) {
    const Entry *e = &g_array_index (entries, Entry, i);
    const gchar *name = g_ptr_array_index (stripped, i);
    g_autoptr (GBytes) raw = NULL;
    NnTensor *tensor;

    if (!name)
      continue;
    raw = g_bytes_new_from_bytes (bytes, data_start + e->begin, e->end - e->begin);
    tensor = nn_tensor_new (name, e->dtype, raw, FALSE, 0, e->n_dims, e->dims, NULL, weights->name, error);
    if (!tensor)
      return FALSE;
    nn_weights_take (weights, tensor);
  }
  return TRUE;
}

gboolean
nn_safetensors_load (NnWeights *weights, GBytes *bytes, GError **error)
{
  g_autoptr (GArray) entries = g_array_new (FALSE, TRUE, sizeof (Entry));
  g_autoptr (NnJsonDoc) doc = NULL;
  g_autofree gchar *what = g_strdup_printf ("%s: safetensors header", weights->name);
  const guint8 *header;
  NnCursor cursor;
  guint64 length;
  NnJson root;

  nn_cursor_init (&cursor, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  if (!nn_cursor_uint_le (&cursor, 8, &length) || length > MAX_HEADER_BYTES
      || !nn_cursor_bytes (&cursor, length, &header)) {
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "%s: the file ends inside its safetensors header (truncated?)",
                 weights->name);
    return FALSE;
  }
  if (length > MAX_READ_HEADER_BYTES) {
    g_set_error (error, NN_ERROR, NN_ERROR_TOO_LARGE, "%s has %" G_GUINT64_FORMAT " bytes; up to %d are taken", what,
                 length, MAX_READ_HEADER_BYTES);
    return FALSE;
  }
  if (!nn_budget_take (nn_json_max_memory (length), weights->name, "its safetensors header", error))
    return FALSE;
  doc = nn_json_parse ((const gchar *)header, length, what, error);
  if (!doc)
    return FALSE;
  root = nn_json_root (doc);
  if (nn_json_type (root) != NN_JSON_OBJECT) {
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "%s is not an object", what);
    return FALSE;
  }
  if (nn_json_count (root) > NN_LOAD_MAX_TENSORS) {
    g_set_error (error, NN_ERROR, NN_ERROR_TOO_LARGE, "%s has more than %d tensors", what, NN_LOAD_MAX_TENSORS);
    return FALSE;
  }
  /* This leaves room for the array's doubling as it grows. */
  if (!nn_budget_take (3 * sizeof (Entry) * nn_json_count (root), weights->name, "its list of tensors", error))
    return FALSE;
  for (NnJson value = nn_json_first (root); nn_json_type (value); value = nn_json_next (root, value)) {
    Entry entry = { 0 };

    if (strcmp (nn_json_name (value), "__metadata__") == 0) {
      if (!parse_metadata (weights, value, error))
        return FALSE;
    } else if (!parse_entry (weights, value, &entry, error)) {
      return FALSE;
    } else {
      g_array_append_val (entries, entry);
    }
  }
  if (entries->len == 0) {
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "%s names no tensors", what);
    return FALSE;
  }
  return check_places (weights, entries, nn_cursor_left (&cursor), error)
         && take_tensors (weights, bytes, cursor.pos, entries, error);
}
