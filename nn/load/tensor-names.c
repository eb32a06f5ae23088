/* gst-resnet: taking wrappers' prefixes off a state dict's names
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "load/tensor-names.h"

#include "base/nn-hash.h"

#include <string.h>

/* Returns the length of what stands before "layer1.0."; -1 if the name does not have it. */
static gssize
root_length (const gchar *name)
{
  const gchar *at = name;

  while ((at = strstr (at, "layer1.0."))) {
    if (at == name || at[-1] == '.')
      return at - name;
    at++;
  }
  return -1;
}

static gboolean
has_name (GHashTable *set, const gchar *prefix, const gchar *suffix)
{
  gchar *name = g_strconcat (prefix, suffix, NULL);
  gboolean found = g_hash_table_contains (set, name);

  g_free (name);
  return found;
}

/* Returns the prefixes at which a ResNet is, each once, in order of appearance. */
static GPtrArray *
find_roots (const GPtrArray *names)
{
  GPtrArray *roots = g_ptr_array_new_with_free_func (g_free);
  GHashTable *seen = g_hash_table_new (nn_name_hash, g_str_equal);

  for (guint i = 0; i < names->len; i++) {
    const gchar *name = g_ptr_array_index (names, i);
    gssize length = root_length (name);
    gchar *root;

    if (length < 0)
      continue;
    root = g_strndup (name, (gsize)length);
    if (g_hash_table_contains (seen, root)) {
      g_free (root);
      continue;
    }
    g_hash_table_add (seen, root);
    g_ptr_array_add (roots, root);
  }
  g_hash_table_unref (seen);
  return roots;
}

/* Whether all names of layers under the root @whole exist under the root @other too. */
static gboolean
has_all_of (const gchar *whole, const gchar *other, const GPtrArray *names, GHashTable *set)
{
  gsize n = strlen (whole);

  for (guint i = 0; i < names->len; i++) {
    const gchar *name = g_ptr_array_index (names, i);

    if (!strncmp (name, whole, n) && strstr (name + n, "layer") == name + n
        && !g_str_has_suffix (name, "num_batches_tracked") && !has_name (set, other, name + n))
      return FALSE;
  }
  return TRUE;
}

/* How good a root is; lower is better. The empty one is best, then come those that have a stem. Of each of these kinds,
 * those that only helped in training come last. */
static guint
root_rank (const gchar *root, GHashTable *set)
{
  gboolean has_stem = has_name (set, root, "conv1.weight") || has_name (set, root, "conv1.0.weight");

  return *root ? (has_stem ? 0 : 4) + (nn_weight_set_is_helper (root) ? 2 : 1) : 0;
}

/* Of several roots, chooses the one that the user named; else the averaged copy if it is whole; else the best one. */
static const gchar *
choose_root (const GPtrArray *roots, const GPtrArray *names, GHashTable *set, NnWeightSets *sets)
{
  const gchar *plain = NULL, *averaged = NULL;

  for (guint i = 0; i < roots->len; i++) {
    const gchar *root = g_ptr_array_index (roots, i);

    if (sets && sets->wanted && !sets->found && nn_weight_set_is_called (root, sets->wanted)) {
      sets->found = TRUE;
      return root;
    }
    if (nn_weight_set_is_averaged (root)) {
      if (!averaged || root_rank (root, set) < root_rank (averaged, set))
        averaged = root;
    } else if (!plain || root_rank (root, set) < root_rank (plain, set)) {
      plain = root;
    }
  }
  if (averaged && (!plain || has_all_of (plain, averaged, names, set)))
    return averaged;
  return plain;
}

/* Returns the root for a message: without the dot at its end, and with a name for the empty one. */
static gchar *
root_name (const gchar *root)
{
  return *root ? g_strndup (root, strlen (root) - 1) : g_strdup ("(no prefix)");
}

static void
note_roots (const GPtrArray *roots, const gchar *taken, NnWeightSets *sets, GPtrArray *warnings)
{
  if (!sets || roots->len < 2 || sets->taken)
    return;
  sets->taken = root_name (taken);
  for (guint i = 0; i < roots->len; i++)
    if (strcmp (g_ptr_array_index (roots, i), taken))
      g_ptr_array_add (sets->others, root_name (g_ptr_array_index (roots, i)));
  if (!sets->found)
    nn_weight_sets_tell (sets, nn_weight_set_is_averaged (taken) ? "the averaged weights" : NULL, warnings);
}

/* The length of the longest part of @prefix, ending in '.', that all names begin with. */
static gsize
shared_length (const gchar *prefix, const GPtrArray *names)
{
  gsize shared = strlen (prefix);

  for (guint i = 0; i < names->len && shared; i++) {
    const gchar *name = g_ptr_array_index (names, i);

    while (shared && strncmp (name, prefix, shared) != 0) {
      shared--;
      while (shared && prefix[shared - 1] != '.')
        shared--;
    }
  }
  return shared;
}

/* The length of the known wrappers at the front of all names. This is for files in which no ResNet was found, so that
 * the refusal shows names that the user knows. */
static gsize
wrapper_length (const GPtrArray *names)
{
  static const gchar *const wrappers[]
      = { "module.", "_orig_mod.", "model.",   "backbone.", "encoder.", "net.",
          "resnet.", "network.",   "student.", "teacher.",  "_module.", "base_model." };
  const gchar *first = names->len ? g_ptr_array_index (names, 0) : "";
  gsize length = 0;
  gboolean again = TRUE;

  while (again) {
    again = FALSE;
    for (guint w = 0; w < G_N_ELEMENTS (wrappers); w++) {
      gsize n = strlen (wrappers[w]);
      gboolean all = strncmp (first + length, wrappers[w], n) == 0 && first[length + n] != 0;

      for (guint i = 0; i < names->len && all; i++) {
        const gchar *name = g_ptr_array_index (names, i);

        all = strncmp (name, first, length + n) == 0 && name[length + n] != 0;
      }
      if (all) {
        length += n;
        again = TRUE;
        break;
      }
    }
  }
  return length;
}

/* Returns the longest root that @name lies under, or NULL. It makes one look-up for each dot, however many roots there
 * are. */
static const gchar *
root_of (const gchar *name, GHashTable *roots)
{
  const gchar *best = g_hash_table_lookup (roots, "");
  GString *prefix = g_string_new (NULL);

  for (const gchar *dot = strchr (name, '.'); dot; dot = strchr (dot + 1, '.')) {
    const gchar *root;

    g_string_append_len (prefix, name + prefix->len, dot + 1 - (name + prefix->len));
    root = g_hash_table_lookup (roots, prefix->str);
    if (root)
      best = root;
  }
  g_string_free (prefix, TRUE);
  return best;
}

GPtrArray *
nn_tensor_names_strip (const GPtrArray *names, NnWeightSets *sets, GPtrArray *warnings)
{
  GHashTable *set = g_hash_table_new (nn_name_hash, g_str_equal);
  GHashTable *root_set = g_hash_table_new (nn_name_hash, g_str_equal);
  GHashTable *taken = g_hash_table_new (nn_name_hash, g_str_equal);
  GPtrArray *roots = find_roots (names);
  GPtrArray *out = g_ptr_array_new_with_free_func (g_free);
  const gchar *root;
  gsize root_size, shared;

  for (guint i = 0; i < names->len; i++)
    g_hash_table_add (set, g_ptr_array_index (names, i));
  for (guint i = 0; i < roots->len; i++)
    g_hash_table_add (root_set, g_ptr_array_index (roots, i));
  root = choose_root (roots, names, set, sets);
  if (root)
    note_roots (roots, root, sets, warnings);
  if (root && sets && !sets->root)
    sets->root = g_strdup (root);
  root_size = root ? strlen (root) : 0;
  shared = root ? shared_length (root, names) : wrapper_length (names);
  g_ptr_array_set_size (out, (gint)names->len);

  /* Names under the root are assigned first. */
  for (guint i = 0; root && i < names->len; i++) {
    const gchar *name = g_ptr_array_index (names, i);
    const gchar *own = root_of (name, root_set);

    if (own && strcmp (own, root) == 0 && name[root_size]) {
      out->pdata[i] = g_strdup (name + root_size);
      g_hash_table_add (taken, out->pdata[i]);
    }
  }
  for (guint i = 0; i < names->len; i++) {
    const gchar *name = g_ptr_array_index (names, i);

    if (out->pdata[i] || strcmp (name, "n_averaged") == 0 || root_of (name, root_set))
      continue;
    /* A tensor of the network may already have the short name. Then this tensor keeps its long name, and if that is
     * another tensor's short name, it gets a prefix, so that no tensor is lost. */
    out->pdata[i] = g_strdup (g_hash_table_contains (taken, name + shared) || !name[shared] ? name : name + shared);
    while (g_hash_table_contains (taken, out->pdata[i])) {
      gchar *longer = g_strconcat ("outside.", out->pdata[i], NULL);

      g_free (out->pdata[i]);
      out->pdata[i] = longer;
    }
    g_hash_table_add (taken, out->pdata[i]);
  }
  g_hash_table_unref (set);
  g_hash_table_unref (root_set);
  g_hash_table_unref (taken);
  g_ptr_array_unref (roots);
  return out;
}
