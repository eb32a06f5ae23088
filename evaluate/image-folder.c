/* gst-resnet: a folder of images, one folder a class (DIR/CLASS/image)
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <evaluate/image-folder.h>
#include <string.h>
#include <sys/stat.h>

/* Folders may be nested at most this deep below a class's folder. A link that leads to a folder above it would have no
 * end. */
#define MAX_DEPTH 32

G_DEFINE_QUARK (evaluate - error - quark, evaluate_error)

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

/* Adds @path and the folders below it to @folders. @above: device and inode of each folder that @path is in */
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
    g_set_error (error, EVALUATE_ERROR, EVALUATE_ERROR_TOO_LARGE, "%s: folders lie more than %d deep", path, MAX_DEPTH);
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
scan_class (EvaluateFolder *folder, const gchar *dir, guint index, GError **error)
{
  g_autofree gchar *root = g_build_filename (dir, folder->names[index], NULL);
  g_autoptr (GPtrArray) folders = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GArray) above = g_array_new (FALSE, FALSE, sizeof (guint64));
  guint i, k;

  if (!collect_folders (root, folders, above, error))
    return FALSE;
  /* torchvision sorts the folders by their paths, and then the files of each folder. */
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

EvaluateFolder *
evaluate_folder_scan (const gchar *dir, GError **error)
{
  g_autoptr (GPtrArray) names = list_names (dir, error);
  g_autoptr (EvaluateFolder) folder = NULL;
  g_autoptr (GPtrArray) classes = g_ptr_array_new ();
  g_autofree gchar *display = g_utf8_make_valid (dir, -1);
  gboolean has_images = FALSE;
  guint i;

  if (!names) {
    if (error && *error && !g_file_test (dir, G_FILE_TEST_IS_DIR)) {
      g_clear_error (error);
      g_set_error (error, EVALUATE_ERROR, EVALUATE_ERROR_FOLDER, "%s: there is no such folder%s", display,
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
    g_set_error (error, EVALUATE_ERROR, EVALUATE_ERROR_FOLDER,
                 "%s: no folder is in it%s; a folder of images is needed for each class, %s/CLASS/image.jpg", display,
                 has_images ? ", only images" : "", display);
    return NULL;
  }
  folder = g_new0 (EvaluateFolder, 1);
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
    g_set_error (error, EVALUATE_ERROR, EVALUATE_ERROR_FOLDER,
                 "%s: no image is in its %u folders (.jpg .jpeg .png .bmp .ppm .pgm .webp .gif .tif .tiff)", display,
                 classes->len);
    return NULL;
  }
  return g_steal_pointer (&folder);
}

void
evaluate_folder_free (EvaluateFolder *folder)
{
  g_strfreev (folder->names);
  g_clear_pointer (&folder->paths, g_ptr_array_unref);
  g_clear_pointer (&folder->folder_of, g_array_unref);
  g_free (folder->counts);
  g_free (folder);
}
