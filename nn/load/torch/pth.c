/* gst-resnet: torch.save's files
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The formats are defined by torch/serialization.py (_save, _legacy_save, _load, _legacy_load) and
 * torch/csrc/serialization.cpp. */
#include "load/torch/pth.h"

#include "base/nn-budget.h"
#include "base/nn-hash.h"
#include "base/nn-memory.h"
#include "load/tensor-data.h"
#include "load/tensor-names.h"
#include "load/torch/pickle.h"
#include "load/torch/state-dict.h"
#include "load/torch/zip.h"
#include "load/weights.h"

#include <string.h>

#define MAX_PICKLE_BYTES (G_GUINT64_CONSTANT (512) << 20)
#define LEGACY_PROTOCOL 1001
/* The bytes that a Storage takes with its place in a table. */
#define STORAGE_BYTES 160

/* One storage: what the pickle says about it, and its bytes as soon as they are needed. */
typedef struct {
  guint element_size;
  guint64 n_elements;
  guint64 n_bytes;
  gint dtype;
  GBytes *raw;
} Storage;

typedef struct {
  NnWeights *weights;
  const gchar *file;
  gboolean big_endian;
  GHashTable *storages; /* key → Storage */
  NnZip *zip;           /* NULL for the legacy form, in which all raw bytes are set before any are asked for */
  gchar *folder;        /* "archive/" or "" */
  guint n_wrong_crcs;
} Pth;

static void
storage_free (gpointer data)
{
  Storage *storage = data;

  g_clear_pointer (&storage->raw, g_bytes_unref);
  g_free (storage);
}

static void
pth_init (Pth *pth, NnWeights *weights, GBytes *bytes)
{
  memset (pth, 0, sizeof *pth);
  pth->weights = weights;
  pth->file = weights->name;
  pth->storages = g_hash_table_new_full (nn_name_hash, g_str_equal, NULL, storage_free);
}

static void
pth_clear (Pth *pth)
{
  g_hash_table_unref (pth->storages);
  nn_zip_close (pth->zip);
  g_free (pth->folder);
}

/* Puts all storages of the pickle into the table; if a key occurs twice, both must say the same. */
static gboolean
table_storages (Pth *pth, const NnPickle *pickle, GError **error)
{
  const GPtrArray *all = nn_pickle_storages (pickle);

  for (guint i = 0; i < all->len; i++) {
    const NnPickleStorage *s = ((const NnPickleValue *)g_ptr_array_index (all, i))->storage;
    Storage *storage = g_hash_table_lookup (pth->storages, s->key);

    if (!storage) {
      if (!nn_budget_take (STORAGE_BYTES, pth->file, "its list of storages", error))
        return FALSE;
      storage = g_new0 (Storage, 1);
      storage->element_size = s->element_size;
      storage->n_elements = s->n_elements;
      storage->dtype = s->dtype;
      g_hash_table_insert (pth->storages, (gpointer)s->key, storage);
      if (__builtin_mul_overflow (s->n_elements, (guint64)s->element_size, &storage->n_bytes)
          || storage->n_bytes > G_MAXSSIZE) {
        g_set_error (error, NN_ERROR, NN_ERROR_TOO_LARGE,
                     "%s: storage \"%s\" of %" G_GUINT64_FORMAT " elements is beyond all memory", pth->file, s->key,
                     s->n_elements);
        return FALSE;
      }
    } else if (storage->element_size != s->element_size || storage->n_elements != s->n_elements) {
      g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "%s: storage \"%s\" has two sizes", pth->file, s->key);
      return FALSE;
    }
  }
  return TRUE;
}

/* Returns the bytes of a tensor's storage, or, if the storage object is a view, of that part of it. */
static GBytes *
storage_bytes (Pth *pth, const NnPickleStorage *s, GError **error)
{
  Storage *storage = g_hash_table_lookup (pth->storages, s->key);

  if (!storage->raw && storage->n_bytes == 0)
    storage->raw = g_bytes_new_static ("", 0);
  if (!storage->raw && pth->zip) {
    g_autofree gchar *entry = g_strconcat (pth->folder, "data/", s->key, NULL);
    gboolean crc_wrong = FALSE;

    storage->raw = nn_zip_read (pth->zip, entry, storage->n_bytes, &crc_wrong, error);
    pth->n_wrong_crcs += crc_wrong;
    if (!storage->raw)
      return NULL;
  }
  if (!storage->raw) {
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "%s: storage \"%s\" is not in the file's list of storages",
                 pth->file, s->key);
    return NULL;
  }
  if (s->is_view) /* checked against n_elements when the pickle was read */
    return g_bytes_new_from_bytes (storage->raw, (gsize)s->view_offset * s->element_size,
                                   (gsize)s->view_size * s->element_size);
  return g_bytes_ref (storage->raw);
}

static gboolean
add_tensor (Pth *pth, const gchar *name, const NnPickleTensor *t, GError **error)
{
  NnTensor *tensor;
  GBytes *raw;

  if (t->unsupported) {
    g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED,
                 "%s: tensor \"%s\" is %s; floating point and integer tensors with values are taken", pth->file, name,
                 t->unsupported);
    return FALSE;
  }
  raw = storage_bytes (pth, t->storage->storage, error);
  if (!raw)
    return FALSE;
  tensor = nn_tensor_new (name, (NnDType)t->dtype, raw, pth->big_endian, t->offset, t->n_dims, t->dims, t->strides,
                          pth->file, error);
  g_bytes_unref (raw);
  if (!tensor)
    return FALSE;
  nn_weights_take (pth->weights, tensor);
  return TRUE;
}

/* Adds the tensors of the state dict in the object that was saved. */
static gboolean
add_state_dict (Pth *pth, GPtrArray *entries, GError **error)
{
  GPtrArray *names = g_ptr_array_new ();
  GPtrArray *stripped;
  gboolean ok = TRUE;

  for (guint i = 0; i < entries->len; i++)
    g_ptr_array_add (names, ((NnStateEntry *)g_ptr_array_index (entries, i))->name);
  stripped = nn_tensor_names_strip (names, &pth->weights->sets, pth->weights->warnings);
  for (guint i = 0; ok && i < entries->len; i++) {
    const NnStateEntry *entry = g_ptr_array_index (entries, i);
    const gchar *name = g_ptr_array_index (stripped, i);

    if (name)
      ok = add_tensor (pth, name, entry->tensor, error);
  }
  g_ptr_array_unref (stripped);
  g_ptr_array_unref (names);
  return ok;
}

/* The zip archive. */

/* Finds the folder of data.pkl, with its slash. Its name is that of the archive when it was saved, and there is no
 * folder if somebody packed the archive anew. If there are several, the least deep one counts, and of equally deep ones
 * the first. */
static gchar *
find_folder (NnZip *zip)
{
  const gchar *best = NULL;
  guint best_depth = 0;

  for (gsize i = 0; i < nn_zip_n_entries (zip); i++) {
    const gchar *name = nn_zip_entry_name (zip, i);
    guint depth = 0;

    if (!name || !g_str_has_suffix (name, "data.pkl"))
      continue;
    if (strlen (name) > 8 && name[strlen (name) - 9] != '/')
      continue;
    for (const gchar *p = name; *p; p++)
      depth += *p == '/';
    if (!best || depth < best_depth) {
      best = name;
      best_depth = depth;
    }
  }
  return best ? g_strndup (best, strlen (best) - 8) : NULL;
}

/* A zip archive without data.pkl was not written by torch.save; the error says what it may be. */
static void
explain_archive (Pth *pth, GError **error)
{
  const gchar *what = NULL;
  const gchar *first = nn_zip_n_entries (pth->zip) ? nn_zip_entry_name (pth->zip, 0) : NULL;
  g_autofree gchar *shown = g_strescape (first ? first : "", NULL);

  for (gsize i = 0; i < nn_zip_n_entries (pth->zip) && !what; i++) {
    const gchar *name = nn_zip_entry_name (pth->zip, i);

    if (!name)
      continue;
    if (g_str_has_suffix (name, "model.weights.h5"))
      what = "a Keras model; its weights would have to be converted to PyTorch's names";
    else if (g_str_has_suffix (name, ".npy"))
      what = "a NumPy .npz archive; save a state dict with torch.save() or safetensors";
    else if (g_str_has_suffix (name, ".pth") || g_str_has_suffix (name, ".pt")
             || g_str_has_suffix (name, ".safetensors"))
      what = "a zip archive around model files; unpack it first";
    else if (strstr (name, "serialized_exported_program") || g_str_has_suffix (name, "models/model.json"))
      what = "a torch.export archive; save model.state_dict() with torch.save()";
    else if (g_str_has_suffix (name, "constants.pkl"))
      what = "a TorchScript archive; in Python save its state dict instead: "
             "torch.save(torch.jit.load(file).state_dict(), "
             "\"weights.pth\")";
  }
  if (what)
    g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED, "%s: is %s", pth->file, what);
  else
    g_set_error (
        error, NN_ERROR, NN_ERROR_UNSUPPORTED,
        "%s: is a zip archive that torch.save() did not write: it has no data.pkl (its first entry is \"%.80s\")",
        pth->file, shown);
}

static gboolean
read_byteorder (Pth *pth, GError **error)
{
  g_autofree gchar *entry = g_strconcat (pth->folder, "byteorder", NULL);
  g_autoptr (GBytes) bytes = NULL;
  const gchar *data;
  gsize size;

  /* Before PyTorch 2.1 only little-endian machines wrote files that others could read. */
  if (!nn_zip_has (pth->zip, entry))
    return TRUE;
  bytes = nn_zip_read (pth->zip, entry, G_MAXUINT64, NULL, error);
  if (!bytes)
    return FALSE;
  data = g_bytes_get_data (bytes, &size);
  if (size == 3 && memcmp (data, "big", 3) == 0) {
    pth->big_endian = TRUE;
    return TRUE;
  }
  if (size == 6 && memcmp (data, "little", 6) == 0)
    return TRUE;
  g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "%s: entry \"%s\" is neither \"little\" nor \"big\"", pth->file,
               "byteorder");
  return FALSE;
}

gboolean
nn_pth_load_zip (NnWeights *weights, GBytes *bytes, GError **error)
{
  g_autoptr (GBytes) pickle_bytes = NULL;
  g_autoptr (NnPickle) pickle = NULL;
  g_autoptr (GPtrArray) entries = NULL;
  g_autofree gchar *pickle_entry = NULL, *constants_entry = NULL;
  gboolean ok = FALSE, crc_wrong = FALSE;
  guint64 pickle_size;
  NnCursor cursor;
  Pth pth;

  pth_init (&pth, weights, bytes);
  pth.zip = nn_zip_open (bytes, weights->name, error);
  if (!pth.zip)
    goto out;
  pth.folder = find_folder (pth.zip);
  if (!pth.folder) {
    explain_archive (&pth, error);
    goto out;
  }
  constants_entry = g_strconcat (pth.folder, "constants.pkl", NULL);
  if (nn_zip_has (pth.zip, constants_entry)) {
    explain_archive (&pth, error);
    goto out;
  }
  pickle_entry = g_strconcat (pth.folder, "data.pkl", NULL);
  if (nn_zip_entry_size (pth.zip, pickle_entry, &pickle_size) && pickle_size > MAX_PICKLE_BYTES) {
    g_set_error (error, NN_ERROR, NN_ERROR_TOO_LARGE,
                 "%s: data.pkl has %" G_GUINT64_FORMAT " bytes; up to %" G_GUINT64_FORMAT " are taken", pth.file,
                 pickle_size, MAX_PICKLE_BYTES);
    goto out;
  }
  if (!read_byteorder (&pth, error))
    goto out;
  pickle_bytes = nn_zip_read (pth.zip, pickle_entry, G_MAXUINT64, &crc_wrong, error);
  if (!pickle_bytes)
    goto out;
  pth.n_wrong_crcs += crc_wrong;
  nn_cursor_init (&cursor, g_bytes_get_data (pickle_bytes, NULL), g_bytes_get_size (pickle_bytes));
  pickle = nn_pickle_parse (&cursor, pth.file, error);
  if (!pickle || !table_storages (&pth, pickle, error))
    goto out;
  entries = nn_state_dict_find (nn_pickle_root (pickle), pth.file, &weights->sets, weights->warnings, error);
  if (!entries || !add_state_dict (&pth, entries, error))
    goto out;
  if (pth.n_wrong_crcs)
    g_ptr_array_add (weights->warnings,
                     g_strdup_printf ("%u parts of the file have a checksum that does not match: it is damaged, or was "
                                      "saved after torch.serialization.set_crc32_options(False)",
                                      pth.n_wrong_crcs));
  ok = TRUE;
out:
  pth_clear (&pth);
  return ok;
}

/* The legacy stream. */

static gboolean
legacy_fail (const Pth *pth, const NnCursor *cursor, GError **error, const gchar *what)
{
  g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "%s: byte %" G_GSIZE_FORMAT ": %s", pth->file, cursor->pos, what);
  return FALSE;
}

/* Counts how many of a sample of a storage's numbers a network could have if they are read in the given byte order. */
static guint
count_plausible (const guint8 *data, gsize n, NnDType dtype, gboolean big_endian)
{
  gsize size = nn_dtype_size (dtype), step = MAX (n / 256, 1);
  guint count = 0;

  for (gsize i = 0; i < n; i += step) {
    gfloat v;

    nn_convert_to_float (&v, data + i * size, 1, dtype, big_endian);
    v = ABS (v);
    count += v == 0 || (v > 1e-12f && v < 1e9f); /* FALSE for NaN */
  }
  return count;
}

/* This is for a file that says "little_endian: False". PyTorch itself writes storages in little-endian order on every
 * machine and ignores the mark when it reads; other writers follow the mark. The numbers themselves tell which is true:
 * one order gives weights, the other gives noise. If they cannot tell (there is no floating-point storage), the order
 * of the storages' lengths counts. */
static void
decide_byte_order (Pth *pth, gboolean lengths_big_endian)
{
  GHashTableIter iter;
  gpointer value;
  guint little = 0, big = 0;

  g_hash_table_iter_init (&iter, pth->storages);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    const Storage *storage = value;

    if (!storage->raw || storage->dtype < 0 || !nn_dtype_is_float ((NnDType)storage->dtype))
      continue;
    little += count_plausible (g_bytes_get_data (storage->raw, NULL), (gsize)storage->n_elements,
                               (NnDType)storage->dtype, FALSE);
    big += count_plausible (g_bytes_get_data (storage->raw, NULL), (gsize)storage->n_elements, (NnDType)storage->dtype,
                            TRUE);
  }
  pth->big_endian = big > little || (big == little && lengths_big_endian);
  g_ptr_array_add (pth->weights->warnings,
                   g_strdup_printf ("the file was saved on a big-endian machine; its numbers were read as %s-endian",
                                    pth->big_endian ? "big" : "little"));
}

/* Reads the list of keys, then for each storage its number of elements as int64 and its bytes. */
static gboolean
read_legacy_storages (Pth *pth, NnCursor *cursor, GBytes *bytes, gboolean marked_big_endian, GError **error)
{
  g_autoptr (NnPickle) keys = nn_pickle_parse (cursor, pth->file, error);
  const NnPickleValue *list;
  gboolean lengths_big_endian = FALSE;

  if (!keys)
    return FALSE;
  list = nn_pickle_root (keys);
  if (list->type != NN_PICKLE_LIST)
    return legacy_fail (pth, cursor, error, "the list of storages is no list");
  for (gsize i = 0; i < list->n_items; i++) {
    const NnPickleValue *key = list->items[i];
    Storage *storage = key->type == NN_PICKLE_STRING ? g_hash_table_lookup (pth->storages, key->data) : NULL;
    const guint8 *raw;
    guint64 n;

    if (!storage || storage->raw)
      return legacy_fail (pth, cursor, error, "the list of storages names one that no tensor has, or one twice");
    if (!nn_cursor_uint_le (cursor, 8, &n))
      return legacy_fail (pth, cursor, error, "the file ends before a storage's length; was it cut off?");
    if (n != storage->n_elements && marked_big_endian && GUINT64_SWAP_LE_BE (n) == storage->n_elements) {
      n = GUINT64_SWAP_LE_BE (n);
      lengths_big_endian = TRUE;
    }
    if (n != storage->n_elements)
      return legacy_fail (pth, cursor, error, "a storage's length is not the one its tensors were promised");
    if (!nn_cursor_bytes (cursor, storage->n_bytes, &raw))
      return legacy_fail (pth, cursor, error, "the file ends inside a storage; was it cut off?");
    storage->raw = g_bytes_new_from_bytes (bytes, cursor->pos - (gsize)storage->n_bytes, (gsize)storage->n_bytes);
  }
  if (marked_big_endian)
    decide_byte_order (pth, lengths_big_endian);
  return TRUE;
}

gboolean
nn_pth_load_legacy (NnWeights *weights, GBytes *bytes, GError **error)
{
  g_autoptr (NnPickle) magic = NULL, protocol = NULL, sys_info = NULL, object = NULL;
  g_autoptr (GPtrArray) entries = NULL;
  const NnPickleValue *value;
  gboolean ok = FALSE;
  NnCursor cursor;
  Pth pth;

  pth_init (&pth, weights, bytes);
  nn_cursor_init (&cursor, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  magic = nn_pickle_parse (&cursor, pth.file, error);
  if (!magic)
    goto out;
  if (!nn_pickle_is_torch_magic (nn_pickle_root (magic))) {
    g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED,
                 "%s: is a pickle that torch.save() did not write (no magic number); save model.state_dict() with "
                 "torch.save()",
                 pth.file);
    goto out;
  }
  protocol = nn_pickle_parse (&cursor, pth.file, error);
  if (!protocol)
    goto out;
  value = nn_pickle_root (protocol);
  if (value->type != NN_PICKLE_INT || value->integer != LEGACY_PROTOCOL) {
    g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED, "%s: torch.save's protocol is not %d", pth.file,
                 LEGACY_PROTOCOL);
    goto out;
  }
  sys_info = nn_pickle_parse (&cursor, pth.file, error);
  if (!sys_info)
    goto out;
  if (nn_pickle_root (sys_info)->type != NN_PICKLE_DICT) {
    legacy_fail (&pth, &cursor, error, "the system information is no dictionary");
    goto out;
  }
  object = nn_pickle_parse (&cursor, pth.file, error);
  if (!object || !table_storages (&pth, object, error))
    goto out;
  value = nn_pickle_dict_get (nn_pickle_root (sys_info), "little_endian");
  if (!read_legacy_storages (&pth, &cursor, bytes, value && value->type == NN_PICKLE_BOOL && !value->integer, error))
    goto out;
  entries = nn_state_dict_find (nn_pickle_root (object), pth.file, &weights->sets, weights->warnings, error);
  ok = entries && add_state_dict (&pth, entries, error);
out:
  pth_clear (&pth);
  return ok;
}
