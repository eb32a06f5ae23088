/* gst-resnet: PNG → RGB through libpng
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One kind is unusual: 16-bit grey is Pillow's mode I;16, in which convert('RGB') keeps values up to 255 and makes all
 * larger values white. */
#include <png.h>
#include <setjmp.h>
#include <string.h>

#include <nn/error.h>

#include "tool-png.h"

typedef struct {
  png_structp png;
  png_infop info;
  const guint8 *data;
  gsize left;
  ToolImage *image;
  guint8 *row;   /* one row of 16-bit grey */
  guint8 **rows; /* all rows, if the file is interlaced */
  guint8 *wide;  /* the whole picture, if it is interlaced 16-bit grey */
  gchar message[128];
  GError **error;
} Png;

static void
on_error (png_structp png, png_const_charp message)
{
  Png *p = png_get_error_ptr (png);

  g_strlcpy (p->message, message, sizeof p->message);
  longjmp (png_jmpbuf (png), 1);
}

static void
on_warning (png_structp png, png_const_charp message)
{
}

static void
on_read (png_structp png, png_bytep out, png_size_t n)
{
  Png *p = png_get_io_ptr (png);

  if (n > p->left)
    png_error (png, "the file ends early");
  memcpy (out, p->data, n);
  p->data += n;
  p->left -= n;
}

static void
grey16_row (const guint8 *in, guint8 *out, guint width)
{
  guint x;

  for (x = 0; x < width; x++, in += 2, out += 3)
    memset (out, in[0] ? 255 : in[1], 3);
}

static gboolean
decode (Png *p)
{
  ToolImage *image = p->image;
  png_uint_32 width, height;
  int depth, color, interlace;
  gboolean grey16;
  gsize stride, y;

  png_set_read_fn (p->png, p, on_read);
  png_set_user_limits (p->png, NN_IMAGE_MAX_SIZE, NN_IMAGE_MAX_SIZE);
  png_read_info (p->png, p->info);
  png_get_IHDR (p->png, p->info, &width, &height, &depth, &color, &interlace, NULL, NULL);
  if (!tool_image_alloc (image, width, height, p->error))
    return FALSE;
  grey16 = depth == 16 && color == PNG_COLOR_TYPE_GRAY;
  if (!grey16) {
    if (color == PNG_COLOR_TYPE_PALETTE)
      png_set_palette_to_rgb (p->png);
    if (color == PNG_COLOR_TYPE_GRAY && depth < 8)
      png_set_expand_gray_1_2_4_to_8 (p->png);
    if (depth == 16)
      png_set_strip_16 (p->png);
    png_set_gray_to_rgb (p->png);
    png_set_strip_alpha (p->png);
  }
  png_set_interlace_handling (p->png);
  png_read_update_info (p->png, p->info);
  stride = (gsize)width * (grey16 ? 2 : 3);
  if (png_get_rowbytes (p->png, p->info) != stride) {
    g_set_error (p->error, NN_ERROR, NN_ERROR_FORMAT, "the PNG file's rows are not as long as its header says");
    return FALSE;
  }
  if (interlace == PNG_INTERLACE_NONE) {
    p->row = grey16 ? g_malloc (stride) : NULL;
    for (y = 0; y < height; y++) {
      guint8 *out = image->rgb + y * width * 3;

      png_read_row (p->png, grey16 ? p->row : out, NULL);
      if (grey16)
        grey16_row (p->row, out, width);
    }
    return TRUE;
  }
  p->wide = grey16 ? g_malloc (stride * height) : NULL;
  p->rows = g_new (guint8 *, height);
  for (y = 0; y < height; y++)
    p->rows[y] = (grey16 ? p->wide : image->rgb) + y * stride;
  png_read_image (p->png, p->rows);
  for (y = 0; grey16 && y < height; y++)
    grey16_row (p->rows[y], image->rgb + y * width * 3, width);
  return TRUE;
}

gboolean
tool_png_decode (const guint8 *data, gsize size, ToolImage *image, GError **error)
{
  Png *p = g_new0 (Png, 1);
  gboolean ok = FALSE;

  p->data = data;
  p->left = size;
  p->image = image;
  p->error = error;
  p->png = png_create_read_struct (PNG_LIBPNG_VER_STRING, p, on_error, on_warning);
  p->info = p->png ? png_create_info_struct (p->png) : NULL;
  if (!p->info) {
    g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED, "libpng could not be started");
  } else if (setjmp (png_jmpbuf (p->png))) {
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "the PNG data could not be decoded: %s", p->message);
    ok = FALSE;
  } else {
    ok = decode (p);
  }
  png_destroy_read_struct (&p->png, &p->info, NULL);
  g_free (p->row);
  g_free (p->rows);
  g_free (p->wide);
  g_free (p);
  return ok;
}
