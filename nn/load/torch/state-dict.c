/* gst-resnet: where in a checkpoint the state dict is
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "load/torch/state-dict.h"

#include "base/nn-budget.h"
#include "base/nn-hash.h"
#include "load/json-read.h"
#include "load/tensor-data.h"
#include "load/tensor-names.h"

#include <string.h>

#define MAX_DEPTH 5
#define MAX_DICTS 4096
/* A dictionary with this many convolutions is taken for a network. */
#define MIN_CONVOLUTIONS 3
/* The bytes that an entry takes with its places in tables, besides its name. */
#define ENTRY_BYTES 192

/* Keys under which people keep state dicts, the most trusted first. */
static const gchar *const known_keys[]
    = { "state_dict", "model_state_dict", "model_state", "model",    "net_state_dict", "net",     "network",
        "module",     "weights",          "params",      "backbone", "encoder",        "student", "teacher" };
/* Keys beside a backbone's dictionary under which the classifier may be. */
static const gchar *const head_keys[] = { "head", "fc", "classifier", "linear", "cls_head" };

#define RANK_ROOT 100
#define RANK_UNKNOWN 200

/* @path has the keys with dots between them; it is NULL at the root. */
typedef struct {
  NnPickleValue *dict, *parent;
  gchar *path;
  guint rank, depth;
  gboolean is_network;  /* it has convolutions or the names of a ResNet */
  gboolean is_averaged; /* its weights are averages over the training */
} Candidate;

static void
candidate_clear (gpointer data)
{
  g_free (((Candidate *)data)->path);
}

static guint
rank_of (const gchar *key)
{
  for (guint i = 0; i < G_N_ELEMENTS (known_keys); i++)
    if (strcmp (known_keys[i], key) == 0)
      return i;
  return RANK_UNKNOWN;
}

static gboolean
is_entry (NnPickleValue *const *pair)
{
  return pair[0]->type == NN_PICKLE_STRING && pair[1]->type == NN_PICKLE_TENSOR;
}

/* The memo can make one long string the key of many entries. Code that examines every key therefore examines only short
 * ones. */
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

/* A dictionary can hold state dicts, and so can a list of them (one for each fold of a cross-validation). */
static gboolean
is_container (const NnPickleValue *value)
{
  return value->type == NN_PICKLE_DICT || value->type == NN_PICKLE_LIST || value->type == NN_PICKLE_TUPLE;
}

static void
queue_child (const Candidate *at, NnPickleValue *value, const gchar *key, GArray *queue, GHashTable *seen)
{
  Candidate child = { .dict = value, .parent = at->dict, .depth = at->depth + 1 };

  if (!is_container (value) || at->depth == MAX_DEPTH || queue->len >= MAX_DICTS || g_hash_table_contains (seen, value))
    return;
  child.rank = rank_of (key);
  if (at->depth) /* a path is as good as its worst key */
    child.rank = MAX (child.rank, at->rank);
  child.is_averaged = at->is_averaged || nn_weight_set_is_averaged (key);
  child.path = at->path ? g_strconcat (at->path, ".", key, NULL) : g_strdup (key);
  g_hash_table_add (seen, value);
  g_array_append_val (queue, child);
}

/* Appends the dictionary to @candidates if it has tensors, and appends the containers in it to @queue. */
static void
look_at (const Candidate *at, GArray *candidates, GArray *queue, GHashTable *seen)
{
  Candidate found = *at;
  guint n_tensors = 0, n_convolutions = 0;

  for (gsize i = 0; at->dict->type != NN_PICKLE_DICT && i < at->dict->n_items; i++) {
    g_autofree gchar *key = g_strdup_printf ("%" G_GSIZE_FORMAT, i);

    queue_child (at, at->dict->items[i], key, queue, seen);
  }
  for (gsize i = 0; at->dict->type == NN_PICKLE_DICT && i + 1 < at->dict->n_items; i += 2) {
    NnPickleValue *const *pair = at->dict->items + i;

    if (is_entry (pair)) {
      n_tensors++;
      n_convolutions += pair[1]->tensor->n_dims == 4;
      found.is_network = found.is_network || (is_short_name (pair[0]) && strstr (pair[0]->data, "layer1.0."));
    }
    if (is_short_name (pair[0]) && !is_optimizer_key (pair[0]->data))
      queue_child (at, pair[1], pair[0]->data, queue, seen);
  }
  found.is_network = found.is_network || n_convolutions >= MIN_CONVOLUTIONS;
  found.path = g_strdup (at->path);
  if (n_tensors)
    g_array_append_val (candidates, found);
  else
    g_free (found.path);
}

static gboolean
is_better (const Candidate *a, const Candidate *b)
{
  if (a->is_network != b->is_network)
    return a->is_network;
  if (a->rank != b->rank)
    return a->rank < b->rank;
  return a->depth < b->depth;
}

static const Candidate *
best_of (const GArray *candidates, gboolean averaged)
{
  const Candidate *best = NULL;

  for (guint i = 0; i < candidates->len; i++) {
    const Candidate *c = &g_array_index (candidates, Candidate, i);

    if (c->is_averaged == averaged && (!best || is_better (c, best)))
      best = c;
  }
  return best;
}

/* The names of a candidate's tensors as the network itself would have them. */
static GPtrArray *
bare_names (const Candidate *c)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autoptr (GHashTable) seen = g_hash_table_new (nn_name_hash, g_str_equal);

  for (gsize i = 0; i + 1 < c->dict->n_items && names->len < NN_LOAD_MAX_TENSORS; i += 2)
    if (is_entry (c->dict->items + i) && is_short_name (c->dict->items[i])
        && g_hash_table_add (seen, (gpointer)c->dict->items[i]->data))
      g_ptr_array_add (names, (gpointer)c->dict->items[i]->data);
  return nn_tensor_names_strip (names, NULL, NULL);
}

/* Returns the name of the first tensor that @whole has and @other lacks, or NULL; free it with g_free(). */
static gchar *
find_missing (const Candidate *whole, const Candidate *other)
{
  g_autoptr (GPtrArray) wanted = bare_names (whole), there = bare_names (other);
  g_autoptr (GHashTable) set = g_hash_table_new (nn_name_hash, g_str_equal);

  for (guint i = 0; i < there->len; i++)
    if (there->pdata[i])
      g_hash_table_add (set, there->pdata[i]);
  for (guint i = 0; i < wanted->len; i++) {
    const gchar *name = g_ptr_array_index (wanted, i);

    if (name && !g_str_has_suffix (name, "num_batches_tracked") && !g_hash_table_contains (set, name))
      return g_strdup (name);
  }
  return NULL;
}

/* mmengine's EMAHook saves the averaged weights as "state_dict" and those of the training as "ema_state_dict". */
static gboolean
is_mmengine (const NnPickleValue *root)
{
  const NnPickleValue *meta = nn_pickle_dict_get (root, "meta");

  return nn_pickle_dict_get (root, "message_hub") || (meta && nn_pickle_dict_get (meta, "mmengine_version"));
}

/* This is true for "ema.module", but not for "callbacks.EMA.weights", which is used only to continue a training. */
static gboolean
is_averaged_at_top (const Candidate *c)
{
  const gchar *dot = c->path ? strchr (c->path, '.') : NULL;
  g_autofree gchar *first = dot ? g_strndup (c->path, (gsize)(dot - c->path)) : g_strdup (c->path);

  return first && nn_weight_set_is_averaged (first);
}

/* If there are several candidates, chooses the one that the library that writes such files would take itself. @why:
 * (out): a reason for people, or NULL; free it with g_free() */
static const Candidate *
choose (const NnPickleValue *root, const GArray *candidates, gchar **why)
{
  const Candidate *plain = best_of (candidates, FALSE), *averaged = best_of (candidates, TRUE);
  g_autofree gchar *missing = NULL, *shown = NULL;

  *why = NULL;
  if (!averaged || !averaged->is_network
      || (plain && plain->is_network && plain->parent != averaged->parent && !is_averaged_at_top (averaged)))
    return plain ? plain : averaged;
  if (!plain || !plain->is_network)
    return averaged;
  if (is_mmengine (root)) {
    *why = g_strdup ("where mmengine keeps the averaged weights");
    return plain;
  }
  missing = find_missing (plain, averaged);
  if (!missing) {
    *why = g_strdup ("the averaged weights, as timm and torchvision's references take them");
    return averaged;
  }
  shown = nn_json_shown (missing);
  *why = g_strdup_printf ("since the averaged weights have no %s", shown);
  return plain;
}

/* Fills @sets with the names of the networks beside @taken. */
static void
note_others (const GArray *candidates, const Candidate *taken, NnWeightSets *sets)
{
  for (guint i = 0; i < candidates->len; i++) {
    const Candidate *c = &g_array_index (candidates, Candidate, i);

    if (c != taken && c->is_network && c->path && taken->path)
      g_ptr_array_add (sets->others, g_strdup (c->path));
  }
  if (sets->others->len)
    sets->taken = g_strdup (taken->path);
}

static const Candidate *
find_wanted (const GArray *candidates, const gchar *wanted)
{
  const Candidate *found = NULL;

  for (guint i = 0; i < candidates->len; i++) {
    const Candidate *c = &g_array_index (candidates, Candidate, i);

    if (c->path && nn_weight_set_is_called (c->path, wanted) && (!found || is_better (c, found)))
      found = c;
  }
  return found;
}

/* Lists keys of a dictionary for a message. */
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
    return "a Python object, which is never made";
  case NN_PICKLE_STRING:
  case NN_PICKLE_BYTES:
    return "a string";
  default:
    return "a plain value";
  }
}

/* Whether the key is like "layer1.0.conv1.weight". */
static gboolean
is_tensor_name (const NnPickleValue *key)
{
  static const gchar *const ends[] = { "weight", "bias", "running_mean", "running_var" };
  const gchar *dot = is_short_name (key) ? strrchr (key->data, '.') : NULL;

  for (guint i = 0; dot && i < G_N_ELEMENTS (ends); i++)
    if (strcmp (dot + 1, ends[i]) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
is_object (const NnPickleValue *value)
{
  return value->type == NN_PICKLE_OPAQUE || value->type == NN_PICKLE_GLOBAL;
}

/* Refuses a dictionary that has an object where a tensor should be; returns FALSE and sets the error then. */
static gboolean
check_no_objects (const NnPickleValue *dict, const gchar *file, GError **error)
{
  for (gsize i = 0; dict->type == NN_PICKLE_DICT && i + 1 < dict->n_items; i += 2) {
    NnPickleValue *const *pair = dict->items + i;
    g_autofree gchar *name = NULL, *class = NULL;

    if (!is_object (pair[1]) || !is_tensor_name (pair[0]))
      continue;
    name = nn_json_shown (pair[0]->data);
    class = nn_json_shown (pair[1]->data);
    g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED,
                 "%s: \"%s\" is an object of the class \"%s\" and not a tensor; objects are never made, save "
                 "model.state_dict() of a plain model",
                 file, name, class);
    return FALSE;
  }
  return TRUE;
}

/* Whether the value is a module: made by torch.nn or by the libraries of networks, or anything with a module's
 * attributes. */
static gboolean
is_module (const NnPickleValue *value)
{
  static const gchar *const modules[]
      = { "torch.nn.modules.", "torch.nn.parallel.", "torch.fx.",   "torchvision.models.",
          "torchvision.ops.",  "timm.models.",       "timm.layers." };

  if (!is_object (value))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (modules); i++)
    if (g_str_has_prefix (value->data, modules[i]))
      return TRUE;
  return value->is_module;
}

/* Finds the first whole module that is the root or one of its members. A loss counts too, because losses are
 * modules. */
static const NnPickleValue *
find_module (const NnPickleValue *root)
{
  if (is_module (root))
    return root;
  for (gsize i = 0; root->type == NN_PICKLE_DICT && i + 1 < root->n_items; i += 2)
    if (is_module (root->items[i + 1]) && !g_str_has_prefix (root->items[i + 1]->data, "torch.nn.modules.loss."))
      return root->items[i + 1];
  return NULL;
}

static void
explain (const NnPickleValue *root, const gchar *file, GError **error)
{
  const NnPickleValue *module = find_module (root);
  g_autofree gchar *keys = NULL;

  if (module) {
    g_autofree gchar *class = nn_json_shown (module->data);

    g_set_error (
        error, NN_ERROR, NN_ERROR_UNSUPPORTED,
        "%s: this is a whole pickled module (torch.save(model), class \"%s\"), which is code and is not run; in "
        "Python save model.state_dict() instead",
        file, class);
    return;
  }
  if (!check_no_objects (root, file, error))
    return;
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

/* Adds the tensors of one dictionary to @entries, with @prefix before their names. */
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
      if (!nn_budget_take (ENTRY_BYTES + strlen (name), file, "its list of tensors", error)) {
        g_free (name);
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

/* Collects the tensors of @best, and those of a classifier beside it. */
static GPtrArray *
collect_all (const Candidate *best, const gchar *file, GError **error)
{
  g_autoptr (GHashTable) by_name = g_hash_table_new (nn_name_hash, g_str_equal);
  GPtrArray *entries = g_ptr_array_new_with_free_func (entry_free);
  gboolean ok = check_no_objects (best->dict, file, error) && collect (best->dict, "", entries, by_name, file, error);

  /* In {"backbone": {…}, "head": {…}} the classifier's dictionary is taken too, with its key before its names. */
  for (guint i = 0; ok && best->parent && i < G_N_ELEMENTS (head_keys); i++) {
    NnPickleValue *head = nn_pickle_dict_get (best->parent, head_keys[i]);
    g_autofree gchar *prefix = g_strconcat (head_keys[i], ".", NULL);

    if (head && head != best->dict && head->type == NN_PICKLE_DICT)
      ok = collect (head, prefix, entries, by_name, file, error);
  }
  if (!ok)
    g_clear_pointer (&entries, g_ptr_array_unref);
  return entries;
}

GPtrArray *
nn_state_dict_find (NnPickleValue *root, const gchar *file, NnWeightSets *sets, GPtrArray *warnings, GError **error)
{
  g_autoptr (GArray) queue = g_array_new (FALSE, FALSE, sizeof (Candidate));
  g_autoptr (GArray) candidates = g_array_new (FALSE, FALSE, sizeof (Candidate));
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  g_autofree gchar *why = NULL;
  Candidate start = { .dict = root, .rank = RANK_ROOT };
  const Candidate *best = NULL, *wanted;

  g_array_set_clear_func (queue, candidate_clear);
  g_array_set_clear_func (candidates, candidate_clear);
  if (is_container (root)) {
    g_hash_table_add (seen, root);
    g_array_append_val (queue, start);
  }
  for (guint i = 0; i < queue->len; i++) {
    Candidate at = g_array_index (queue, Candidate, i); /* a copy, because the array grows in the loop */

    look_at (&at, candidates, queue, seen);
  }
  best = choose (root, candidates, &why);
  wanted = sets->wanted ? find_wanted (candidates, sets->wanted) : NULL;
  if (wanted)
    best = wanted;
  /* An optimizer's own state can have tensors under strings, but a model's checkpoint has its tensors under one of the
   * known keys or at the root. The tensors that a checkpoint has beside a whole module are not a network either. */
  if (!best || nn_pickle_dict_get (best->dict, "param_groups") || (!best->is_network && find_module (root))) {
    explain (root, file, error);
    return NULL;
  }
  note_others (candidates, best, sets);
  if (wanted)
    sets->found = TRUE;
  else if (sets->taken)
    nn_weight_sets_tell (sets, why, warnings);
  return collect_all (best, file, error);
}
