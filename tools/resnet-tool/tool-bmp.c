/* gst-resnet: BMP → RGB
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * This decoder is written out here because no common library reads all kinds of BMP.
 * The formats are those of Microsoft's Bitmap Storage (BITMAPCOREHEADER to BITMAPV5HEADER, and BITMAPINFOHEADER's
 * compressions) and of IBM's OS/2 Presentation Manager (BITMAPINFOHEADER2). Where these documents leave something open,
 * the decoder does what Pillow does. */
#include <nn/error.h>
#include <string.h>

#include "tool-bmp.h"

/* These are the values of biCompression. */
enum { RAW, RLE8, RLE4, BITFIELDS, EMBEDDED_JPEG, EMBEDDED_PNG, ALPHA_BITFIELDS };

typedef struct {
  guint shift, max; /* those of the bits in the mask; max is 0 if there are none */
  guint32 mask;
} Field;

typedef struct {
  const guint8 *data;
  gsize size, pixels; /* pixels is the offset of the pixels */
  guint32 header_size, width, height, bits, compression, n_colors;
  gboolean top_down;
  guint8 colors[256][3];
  Field field[3]; /* R, G, B */
} Bmp;

#define REFUSE(code, ...)                                                                                              \
  G_STMT_START                                                                                                         \
  {                                                                                                                    \
    g_set_error (error, NN_ERROR, code, __VA_ARGS__);                                                                  \
    return FALSE;                                                                                                      \
  }                                                                                                                    \
  G_STMT_END

static guint32
le16 (const guint8 *b)
{
  return b[0] | (guint32)b[1] << 8;
}

static guint32
le32 (const guint8 *b)
{
  return le16 (b) | le16 (b + 2) << 16;
}

/* Returns the field of the header at @offset, counted from the start of the header. In older headers, which end before
 * that field, it is zero. */
static guint32
header_field (const Bmp *bmp, guint offset)
{
  return offset + 4 <= bmp->header_size ? le32 (bmp->data + 14 + offset) : 0;
}

static gboolean
read_header (Bmp *bmp, GError **error)
{
  if (bmp->size < 18)
    REFUSE (NN_ERROR_FORMAT, "the BMP file ends early");
  bmp->header_size = le32 (bmp->data + 14);
  if (bmp->header_size != 12 && (bmp->header_size < 16 || bmp->header_size > 124))
    REFUSE (NN_ERROR_UNSUPPORTED,
            "the BMP file's header has %u bytes; it must have 12 (OS/2), 40 (Windows), or 16 to 124", bmp->header_size);
  if (bmp->size < 14 + (gsize)bmp->header_size)
    REFUSE (NN_ERROR_FORMAT, "the BMP file ends early");
  bmp->pixels = le32 (bmp->data + 10);
  if (bmp->header_size == 12) {
    bmp->width = le16 (bmp->data + 18);
    bmp->height = le16 (bmp->data + 20);
    bmp->bits = le16 (bmp->data + 24);
    return TRUE;
  }
  bmp->width = header_field (bmp, 4);
  bmp->height = header_field (bmp, 8);
  bmp->bits = header_field (bmp, 12) >> 16;
  bmp->compression = header_field (bmp, 16);
  bmp->n_colors = header_field (bmp, 32);
  /* With a negative height, the first row is the top one. */
  if (bmp->height > G_MAXINT32) {
    bmp->top_down = TRUE;
    bmp->height = 0u - bmp->height;
  }
  if (bmp->width > G_MAXINT32)
    REFUSE (NN_ERROR_FORMAT, "the BMP file's width is %d; it must be above 0", (gint32)bmp->width);
  return TRUE;
}

static gboolean
check_header (const Bmp *bmp, GError **error)
{
  const guint bits = bmp->bits;
  gboolean ok;

  switch (bmp->compression) {
  case RAW:
    ok = bits == 1 || bits == 2 || bits == 4 || bits == 8 || bits == 16 || bits == 24 || bits == 32;
    break;
  case RLE8:
    ok = bits == 8;
    break;
  case RLE4:
    ok = bits == 4;
    break;
  case BITFIELDS:
  case ALPHA_BITFIELDS:
    ok = bits == 16 || bits == 24 || bits == 32;
    break;
  case EMBEDDED_JPEG:
  case EMBEDDED_PNG:
    REFUSE (NN_ERROR_UNSUPPORTED, "the BMP file holds a %s for a printer; only BMP's own pixels are read",
            bmp->compression == EMBEDDED_JPEG ? "JPEG" : "PNG");
  default:
    REFUSE (NN_ERROR_UNSUPPORTED, "the BMP file's compression is %u; it must be 0 to 3, or 6", bmp->compression);
  }
  if (!ok)
    REFUSE (NN_ERROR_UNSUPPORTED, "the BMP file has %u bits a pixel and compression %u, which do not go together", bits,
            bmp->compression);
  return TRUE;
}

/* --- palettes --- */

/* Reads the palette. A colour that the palette does not have is black. If the colours of the palette are greys in
 * order, each number stands for its grey, even if the palette does not have it. */
static void
read_palette (Bmp *bmp, gsize at)
{
  const gsize entry = bmp->header_size == 12 ? 3 : 4;
  const guint n = MIN (bmp->n_colors ? bmp->n_colors : 1u << bmp->bits, 256);
  gboolean grey = TRUE;

  if (bmp->pixels == at) /* Some writers count only the headers. */
    bmp->pixels += entry * n;
  for (guint i = 0; i < n && at + entry * i + 3 <= bmp->size; i++) {
    const guint8 *bgr = bmp->data + at + entry * i;
    const guint level = n == 2 ? 255 * i : i;

    for (guint c = 0; c < 3; c++) {
      bmp->colors[i][c] = bgr[2 - c];
      grey = grey && bgr[c] == level;
    }
  }
  if (!bmp->pixels)
    bmp->pixels = at + entry * n;
  if (grey && bmp->bits == 8 && n > 2)
    for (guint i = 0; i < 256; i++)
      memset (bmp->colors[i], (gint)i, 3);
  if (grey && bmp->bits == 1 && n <= 2)
    memset (bmp->colors[1], 255, 3);
}

/* --- bit fields --- */

static gboolean
set_field (Field *field, guint32 mask, gchar name, GError **error)
{
  field->mask = mask;
  field->shift = mask ? (guint)__builtin_ctz (mask) : 0;
  field->max = mask >> field->shift;
  if (field->max & (field->max + 1u))
    REFUSE (NN_ERROR_FORMAT, "the BMP file's mask for %c is 0x%08x, which has a gap", name, mask);
  return TRUE;
}

/* Finds where R, G and B are in a pixel of 16 bits or more. */
static gboolean
read_fields (Bmp *bmp, GError **error)
{
  /* Without masks, or if all masks are zero, 16 bits have 5 bits for each colour, and other pixels have the bytes B, G,
   * R. */
  guint32 mask[3] = { 0xff0000, 0xff00, 0xff };
  gsize at = 14 + 40;

  if (bmp->bits == 16)
    memcpy (mask, (guint32[3]){ 0x7c00, 0x3e0, 0x1f }, sizeof mask);
  if (bmp->compression == BITFIELDS || bmp->compression == ALPHA_BITFIELDS) {
    if (bmp->header_size < 40)
      REFUSE (NN_ERROR_FORMAT, "the BMP file has bit fields and a header of %u bytes, which cannot have them",
              bmp->header_size);
    if (bmp->size < at + 12)
      REFUSE (NN_ERROR_FORMAT, "the BMP file ends early");
    if (le32 (bmp->data + at) | le32 (bmp->data + at + 4) | le32 (bmp->data + at + 8))
      for (guint c = 0; c < 3; c++)
        mask[c] = le32 (bmp->data + at + 4 * c);
    at += bmp->compression == BITFIELDS ? 12 : 16;
  }
  for (guint c = 0; c < 3; c++)
    if (!set_field (&bmp->field[c], mask[c], "RGB"[c], error))
      return FALSE;
  if (!bmp->pixels)
    bmp->pixels = MAX (at, 14 + (gsize)bmp->header_size);
  return TRUE;
}

/* --- pixels --- */

static guint8
field_value (const Field *field, guint32 pixel)
{
  return field->max ? (guint8)((guint64)((pixel & field->mask) >> field->shift) * 255 / field->max) : 0;
}

static void
unpack_fields (const Bmp *bmp, const guint8 *in, guint8 *out)
{
  const guint bytes = bmp->bits / 8;

  for (guint x = 0; x < bmp->width; x++, in += bytes, out += 3) {
    guint32 pixel = le16 (in) | (bytes > 2 ? (guint32)in[2] << 16 : 0) | (bytes > 3 ? (guint32)in[3] << 24 : 0);

    for (guint c = 0; c < 3; c++)
      out[c] = field_value (&bmp->field[c], pixel);
  }
}

static void
unpack_colors (const Bmp *bmp, const guint8 *in, guint8 *out)
{
  const guint per_byte = 8 / bmp->bits, mask = (1u << bmp->bits) - 1;

  for (guint x = 0; x < bmp->width; x++, out += 3) {
    guint index = in[x / per_byte] >> (8 - bmp->bits * (x % per_byte + 1)) & mask;

    memcpy (out, bmp->colors[index], 3);
  }
}

static guint8 *
output_row (const Bmp *bmp, const ToolImage *image, guint row)
{
  return image->rgb + (gsize)(bmp->top_down ? row : bmp->height - 1 - row) * bmp->width * 3;
}

static gboolean
read_rows (const Bmp *bmp, ToolImage *image, GError **error)
{
  const gsize stride = ((gsize)bmp->width * bmp->bits + 31) / 32 * 4;
  /* The padding of the last row may be missing. */
  const gsize needed = stride * (bmp->height - 1) + ((gsize)bmp->width * bmp->bits + 7) / 8;

  if (bmp->pixels > bmp->size || bmp->size - bmp->pixels < needed)
    REFUSE (NN_ERROR_FORMAT, "the BMP file ends early");
  for (guint y = 0; y < bmp->height; y++) {
    const guint8 *in = bmp->data + bmp->pixels + y * stride;

    if (bmp->bits <= 8)
      unpack_colors (bmp, in, output_row (bmp, image, y));
    else
      unpack_fields (bmp, in, output_row (bmp, image, y));
  }
  return TRUE;
}

/**
 * Decodes runs of equal pixels, runs of given pixels, and jumps. Pixels that are jumped over have the first colour. As
 * in Pillow, a run of equal pixels ends with its row, but given pixels continue in the next row.
 * @index: width · height bytes, which must be zero
 */
static gboolean
read_runs (const Bmp *bmp, guint8 *index, GError **error)
{
  const guint8 *at = bmp->data + MIN (bmp->pixels, bmp->size), *end = bmp->data + bmp->size;
  const gsize n = (gsize)bmp->width * bmp->height;
  const gboolean nibbles = bmp->compression == RLE4;
  gboolean row_begun = FALSE; /* whether a run or a jump began this row */
  gsize position = 0, column = 0;

  while (position < n) {
    guint count, value;

    if (end - at < 2)
      goto truncated;
    count = at[0];
    value = at[1];
    at += 2;
    if (count) {
      count = column < bmp->width ? MIN (count, bmp->width - (guint)column) : 0;
      count = (guint)MIN (count, n - position);
      for (guint i = 0; i < count; i++)
        index[position + i] = !nibbles ? value : i % 2 ? value & 15 : value >> 4;
      position += count;
      column += count;
      row_begun = TRUE;
    } else if (value == 0) { /* This is the end of the row. */
      if (position % bmp->width)
        position += bmp->width - position % bmp->width;
      else if (!row_begun)
        position += bmp->width;
      column = 0;
      row_begun = FALSE;
    } else if (value == 1) { /* This is the end of the picture. */
      return TRUE;
    } else if (value == 2) { /* This is a jump to the right and upwards. */
      if (end - at < 2)
        goto truncated;
      position += MIN (n - position, at[0] + (gsize)at[1] * bmp->width);
      column = position % bmp->width;
      at += 2;
      row_begun = TRUE;
    } else {
      const guint bytes = nibbles ? (value + 1) / 2 : value;

      count = (guint)MIN (value, n - position);
      if ((gsize)(end - at) < (nibbles ? (count + 1) / 2 : count))
        goto truncated;
      for (guint i = 0; i < count; i++)
        index[position + i] = !nibbles ? at[i] : i % 2 ? at[i / 2] & 15 : at[i / 2] >> 4;
      position += count;
      column += value;
      at += MIN ((gsize)(end - at), (gsize)bytes + bytes % 2);
      row_begun = TRUE;
    }
  }
  return TRUE;

truncated:
  REFUSE (NN_ERROR_FORMAT, "the BMP file ends early");
}

static gboolean
read_run_length (const Bmp *bmp, ToolImage *image, GError **error)
{
  g_autofree guint8 *index = g_try_malloc0 ((gsize)bmp->width * bmp->height);

  if (!index)
    REFUSE (NN_ERROR_TOO_LARGE, "there is no memory for %ux%u pixels", bmp->width, bmp->height);
  if (!read_runs (bmp, index, error))
    return FALSE;
  for (guint y = 0; y < bmp->height; y++) {
    guint8 *out = output_row (bmp, image, y);

    for (guint x = 0; x < bmp->width; x++, out += 3)
      memcpy (out, bmp->colors[index[(gsize)y * bmp->width + x]], 3);
  }
  return TRUE;
}

gboolean
tool_bmp_decode (const guint8 *data, gsize size, ToolImage *image, GError **error)
{
  Bmp bmp = { .data = data, .size = size };

  if (!read_header (&bmp, error) || !check_header (&bmp, error)
      || !tool_image_alloc (image, bmp.width, bmp.height, error))
    return FALSE;
  if (bmp.bits <= 8)
    read_palette (&bmp, 14 + (gsize)bmp.header_size);
  else if (!read_fields (&bmp, error))
    return FALSE;
  if (bmp.compression == RLE8 || bmp.compression == RLE4)
    return read_run_length (&bmp, image, error);
  return read_rows (&bmp, image, error);
}
