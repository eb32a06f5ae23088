/* gst-resnet: image files → RGB: which decoder reads which
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tool-image-load.h"

#include <errno.h>
#include <fcntl.h>
#include <nn/error.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tool-bmp.h"
#include "tool-exif.h"
#include "tool-gif.h"
#include "tool-jpeg.h"
#include "tool-message.h"
#include "tool-pnm.h"
#ifdef TOOL_HAVE_PNG
#include "tool-png.h"
#endif
#ifdef TOOL_HAVE_TIFF
#include "tool-tiff.h"
#endif
#ifdef TOOL_HAVE_WEBP
#include "tool-webp.h"
#endif

GBytes *
tool_file_read (const gchar *path, GError **error)
{
  g_autofree gchar *display = g_utf8_make_valid (path, -1);
  guint8 *data = NULL;
  gsize size = 0, room = 0;
  struct stat st;
  int fd = -1, saved;

  /* With O_NONBLOCK, a named pipe that nobody writes to does not block a run over a folder. */
  fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0 || fstat (fd, &st) < 0) {
    saved = errno;
    g_set_error (error, NN_ERROR, NN_ERROR_IO, "%s: the file could not be opened: %s", display, g_strerror (saved));
    goto fail;
  }
  if (!S_ISREG (st.st_mode)) {
    g_set_error (error, NN_ERROR, NN_ERROR_IO, "%s is %s, not a file", display,
                 S_ISDIR (st.st_mode) ? "a folder" : "a device or a pipe");
    goto fail;
  }
  if (st.st_size == 0) {
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "%s: the file is empty", display);
    goto fail;
  }
  if ((guint64)st.st_size > TOOL_IMAGE_MAX_FILE) {
    g_set_error (error, NN_ERROR, NN_ERROR_TOO_LARGE, "%s: the file has %" G_GUINT64_FORMAT " bytes, over 1 GiB",
                 display, (guint64)st.st_size);
    goto fail;
  }
  room = (gsize)st.st_size;
  data = g_try_malloc (room);
  if (!data) {
    g_set_error (error, NN_ERROR, NN_ERROR_TOO_LARGE, "%s: there is no memory for its %" G_GSIZE_FORMAT " bytes",
                 display, room);
    goto fail;
  }
  while (size < room) {
    gssize n = read (fd, data + size, room - size);

    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0) {
      saved = errno;
      g_set_error (error, NN_ERROR, NN_ERROR_IO, "%s: the file could not be read: %s", display, g_strerror (saved));
      goto fail;
    }
    if (n == 0) /* The file has shrunk meanwhile. */
      break;
    size += (gsize)n;
  }
  close (fd);
  return g_bytes_new_take (data, size);

fail:
  g_free (data);
  if (fd >= 0)
    close (fd);
  return NULL;
}

#if !defined(TOOL_HAVE_PNG) || !defined(TOOL_HAVE_TIFF) || !defined(TOOL_HAVE_WEBP)
static gboolean
refuse_unbuilt (const gchar *kind, const gchar *library, GError **error)
{
  g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED, "%s is not read here: resnet-tool was built without %s", kind,
               library);
  return FALSE;
}
#endif

static gboolean
begins (const guint8 *data, gsize size, const gchar *magic, gsize length)
{
  return size >= length && memcmp (data, magic, length) == 0;
}

typedef enum { KIND_UNKNOWN, KIND_JPEG, KIND_PNG, KIND_GIF, KIND_BMP, KIND_TIFF, KIND_WEBP, KIND_PNM } Kind;

static Kind
kind_of (const guint8 *data, gsize size)
{
  if (begins (data, size, "\xff\xd8\xff", 3))
    return KIND_JPEG;
  if (begins (data, size, "\x89PNG\r\n\x1a\n", 8))
    return KIND_PNG;
  if (begins (data, size, "GIF87a", 6) || begins (data, size, "GIF89a", 6))
    return KIND_GIF;
  if (begins (data, size, "BM", 2))
    return KIND_BMP;
  if (begins (data, size, "II*\0", 4) || begins (data, size, "MM\0*", 4) || begins (data, size, "II+\0", 4)
      || begins (data, size, "MM\0+", 4))
    return KIND_TIFF;
  if (begins (data, size, "RIFF", 4) && size >= 12 && memcmp (data + 8, "WEBP", 4) == 0)
    return KIND_WEBP;
  if (size >= 3 && data[0] == 'P' && data[1] >= '1' && data[1] <= '6' && (g_ascii_isspace (data[2]) || data[2] == '#'))
    return KIND_PNM;
  return KIND_UNKNOWN;
}

gboolean
tool_image_is_known (const guint8 *data, gsize size)
{
  return kind_of (data, size) != KIND_UNKNOWN;
}

static gboolean
decode (const guint8 *data, gsize size, ToolImage *image, GError **error)
{
  switch (kind_of (data, size)) {
  case KIND_JPEG:
    return tool_jpeg_decode (data, size, image, error);
  case KIND_PNG:
#ifdef TOOL_HAVE_PNG
    return tool_png_decode (data, size, image, error);
#else
    return refuse_unbuilt ("PNG", "libpng", error);
#endif
  case KIND_GIF:
    return tool_gif_decode (data, size, image, error);
  case KIND_BMP:
    return tool_bmp_decode (data, size, image, error);
  case KIND_TIFF:
#ifdef TOOL_HAVE_TIFF
    return tool_tiff_decode (data, size, image, error);
#else
    return refuse_unbuilt ("TIFF", "libtiff", error);
#endif
  case KIND_WEBP:
#ifdef TOOL_HAVE_WEBP
    return tool_webp_decode (data, size, image, error);
#else
    return refuse_unbuilt ("WebP", "libwebp", error);
#endif
  case KIND_PNM:
    return tool_pnm_decode (data, size, image, error);
  case KIND_UNKNOWN:
    break;
  }
  g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED,
               "the file is no image of a kind that this tool reads (JPEG, PNG, GIF, BMP, WebP, TIFF, PNM)");
  return FALSE;
}

/* Turns the picture upright if the options ask for it. Otherwise it warns, but only once in a run. */
static void
heed_exif (const gchar *path, guint orientation, const ToolImageOptions *options, ToolImage *image)
{
  static gint said = 0;
  g_autofree gchar *display = NULL;

  if (orientation == 1 || options->exif) {
    tool_image_turn (image, orientation);
    return;
  }
  if (options->quiet || !g_atomic_int_compare_and_exchange (&said, 0, 1))
    return;
  display = g_utf8_make_valid (path, -1);
  tool_warning (
      "%s: the file's EXIF orientation is %u and the picture is classified as it is stored, as torchvision does "
      "it; --exif turns it upright (said once, other files may have one too)",
      display, orientation);
}

gboolean
tool_image_load (const gchar *path, const ToolImageOptions *options, ToolImage *image, GError **error)
{
  g_autoptr (GBytes) bytes = tool_file_read (path, error);
  gconstpointer data;
  gsize size;

  memset (image, 0, sizeof *image);
  if (!bytes)
    return FALSE;
  data = g_bytes_get_data (bytes, &size);
  if (!decode (data, size, image, error)) {
    g_autofree gchar *display = g_utf8_make_valid (path, -1);

    g_prefix_error (error, "%s: ", display);
    tool_image_clear (image);
    return FALSE;
  }
  heed_exif (path, tool_exif_orientation (data, size), options, image);
  return TRUE;
}
