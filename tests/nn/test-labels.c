/* gst-resnet: label files: bad ones name what is wrong, good ones in every form give the same labels
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <glib/gstdio.h>
#include <nn/error.h>
#include <nn/labels.h>
#include <string.h>

static void
expect_refused (const gchar *data, gsize size, guint n, const gchar *says, const gchar *says_too)
{
  GError *error = NULL;
  gchar **labels = nn_labels_parse (data, size, "labels.txt", n, NULL, &error);

  if (labels)
    g_error ("\"%.40s\" was taken", data);
  g_assert_error (error, NN_ERROR, NN_ERROR_LABELS);
  if (!strstr (error->message, "labels.txt") || !strstr (error->message, says) || !strstr (error->message, says_too))
    g_error ("\"%s\" does not say labels.txt, \"%s\" and \"%s\"", error->message, says, says_too);
  g_error_free (error);
}

static void
test_bad (void)
{
  g_autofree gchar *long_line = g_strnfill (5000, 'a');
  g_autofree gchar *deep = g_strnfill (100000, '[');

  expect_refused ("", 0, 2, "0 labels", "2 classes");
  expect_refused ("a\nb\nc\n", 6, 2, "3 labels", "2 classes");
  expect_refused ("a\n", 2, 1000, "1 labels", "1000 classes");
  expect_refused ("a\nb\xff\n", 5, 2, "line 2", "UTF-8");
  expect_refused ("a\nb\0c\n", 6, 2, "line 2", "UTF-8");
  expect_refused (long_line, 5000, 1, "line 1", "5000");
  expect_refused (deep, 100000, 2, "nested", "16");
  expect_refused ("{\"0\": \"a\", \"2\": \"b\"}", 20, 2, "\"2\"", "0 to 1");
  expect_refused ("{\"0\": \"a\", \"00\": \"b\"}", 21, 2, "\"00\"", "once");
  expect_refused ("{\"a\": 0, \"b\": 0}", 16, 2, "\"b\"", "once");
  expect_refused ("{\"a\": -1, \"b\": 0}", 17, 2, "\"a\"", "once");
  expect_refused ("{\"a\": 1.5, \"b\": 0}", 18, 2, "\"a\"", "once");
  expect_refused ("[\"a\", 7]", 8, 2, "element 1", "string");
  expect_refused ("[\"a\"]", 5, 2, "1 labels", "2 classes");
  expect_refused ("[\"a\", \"b\xff\"]", 11, 2, "UTF-8", "labels.txt");
  expect_refused ("{\"0\": []}", 9, 1, "\"0\"", "once");
  expect_refused ("{\"0\": \"a\"", 9, 7, "JSON", "labels.txt");
}

static void
test_no_file (void)
{
  GError *error = NULL;

  g_assert_null (nn_labels_load ("/nonexistent/labels.txt", 2, NULL, &error));
  g_assert_error (error, NN_ERROR, NN_ERROR_IO);
  g_clear_error (&error);
  g_assert_null (nn_labels_load ("/", 2, NULL, &error));
  g_assert_error (error, NN_ERROR, NN_ERROR_IO);
  g_clear_error (&error);
}

/* The property has the labels themselves instead of a file's name. A file may have such a name all the same. */
static void
test_a_list (void)
{
  static const gchar *const lists[] = { "cat,dog", "cat, dog", "cat;dog", "cat|dog", "cat\ndog", "cat dog", "a,b.txt" };
  static const gchar *const names[] = { "cat", "labels.txt", "my labels.txt", "./no folder/labels" };
  g_autofree gchar *folder = g_dir_make_tmp ("gst-resnet-XXXXXX", NULL);
  g_autofree gchar *path = g_build_filename (folder, "a,b.txt", NULL);
  g_auto (GStrv) labels = NULL;
  GError *error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (lists); i++) {
    g_assert_null (nn_labels_load (lists[i], 2, NULL, &error));
    g_assert_error (error, NN_ERROR, NN_ERROR_IO);
    g_assert_nonnull (strstr (error->message, lists[i]));
    g_assert_nonnull (strstr (error->message, "list of labels"));
    g_clear_error (&error);
  }
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_assert_null (nn_labels_load (names[i], 2, NULL, &error));
    g_assert_error (error, NN_ERROR, NN_ERROR_IO);
    g_assert_null (strstr (error->message, "list of labels"));
    g_clear_error (&error);
  }
  g_assert_true (g_file_set_contents (path, "cat\ndog\n", -1, NULL));
  labels = nn_labels_load (path, 2, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (labels[1], ==, "dog");
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

static void
expect (const gchar *text, const gchar *joined)
{
  guint n = 1;
  GError *error = NULL;
  g_auto (GStrv) labels = NULL;
  g_autofree gchar *got = NULL;

  for (const gchar *p = joined; *p; p++)
    n += *p == '|';
  labels = nn_labels_parse (text, strlen (text), "labels.txt", n, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (labels), ==, n);
  got = g_strjoinv ("|", labels);
  g_assert_cmpstr (got, ==, joined);
}

static void
test_good (void)
{
  expect ("tench\ngoldfish\n", "tench|goldfish");
  expect ("tench\ngoldfish", "tench|goldfish");
  expect ("\xef\xbb\xbftench\r\ngoldfish\r\n", "tench|goldfish");
  expect ("tench\ngoldfish\n\n\n", "tench|goldfish");
  expect ("# two\ntench\n\ngoldfish\n", "tench|goldfish");
  /* Comments and blank lines are labels where the number of classes needs them. */
  expect ("# two\ntench\n\ngoldfish\n", "# two|tench|goldfish");
  expect ("# two\ntench\n\ngoldfish\n", "# two|tench||goldfish");
  expect ("n01440764 tench, Tinca tinca\nn01443537 goldfish\n", "tench, Tinca tinca|goldfish");
  /* An identifier is left out only where all lines have one. */
  expect ("n01440764 tench\nn0 goldfish\n", "n01440764 tench|n0 goldfish");
  expect ("{\"1\": [\"n01443537\", \"goldfish\"], \"0\": [\"n01440764\", \"tench\"]}", "tench|goldfish");
  expect ("{\"0\": \"tench\", \"1\": \"goldfish\"}", "tench|goldfish");
  expect ("{\"goldfish\": 1, \"tench\": 0}", "tench|goldfish");
  expect (" [\"tench\", \"goldfish\"] ", "tench|goldfish");
  expect ("[unknown]\nother\n", "[unknown]|other");
  expect ("für\n猫\n", "für|猫");
}

/* Each line has a number, but the numbers are not indices. The lines are taken as they stand, and a warning says so. */
static void
expect_warned (const gchar *text, const gchar *joined, const gchar *says)
{
  guint n = 1;
  GError *error = NULL;
  g_auto (GStrv) labels = NULL;
  g_autofree gchar *got = NULL;
  g_autoptr (GPtrArray) warnings = g_ptr_array_new_with_free_func (g_free);

  for (const gchar *p = joined; *p; p++)
    n += *p == '|';
  labels = nn_labels_parse (text, strlen (text), "labels.txt", n, warnings, &error);
  g_assert_no_error (error);
  got = g_strjoinv ("|", labels);
  g_assert_cmpstr (got, ==, joined);
  g_assert_cmpuint (warnings->len, ==, says ? 1 : 0);
  if (says
      && (!strstr (g_ptr_array_index (warnings, 0), says) || !strstr (g_ptr_array_index (warnings, 0), "labels.txt")))
    g_error ("\"%s\" does not say labels.txt and \"%s\"", (gchar *)g_ptr_array_index (warnings, 0), says);
}

static void
test_doubtful_indices (void)
{
  /* These indices have a hole, have one index twice, or count from 1. */
  expect_warned ("0: cat\n1: dog\n3: fox\n", "0: cat|1: dog|3: fox", "index 2");
  expect_warned ("cat 0\ndog 1\nfox 3\n", "cat 0|dog 1|fox 3", "index 2");
  expect_warned ("0,cat\n0,dog\n1,fox\n", "0,cat|0,dog|1,fox", "index 2");
  expect_warned ("1\tcat\n2\tdog\n", "1\tcat|2\tdog", "index 0");
  /* One line has another form, so the numbers are no indices, and there is nothing to warn of. */
  expect_warned ("0: cat\n1 dog\n", "0: cat|1 dog", NULL);
  expect_warned ("0: cat\ndog\n", "0: cat|dog", NULL);
  /* The numbers are parts of names. */
  expect_warned ("class 0\nclass 1\nclass 2\n", "class 0|class 1|class 2", NULL);
  expect_warned ("speed limit 30\nspeed limit 50\n", "speed limit 30|speed limit 50", NULL);
  expect_warned ("0\n1\n2\n", "0|1|2", NULL);
  /* These files can be read in two ways. */
  expect_warned ("0,1\n1,2\n2,0\n", "1|2|0", "both of its ends");
  expect_warned ("0,1\n1,0\n", "1|0", NULL);
  expect_warned ("{\"0\": \"1\", \"1\": \"2\", \"2\": \"0\"}", "1|2|0", "both indices");
  expect_warned ("{\"0\": \"0\", \"1\": \"1\"}", "0|1", NULL);
  expect_warned ("[{\"id\": 1, \"name\": \"cat\"}, {\"id\": 2, \"name\": \"dog\"}]", "cat|dog", "0 to 1");
  /* An expression that Python would compute is no label. */
  expect_refused ("{0: 'cat', 1: 'd' + 'og'}", 25, 2, "JSON", "labels.txt");
  expect_refused ("{0: 'cat', 2: 'dog'}", 20, 2, "\"2\"", "once");
  expect_refused ("{0: 'cat', 0: 'dog'}", 20, 2, "two members of the name", "\"0\"");
  expect_refused ("{0: 'cat', 1: \"dog}", 19, 2, "JSON", "labels.txt");
  expect_refused ("{\"classes\": [\"cat\"]}", 20, 2, "1 labels", "2 classes");
  expect_refused ("cat;dog;fox", 11, 2, "1 labels", "2 classes");
}

static void
test_indices (void)
{
  expect ("{0: 'tench, Tinca tinca',\n 1: \"jack-o'-lantern\",\n}", "tench, Tinca tinca|jack-o'-lantern");
  expect ("{1: u'jack-o\\'-lantern', 0: 'f\\xfcr'}", "für|jack-o'-lantern");
  expect ("{'dog': 1, 'cat': 0}", "cat|dog");
  expect ("['cat', 'dog']", "cat|dog");
  expect ("('cat', 'dog',)", "cat|dog");
  expect ("{0: ['n01440764', 'tench'], 1: ('n01443537', 'goldfish')}", "tench|goldfish");
  expect ("1: dog\n0: cat\n", "cat|dog");
  expect ("0: 'cat',\n1: 'dog',\n", "cat|dog");
  expect ("0,cat\n1,\"dog, brown\"\n", "cat|dog, brown");
  expect ("index,label\n1,dog\n0,cat\n", "cat|dog");
  expect ("\"cat\",0\n\"a \"\"dog\"\"\",1\n", "cat|a \"dog\"");
  expect ("0\ttench, Tinca tinca\n1\tdog: brown\n", "tench, Tinca tinca|dog: brown");
  expect ("000 cat\n001 wild dog\n", "cat|wild dog");
  expect ("1;dog\n0;cat\n", "cat|dog");
  expect ("0 = cat\n1 = dog\n", "cat|dog");
  expect ("0. cat\n1. dog\n", "cat|dog");
  expect ("0) cat\n1) dog\n", "cat|dog");
  expect ("/a/airfield 1\n/a/abbey 0\n", "/a/abbey|/a/airfield");
  expect ("cat,0\ndog,1\n", "cat|dog");
  expect ("dog:1\ncat:0\n", "cat|dog");
  expect ("0 n01440764 tench, Tinca tinca\n1 n01443537 goldfish\n", "tench, Tinca tinca|goldfish");
  expect ("{\"cat\": \"0\", \"dog\": \"1\"}", "cat|dog");
  expect ("{\"model_type\": \"resnet\", \"id2label\": {\"1\": \"dog\", \"0\": \"cat\"}, \"layers\": [1, 2]}",
          "cat|dog");
  expect ("{\"classes\": [\"cat\", \"dog\"]}", "cat|dog");
  expect ("{\"labels\": {\"cat\": 0, \"dog\": 1}, \"size\": 224}", "cat|dog");
  expect ("{\"label_names\": [\"n1\", \"n2\"], \"label_descriptions\": {\"n1\": \"cat\", \"n2\": \"dog\"}}", "cat|dog");
  expect ("[{\"id\": 1, \"name\": \"dog\"}, {\"id\": 0, \"name\": \"cat\"}]", "cat|dog");
  expect ("cat;dog;fox\n", "cat|dog|fox");
  expect ("cat, dog, fox", "cat|dog|fox");
  expect ("1:dog;0:cat;\n", "cat|dog");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/labels/bad", test_bad);
  g_test_add_func ("/labels/no-file", test_no_file);
  g_test_add_func ("/labels/a-list", test_a_list);
  g_test_add_func ("/labels/doubtful-indices", test_doubtful_indices);
  g_test_add_func ("/labels/good", test_good);
  g_test_add_func ("/labels/indices", test_indices);
  return g_test_run ();
}
