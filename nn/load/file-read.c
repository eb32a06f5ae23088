/* gst-resnet: a whole file in memory
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "load/file-read.h"

#include "base/nn-memory.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* One read at a time; a signal is no error. -1 with errno, else the bytes got (0 at the end). */
static gssize
read_some (int fd, guint8 *buffer, gsize n)
{
  gssize got;

  do
    got = read (fd, buffer, MIN (n, (gsize)1 << 30));
  while (got < 0 && errno == EINTR);
  return got;
}

GBytes *
nn_file_read (const gchar *path, guint64 max_bytes, GError **error)
{
  g_autofree gchar *shown = g_filename_display_name (path);
  guint8 *data = NULL;
  GBytes *bytes = NULL;
  gsize size, done = 0;
  guint8 one;
  struct stat st;
  gssize got;
  int fd;

  /* O_NONBLOCK: opening a pipe that nobody writes to must not hang */
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
  data = nn_aligned_alloc (size);
  if (!data) {
    g_set_error (error, NN_ERROR, NN_ERROR_TOO_LARGE, "%s: no memory for its %" G_GSIZE_FORMAT " bytes", shown, size);
    goto out;
  }
  while (done < size) {
    got = read_some (fd, data + done, size - done);
    if (got < 0) {
      g_set_error (error, NN_ERROR, NN_ERROR_IO, "%s: cannot be read: %s", shown, g_strerror (errno));
      goto out;
    }
    if (got == 0)
      break;
    done += (gsize)got;
  }
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
