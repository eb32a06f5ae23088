/* gst-resnet tests: label files, JSON, .modelinfo and .tune.json beside a model that were made to do harm: what the
 * loader says of them, and the time and memory that they take
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <glib/gstdio.h>
#include <string.h>

#include "measured-load.h"

#define MODEL TEST_DATA_DIR "/family/hf-basic.safetensors"
#define MEBIBYTE ((gsize)1 << 20)

static const gchar *program;

static gchar *
repeated (const gchar *before, const gchar *text, gsize size, const gchar *after)
{
  GString *all = g_string_sized_new (size + 1000);

  g_string_append (all, before);
  while (all->len + strlen (text) + strlen (after) < size)
    g_string_append (all, text);
  g_string_append (all, after);
  return g_string_free (all, FALSE);
}

/* Repeats @format, which takes a number, with a new number each time until the text has about @size bytes. */
static gchar *
numbered (const gchar *before, const gchar *format, gsize size, const gchar *after)
{
  GString *all = g_string_sized_new (size + 1000);

  g_string_append (all, before);
  for (guint i = 0; all->len + 64 < size; i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    g_string_append_printf (all, format, i);
#pragma GCC diagnostic pop
  }
  g_string_append (all, after);
  return g_string_free (all, FALSE);
}

/* Makes members with names of "Aa" and "B@" in any order, to which g_str_hash() gives one number. */
static gchar *
colliding (const gchar *before, const gchar *start, const gchar *end, gsize size, const gchar *after)
{
  GString *all = g_string_sized_new (size + 1000);

  g_string_append (all, before);
  for (guint i = 0; all->len + 64 < size; i++) {
    g_string_append (all, start);
    for (guint bit = 0; bit < 17; bit++)
      g_string_append (all, i >> bit & 1 ? "Aa" : "B@");
    g_string_append (all, end);
  }
  g_string_append (all, after);
  return g_string_free (all, FALSE);
}

/* Loads the model with a file of this name and text beside it. Where @name is "LABELS", loads the text as a label file.
 * Frees @text. */
static void
check (const gchar *name, gchar *text, const gchar *says)
{
  g_autofree gchar *folder = NULL, *model = NULL, *path = NULL, *data = NULL, *said = NULL;
  const gboolean labels = strcmp (name, "LABELS") == 0;
  const gsize size = strlen (text);
  GError *error = NULL;
  gsize n;

  folder = g_dir_make_tmp ("nn-side-files-XXXXXX", &error);
  g_assert_no_error (error);
  model = g_build_filename (folder, "m.safetensors", NULL);
  path = g_build_filename (folder, name, NULL);
  g_file_set_contents (path, text, (gssize)size, &error);
  g_assert_no_error (error);
  g_file_get_contents (MODEL, &data, &n, &error);
  g_assert_no_error (error);
  g_file_set_contents (model, data, (gssize)n, &error);
  g_assert_no_error (error);
  g_free (text);

  /* Files that are not the model's may take no more memory than the floor. */
  said = measured_load (program, labels ? "labels" : "load", labels ? path : model, labels ? 0 : n);
  if (!strstr (said, says) || (!labels && !g_str_has_prefix (said, "good")))
    g_error ("%s: said \"%s\", should say \"%s\"", name, said, says);
  g_unlink (path);
  g_unlink (model);
  g_rmdir (folder);
}

static void
test_config (void)
{
  static const gchar name[] = "config.json";
  GString *twice = g_string_new (NULL);
  gchar *names, *words;

  check (name, repeated ("{\"a\": ", "// \"\n[", 100000, ""), "config.json is not valid JSON");
  check (name, repeated ("{\"a\": ", "[", 4 * MEBIBYTE, ""), "nested more than 16 deep; it is ignored");
  check (name, repeated ("{\"a\":[", "1,", 4 * MEBIBYTE, "1]}"), "good");
  check (name, repeated ("{\"a\":[", "[],", 4 * MEBIBYTE, "[]]}"), "good");
  check (name, repeated ("{\"a\":[", "{},", 4 * MEBIBYTE, "{}]}"), "good");
  check (name, repeated ("{", "\"a\":1,", 4 * MEBIBYTE, "\"b\":1}"), "two members of the name \"a\"");
  check (name, numbered ("{", "\"%x\":1,", 4 * MEBIBYTE, "\"\":1}"), "good");
  check (name, numbered ("{", "\"\\u0041%x\":1,", 4 * MEBIBYTE, "\"\":1}"), "good");
  check (name, colliding ("{", "\"", "\":1,", 4 * MEBIBYTE, "\"\":1}"), "good");
  check (name, numbered ("{\"id2label\":{", "\"%u\":\"x\",", 4 * MEBIBYTE, "\"\":1}}"), "beside the model are ignored");
  check (name, repeated ("{\"label_names\":[", "\"\",", 4 * MEBIBYTE, "\"\"]}"), "beside the model are ignored");
  /* Each name has a description. Looking for one must not take longer the more there are. */
  names = numbered ("{\"label_names\":[", "\"%u\",", 2 * MEBIBYTE - 99, "\"\"],");
  words = numbered ("\"label_descriptions\":{", "\"%u\":\"x\",", 2 * MEBIBYTE - 99, "\"\":\"\"}}");
  g_string_append_printf (twice, "%s%s", names, words);
  check (name, g_string_free (twice, FALSE), "beside the model are ignored");
  g_free (names);
  g_free (words);
  check (name, repeated ("{\"a\":[", "1,", 16 * MEBIBYTE, "1]}"), "files up to 4194304 are taken; it is ignored");
  check (name, repeated ("{\"pretrained_cfg\":", "[", 1000, ""), "nested");
  check (name, repeated ("{\"anything\":\"", "x", 4 * MEBIBYTE, "\"}"), "good");
}

static void
test_others (void)
{
  static const gchar start[] = "[modelinfo]\nversion=1.0\n[x]\n";

  check ("preprocessor_config.json", repeated ("{\"a\":[", "1,", 65535, "1]}"), "");
  check ("preprocessor_config.json", repeated ("{\"a\":[", "1,", 65600, "1]}"), "files up to 65536 are taken");
  check ("preprocessor_config.json", repeated ("", "/*\"*/[", 65535, ""), "preprocessor_config.json is not valid JSON");
  check ("m.safetensors.modelinfo", colliding (start, "", "=\n", 65535, ""), "no group with dir=input");
  check ("m.safetensors.modelinfo", colliding (start, "[", "]\n", 65535, ""), "no group with dir=input");
  check ("m.safetensors.modelinfo", repeated (start, "[\n", 65535, ""), "is not an ini file");
  check ("m.safetensors.modelinfo", repeated ("[modelinfo]\nversion=1.0\n[x]\ndir=input\ndims=", "1,", 65535, "1\n"),
         "good");
  check ("m.safetensors.modelinfo", repeated ("[modelinfo]\nversion=1.0\n[x]\ndir=input\nranges=", ";", 65535, "\n"),
         "ranges should be MIN,MAX");
  check ("m.safetensors.modelinfo", colliding (start, "[", "]\n", MEBIBYTE, ""), "files up to 65536 are taken");
  check ("m.safetensors.tune.json", colliding ("{\"layers\":{", "\"", "\":\"direct\",", 262000, "\"\":1}}"),
         "tune.json");
  check ("m.safetensors.tune.json", repeated ("", "// \"\n[", 262000, ""), "tune.json is not valid JSON");
  check ("m.safetensors.tune.json", repeated ("", "[", 262200, ""), "tune.json");
}

static void
test_labels (void)
{
  static const gchar *const lines[] = { "\n", "\r\n", "a\n", "#\n", " \n", "\xc3\xbc\n" };

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    check ("LABELS", repeated ("", lines[i], 4 * MEBIBYTE, "x"), "has more than 262144 lines");
  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    check ("LABELS", repeated ("", lines[i], 262140 * strlen (lines[i]), "x"), "labels for a model of 3 classes");
  check ("LABELS", repeated ("", "[", 4 * MEBIBYTE, ""), "nested more than 16 deep");
  check ("LABELS", repeated ("", "[//\"\n", 100000, ""), "is not valid JSON");
  check ("LABELS", repeated ("[", "1,", 4 * MEBIBYTE, "1]"), "labels for a model of 3 classes");
  check ("LABELS", repeated ("[", "\"\",", 4 * MEBIBYTE, "\"\"]"), "labels for a model of 3 classes");
  check ("LABELS", repeated ("{'a': [", "1,", 4 * MEBIBYTE, "1]}"), "labels for a model of 3 classes");
  check ("LABELS", repeated ("{", "'a':(),", 4 * MEBIBYTE, "}"), "two members of the name");
  check ("LABELS", repeated ("(", "\"\\a\",", 4 * MEBIBYTE, ")"), "labels for a model of 3 classes");
  check ("LABELS", repeated ("", "(", 4 * MEBIBYTE, ""), "is not valid JSON");
  check ("LABELS", colliding ("{", "\"", "\":1,", 4 * MEBIBYTE, "\"\":1}"), "labels for a model of 3 classes");
  check ("LABELS", repeated ("", "a\n", 5 * MEBIBYTE, ""), "files up to 4194304 are taken");
}

int
main (int argc, char **argv)
{
  int status;

  if (measured_load_is_child (argc, argv, &status))
    return status;
  program = argv[0];
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/side-files/config", test_config);
  g_test_add_func ("/side-files/others", test_others);
  g_test_add_func ("/side-files/labels", test_labels);
  return g_test_run ();
}
