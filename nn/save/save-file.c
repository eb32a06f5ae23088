/* gst-resnet: a file that is written beside its target and then takes its place
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "save/save-file.h"

#include <errno.h>
#include <fcntl.h>
#include <nn/error.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct _NnSaveFile {
  FILE *stream;
  gchar *target;    /* the path with symbolic links resolved */
  gchar *temporary; /* NULL where the target is written directly, and while the file has no name */
  gboolean is_nameless;
  gchar *shown;
  int failure; /* errno of the first failed write, else 0 */
};

static void
set_error (const NnSaveFile *file, int code, GError **error)
{
  g_set_error (error, NN_ERROR, NN_ERROR_IO, "%s: cannot be written: %s", file->shown, g_strerror (code));
}

/* Opens a new file without a name, which disappears with the process, however that ends. Returns −1 where the file
 * system has no such files. */
static int
open_nameless (NnSaveFile *file)
{
  int fd = -1;
#ifdef O_TMPFILE
  g_autofree gchar *folder = g_path_get_dirname (file->target);

  /* give_name() needs this folder. */
  if (access ("/proc/self/fd", X_OK) == 0)
    fd = open (folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0666);
#endif
  file->is_nameless = fd >= 0;
  return fd;
}

/* Gives the file the target's name where no such file exists yet. Otherwise gives it the name of a temporary file
 * beside the target, which is renamed later. */
static gboolean
give_name (NnSaveFile *file)
{
  g_autofree gchar *fd = g_strdup_printf ("/proc/self/fd/%d", fileno (file->stream));

  if (linkat (AT_FDCWD, fd, AT_FDCWD, file->target, AT_SYMLINK_FOLLOW) == 0)
    return TRUE;
  for (guint i = 0; errno == EEXIST && i < 100; i++) {
    g_free (file->temporary);
    file->temporary = g_strdup_printf ("%s.%08x", file->target, g_random_int ());
    if (linkat (AT_FDCWD, fd, AT_FDCWD, file->temporary, AT_SYMLINK_FOLLOW) == 0)
      return TRUE;
  }
  g_clear_pointer (&file->temporary, g_free);
  return FALSE;
}

/* Opens a new file with the permissions that open() would give. */
static int
open_temporary (NnSaveFile *file)
{
  int fd = open_nameless (file);

  if (fd >= 0)
    return fd;
  file->temporary = g_strconcat (file->target, ".XXXXXX", NULL);
  fd = g_mkstemp_full (file->temporary, O_RDWR | O_CLOEXEC, 0666);
  if (fd < 0)
    g_clear_pointer (&file->temporary, g_free);
  return fd;
}

NnSaveFile *
nn_save_file_new (const gchar *path, GError **error)
{
  NnSaveFile *file = g_new0 (NnSaveFile, 1);
  char *resolved = realpath (path, NULL);
  struct stat st;
  int fd;

  file->shown = g_filename_display_name (path);
  file->target = g_strdup (resolved ? resolved : path);
  free (resolved);
  if (stat (file->target, &st) == 0 && S_ISDIR (st.st_mode)) {
    errno = EISDIR;
    fd = -1;
  } else if (stat (file->target, &st) == 0 && !S_ISREG (st.st_mode)) {
    fd = open (file->target, O_WRONLY | O_CLOEXEC | O_NOCTTY);
  } else {
    fd = open_temporary (file);
  }
  if (fd >= 0)
    file->stream = fdopen (fd, "wb");
  if (!file->stream) {
    int code = errno;

    if (fd >= 0)
      close (fd);
    set_error (file, code, error);
    nn_save_file_free (file);
    return NULL;
  }
  return file;
}

void
nn_save_file_write (NnSaveFile *file, gconstpointer data, gsize size)
{
  if (size && !file->failure && fwrite (data, 1, size, file->stream) != size)
    file->failure = errno ? errno : EIO;
}

guint16
nn_float_to_half (gfloat value)
{
  guint32 bits, magnitude, sign;

  memcpy (&bits, &value, sizeof bits);
  sign = bits >> 16 & 0x8000;
  magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) /* not a number */
    return (guint16)(sign | 0x7e00);
  if (magnitude >= 0x477ff000) /* 65520 and larger numbers round to infinity */
    return (guint16)(sign | 0x7c00);
  if (magnitude < 0x38800000) { /* below 2^-14: a multiple of 2^-24 */
    gfloat absolute, scaled;
    guint32 n;

    memcpy (&absolute, &magnitude, sizeof absolute);
    /* A sum of 2^23 or more has no bits for a fraction, so it is rounded to nearest, ties to even. */
    scaled = absolute * 16777216.0f + 8388608.0f;
    memcpy (&n, &scaled, sizeof n);
    return (guint16)(sign | (n & 0x7ff));
  }
  /* This adds half of the last place that stays, less one unit where that place is even, and corrects the exponent's
   * bias from 127 to 15. */
  magnitude += 0xfff + (magnitude >> 13 & 1) - (112u << 23);
  return (guint16)(sign | magnitude >> 13);
}

void
nn_save_file_write_floats (NnSaveFile *file, const gfloat *values, gsize n, gboolean half)
{
  enum { CHUNK = 4096 };
  gsize done, i;

  for (done = 0; done < n && !file->failure; done += MIN (n - done, CHUNK)) {
    gsize count = MIN (n - done, CHUNK);

    if (half) {
      guint16 buffer[CHUNK];

      for (i = 0; i < count; i++)
        buffer[i] = GUINT16_TO_LE (nn_float_to_half (values[done + i]));
      nn_save_file_write (file, buffer, count * sizeof *buffer);
    } else {
      guint32 buffer[CHUNK];

      memcpy (buffer, values + done, count * sizeof *buffer);
      for (i = 0; i < count; i++)
        buffer[i] = GUINT32_TO_LE (buffer[i]);
      nn_save_file_write (file, buffer, count * sizeof *buffer);
    }
  }
}

gboolean
nn_save_file_commit (NnSaveFile *file, GError **error)
{
  FILE *stream = file->stream;

  /* That a disk is full may show only when the data reach it. */
  if (!file->failure && fflush (stream) != 0)
    file->failure = errno;
  if (!file->failure && (file->temporary || file->is_nameless) && fsync (fileno (stream)) != 0)
    file->failure = errno;
  if (!file->failure && file->is_nameless && !give_name (file))
    file->failure = errno;
  file->stream = NULL;
  if (fclose (stream) != 0 && !file->failure)
    file->failure = errno;
  if (!file->failure && file->temporary && rename (file->temporary, file->target) != 0)
    file->failure = errno;
  if (file->failure) {
    set_error (file, file->failure, error);
    return FALSE;
  }
  g_clear_pointer (&file->temporary, g_free);
  return TRUE;
}

void
nn_save_file_free (NnSaveFile *file)
{
  if (!file)
    return;
  if (file->stream)
    fclose (file->stream);
  if (file->temporary)
    unlink (file->temporary);
  g_free (file->temporary);
  g_free (file->target);
  g_free (file->shown);
  g_free (file);
}
