/* gst-resnet tests: zip archives whose directory was made to be slow or large
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <glib/gstdio.h>
#include <string.h>

#include "load/torch/zip-directory.h"
#include "measured-load.h"

static const gchar *program;

static void
add_le (GByteArray *file, guint64 value, guint width)
{
  for (guint i = 0; i < width; i++, value >>= 8) {
    const guint8 byte = (guint8)value;

    g_byte_array_append (file, &byte, 1);
  }
}

static void
add_text (GByteArray *file, const gchar *text)
{
  g_byte_array_append (file, (const guint8 *)text, (guint)strlen (text));
}

/* Makes a local header of an entry "x" without bytes. All entries of the directory lead to it. */
static GByteArray *
archive_new (void)
{
  GByteArray *file = g_byte_array_new ();

  add_text (file, "PK\3\4");
  add_le (file, 20, 2);
  add_le (file, 0, 20);
  add_le (file, 1, 2);
  add_le (file, 0, 2);
  add_text (file, "x");
  return file;
}

static void
add_entry (GByteArray *file, const gchar *name)
{
  add_text (file, "PK\1\2");
  add_le (file, 20, 2);
  add_le (file, 20, 2);
  add_le (file, 0, 20);
  add_le (file, strlen (name), 2);
  add_le (file, 0, 16);
  add_text (file, name);
}

/* Adds the end of a directory that begins at @start. @comment: the number of comment bytes that follow */
static void
add_end (GByteArray *file, gsize start, guint n, gboolean zip64, guint comment)
{
  const gsize end = file->len;

  if (zip64) {
    add_text (file, "PK\6\6");
    add_le (file, 44, 8);
    add_le (file, 45, 2);
    add_le (file, 45, 2);
    add_le (file, 0, 8);
    add_le (file, n, 8);
    add_le (file, n, 8);
    add_le (file, end - start, 8);
    add_le (file, start, 8);
    add_text (file, "PK\6\7");
    add_le (file, 0, 4);
    add_le (file, end, 8);
    add_le (file, 1, 4);
  }
  add_text (file, "PK\5\6");
  add_le (file, 0, 4);
  add_le (file, zip64 ? 0xffff : n, 2);
  add_le (file, zip64 ? 0xffff : n, 2);
  add_le (file, zip64 ? 0xffffffff : end - start, 4);
  add_le (file, zip64 ? 0xffffffff : start, 4);
  add_le (file, comment, 2);
}

/* Expects that the archive is refused. Frees @file. */
static void
expect_refused (GByteArray *file, const gchar *says)
{
  g_autofree gchar *folder = NULL, *path = NULL, *said = NULL;
  GError *error = NULL;

  folder = g_dir_make_tmp ("nn-zip-directory-XXXXXX", &error);
  g_assert_no_error (error);
  path = g_build_filename (folder, "m.pth", NULL);
  g_file_set_contents (path, (const gchar *)file->data, file->len, &error);
  g_assert_no_error (error);
  said = measured_load (program, "load", path, file->len);
  if (!g_str_has_prefix (said, path) || !strstr (said, says))
    g_error ("said \"%s\", should say \"%s\"", said, says);
  g_byte_array_unref (file);
  g_unlink (path);
  g_rmdir (folder);
}

/* Makes a name of "Aa" and "B@" in any order. All such names have one hash. */
static gchar *
colliding_name (guint i)
{
  GString *name = g_string_new (NULL);

  for (guint bit = 0; bit < 18; bit++)
    g_string_append (name, i >> bit & 1 ? "Aa" : "B@");
  return g_string_free (name, FALSE);
}

static void
test_colliding (void)
{
  static const guint counts[] = { 1000, 30000, 65535, 130000, 200000 };

  for (guint k = 0; k < G_N_ELEMENTS (counts); k++)
    for (guint zip64 = counts[k] > 65535; zip64 < 2; zip64++) {
      GByteArray *file = archive_new ();
      const gsize start = file->len;

      for (guint i = 0; i < counts[k]; i++) {
        g_autofree gchar *name = colliding_name (i);

        add_entry (file, name);
      }
      add_end (file, start, counts[k], zip64, 0);
      expect_refused (file,
                      counts[k] > NN_ZIP_MAX_ENTRIES ? "more than 131072 entries" : "were chosen to make reading");
    }
}

/* The names have different hashes whose lowest 17 bits are alike. A hash table takes its places from these bits. */
static void
test_alike_in_a_table (void)
{
  GByteArray *file = archive_new ();
  const gsize start = file->len;
  guint n = 0;

  for (guint i = 0; n < 2000; i++) {
    gchar name[16];
    guint32 hash = 5381;

    g_snprintf (name, sizeof name, "%u", i);
    for (const gchar *p = name; *p; p++)
      hash = hash * 33 + (guchar)*p;
    if ((hash & 0x7ff) == 0) {
      add_entry (file, name);
      n++;
    }
  }
  add_end (file, start, n, FALSE, 0);
  expect_refused (file, "were chosen to make reading");
}

/* A comment is full of end records, each of which leads to a directory that is good by itself. */
static void
test_many_ends (void)
{
  GByteArray *file = archive_new ();
  const gsize start = file->len;
  gsize end;

  for (guint i = 0; i < 60000; i++) {
    g_autofree gchar *name = g_strdup_printf ("archive/data/%u", i);

    add_entry (file, name);
  }
  end = file->len;
  for (guint i = 0; i < 2900; i++) {
    add_text (file, "PK\5\6");
    add_le (file, 0, 4);
    add_le (file, 60000, 2);
    add_le (file, 60000, 2);
    add_le (file, end - start, 4);
    add_le (file, start, 4);
    add_le (file, (2899 - i) * 22, 2);
  }
  expect_refused (file, "more than 131072 entries");
}

/* Nothing may be read outside of the file: the records are at its very end, and the offsets lead outside. */
static void
test_outside (void)
{
  for (guint cut = 0; cut < 130; cut++) {
    GByteArray *file = archive_new ();
    const gsize start = file->len;

    add_entry (file, "data.pkl");
    add_end (file, start, 1, TRUE, 0);
    if (cut < file->len) {
      g_autofree guint8 *copy = g_memdup2 (file->data, file->len - cut);

      g_assert_true (nn_zip_directory_check (copy, file->len - cut, "x", NULL));
    }
    for (gsize at = start; at < file->len; at += 1) {
      g_autofree guint8 *copy = g_memdup2 (file->data, file->len);

      copy[at] = 0xff;
      g_assert_true (nn_zip_directory_check (copy, file->len, "x", NULL));
    }
    g_byte_array_unref (file);
  }
}

/* The archives are like those of torch.save(), with as many entries as are taken. */
static void
test_good (void)
{
  static const gchar *const formats[] = { "archive/data/%u", "%u", "a/.data/serialization_id_%u", "model_%08u/data" };

  for (guint k = 0; k < G_N_ELEMENTS (formats); k++)
    for (guint n = 1; n <= NN_ZIP_MAX_ENTRIES; n = n * 3 + 1) {
      GByteArray *file = archive_new ();
      const gsize start = file->len;
      GError *error = NULL;

      for (guint i = 0; i < n; i++) {
        gchar name[64];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        g_snprintf (name, sizeof name, formats[k], i);
#pragma GCC diagnostic pop
        add_entry (file, name);
      }
      add_end (file, start, n, TRUE, 0);
      nn_zip_directory_check (file->data, file->len, "x", &error);
      g_assert_no_error (error);
      g_byte_array_unref (file);
    }
}

int
main (int argc, char **argv)
{
  int status;

  if (measured_load_is_child (argc, argv, &status))
    return status;
  program = argv[0];
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/zip-directory/colliding", test_colliding);
  g_test_add_func ("/zip-directory/alike-in-a-table", test_alike_in_a_table);
  g_test_add_func ("/zip-directory/many-ends", test_many_ends);
  g_test_add_func ("/zip-directory/outside", test_outside);
  g_test_add_func ("/zip-directory/good", test_good);
  return g_test_run ();
}
