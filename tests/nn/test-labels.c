/* gst-resnet: label files: bad ones name what is wrong, good ones in every form give the same labels
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <nn/error.h>
#include <nn/labels.h>
#include <string.h>

static void
expect_refused (const gchar *data, gsize size, guint n, const gchar *says, const gchar *says_too)
{
  GError *error = NULL;
  gchar **labels = nn_labels_parse (data, size, "labels.txt", n, &error);

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

  g_assert_null (nn_labels_load ("/nonexistent/labels.txt", 2, &error));
  g_assert_error (error, NN_ERROR, NN_ERROR_IO);
  g_clear_error (&error);
  g_assert_null (nn_labels_load ("/", 2, &error));
  g_assert_error (error, NN_ERROR, NN_ERROR_IO);
  g_clear_error (&error);
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
  labels = nn_labels_parse (text, strlen (text), "labels.txt", n, &error);
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
  /* Where the count needs them they are labels. */
  expect ("# two\ntench\n\ngoldfish\n", "# two|tench|goldfish");
  expect ("# two\ntench\n\ngoldfish\n", "# two|tench||goldfish");
  expect ("n01440764 tench, Tinca tinca\nn01443537 goldfish\n", "tench, Tinca tinca|goldfish");
  /* Only where all lines have an identifier. */
  expect ("n01440764 tench\nn0 goldfish\n", "n01440764 tench|n0 goldfish");
  expect ("{\"1\": [\"n01443537\", \"goldfish\"], \"0\": [\"n01440764\", \"tench\"]}", "tench|goldfish");
  expect ("{\"0\": \"tench\", \"1\": \"goldfish\"}", "tench|goldfish");
  expect ("{\"goldfish\": 1, \"tench\": 0}", "tench|goldfish");
  expect (" [\"tench\", \"goldfish\"] ", "tench|goldfish");
  expect ("[unknown]\nother\n", "[unknown]|other");
  expect ("für\n猫\n", "für|猫");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/labels/bad", test_bad);
  g_test_add_func ("/labels/no-file", test_no_file);
  g_test_add_func ("/labels/good", test_good);
  return g_test_run ();
}
