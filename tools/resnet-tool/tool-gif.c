/* gst-resnet: the first picture of a GIF file → RGB
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * This decoder is written out here, because libraries decode every frame of an animation before they give the first
 * one, or paint transparent pixels black, where Pillow's convert('RGB') gives them their colour of the palette. The
 * format is CompuServe's Graphics Interchange Format, version 89a, 1990. */
#include <nn/error.h>
#include <string.h>

#include "tool-gif.h"

#define MAX_CODES 4096

typedef struct {
  const guint8 *at, *end;
} Cursor;

typedef struct {
  guint left, top, width, height;
  gboolean interlaced;
  guint8 colors[256][3];
} Frame;

/* Reads the data sub-blocks of a picture as bits, the least significant bit first. */
typedef struct {
  Cursor *cursor;
  guint block_left;
  guint32 bits;
  guint n_bits;
} BitReader;

static gboolean
take (Cursor *c, gsize n, const guint8 **bytes, GError **error)
{
  if ((gsize)(c->end - c->at) < n) {
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "the GIF file ends early");
    return FALSE;
  }
  *bytes = c->at;
  c->at += n;
  return TRUE;
}

/* Reads the palette. A colour that the palette does not have is black, as in Pillow. Without a palette, or with one
 * whose colours are greys in order, the numbers are greys. */
static gboolean
read_palette (Cursor *c, guint flags, guint8 colors[256][3], GError **error)
{
  guint n = 2u << (flags & 7), i;
  gboolean grey = TRUE;
  const guint8 *bytes;

  for (i = 0; i < 256; i++)
    memset (colors[i], (gint)i, 3);
  if (!(flags & 0x80))
    return TRUE;
  if (!take (c, (gsize)3 * n, &bytes, error))
    return FALSE;
  for (i = 0; i < n; i++)
    grey = grey && memcmp (colors[i], bytes + (gsize)3 * i, 3) == 0;
  if (grey)
    return TRUE;
  memset (colors, 0, 256 * 3);
  memcpy (colors, bytes, (gsize)3 * n);
  return TRUE;
}

/* Reads everything up to the first picture's compressed data. @background: the number of the colour of pixels outside
 * the picture */
static gboolean
read_headers (Cursor *c, guint *width, guint *height, guint *background, Frame *frame, GError **error)
{
  const guint8 *b;

  if (!take (c, 13, &b, error))
    return FALSE;
  *width = b[6] | (guint)b[7] << 8;
  *height = b[8] | (guint)b[9] << 8;
  *background = 0;
  if (!read_palette (c, b[10], frame->colors, error))
    return FALSE;
  for (;;) {
    guint8 kind, label;

    if (!take (c, 1, &b, error))
      return FALSE;
    kind = b[0];
    if (kind == 0x3b) {
      g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "the GIF file has no picture");
      return FALSE;
    }
    if (kind == 0x2c)
      break;
    if (kind != 0x21)
      continue;
    if (!take (c, 2, &b, error))
      return FALSE;
    label = b[0];
    for (guint length = b[1]; length;) {
      if (!take (c, length + 1, &b, error))
        return FALSE;
      if (label == 0xf9 && length >= 4 && (b[0] & 1))
        *background = b[3];
      length = b[length];
    }
  }
  if (!take (c, 9, &b, error))
    return FALSE;
  frame->left = b[0] | (guint)b[1] << 8;
  frame->top = b[2] | (guint)b[3] << 8;
  frame->width = b[4] | (guint)b[5] << 8;
  frame->height = b[6] | (guint)b[7] << 8;
  frame->interlaced = (b[8] & 0x40) != 0;
  /* A picture that reaches beyond the screen enlarges it. */
  *width = MAX (*width, frame->left + frame->width);
  *height = MAX (*height, frame->top + frame->height);
  return !(b[8] & 0x80) || read_palette (c, b[8], frame->colors, error);
}

static gboolean
read_code (BitReader *r, guint n, guint *code, GError **error)
{
  while (r->n_bits < n) {
    const guint8 *byte;

    if (!r->block_left) {
      if (!take (r->cursor, 1, &byte, error))
        return FALSE;
      r->block_left = byte[0];
      if (!r->block_left) {
        g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "the GIF file's picture ends early");
        return FALSE;
      }
    }
    if (!take (r->cursor, 1, &byte, error))
      return FALSE;
    r->block_left--;
    r->bits |= (guint32)byte[0] << r->n_bits;
    r->n_bits += 8;
  }
  *code = r->bits & ((1u << n) - 1);
  r->bits >>= n;
  r->n_bits -= n;
  return TRUE;
}

/* Decompresses LZW with codes of 3 to 12 bits into @pixels, which has room for @n pixels. */
static gboolean
decompress (Cursor *c, guint8 *pixels, gsize n, GError **error)
{
  guint16 prefix[MAX_CODES];
  guint8 suffix[MAX_CODES], stack[MAX_CODES];
  BitReader reader = { .cursor = c };
  guint root, clear, next, size, previous = MAX_CODES, depth;
  const guint8 *b;
  guint8 first = 0;
  gsize done = 0;

  if (!take (c, 1, &b, error))
    return FALSE;
  root = b[0];
  if (root < 1 || root > 8) {
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "the GIF file's code size is %u, not from 1 to 8", root);
    return FALSE;
  }
  clear = 1u << root;
  next = clear + 2;
  size = root + 1;
  while (done < n) {
    guint code, walk;

    if (!read_code (&reader, size, &code, error))
      return FALSE;
    if (code == clear) {
      next = clear + 2;
      size = root + 1;
      previous = MAX_CODES;
      continue;
    }
    if (code == clear + 1) {
      g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "the GIF file's picture ends early");
      return FALSE;
    }
    if (code > next || (code == next && previous == MAX_CODES) || (previous == MAX_CODES && code > clear)) {
      g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "the GIF file's compressed data is damaged");
      return FALSE;
    }
    depth = 0;
    walk = code;
    if (code == next) {
      stack[depth++] = first;
      walk = previous;
    }
    /* This loop ends, because each prefix is lower than its code. */
    for (; walk > clear; walk = prefix[walk])
      stack[depth++] = suffix[walk];
    first = (guint8)walk;
    stack[depth++] = first;
    while (depth && done < n)
      pixels[done++] = stack[--depth];
    if (previous != MAX_CODES && next < MAX_CODES) {
      prefix[next] = (guint16)previous;
      suffix[next] = first;
      next++;
      if (next == 1u << size && size < 12)
        size++;
    }
    previous = code;
  }
  /* If the file ends inside the last block of data, it counts as truncated, although no pixel is missing. */
  return take (c, reader.block_left, &b, error);
}

/* Returns the row of the picture that is stored as the @i-th one. */
static guint
interlaced_row (guint i, guint height)
{
  static const guint8 starts[] = { 0, 4, 2, 1 }, steps[] = { 8, 8, 4, 2 };
  guint pass;

  for (pass = 0; pass < 4; pass++) {
    guint rows = height > starts[pass] ? (height - starts[pass] + steps[pass] - 1) / steps[pass] : 0;

    if (i < rows)
      return starts[pass] + i * steps[pass];
    i -= rows;
  }
  return height - 1;
}

gboolean
tool_gif_decode (const guint8 *data, gsize size, ToolImage *image, GError **error)
{
  Cursor c = { data, data + size };
  g_autofree guint8 *pixels = NULL;
  Frame frame = { 0 };
  guint width, height, background, x, y;
  gsize i;

  if (!read_headers (&c, &width, &height, &background, &frame, error)
      || !tool_image_alloc (image, width, height, error))
    return FALSE;
  pixels = g_malloc ((gsize)frame.width * frame.height + 1);
  if (!decompress (&c, pixels, (gsize)frame.width * frame.height, error))
    return FALSE;
  for (i = 0; i < (gsize)width * height; i++)
    memcpy (image->rgb + i * 3, frame.colors[background], 3);
  for (y = 0; y < frame.height; y++) {
    guint row = frame.top + (frame.interlaced ? interlaced_row (y, frame.height) : y);
    const guint8 *in = pixels + (gsize)y * frame.width;
    guint8 *out = image->rgb + ((gsize)row * width + frame.left) * 3;

    for (x = 0; x < frame.width; x++)
      memcpy (out + (gsize)x * 3, frame.colors[in[x]], 3);
  }
  return TRUE;
}
