/* gst-resnet: tensors' data in files beside an ONNX model
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The model names the file, so the name may be hostile: it must lead to a regular file below the model's folder, also
 * after all symbolic links are followed (the caches of model hubs have links within the folder, and those are
 * allowed). */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/nn-budget.h"
#include "base/nn-hash.h"
#include "load/onnx/onnx-external.h"
#include "load/onnx/onnx-unpack.h"

struct _NnOnnxExternal {
  gchar *folder;   /* the real path, or NULL if external data is refused */
  gchar *location; /* of the file that is open */
  int fd;
  guint64 size;
  GHashTable *seen; /* the real paths of files whose sizes are already in the budget */
};

NnOnnxExternal *
nn_onnx_external_new (const gchar *folder)
{
  NnOnnxExternal *external = g_new0 (NnOnnxExternal, 1);
  char *real = folder ? realpath (*folder ? folder : ".", NULL) : NULL;

  external->folder = g_strdup (real);
  free (real);
  external->fd = -1;
  external->seen = g_hash_table_new_full (nn_name_hash, g_str_equal, g_free, NULL);
  return external;
}

void
nn_onnx_external_free (NnOnnxExternal *external)
{
  if (external->fd >= 0)
    close (external->fd);
  g_free (external->folder);
  g_free (external->location);
  g_hash_table_unref (external->seen);
  g_free (external);
}

static gboolean
is_inside (const gchar *folder, const gchar *path)
{
  const gsize n = strlen (folder);

  return strcmp (folder, "/") == 0 || (strncmp (path, folder, n) == 0 && path[n] == '/');
}

/* The location must not be absolute and must not have a component "..". Windows' notation is refused in the same way,
 * so that a model that works here works there too. */
static gboolean
is_relative_below (const gchar *location)
{
  g_auto (GStrv) parts = g_strsplit_set (location, "/\\", -1);

  if (g_path_is_absolute (location) || *location == '\\' || (g_ascii_isalpha (location[0]) && location[1] == ':'))
    return FALSE;
  for (guint i = 0; parts[i]; i++)
    if (strcmp (parts[i], "..") == 0)
      return FALSE;
  return TRUE;
}

static gboolean
open_location (NnOnnxReader *reader, const gchar *tensor, const gchar *location, GError **error)
{
  NnOnnxExternal *external = reader->external;
  g_autofree gchar *shown = nn_onnx_shown (location), *path = NULL;
  char *real;
  struct stat st;

  if (external->fd >= 0)
    close (external->fd);
  external->fd = -1;
  g_clear_pointer (&external->location, g_free);

  if (!external->folder) {
    g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED,
                 "%s: %s has its data in the file %s, and there is no folder to look in; load the model from its file",
                 reader->file, tensor, shown);
    return FALSE;
  }
  if (!is_relative_below (location)) {
    g_set_error (error, NN_ERROR, NN_ERROR_UNSAFE,
                 "%s: %s wants its data from %s; only files in the model's folder are read", reader->file, tensor,
                 shown);
    return FALSE;
  }
  path = g_build_filename (external->folder, location, NULL);
  real = realpath (path, NULL);
  if (!real) {
    g_set_error (error, NN_ERROR, NN_ERROR_IO,
                 "%s: %s has its data in the file %s, which cannot be opened: %s; it belongs beside the model",
                 reader->file, tensor, shown, g_strerror (errno));
    return FALSE;
  }
  if (!is_inside (external->folder, real)) {
    g_set_error (error, NN_ERROR, NN_ERROR_UNSAFE,
                 "%s: %s wants its data from %s, a link that leads out of the model's folder", reader->file, tensor,
                 shown);
    free (real);
    return FALSE;
  }
  /* O_NONBLOCK is needed because opening a pipe that nobody writes to must not hang. */
  external->fd = open (real, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW);
  if (external->fd < 0 || fstat (external->fd, &st) < 0) {
    g_set_error (error, NN_ERROR, NN_ERROR_IO, "%s: %s has its data in the file %s, which cannot be opened: %s",
                 reader->file, tensor, shown, g_strerror (errno));
    free (real);
    return FALSE;
  }
  if (!S_ISREG (st.st_mode)) {
    g_set_error (error, NN_ERROR, NN_ERROR_IO, "%s: %s has its data in %s, which is no regular file", reader->file,
                 tensor, shown);
    free (real);
    return FALSE;
  }
  external->size = (guint64)st.st_size;
  external->location = g_strdup (location);
  if (g_hash_table_add (external->seen, g_strdup (real)))
    nn_budget_grow (external->size);
  free (real);
  return TRUE;
}

gboolean
nn_onnx_external_open (NnOnnxReader *reader, const gchar *tensor, const NnOnnxPlace *place, gsize size, GError **error)
{
  NnOnnxExternal *external = reader->external;
  g_autofree gchar *shown = nn_onnx_shown (place->location ? place->location : "");

  if (!place->location || !*place->location) {
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT,
                 "%s: %s has its data in a file beside the model, but does not say which", reader->file, tensor);
    return FALSE;
  }
  if (g_strcmp0 (external->location, place->location) != 0 && !open_location (reader, tensor, place->location, error))
    return FALSE;
  if (place->length >= 0 && (guint64)place->length != size) {
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT,
                 "%s: %s has %" G_GINT64_FORMAT
                 " bytes of data in the file %s; its shape and type ask for %" G_GSIZE_FORMAT,
                 reader->file, tensor, place->length, shown, size);
    return FALSE;
  }
  if ((guint64)place->offset > external->size || size > external->size - (guint64)place->offset) {
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT,
                 "%s: %s reaches past the end of the file %s: %" G_GSIZE_FORMAT " bytes from %" G_GINT64_FORMAT
                 ", of %" G_GUINT64_FORMAT,
                 reader->file, tensor, shown, size, place->offset, external->size);
    return FALSE;
  }
  return TRUE;
}

gboolean
nn_onnx_external_read (NnOnnxReader *reader, const gchar *tensor, gint64 offset, gpointer out, gsize size,
                       GError **error)
{
  NnOnnxExternal *external = reader->external;
  gsize done = 0;

  while (done < size) {
    const gssize got
        = pread (external->fd, (guint8 *)out + done, MIN (size - done, (gsize)1 << 30), offset + (gint64)done);

    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0) {
      g_autofree gchar *shown = nn_onnx_shown (external->location);

      g_set_error (error, NN_ERROR, NN_ERROR_IO, "%s: %s: its data cannot be read from the file %s: %s", reader->file,
                   tensor, shown, got < 0 ? g_strerror (errno) : "the file got shorter meanwhile");
      return FALSE;
    }
    done += (gsize)got;
  }
  return TRUE;
}
