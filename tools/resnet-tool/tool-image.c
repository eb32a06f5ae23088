/* gst-resnet: a picture in memory: room for it, turning, a view
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tool-image.h"

#include <nn/error.h>
#include <string.h>

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

/* The orientations are those of TIFF 6.0. They say where the first stored row and the first stored column are in the
 * upright picture: 1 top, left; 2 top, right; 3 bottom, right; 4 bottom, left; 5 left, top; 6 right, top; 7 right,
 * bottom; 8 left, bottom. */
void
tool_image_turn (ToolImage *image, guint orientation)
{
  const guint width = image->width, height = image->height;
  const gboolean swapped = orientation >= 5;
  const gboolean from_right = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const gboolean from_bottom = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  const guint upright_width = swapped ? height : width, upright_height = swapped ? width : height;
  guint8 *upright, *out;

  if (orientation < 2 || orientation > 8)
    return;
  out = upright = g_malloc ((gsize)width * height * 3);
  for (guint y = 0; y < upright_height; y++)
    for (guint x = 0; x < upright_width; x++, out += 3) {
      guint column = swapped ? y : x, row = swapped ? x : y;

      column = from_right ? width - 1 - column : column;
      row = from_bottom ? height - 1 - row : row;
      memcpy (out, image->rgb + ((gsize)row * width + column) * 3, 3);
    }
  g_free (image->rgb);
  image->rgb = upright;
  image->width = upright_width;
  image->height = upright_height;
}
