/* gst-resnet: a whole file in memory
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "load/file-read.h"

#include "base/nn-budget.h"
#include "base/nn-memory.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Reads once, and again only if a signal interrupts the read. Returns -1 with errno set, or the number of bytes (0 at
 * the end). */
static gssize
read_some (int fd, guint8 *buffer, gsize n)
{
  gssize got;

  do
    got = read (fd, buffer, MIN (n, (gsize)1 << 30));
  while (got < 0 && errno == EINTR);
  return got;
}

/* Reads @n bytes, or fewer if the file ends before. */
static gboolean
read_up_to (int fd, guint8 *buffer, gsize n, gsize *done, const gchar *shown, GError **error)
{
  gssize got = 1;

  for (*done = 0; *done < n && got > 0; *done += (gsize)got) {
    got = read_some (fd, buffer + *done, n - *done);
    if (got < 0) {
      g_set_error (error, NN_ERROR, NN_ERROR_IO, "%s: cannot be read: %s", shown, g_strerror (errno));
      return FALSE;
    }
  }
  return TRUE;
}

GBytes *
nn_file_read (const gchar *path, guint64 max_bytes, GError **error)
{
  return nn_file_read_if (path, max_bytes, NULL, error);
}

GBytes *
nn_file_read_if (const gchar *path, guint64 max_bytes, NnFileCheck check, GError **error)
{
  g_autofree gchar *shown = g_filename_display_name (path);
  guint8 *data = NULL;
  GBytes *bytes = NULL;
  guint8 beginning[NN_FILE_BEGINNING], one;
  gsize size, done, n_first;
  struct stat st;
  int fd;

  /* O_NONBLOCK is needed because opening a pipe that nobody writes to must not hang. */
  fd = open (path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  if (fd < 0 || fstat (fd, &st) < 0) {
    g_set_error (error, NN_ERROR, NN_ERROR_IO, "%s: cannot be opened: %s", shown, g_strerror (errno));
    goto out;
  }
  if (S_ISDIR (st.st_mode)) {
    g_set_error (error, NN_ERROR, NN_ERROR_IO, "%s: is a directory; name a file in it", shown);
    goto out;
  }
  if (!S_ISREG (st.st_mode)) {
    g_set_error (error, NN_ERROR, NN_ERROR_IO, "%s: is a pipe or a device; a regular file is needed", shown);
    goto out;
  }
  if ((guint64)st.st_size > max_bytes) {
    g_set_error (error, NN_ERROR, NN_ERROR_TOO_LARGE,
                 "%s: has %" G_GUINT64_FORMAT " bytes; files up to %" G_GUINT64_FORMAT " are taken", shown,
                 (guint64)st.st_size, max_bytes);
    goto out;
  }
  size = (gsize)st.st_size;
  if (!read_up_to (fd, beginning, MIN (size, sizeof beginning), &n_first, shown, error)
      || (check && !check (beginning, n_first, shown, error)))
    goto out;
  data = nn_aligned_alloc (size);
  if (!data) {
    nn_budget_no_memory (size, shown, "the file", error);
    goto out;
  }
  if (n_first)
    memcpy (data, beginning, n_first);
  if (!read_up_to (fd, data + n_first, size - n_first, &done, shown, error))
    goto out;
  done += n_first;
  if (done < size || read_some (fd, &one, 1) > 0) {
    g_set_error (error, NN_ERROR, NN_ERROR_IO, "%s: changed its size while it was read; is it still being written?",
                 shown);
    goto out;
  }
  bytes = g_bytes_new_with_free_func (data, size, nn_aligned_free, data);
  data = NULL;
out:
  nn_aligned_free (data);
  if (fd >= 0)
    close (fd);
  return bytes;
}
