/* gst-resnet: which class of a network each folder of images is
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <evaluate/class-match.h>
#include <string.h>

/* A message lists at most this many folders. */
#define MAX_LISTED 8

gboolean
evaluate_is_wordnet_id (const gchar *string, gsize length)
{
  gsize i;

  if (length != 9 || string[0] != 'n')
    return FALSE;
  for (i = 1; i < 9; i++)
    if (!g_ascii_isdigit (string[i]))
      return FALSE;
  return TRUE;
}

/* Returns a copy of @string in which case, _ for a space and the way in which accents are composed make no
 * difference. */
static gchar *
folded (const gchar *string)
{
  g_autofree gchar *valid = g_utf8_make_valid (string, -1);
  g_autofree gchar *composed = NULL;
  gchar *result;

  g_strdelimit (valid, "_", ' ');
  g_strstrip (valid);
  composed = g_utf8_normalize (valid, -1, G_NORMALIZE_DEFAULT_COMPOSE);
  result = g_utf8_casefold (composed, -1);
  return result;
}

static gchar *
before_comma (const gchar *string)
{
  const gchar *comma = strchr (string, ',');
  g_autofree gchar *head = g_strndup (string, comma ? (gsize)(comma - string) : strlen (string));

  return folded (head);
}

#define NO_CLASS G_MAXUINT
#define TWO_CLASSES (G_MAXUINT - 1)

/* Adds @key → @index and takes @key. If two classes share a key, it leads to neither. */
static void
add_key (GHashTable *table, gchar *key, guint index)
{
  gboolean twice = g_hash_table_contains (table, key);

  g_hash_table_insert (table, key, GUINT_TO_POINTER (twice ? TWO_CLASSES : index));
}

static guint
look_up (GHashTable *table, const gchar *key)
{
  gpointer value;

  return g_hash_table_lookup_extended (table, key, NULL, &value) ? GPOINTER_TO_UINT (value) : NO_CLASS;
}

/* Returns the class of each folder by its name alone. It is NO_CLASS if no label matches, and TWO_CLASSES if two labels
 * are the same. */
static guint *
match_names (const EvaluateFolder *folder, gchar *const *labels, gchar *const *identifiers, guint n_classes)
{
  guint *classes = g_new (guint, folder->n_folders);
  GHashTable *tables[3];
  guint i, t;

  for (t = 0; t < 3; t++)
    tables[t] = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (i = 0; labels && i < n_classes; i++) {
    add_key (tables[0], g_strdup (labels[i]), i);
    add_key (tables[1], folded (labels[i]), i);
    add_key (tables[2], before_comma (labels[i]), i);
    if (identifiers)
      add_key (tables[0], g_strdup (identifiers[i]), i);
  }
  for (i = 0; i < folder->n_folders; i++) {
    g_autofree gchar *key = folded (folder->names[i]);

    classes[i] = look_up (tables[0], folder->names[i]);
    for (t = 1; t < 3 && classes[i] == NO_CLASS; t++)
      classes[i] = look_up (tables[t], key);
  }
  for (t = 0; t < 3; t++)
    g_hash_table_unref (tables[t]);
  return classes;
}

guint *
evaluate_match_classes (const EvaluateFolder *folder, gchar *const *labels, gchar *const *identifiers, guint n_classes,
                        EvaluateMatch *how, GError **error)
{
  g_autofree guint *classes = match_names (folder, labels, identifiers, n_classes);
  g_autofree guint *taken = g_new0 (guint, n_classes); /* the folder of each class, counted from 1 */
  g_autoptr (GString) list = g_string_new (NULL);
  guint i, n_unmatched = 0, n_contradicting = 0, first = 0, twin = 0, second = 0;

  for (i = 0; i < folder->n_folders; i++) {
    if (classes[i] >= n_classes) {
      if (n_unmatched < MAX_LISTED) {
        g_autofree gchar *name = g_utf8_make_valid (folder->names[i], -1);

        g_string_append_printf (list, "%s'%s'%s", n_unmatched ? ", " : "", name,
                                classes[i] == TWO_CLASSES ? " (the name of two labels)" : "");
      }
      n_unmatched++;
      continue;
    }
    if (classes[i] != i && !n_contradicting++)
      first = i;
    if (taken[classes[i]] && !twin) {
      twin = taken[classes[i]];
      second = i;
    }
    taken[classes[i]] = i + 1;
  }
  if (n_unmatched > MAX_LISTED)
    g_string_append_printf (list, " and %u more", n_unmatched - MAX_LISTED);

  if (twin) {
    g_set_error (error, EVALUATE_ERROR, EVALUATE_ERROR_MATCH, "the folders '%s' and '%s' both match label %u, '%s'",
                 folder->names[twin - 1], folder->names[second], classes[second], labels[classes[second]]);
    return NULL;
  }
  if (labels && !n_unmatched) {
    *how = EVALUATE_MATCH_NAME;
    return g_steal_pointer (&classes);
  }
  if (folder->n_folders == n_classes && !n_contradicting) {
    for (i = 0; i < n_classes; i++)
      classes[i] = i;
    *how = EVALUATE_MATCH_ORDER;
    return g_steal_pointer (&classes);
  }
  if (!labels)
    g_set_error (error, EVALUATE_ERROR, EVALUATE_ERROR_MATCH,
                 "the network has %u classes and the directory %u folders; without labels in the model, either the two "
                 "agree or a label file tells which is which",
                 n_classes, folder->n_folders);
  else if (folder->n_folders == n_classes)
    g_set_error (error, EVALUATE_ERROR, EVALUATE_ERROR_MATCH,
                 "%u folders match no label: %s; sorted order cannot stand in, for folder '%s' is number %u in it, and "
                 "label %u",
                 n_unmatched, list->str, folder->names[first], first, classes[first]);
  else
    g_set_error (error, EVALUATE_ERROR, EVALUATE_ERROR_MATCH,
                 "%u of %u folders match no label: %s (and sorted order needs as many folders as the network has "
                 "classes, %u)%s",
                 n_unmatched, folder->n_folders, list->str, n_classes,
                 !identifiers && evaluate_is_wordnet_id (folder->names[0], strlen (folder->names[0]))
                     ? "; a label file with WordNet identifiers, synset_words.txt or imagenet_class_index.json, "
                       "tells which they are"
                     : "");
  return NULL;
}
