/* gst-resnet: where in a checkpoint the state dict is
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "load/torch/state-dict.h"

#include "base/nn-hash.h"
#include "load/tensor-data.h"

#include <string.h>

#define MAX_DEPTH 5
#define MAX_DICTS 4096

/* Keys under which people keep state dicts, the most trusted first. The rest of the list is worse than anything that is
 * not on it: averaged copies, of which the plain one is preferred (what the user's own evaluation used can be had by
 * saving only that). */
static const gchar *const known_keys[]
    = { "state_dict", "model_state_dict", "model_state", "model",    "net_state_dict", "net",     "network",
        "module",     "weights",          "params",      "backbone", "encoder",        "student", "teacher" };
static const gchar *const averaged_keys[]
    = { "state_dict_ema", "model_ema_state_dict", "model_ema", "ema_state_dict", "ema_model", "params_ema", "ema" };
/* Keys beside a backbone's dictionary that hold the classifier. */
static const gchar *const head_keys[] = { "head", "fc", "classifier", "linear", "cls_head" };

#define RANK_ROOT 100
#define RANK_UNKNOWN 200
#define RANK_AVERAGED 300

typedef struct {
  NnPickleValue *dict, *parent;
  guint rank, depth;
  gboolean is_resnet; /* has the names of one */
} Candidate;

static gint
find_key (const gchar *const *keys, gsize n, const gchar *key)
{
  for (gsize i = 0; i < n; i++)
    if (strcmp (keys[i], key) == 0)
      return (gint)i;
  return -1;
}

static guint
rank_of (const gchar *key)
{
  gint i = find_key (known_keys, G_N_ELEMENTS (known_keys), key);

  if (i >= 0)
    return (guint)i;
  i = find_key (averaged_keys, G_N_ELEMENTS (averaged_keys), key);
  return i >= 0 ? RANK_AVERAGED + (guint)i : RANK_UNKNOWN;
}

static gboolean
is_entry (NnPickleValue *const *pair)
{
  return pair[0]->type == NN_PICKLE_STRING && pair[1]->type == NN_PICKLE_TENSOR;
}

/* A memo makes one long string the key of many entries: what looks at every key looks at short ones only. */
static gboolean
is_short_name (const NnPickleValue *key)
{
  return key->type == NN_PICKLE_STRING && key->n_items <= NN_LOAD_MAX_NAME;
}

static gboolean
is_optimizer_key (const gchar *key)
{
  return g_str_has_prefix (key, "optim") || strcmp (key, "param_groups") == 0 || g_str_has_suffix (key, "optimizer");
}

/* Appends @dict to @candidates when it has tensors, and the dictionaries in it to @queue. */
static void
look_at (const Candidate *at, GArray *candidates, GArray *queue, GHashTable *seen)
{
  Candidate found = *at;
  guint n_tensors = 0;

  for (gsize i = 0; i + 1 < at->dict->n_items; i += 2) {
    NnPickleValue *const *pair = at->dict->items + i;
    Candidate child = { pair[1], at->dict, 0, at->depth + 1, FALSE };

    if (is_entry (pair)) {
      n_tensors++;
      found.is_resnet = found.is_resnet || (is_short_name (pair[0]) && strstr (pair[0]->data, "layer1.0."));
    }
    if (!is_short_name (pair[0]) || pair[1]->type != NN_PICKLE_DICT || is_optimizer_key (pair[0]->data)
        || at->depth == MAX_DEPTH || queue->len >= MAX_DICTS || g_hash_table_contains (seen, pair[1]))
      continue;
    child.rank = rank_of (pair[0]->data);
    if (at->depth) /* a path is as good as its worst key */
      child.rank = MAX (child.rank, at->rank);
    g_hash_table_add (seen, pair[1]);
    g_array_append_val (queue, child);
  }
  if (n_tensors)
    g_array_append_val (candidates, found);
}

static gboolean
is_better (const Candidate *a, const Candidate *b)
{
  if (a->is_resnet != b->is_resnet)
    return a->is_resnet;
  if (a->rank != b->rank)
    return a->rank < b->rank;
  return a->depth < b->depth;
}

/* The keys of a dictionary, for a message. */
static gchar *
list_keys (const NnPickleValue *dict)
{
  GString *s = g_string_new (NULL);
  guint n = 0;

  for (gsize i = 0; i + 1 < dict->n_items && n < 8; i += 2)
    if (dict->items[i]->type == NN_PICKLE_STRING) {
      g_autofree gchar *shown = g_strescape (dict->items[i]->data, NULL);

      g_string_append_printf (s, "%s\"%.60s\"", n++ ? ", " : "", shown);
    }
  if (n == 0)
    g_string_append (s, "none that is a string");
  else if (n == 8)
    g_string_append (s, ", …");
  return g_string_free (s, FALSE);
}

static const gchar *
type_name (const NnPickleValue *value)
{
  switch (value->type) {
  case NN_PICKLE_TENSOR:
    return "a single tensor";
  case NN_PICKLE_LIST:
    return "a list";
  case NN_PICKLE_TUPLE:
    return "a tuple";
  case NN_PICKLE_OPAQUE:
  case NN_PICKLE_GLOBAL:
    return "a Python object";
  case NN_PICKLE_STRING:
  case NN_PICKLE_BYTES:
    return "a string";
  default:
    return "a plain value";
  }
}

static void
explain (const NnPickleValue *root, const gchar *file, GError **error)
{
  g_autofree gchar *keys = NULL;

  if (root->type != NN_PICKLE_DICT) {
    g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED,
                 "%s: holds %s, not a state dict; save model.state_dict() with torch.save()", file, type_name (root));
    return;
  }
  if (root->n_items == 0) {
    g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED, "%s: the state dict is empty; save model.state_dict()", file);
    return;
  }
  keys = list_keys (root);
  for (gsize i = 0; i + 1 < root->n_items; i += 2)
    if (is_short_name (root->items[i]) && is_optimizer_key (root->items[i]->data)) {
      g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED,
                   "%s: is an optimizer's checkpoint without a model (keys: %s); save model.state_dict()", file, keys);
      return;
    }
  g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED,
               "%s: holds no dictionary from names to tensors (keys: %s); save model.state_dict()", file, keys);
}

static void
entry_free (gpointer data)
{
  NnStateEntry *entry = data;

  g_free (entry->name);
  g_free (entry);
}

/* The tensors of one dictionary; @prefix stands before their names. */
static gboolean
collect (const NnPickleValue *dict, const gchar *prefix, GPtrArray *entries, GHashTable *by_name, const gchar *file,
         GError **error)
{
  for (gsize i = 0; i + 1 < dict->n_items; i += 2) {
    NnPickleValue *const *pair = dict->items + i;
    NnStateEntry *entry;
    gchar *name;

    if (!is_entry (pair))
      continue;
    for (const gchar *p = pair[0]->data; *p; p++)
      if ((guchar)*p < 0x20 || *p == 0x7f) {
        g_set_error (error, NN_ERROR, NN_ERROR_FORMAT,
                     "%s: the name of tensor %" G_GSIZE_FORMAT " has a control character in it", file, i / 2);
        return FALSE;
      }
    if (pair[0]->n_items == 0 || pair[0]->n_items > NN_LOAD_MAX_NAME) {
      g_set_error (error, NN_ERROR, NN_ERROR_FORMAT,
                   "%s: the name of tensor %" G_GSIZE_FORMAT " has %" G_GSIZE_FORMAT " bytes; 1 to %d are right", file,
                   i / 2, pair[0]->n_items, NN_LOAD_MAX_NAME);
      return FALSE;
    }
    name = g_strconcat (prefix, pair[0]->data, NULL);
    entry = g_hash_table_lookup (by_name, name);
    if (entry) {
      g_free (name);
    } else {
      if (entries->len >= NN_LOAD_MAX_TENSORS) {
        g_free (name);
        g_set_error (error, NN_ERROR, NN_ERROR_TOO_LARGE, "%s: more than %d tensors", file, NN_LOAD_MAX_TENSORS);
        return FALSE;
      }
      entry = g_new0 (NnStateEntry, 1);
      entry->name = name;
      g_ptr_array_add (entries, entry);
      g_hash_table_insert (by_name, name, entry);
    }
    entry->tensor = pair[1]->tensor;
  }
  return TRUE;
}

GPtrArray *
nn_state_dict_find (NnPickleValue *root, const gchar *file, GError **error)
{
  GArray *queue = g_array_new (FALSE, FALSE, sizeof (Candidate));
  GArray *candidates = g_array_new (FALSE, FALSE, sizeof (Candidate));
  GHashTable *seen = g_hash_table_new (NULL, NULL);
  GHashTable *by_name = g_hash_table_new (nn_name_hash, g_str_equal);
  Candidate start = { root, NULL, RANK_ROOT, 0, FALSE };
  const Candidate *best = NULL;
  GPtrArray *entries = NULL;
  gboolean ok;

  if (root->type == NN_PICKLE_DICT) {
    g_hash_table_add (seen, root);
    g_array_append_val (queue, start);
  }
  for (guint i = 0; i < queue->len; i++) {
    Candidate at = g_array_index (queue, Candidate, i); /* a copy: the array grows meanwhile */

    look_at (&at, candidates, queue, seen);
  }
  for (guint i = 0; i < candidates->len; i++) {
    const Candidate *c = &g_array_index (candidates, Candidate, i);

    if (!best || is_better (c, best))
      best = c;
  }
  /* An optimizer's own state can hold tensors under strings; a model's checkpoint has its tensors under one of the
   * known keys, or at the root. */
  if (!best || nn_pickle_dict_get (best->dict, "param_groups")) {
    explain (root, file, error);
    goto out;
  }
  entries = g_ptr_array_new_with_free_func (entry_free);
  ok = collect (best->dict, "", entries, by_name, file, error);
  /* {"backbone": {…}, "head": {…}}: the classifier's dictionary comes too, its key before its names. */
  for (guint i = 0; ok && best->parent && i < G_N_ELEMENTS (head_keys); i++) {
    NnPickleValue *head = nn_pickle_dict_get (best->parent, head_keys[i]);
    g_autofree gchar *prefix = g_strconcat (head_keys[i], ".", NULL);

    if (head && head != best->dict && head->type == NN_PICKLE_DICT)
      ok = collect (head, prefix, entries, by_name, file, error);
  }
  if (!ok)
    g_clear_pointer (&entries, g_ptr_array_unref);
out:
  g_array_unref (queue);
  g_array_unref (candidates);
  g_hash_table_unref (seen);
  g_hash_table_unref (by_name);
  return entries;
}
