/* gst-resnet: PBM, PGM and PPM → RGB
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The values are Pillow's. A value n of maxval becomes round (n / maxval · 255), where ties go to the even number. Grey
 * with a maxval over 255 is Pillow's mode I, in which convert('RGB') makes all values above 255 (of 65535) white. */
#include <math.h>
#include <nn/error.h>
#include <string.h>

#include "tool-pnm.h"

/* A number may have at most this many digits, leading zeros included, as in Pillow. */
#define MAX_DIGITS 10

typedef struct {
  const guint8 *at, *end;
} Cursor;

static gboolean
is_space (guint8 c)
{
  return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Reads the next decimal number, after white space and comments, and the one white space character behind it. */
static gboolean
read_number (Cursor *c, guint64 *number, GError **error)
{
  guint digits = 0;

  while (c->at < c->end && (is_space (*c->at) || *c->at == '#')) {
    if (*c->at == '#')
      while (c->at < c->end && *c->at != '\n' && *c->at != '\r')
        c->at++;
    else
      c->at++;
  }
  *number = 0;
  for (; c->at < c->end && g_ascii_isdigit (*c->at) && digits < MAX_DIGITS; digits++)
    *number = *number * 10 + (guint)(*c->at++ - '0');
  if (digits && (c->at == c->end || is_space (*c->at))) {
    c->at += c->at < c->end;
    return TRUE;
  }
  if (c->at == c->end)
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "the PNM file ends early");
  else
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "the PNM file has byte 0x%02x where a number belongs", *c->at);
  return FALSE;
}

static gboolean
read_bits (Cursor *c, gboolean plain, ToolImage *image, GError **error)
{
  gsize stride = ((gsize)image->width + 7) / 8, x, y;

  if (!plain && (gsize)(c->end - c->at) < stride * image->height)
    goto truncated;
  for (y = 0; y < image->height; y++)
    for (x = 0; x < image->width; x++) {
      guint8 *out = image->rgb + (y * image->width + x) * 3;
      gboolean black;

      if (plain) {
        /* The digits need no white space between them. */
        while (c->at < c->end && (is_space (*c->at) || *c->at == '#'))
          if (*c->at == '#')
            while (c->at < c->end && *c->at != '\n' && *c->at != '\r')
              c->at++;
          else
            c->at++;
        if (c->at == c->end)
          goto truncated;
        if (*c->at != '0' && *c->at != '1') {
          g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "the PBM file has byte 0x%02x where 0 or 1 belongs", *c->at);
          return FALSE;
        }
        black = *c->at++ == '1';
      } else {
        black = c->at[y * stride + x / 8] >> (7 - x % 8) & 1;
      }
      memset (out, black ? 0 : 255, 3);
    }
  return TRUE;

truncated:
  g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "the PNM file ends early");
  return FALSE;
}

static guint8
scaled (guint64 value, guint maxval, gboolean gray)
{
  if (gray && maxval > 255)
    return (guint8)MIN (rint ((gdouble)value / maxval * 65535), 255);
  return (guint8)MIN (rint ((gdouble)value / maxval * 255), 255);
}

static gboolean
read_values (Cursor *c, gboolean plain, gboolean gray, guint maxval, ToolImage *image, GError **error)
{
  gsize n = (gsize)image->width * image->height * (gray ? 1 : 3), bytes = maxval > 255 ? 2 : 1, i;

  if (!plain && (gsize)(c->end - c->at) < n * bytes) {
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "the PNM file ends early");
    return FALSE;
  }
  for (i = 0; i < n; i++) {
    guint64 value;
    guint8 byte;

    if (plain) {
      if (!read_number (c, &value, error))
        return FALSE;
      if (value > maxval) {
        g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "the PNM file has a value over its own maximum of %u", maxval);
        return FALSE;
      }
    } else {
      value = bytes == 1 ? c->at[i] : (guint)c->at[2 * i] << 8 | c->at[2 * i + 1];
    }
    byte = scaled (value, maxval, gray);
    if (gray)
      memset (image->rgb + i * 3, byte, 3);
    else
      image->rgb[i] = byte;
  }
  return TRUE;
}

gboolean
tool_pnm_decode (const guint8 *data, gsize size, ToolImage *image, GError **error)
{
  Cursor c = { data + 2, data + size };
  const gint kind = data[1] - '0'; /* The caller has checked that there is a 'P' and a digit from 1 to 6. */
  const gboolean plain = kind <= 3, bitmap = kind == 1 || kind == 4, gray = kind == 2 || kind == 5;
  guint64 width, height, maxval = 1;

  if (!read_number (&c, &width, error) || !read_number (&c, &height, error)
      || (!bitmap && !read_number (&c, &maxval, error)))
    return FALSE;
  if (maxval < 1 || maxval > 65535) {
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT,
                 "the PNM file's maximum is %" G_GUINT64_FORMAT ", not from 1 to 65535", maxval);
    return FALSE;
  }
  if (!tool_image_alloc (image, width, height, error))
    return FALSE;
  if (bitmap)
    return read_bits (&c, plain, image, error);
  return read_values (&c, plain, gray, (guint)maxval, image, error);
}
