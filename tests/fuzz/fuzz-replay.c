/* gst-resnet: runs a fuzz target over the files of folders, with any compiler
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * It is linked instead of libFuzzer, so that every test run replays the corpus, under every sanitizer and also where
 * clang is absent. */
#include <glib.h>
#include <stdio.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static guint
replay_folder (const gchar *folder)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = g_dir_open (folder, 0, &error);
  const gchar *name;
  guint n = 0;

  if (!dir)
    g_error ("%s", error->message);
  while ((name = g_dir_read_name (dir))) {
    g_autofree gchar *path = g_build_filename (folder, name, NULL);
    g_autofree gchar *contents = NULL;
    guint8 *copy;
    gsize size;

    if (!g_file_get_contents (path, &contents, &size, &error))
      g_error ("%s", error->message);
    /* The copy has exactly the file's size, so that a sanitizer sees a read past its end. */
    copy = g_memdup2 (contents, size);
    LLVMFuzzerTestOneInput (copy, size);
    g_free (copy);
    n++;
  }
  return n;
}

int
main (int argc, char **argv)
{
  guint n = 0;

  for (int i = 1; i < argc; i++)
    n += replay_folder (argv[i]);
  printf ("%u files\n", n);
  return n > 0 ? 0 : 1;
}
