/* gst-resnet: an ImageFolder (DIR/CLASS/image) and which class of the network each folder is
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tool-folder.h"

#include <nn/error.h>
#include <string.h>
#include <sys/stat.h>

#include "tool-common.h"

/* Folders below a class's folder; a link that points above itself would have no end. */
#define MAX_DEPTH 32
/* How many folders a message lists. */
#define MAX_LISTED 8

static gint
compare_strings (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const gchar *const *)a, *(const gchar *const *)b);
}

static gboolean
is_image_name (const gchar *name)
{
  static const gchar *const extensions[]
      = { "jpg", "jpeg", "png", "bmp", "ppm", "pgm", "webp", "gif", "tif", "tiff", NULL };
  const gchar *dot = strrchr (name, '.');
  const gchar *const *extension;

  for (extension = extensions; dot && *extension; extension++)
    if (g_ascii_strcasecmp (dot + 1, *extension) == 0)
      return TRUE;
  return FALSE;
}

static GPtrArray *
list_names (const gchar *path, GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, error);
  GPtrArray *names;
  const gchar *name;

  if (!dir)
    return NULL;
  names = g_ptr_array_new_with_free_func (g_free);
  while ((name = g_dir_read_name (dir)))
    g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_strings);
  return names;
}

/* Adds @path and the folders below it to @folders. @above: device and inode of the folders this one is in. */
static gboolean
collect_folders (const gchar *path, GPtrArray *folders, GArray *above, GError **error)
{
  g_autoptr (GPtrArray) names = NULL;
  struct stat st;
  guint64 id[2];
  guint i;

  if (stat (path, &st) < 0)
    return TRUE;
  id[0] = (guint64)st.st_dev;
  id[1] = (guint64)st.st_ino;
  for (i = 0; i + 1 < above->len; i += 2)
    if (memcmp (&g_array_index (above, guint64, i), id, sizeof id) == 0)
      return TRUE;
  if (above->len / 2 > MAX_DEPTH) {
    g_set_error (error, NN_ERROR, NN_ERROR_TOO_LARGE, "%s: folders lie more than %d deep", path, MAX_DEPTH);
    return FALSE;
  }
  names = list_names (path, error);
  if (!names)
    return FALSE;
  g_ptr_array_add (folders, g_strdup (path));
  g_array_append_vals (above, id, 2);
  for (i = 0; i < names->len; i++) {
    g_autofree gchar *child = g_build_filename (path, g_ptr_array_index (names, i), NULL);

    if (g_file_test (child, G_FILE_TEST_IS_DIR) && !collect_folders (child, folders, above, error))
      return FALSE;
  }
  g_array_set_size (above, above->len - 2);
  return TRUE;
}

static gboolean
scan_class (ToolFolder *folder, const gchar *dir, guint index, GError **error)
{
  g_autofree gchar *root = g_build_filename (dir, folder->names[index], NULL);
  g_autoptr (GPtrArray) folders = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GArray) above = g_array_new (FALSE, FALSE, sizeof (guint64));
  guint i, k;

  if (!collect_folders (root, folders, above, error))
    return FALSE;
  /* torchvision sorts the walk by the folders' paths, then each folder's files. */
  g_ptr_array_sort (folders, compare_strings);
  for (i = 0; i < folders->len; i++) {
    const gchar *path = g_ptr_array_index (folders, i);
    g_autoptr (GPtrArray) names = list_names (path, error);

    if (!names)
      return FALSE;
    for (k = 0; k < names->len; k++) {
      gchar *file = g_build_filename (path, g_ptr_array_index (names, k), NULL);

      if (!is_image_name (file) || g_file_test (file, G_FILE_TEST_IS_DIR)) {
        g_free (file);
        continue;
      }
      g_ptr_array_add (folder->paths, file);
      g_array_append_val (folder->folder_of, index);
      folder->counts[index]++;
    }
  }
  return TRUE;
}

ToolFolder *
tool_folder_scan (const gchar *dir, GError **error)
{
  g_autoptr (GPtrArray) names = list_names (dir, error);
  g_autoptr (ToolFolder) folder = NULL;
  g_autoptr (GPtrArray) classes = g_ptr_array_new ();
  g_autofree gchar *display = g_utf8_make_valid (dir, -1);
  gboolean has_images = FALSE;
  guint i;

  if (!names) {
    if (error && *error && !g_file_test (dir, G_FILE_TEST_IS_DIR)) {
      g_clear_error (error);
      g_set_error (error, NN_ERROR, NN_ERROR_IO, "%s: there is no such folder%s", display,
                   g_file_test (dir, G_FILE_TEST_EXISTS) ? " (it is a file)" : "");
    }
    return NULL;
  }
  for (i = 0; i < names->len; i++) {
    const gchar *name = g_ptr_array_index (names, i);
    g_autofree gchar *path = g_build_filename (dir, name, NULL);

    if (!g_file_test (path, G_FILE_TEST_IS_DIR))
      has_images |= is_image_name (name);
    else if (name[0] != '.')
      g_ptr_array_add (classes, (gpointer)name);
  }
  if (!classes->len) {
    g_set_error (error, NN_ERROR, NN_ERROR_ARGUMENT,
                 "%s: no folder is in it%s; eval needs a folder of images for each class, %s/CLASS/image.jpg", display,
                 has_images ? ", only images" : "", display);
    return NULL;
  }
  folder = g_new0 (ToolFolder, 1);
  folder->n_folders = classes->len;
  folder->names = g_new0 (gchar *, classes->len + 1);
  folder->counts = g_new0 (guint, classes->len);
  folder->paths = g_ptr_array_new_with_free_func (g_free);
  folder->folder_of = g_array_new (FALSE, FALSE, sizeof (guint));
  for (i = 0; i < classes->len; i++)
    folder->names[i] = g_strdup (g_ptr_array_index (classes, i));
  for (i = 0; i < classes->len; i++)
    if (!scan_class (folder, dir, i, error))
      return NULL;
  folder->n_images = folder->paths->len;
  if (!folder->n_images) {
    g_set_error (error, NN_ERROR, NN_ERROR_ARGUMENT,
                 "%s: no image is in its %u folders (.jpg .jpeg .png .bmp .ppm .pgm .webp .gif .tif .tiff)", display,
                 classes->len);
    return NULL;
  }
  return g_steal_pointer (&folder);
}

void
tool_folder_free (ToolFolder *folder)
{
  g_strfreev (folder->names);
  g_clear_pointer (&folder->paths, g_ptr_array_unref);
  g_clear_pointer (&folder->folder_of, g_array_unref);
  g_free (folder->counts);
  g_free (folder);
}

/* Case, _ for a space and the way accents are composed put aside. */
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

/* Adds @key → @index; a key that two classes share leads nowhere. Takes @key. */
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

/* The class of each folder by its name alone; NO_CLASS, or TWO_CLASSES where two labels are the same. */
static guint *
match_names (const ToolFolder *folder, gchar *const *labels, gchar *const *identifiers, guint n_classes)
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
tool_folder_match (const ToolFolder *folder, gchar *const *labels, gchar *const *identifiers, guint n_classes,
                   ToolMatch *how, GError **error)
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
    g_set_error (error, NN_ERROR, NN_ERROR_LABELS, "the folders '%s' and '%s' both match label %u, '%s'",
                 folder->names[twin - 1], folder->names[second], classes[second], labels[classes[second]]);
    return NULL;
  }
  if (labels && !n_unmatched) {
    *how = TOOL_MATCH_NAME;
    return g_steal_pointer (&classes);
  }
  if (folder->n_folders == n_classes && !n_contradicting) {
    for (i = 0; i < n_classes; i++)
      classes[i] = i;
    *how = TOOL_MATCH_ORDER;
    return g_steal_pointer (&classes);
  }
  if (!labels)
    g_set_error (error, NN_ERROR, NN_ERROR_LABELS,
                 "the network has %u classes and the directory %u folders; with no labels in the model, either the two "
                 "agree or --labels FILE tells which is which",
                 n_classes, folder->n_folders);
  else if (folder->n_folders == n_classes)
    g_set_error (error, NN_ERROR, NN_ERROR_LABELS,
                 "%u folders match no label: %s; sorted order cannot stand in, for folder '%s' is number %u in it, and "
                 "label %u",
                 n_unmatched, list->str, folder->names[first], first, classes[first]);
  else
    g_set_error (error, NN_ERROR, NN_ERROR_LABELS,
                 "%u of %u folders match no label: %s (and sorted order needs as many folders as the network has "
                 "classes, %u)%s",
                 n_unmatched, folder->n_folders, list->str, n_classes,
                 !identifiers && tool_is_wordnet_id (folder->names[0], strlen (folder->names[0]))
                     ? "; a --labels file with WordNet identifiers, synset_words.txt or imagenet_class_index.json, "
                       "tells which they are"
                     : "");
  return NULL;
}
