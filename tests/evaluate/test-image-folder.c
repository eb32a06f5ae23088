/* gst-resnet: folders of images as torchvision's ImageFolder sees them, and which classes they are
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <evaluate/class-match.h>
#include <evaluate/image-folder.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

typedef struct {
  gchar *dir;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->dir = g_dir_make_tmp ("evaluate-XXXXXX", NULL);
  g_assert_nonnull (fixture->dir);
}

static void
remove_tree (const gchar *path)
{
  GDir *dir = g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
  const gchar *name;

  while (dir && (name = g_dir_read_name (dir))) {
    g_autofree gchar *child = g_build_filename (path, name, NULL);

    remove_tree (child);
  }
  if (dir)
    g_dir_close (dir);
  g_remove (path);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  remove_tree (fixture->dir);
  g_free (fixture->dir);
}

/* A file or, where @name ends in a slash, a folder. */
static void
add (const Fixture *fixture, const gchar *name)
{
  g_autofree gchar *path = g_build_filename (fixture->dir, name, NULL);
  g_autofree gchar *folder = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (g_str_has_suffix (name, "/") ? path : folder, 0700), ==, 0);
  if (!g_str_has_suffix (name, "/"))
    g_assert_true (g_file_set_contents (path, "x", 1, NULL));
}

static void
expect_no_folder (const gchar *dir, const gchar *says)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (evaluate_folder_scan (dir, &error));
  g_assert_error (error, EVALUATE_ERROR, EVALUATE_ERROR_FOLDER);
  g_assert_nonnull (strstr (error->message, says));
}

static void
test_bad_folders (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *missing = g_build_filename (fixture->dir, "missing", NULL);
  g_autofree gchar *file = g_build_filename (fixture->dir, "photo.jpg", NULL);

  expect_no_folder (missing, "there is no such folder");
  expect_no_folder (fixture->dir, "no folder is in it");
  add (fixture, "photo.jpg");
  expect_no_folder (file, "it is a file");
  expect_no_folder (fixture->dir, "only images");
  add (fixture, ".hidden/photo.jpg");
  expect_no_folder (fixture->dir, "no folder is in it");
  add (fixture, "cat/notes.txt");
  add (fixture, "dog/");
  expect_no_folder (fixture->dir, "no image is in its 2 folders");
}

/* A folder in itself has an end; folders too deep are an error. */
static void
test_links_and_depth (Fixture *fixture, gconstpointer data)
{
  g_autofree gchar *link = g_build_filename (fixture->dir, "cat", "again", NULL);
  g_autofree gchar *cat = g_build_filename (fixture->dir, "cat", NULL);
  g_autoptr (EvaluateFolder) folder = NULL;
  g_autoptr (GString) deep = g_string_new ("cat/");
  g_autoptr (GError) error = NULL;

  add (fixture, "cat/a.jpg");
  g_assert_cmpint (symlink (cat, link), ==, 0);
  folder = evaluate_folder_scan (fixture->dir, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (folder->n_images, ==, 1);

  for (guint i = 0; i < 40; i++)
    g_string_append (deep, "d/");
  g_string_append (deep, "b.jpg");
  add (fixture, deep->str);
  g_assert_null (evaluate_folder_scan (fixture->dir, &error));
  g_assert_error (error, EVALUATE_ERROR, EVALUATE_ERROR_TOO_LARGE);
}

/* Folders and images in byte order, the folders below a class by their whole paths, as torchvision sorts them. */
static void
test_order (Fixture *fixture, gconstpointer data)
{
  static const gchar *const files[] = { "b/2.png",      "b/10.PNG",     "b/1.jpeg",
                                        "B/x.jpg",      "b/sub/0.gif",  "b/sub-2/0.bmp",
                                        "b/notes.txt",  "empty/readme", "b/folder.jpg/inside.webp",
                                        "b/noextension" };
  static const gchar *const expected[]
      = { "B/x.jpg", "b/1.jpeg", "b/10.PNG", "b/2.png", "b/folder.jpg/inside.webp", "b/sub/0.gif", "b/sub-2/0.bmp" };
  g_autoptr (EvaluateFolder) folder = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *names = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    add (fixture, files[i]);
  folder = evaluate_folder_scan (fixture->dir, &error);
  g_assert_no_error (error);
  names = g_strjoinv (" ", folder->names);
  g_assert_cmpstr (names, ==, "B b empty");
  g_assert_cmpuint (folder->n_folders, ==, 3);
  g_assert_cmpuint (folder->counts[0], ==, 1);
  g_assert_cmpuint (folder->counts[1], ==, 6);
  g_assert_cmpuint (folder->counts[2], ==, 0);
  g_assert_cmpuint (folder->n_images, ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < folder->n_images; i++) {
    const gchar *path = g_ptr_array_index (folder->paths, i);

    g_assert_true (g_str_has_suffix (path, expected[i]));
    g_assert_cmpuint (g_array_index (folder->folder_of, guint, i), ==, i == 0 ? 0 : 1);
  }
}

/* A folder without images, for matching alone. */
static EvaluateFolder *
folder_of_names (const gchar *names)
{
  EvaluateFolder *folder = g_new0 (EvaluateFolder, 1);

  folder->names = g_strsplit (names, "|", -1);
  folder->n_folders = g_strv_length (folder->names);
  return folder;
}

static void
expect_match (const gchar *names, const gchar *labels, const gchar *identifiers, guint n_classes, EvaluateMatch how,
              const guint *expected)
{
  g_autoptr (EvaluateFolder) folder = folder_of_names (names);
  g_auto (GStrv) label_list = labels ? g_strsplit (labels, "|", -1) : NULL;
  g_auto (GStrv) identifier_list = identifiers ? g_strsplit (identifiers, "|", -1) : NULL;
  g_autoptr (GError) error = NULL;
  g_autofree guint *classes = NULL;
  EvaluateMatch got;

  classes = evaluate_match_classes (folder, label_list, identifier_list, n_classes, &got, &error);
  g_assert_no_error (error);
  g_assert_cmpint (got, ==, how);
  for (guint i = 0; i < folder->n_folders; i++)
    g_assert_cmpuint (classes[i], ==, expected[i]);
}

static void
expect_no_match (const gchar *names, const gchar *labels, guint n_classes, const gchar *says)
{
  g_autoptr (EvaluateFolder) folder = folder_of_names (names);
  g_auto (GStrv) label_list = labels ? g_strsplit (labels, "|", -1) : NULL;
  g_autoptr (GError) error = NULL;
  EvaluateMatch how;

  g_assert_null (evaluate_match_classes (folder, label_list, NULL, n_classes, &how, &error));
  g_assert_error (error, EVALUATE_ERROR, EVALUATE_ERROR_MATCH);
  g_assert_nonnull (strstr (error->message, says));
}

static void
test_bad_matches (void)
{
  /* Two folders of one label; a label that is there twice; fewer folders than classes, and one that is no label. */
  expect_no_match ("Cat|cat", "cat|dog", 2, "both match label 0");
  expect_no_match ("cat|dog", "cat|cat|dog", 3, "the name of two labels");
  expect_no_match ("bird|cat", "cat|dog|horse", 3, "'bird'");
  /* As many folders as classes, but sorted order contradicts a name. */
  expect_no_match ("bird|cat", "cat|dog", 2, "folder 'cat' is number 1 in it, and label 0");
  expect_no_match ("a|b", NULL, 3, "3 classes and the directory 2 folders");
  expect_no_match ("n01440764|n01443537", "tench|goldfish|shark", 3, "WordNet identifiers");
  expect_no_match ("1|2|3|4|5|6|7|8|9|x", "cat", 1, "and 2 more");
}

static void
test_good_matches (void)
{
  expect_match ("dog|cat", "cat|dog|horse", NULL, 3, EVALUATE_MATCH_NAME, (const guint[]){ 1, 0 });
  /* Exact before folded: both labels are there. */
  expect_match ("Crane|crane", "crane|Crane", NULL, 2, EVALUATE_MATCH_NAME, (const guint[]){ 1, 0 });
  expect_match ("GREAT_WHITE_SHARK|tench", "tench, Tinca tinca|great white shark, man-eater", NULL, 2,
                EVALUATE_MATCH_NAME, (const guint[]){ 1, 0 });
  /* é as one character and as two. */
  expect_match ("cafe\xcc\x81", "tea|caf\xc3\xa9", NULL, 2, EVALUATE_MATCH_NAME, (const guint[]){ 1 });
  expect_match ("n01443537", "tench|goldfish", "n01440764|n01443537", 2, EVALUATE_MATCH_NAME, (const guint[]){ 1 });
  expect_match ("a|b|c", NULL, NULL, 3, EVALUATE_MATCH_ORDER, (const guint[]){ 0, 1, 2 });
  expect_match ("a|dog", "cat|dog", NULL, 2, EVALUATE_MATCH_ORDER, (const guint[]){ 0, 1 });
}

static void
test_wordnet (void)
{
  g_assert_true (evaluate_is_wordnet_id ("n01440764", 9));
  g_assert_false (evaluate_is_wordnet_id ("n0144076", 8));
  g_assert_false (evaluate_is_wordnet_id ("n0144076x", 9));
  g_assert_false (evaluate_is_wordnet_id ("m01440764", 9));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/image-folder/bad", Fixture, NULL, set_up, test_bad_folders, tear_down);
  g_test_add ("/image-folder/links-and-depth", Fixture, NULL, set_up, test_links_and_depth, tear_down);
  g_test_add ("/image-folder/order", Fixture, NULL, set_up, test_order, tear_down);
  g_test_add_func ("/class-match/bad", test_bad_matches);
  g_test_add_func ("/class-match/good", test_good_matches);
  g_test_add_func ("/class-match/wordnet", test_wordnet);
  return g_test_run ();
}
