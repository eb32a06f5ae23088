/* gst-resnet: image files → RGB: which decoder, and gdk-pixbuf for what has none of its own
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tool-image.h"

#include <errno.h>
#include <fcntl.h>
#include <gdk-pixbuf/gdk-pixbuf.h>
#include <nn/error.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

GBytes *
tool_file_read (const gchar *path, GError **error)
{
  g_autofree gchar *display = g_utf8_make_valid (path, -1);
  guint8 *data = NULL;
  gsize size = 0, room = 0;
  struct stat st;
  int fd = -1, saved;

  /* O_NONBLOCK: a named pipe nobody writes to must not hang a run over a folder. */
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
    if (n == 0) /* shrank meanwhile */
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

void
tool_image_clear (ToolImage *image)
{
  g_clear_pointer (&image->rgb, g_free);
  image->width = image->height = 0;
}

gboolean
tool_image_alloc (ToolImage *image, guint64 width, guint64 height, GError **error)
{
  if (width == 0 || height == 0) {
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT,
                 "the image is %" G_GUINT64_FORMAT "x%" G_GUINT64_FORMAT ": it has no pixels", width, height);
    return FALSE;
  }
  if (width > NN_IMAGE_MAX_SIZE || height > NN_IMAGE_MAX_SIZE || width * height > TOOL_IMAGE_MAX_PIXELS) {
    g_set_error (error, NN_ERROR, NN_ERROR_TOO_LARGE,
                 "the image is %" G_GUINT64_FORMAT "x%" G_GUINT64_FORMAT ", over %d pixels a side or %u in all", width,
                 height, NN_IMAGE_MAX_SIZE, TOOL_IMAGE_MAX_PIXELS);
    return FALSE;
  }
  image->rgb = g_try_malloc ((gsize)(width * height * 3));
  if (!image->rgb) {
    g_set_error (error, NN_ERROR, NN_ERROR_TOO_LARGE, "there is no memory for %" G_GUINT64_FORMAT " pixels",
                 width * height);
    return FALSE;
  }
  image->width = (guint)width;
  image->height = (guint)height;
  return TRUE;
}

typedef struct {
  gint width, height;
  gboolean refused;
} PixbufSize;

static void
size_prepared (GdkPixbufLoader *loader, gint width, gint height, gpointer data)
{
  PixbufSize *size = data;

  size->width = width;
  size->height = height;
  if (width < 1 || height < 1 || width > NN_IMAGE_MAX_SIZE || height > NN_IMAGE_MAX_SIZE
      || (guint64)width * (guint64)height > TOOL_IMAGE_MAX_PIXELS) {
    size->refused = TRUE;
    /* The loaders take a size of 0 as "stop here". */
    gdk_pixbuf_loader_set_size (loader, 0, 0);
  }
}

/* @type: gdk-pixbuf's name of the loader. Naming it keeps loaders that nobody asked for (SVG, icons) out of reach. */
static gboolean
pixbuf_decode (const gchar *type, const guint8 *data, gsize size, ToolImage *image, GError **error)
{
  g_autoptr (GdkPixbufLoader) loader = gdk_pixbuf_loader_new_with_type (type, error);
  static const guint8 padding[3] = { 0 };
  PixbufSize limit = { 0 };
  GdkPixbuf *pixbuf;
  const guint8 *pixels;
  gboolean ok;
  gint x, y, channels, stride;

  if (!loader)
    return FALSE;
  g_signal_connect (loader, "size-prepared", G_CALLBACK (size_prepared), &limit);
  ok = gdk_pixbuf_loader_write (loader, data, size, error);
  /* What a BMP file's last row may lack; see bmp_is_whole(). */
  if (ok && g_str_equal (type, "bmp"))
    ok = gdk_pixbuf_loader_write (loader, padding, sizeof padding, error);
  /* A loader must be closed whatever happened, and only the first error tells the reason. */
  ok = gdk_pixbuf_loader_close (loader, ok ? error : NULL) && ok;
  if (limit.refused) {
    g_clear_error (error);
    return tool_image_alloc (image, (guint64)MAX (limit.width, 0), (guint64)MAX (limit.height, 0), error);
  }
  if (!ok)
    return FALSE;
  pixbuf = gdk_pixbuf_loader_get_pixbuf (loader);
  if (!pixbuf || gdk_pixbuf_get_bits_per_sample (pixbuf) != 8 || gdk_pixbuf_get_n_channels (pixbuf) < 3) {
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "the file holds no image");
    return FALSE;
  }
  if (!tool_image_alloc (image, (guint64)gdk_pixbuf_get_width (pixbuf), (guint64)gdk_pixbuf_get_height (pixbuf), error))
    return FALSE;
  pixels = gdk_pixbuf_read_pixels (pixbuf);
  channels = gdk_pixbuf_get_n_channels (pixbuf);
  stride = gdk_pixbuf_get_rowstride (pixbuf);
  for (y = 0; y < (gint)image->height; y++) {
    const guint8 *in = pixels + (gsize)y * (gsize)stride;
    guint8 *out = image->rgb + (gsize)y * image->width * 3;

    for (x = 0; x < (gint)image->width; x++, in += channels, out += 3)
      memcpy (out, in, 3);
  }
  return TRUE;
}

static guint32
le32 (const guint8 *b)
{
  return b[0] | (guint32)b[1] << 8 | (guint32)b[2] << 16 | (guint32)b[3] << 24;
}

/* gdk-pixbuf takes a BMP file that ends early and leaves the rest of the image as it is; its header tells enough. */
static gboolean
bmp_is_whole (const guint8 *data, gsize size)
{
  gint64 width, height;
  guint64 bits, bytes;

  if (size < 54)
    return size >= 26 && le32 (data + 14) == 12; /* OS/2's short header */
  if (le32 (data + 14) < 40 || (le32 (data + 30) != 0 && le32 (data + 30) != 3))
    return TRUE; /* run-length coded: the loader sees where the data ends */
  width = (gint32)le32 (data + 18);
  height = (gint32)le32 (data + 22);
  if (ABS (width) > NN_IMAGE_MAX_SIZE || ABS (height) > NN_IMAGE_MAX_SIZE)
    return TRUE; /* refused later, by its size */
  bits = (guint64)ABS (width) * (data[28] | (guint)data[29] << 8);
  if (!bits || !height)
    return TRUE;
  /* The last row's padding is missed by nobody. */
  bytes = (bits + 31) / 32 * 4 * (guint64)(ABS (height) - 1) + (bits + 7) / 8;
  return size >= le32 (data + 10) && size - le32 (data + 10) >= bytes;
}

static gboolean
begins (const guint8 *data, gsize size, const gchar *magic, gsize length)
{
  return size >= length && memcmp (data, magic, length) == 0;
}

static gboolean
decode (const guint8 *data, gsize size, ToolImage *image, GError **error)
{
  if (begins (data, size, "\xff\xd8\xff", 3))
    return tool_jpeg_decode (data, size, image, error);
  if (begins (data, size, "\x89PNG\r\n\x1a\n", 8))
#ifdef TOOL_HAVE_PNG
    return tool_png_decode (data, size, image, error);
#else
    return pixbuf_decode ("png", data, size, image, error);
#endif
  if (begins (data, size, "GIF87a", 6) || begins (data, size, "GIF89a", 6))
    return tool_gif_decode (data, size, image, error);
  if (begins (data, size, "BM", 2)) {
    if (bmp_is_whole (data, size))
      return pixbuf_decode ("bmp", data, size, image, error);
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "the BMP file ends early");
    return FALSE;
  }
  if (begins (data, size, "II*\0", 4) || begins (data, size, "MM\0*", 4))
    return pixbuf_decode ("tiff", data, size, image, error);
  if (begins (data, size, "RIFF", 4) && size >= 12 && memcmp (data + 8, "WEBP", 4) == 0)
#ifdef TOOL_HAVE_WEBP
    return tool_webp_decode (data, size, image, error);
#else
    return pixbuf_decode ("webp", data, size, image, error);
#endif
  if (size >= 3 && data[0] == 'P' && data[1] >= '1' && data[1] <= '6' && (g_ascii_isspace (data[2]) || data[2] == '#'))
    return tool_pnm_decode (data, size, image, error);
  g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED,
               "the file is no image of a kind that this tool reads (JPEG, PNG, GIF, BMP, WebP, TIFF, PNM)");
  return FALSE;
}

gboolean
tool_image_load (const gchar *path, ToolImage *image, GError **error)
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
  return TRUE;
}

void
tool_image_view (const ToolImage *image, NnImage *view)
{
  guint i;

  memset (view, 0, sizeof *view);
  view->kind = NN_IMAGE_RGB;
  view->width = image->width;
  view->height = image->height;
  for (i = 0; i < 3; i++) {
    view->component[i].data = image->rgb + i;
    view->component[i].row_stride = (gssize)image->width * 3;
    view->component[i].pixel_stride = 3;
  }
}
