/* gst-resnet: TIFF → RGB through libtiff
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * libtiff unpacks strips and tiles. The meaning of their samples is decided here, because the RGB that libtiff itself
 * would make is not Pillow's (16 bits, alpha, CMYK). The format is Adobe's TIFF, revision 6.0, 1992. The kinds are
 * those of Pillow's TIFF reader, and the orientation is applied, as Pillow does. */
#include <math.h>
#include <nn/error.h>
#include <string.h>
#include <tiffio.h>

#include "tool-tiff.h"

/* An unpacked strip or tile may have at most this many bytes. libtiff's own writers make them of 8 KiB. */
#define MAX_BLOCK ((guint64)1 << 30)
#define MAX_SAMPLES 8

typedef enum { GREY, RGB, PALETTE, CMYK, YCBCR, READ_AS_RGBA } Meaning;

typedef struct {
  const guint8 *data;
  gsize size, at;
  gchar message[160]; /* libtiff's first message */

  TIFF *tiff;
  guint32 width, height;
  guint16 bits, n_samples, photometric, planes, format, compression, orientation;
  Meaning meaning;
  guint n_used;      /* the first samples of a pixel that count; if associated is set, the last of them is alpha */
  gboolean inverted; /* whether 0 is white */
  gboolean associated;
  guint8 colors[256][3];
  guint8 *samples; /* n_used bytes for each pixel */
} Tiff;

/* --- a file in memory --- */

static tmsize_t
on_read (thandle_t handle, void *buffer, tmsize_t n)
{
  Tiff *t = handle;
  gsize left = t->at < t->size ? t->size - t->at : 0, count = n < 0 ? 0 : MIN ((gsize)n, left);

  memcpy (buffer, t->data + MIN (t->at, t->size), count);
  t->at += count;
  return (tmsize_t)count;
}

static tmsize_t
on_write (thandle_t handle, void *buffer, tmsize_t n)
{
  return 0;
}

static toff_t
on_seek (thandle_t handle, toff_t offset, int whence)
{
  Tiff *t = handle;

  t->at = (gsize)offset + (whence == SEEK_CUR ? t->at : whence == SEEK_END ? t->size : 0);
  return t->at;
}

static int
on_close (thandle_t handle)
{
  return 0;
}

static toff_t
on_size (thandle_t handle)
{
  return ((Tiff *)handle)->size;
}

static int
on_map (thandle_t handle, void **base, toff_t *size)
{
  Tiff *t = handle;

  *base = (void *)t->data;
  *size = t->size;
  return 1;
}

static void
on_unmap (thandle_t handle, void *base, toff_t size)
{
}

static void
on_error (thandle_t handle, const char *module, const char *format, va_list args)
{
  Tiff *t = handle;

  if (!t || *t->message)
    return;
  g_vsnprintf (t->message, sizeof t->message, format, args);
  g_strchomp (t->message);
  /* The message may quote the file. */
  for (gchar *c = t->message; *c; c++)
    if (*c < ' ' || *c > '~')
      *c = '?';
  if (g_str_has_suffix (t->message, "."))
    t->message[strlen (t->message) - 1] = '\0';
}

/* The handlers of libtiff are those of the whole process. They are set once, and know by the handle which file a
 * message is about. */
static void
set_handlers (void)
{
  static gsize done = 0;

  if (!g_once_init_enter (&done))
    return;
  TIFFSetErrorHandler (NULL);
  TIFFSetErrorHandlerExt (on_error);
  TIFFSetWarningHandler (NULL);
  TIFFSetWarningHandlerExt (NULL);
  g_once_init_leave (&done, 1);
}

static gboolean
open_tiff (Tiff *t)
{
#if TIFFLIB_VERSION >= 20221213
  TIFFOpenOptions *options = TIFFOpenOptionsAlloc ();

  TIFFOpenOptionsSetMaxSingleMemAlloc (options, (tmsize_t)MAX_BLOCK);
  t->tiff
      = TIFFClientOpenExt ("TIFF", "r", t, on_read, on_write, on_seek, on_close, on_size, on_map, on_unmap, options);
  TIFFOpenOptionsFree (options);
#else
  t->tiff = TIFFClientOpen ("TIFF", "r", t, on_read, on_write, on_seek, on_close, on_size, on_map, on_unmap);
#endif
  return t->tiff != NULL;
}

/* --- what kind it is --- */

#define REFUSE(code, ...)                                                                                              \
  G_STMT_START                                                                                                         \
  {                                                                                                                    \
    g_set_error (error, NN_ERROR, code, __VA_ARGS__);                                                                  \
    return FALSE;                                                                                                      \
  }                                                                                                                    \
  G_STMT_END

static gboolean
read_tags (Tiff *t, GError **error)
{
  if (!TIFFGetField (t->tiff, TIFFTAG_IMAGEWIDTH, &t->width)
      || !TIFFGetField (t->tiff, TIFFTAG_IMAGELENGTH, &t->height))
    REFUSE (NN_ERROR_FORMAT, "the TIFF file does not say how large its picture is");
  TIFFGetFieldDefaulted (t->tiff, TIFFTAG_BITSPERSAMPLE, &t->bits);
  TIFFGetFieldDefaulted (t->tiff, TIFFTAG_SAMPLESPERPIXEL, &t->n_samples);
  TIFFGetFieldDefaulted (t->tiff, TIFFTAG_PLANARCONFIG, &t->planes);
  TIFFGetFieldDefaulted (t->tiff, TIFFTAG_SAMPLEFORMAT, &t->format);
  TIFFGetFieldDefaulted (t->tiff, TIFFTAG_COMPRESSION, &t->compression);
  TIFFGetFieldDefaulted (t->tiff, TIFFTAG_ORIENTATION, &t->orientation);
  /* Some writers leave this required tag out. */
  if (!TIFFGetField (t->tiff, TIFFTAG_PHOTOMETRIC, &t->photometric))
    t->photometric = PHOTOMETRIC_MINISWHITE;
  if (!TIFFIsCODECConfigured (t->compression))
    REFUSE (NN_ERROR_UNSUPPORTED, "the TIFF file's compression is number %u, which libtiff does not read here",
            t->compression);
  return TRUE;
}

/* Returns the number of colour samples in a pixel, or 0 if this kind is not read. */
static guint
n_colors (const Tiff *t)
{
  switch (t->photometric) {
  case PHOTOMETRIC_MINISWHITE:
  case PHOTOMETRIC_MINISBLACK:
  case PHOTOMETRIC_PALETTE:
    return 1;
  case PHOTOMETRIC_YCBCR:
    return t->n_samples < 3 ? 1 : 3;
  case PHOTOMETRIC_RGB:
    return 3;
  case PHOTOMETRIC_SEPARATED:
    return 4;
  default:
    return 0;
  }
}

/* Returns TRUE if samples with this number of bits and this format are read. */
static gboolean
depth_is_read (const Tiff *t)
{
  const guint bits = t->bits;

  switch (t->photometric) {
  case PHOTOMETRIC_MINISWHITE:
    if (t->format == SAMPLEFORMAT_IEEEFP)
      return bits == 32;
    /* In this case Pillow's reader takes the darkest value for black, and only in little-endian files. */
    if (bits == 16)
      return t->format == SAMPLEFORMAT_UINT && !TIFFIsBigEndian (t->tiff);
    return t->format == SAMPLEFORMAT_UINT && (bits == 1 || bits == 2 || bits == 4 || bits == 8);
  case PHOTOMETRIC_MINISBLACK:
    if (t->format == SAMPLEFORMAT_IEEEFP)
      return bits == 32;
    if (t->format == SAMPLEFORMAT_INT)
      return bits == 8 || bits == 16 || bits == 32;
    return t->format == SAMPLEFORMAT_UINT
           && (bits == 1 || bits == 2 || bits == 4 || bits == 8 || bits == 12 || bits == 16 || bits == 32);
  case PHOTOMETRIC_PALETTE:
    return t->format == SAMPLEFORMAT_UINT && (bits == 1 || bits == 2 || bits == 4 || bits == 8);
  case PHOTOMETRIC_YCBCR:
    return t->format == SAMPLEFORMAT_UINT && bits == 8;
  default:
    return t->format == SAMPLEFORMAT_UINT && (bits == 8 || bits == 16);
  }
}

static gboolean
read_palette (Tiff *t, GError **error)
{
  guint16 *map[3];

  if (!TIFFGetField (t->tiff, TIFFTAG_COLORMAP, &map[0], &map[1], &map[2]))
    REFUSE (NN_ERROR_FORMAT, "the TIFF file's picture has a palette that is not there");
  for (guint i = 0; i < 1u << t->bits; i++)
    for (guint c = 0; c < 3; c++)
      t->colors[i][c] = (guint8)(map[c][i] >> 8);
  return TRUE;
}

/* Chooses who converts YCbCr. libjpeg converts JPEG data. Samples that exist for each pixel are converted here as
 * Pillow does it, and others by libtiff. */
static Meaning
choose_ycbcr (const Tiff *t)
{
  guint16 across = 2, down = 2;

  if (t->compression == COMPRESSION_JPEG && t->planes == PLANARCONFIG_CONTIG) {
    TIFFSetField (t->tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
    return RGB;
  }
  TIFFGetFieldDefaulted (t->tiff, TIFFTAG_YCBCRSUBSAMPLING, &across, &down);
  return t->compression == COMPRESSION_NONE && across == 1 && down == 1 ? YCBCR : READ_AS_RGBA;
}

static gboolean
choose_kind (Tiff *t, GError **error)
{
  const guint colors = n_colors (t);
  guint16 n_extra = 0, *extra = NULL;

  if (!colors || t->compression == COMPRESSION_OJPEG) {
    if (t->compression != COMPRESSION_OJPEG)
      REFUSE (NN_ERROR_UNSUPPORTED,
              "the TIFF file's photometric interpretation is number %u; grey, RGB, palette, CMYK and YCbCr are read",
              t->photometric);
    t->meaning = READ_AS_RGBA;
    return TRUE;
  }
  if (!depth_is_read (t))
    REFUSE (NN_ERROR_UNSUPPORTED,
            "the TIFF file has samples of %u bits, format %u, with photometric interpretation %u, which is not read",
            t->bits, t->format, t->photometric);
  if (t->n_samples < colors || t->n_samples > MAX_SAMPLES)
    REFUSE (NN_ERROR_UNSUPPORTED, "the TIFF file has %u samples a pixel; %u to %d are read with its colours",
            t->n_samples, colors, MAX_SAMPLES);
  t->n_used = colors;
  t->meaning = colors == 1 ? GREY : colors == 4 ? CMYK : RGB;
  t->inverted = t->photometric == PHOTOMETRIC_MINISWHITE && t->bits <= 8;
  if (t->photometric == PHOTOMETRIC_YCBCR && colors == 3)
    t->meaning = choose_ycbcr (t);
  TIFFGetFieldDefaulted (t->tiff, TIFFTAG_EXTRASAMPLES, &n_extra, &extra);
  if (n_extra > 0 && extra[0] == EXTRASAMPLE_ASSOCALPHA && t->n_samples > colors && t->bits >= 8
      && (t->meaning == GREY || t->meaning == RGB)) {
    t->associated = TRUE;
    t->n_used++;
  }
  if (t->photometric == PHOTOMETRIC_PALETTE) {
    t->meaning = PALETTE;
    return read_palette (t, error);
  }
  return TRUE;
}

/* --- samples --- */

static guint8
clip (gint64 value)
{
  return (guint8)CLAMP (value, 0, 255);
}

/* Returns sample @i of a row as a byte. A grey sample of many bits is clipped. Of a colour sample of many bits, the
 * high byte is taken. */
static guint8
sample_byte (const Tiff *t, const guint8 *row, gsize i)
{
  guint16 half;
  guint32 word;
  gfloat number;
  guint value;

  switch (t->bits) {
  case 8:
    return row[i];
  case 12:
    value = i % 2 ? (row[i / 2 * 3 + 1] & 15u) << 8 | row[i / 2 * 3 + 2]
                  : (guint)row[i / 2 * 3] << 4 | row[i / 2 * 3 + 1] >> 4;
    return clip (value);
  case 16:
    memcpy (&half, row + 2 * i, 2);
    if (t->meaning != GREY)
      return (guint8)(half >> 8);
    return clip (t->format == SAMPLEFORMAT_INT ? (gint)(gint16)half : (gint)half);
  case 32:
    memcpy (&word, row + 4 * i, 4);
    if (t->format != SAMPLEFORMAT_IEEEFP)
      return clip ((gint32)word);
    memcpy (&number, &word, 4);
    return !(number > 0) ? 0 : number >= 255 ? 255 : (guint8)number;
  default:
    value = row[i * t->bits / 8] >> (8 - t->bits - i * t->bits % 8) & ((1u << t->bits) - 1);
    /* Greys of few bits are scaled to 0 to 255. The numbers of a palette stay as they are. */
    return (guint8)(t->meaning == GREY ? value * 255 / ((1u << t->bits) - 1) : value);
  }
}

/* Copies the samples of a block to their places. @plane: the sample of a pixel that the block holds, or -1 if it holds
 * all of them */
static void
place_block (Tiff *t, const guint8 *block, gsize stride, guint32 x, guint32 y, guint32 width, guint32 height,
             gint plane)
{
  for (guint32 row = 0; row < height; row++) {
    const guint8 *in = block + row * stride;
    guint8 *out = t->samples + ((gsize)(y + row) * t->width + x) * t->n_used;

    for (gsize column = 0; column < width; column++, out += t->n_used)
      if (plane >= 0)
        out[plane] = sample_byte (t, in, column);
      else
        for (guint s = 0; s < t->n_used; s++)
          out[s] = sample_byte (t, in, column * t->n_samples + s);
  }
}

static gboolean
read_blocks (Tiff *t, GError **error)
{
  const gboolean tiled = TIFFIsTiled (t->tiff), apart = t->planes == PLANARCONFIG_SEPARATE;
  const guint32 in_block = apart ? 1 : t->n_samples;
  guint32 block_width = t->width, block_height = t->height;
  guint64 stride, size;
  g_autofree guint8 *block = NULL;

  if (tiled) {
    TIFFGetField (t->tiff, TIFFTAG_TILEWIDTH, &block_width);
    TIFFGetField (t->tiff, TIFFTAG_TILELENGTH, &block_height);
  } else {
    TIFFGetFieldDefaulted (t->tiff, TIFFTAG_ROWSPERSTRIP, &block_height);
    block_height = MIN (block_height, t->height);
  }
  if (!block_width || !block_height)
    REFUSE (NN_ERROR_FORMAT, "the TIFF file's strips or tiles are %ux%u pixels", block_width, block_height);
  stride = ((guint64)block_width * in_block * t->bits + 7) / 8;
  /* The product could be at most 2^32 · 8 · 32 / 8 times 2^32, which is below 2^69 and may overflow. So this is checked
   * with a division. */
  if (block_height > MAX_BLOCK / stride)
    REFUSE (NN_ERROR_TOO_LARGE, "the TIFF file's strips or tiles are %ux%u pixels, over 1 GiB", block_width,
            block_height);
  size = stride * block_height;
  block = g_try_malloc (size);
  if (!block)
    REFUSE (NN_ERROR_TOO_LARGE, "there is no memory for a strip or tile of %" G_GUINT64_FORMAT " bytes", size);
  for (guint s = 0; s < (apart ? t->n_used : 1); s++)
    for (guint64 y = 0; y < t->height; y += block_height)
      for (guint64 x = 0; x < t->width; x += block_width) {
        const guint32 width = (guint32)MIN (block_width, t->width - x),
                      height = (guint32)MIN (block_height, t->height - y);
        const gint64 wanted = (gint64)(tiled ? size : stride * height);
        gint64 n;

        if (tiled)
          n = TIFFReadEncodedTile (t->tiff, TIFFComputeTile (t->tiff, (guint32)x, (guint32)y, 0, (guint16)s), block,
                                   (tmsize_t)size);
        else
          n = TIFFReadEncodedStrip (t->tiff, TIFFComputeStrip (t->tiff, (guint32)y, (guint16)s), block,
                                    (tmsize_t)wanted);
        if (n < wanted)
          REFUSE (NN_ERROR_FORMAT, "the TIFF file is damaged or ends early%s%s", *t->message ? ": " : "", t->message);
        place_block (t, block, stride, (guint32)x, (guint32)y, width, height, apart ? (gint)s : -1);
      }
  return TRUE;
}

/* --- colours --- */

/* Returns a · b / 255, rounded. */
static guint
times (guint a, guint b)
{
  guint product = a * b + 128;

  return (product + (product >> 8)) >> 8;
}

/* Converts YCbCr by ITU-T T.871 with 6 bits of fraction. Each product is rounded towards zero after a half was added,
 * as in Pillow. */
static void
convert_ycbcr (const guint8 *in, guint8 *out)
{
  const gint cb = in[1] - 128, cr = in[2] - 128;

  out[0] = clip (in[0] + ((gint)(1.402 * 64 * cr + 0.5) >> 6));
  out[1] = clip (in[0] + (((gint)(-0.34414 * 64 * cb + 0.5) + (gint)(-0.71414 * 64 * cr + 0.5)) >> 6));
  out[2] = clip (in[0] + ((gint)(1.772 * 64 * cb + 0.5) >> 6));
}

static void
convert_pixel (const Tiff *t, const guint8 *in, guint8 *out)
{
  const guint alpha = t->associated ? in[t->n_used - 1] : 255;

  switch (t->meaning) {
  case GREY:
    memset (out, t->inverted ? 255 - in[0] : in[0], 3);
    break;
  case PALETTE:
    memcpy (out, t->colors[in[0]], 3);
    break;
  case CMYK:
    for (guint c = 0; c < 3; c++)
      out[c] = clip ((gint)(255 - in[3]) - (gint)times (in[c], 255u - in[3]));
    break;
  case YCBCR:
    convert_ycbcr (in, out);
    break;
  default:
    memcpy (out, in, 3);
  }
  if (alpha < 255)
    for (guint c = 0; c < 3; c++)
      out[c] = alpha ? clip (out[c] * 255 / (gint)alpha) : 0;
}

static gboolean
read_samples (Tiff *t, ToolImage *image, GError **error)
{
  const gsize n = (gsize)t->width * t->height;

  t->samples = g_try_malloc (n * t->n_used);
  if (!t->samples)
    REFUSE (NN_ERROR_TOO_LARGE, "there is no memory for %ux%u pixels", t->width, t->height);
  if (!read_blocks (t, error))
    return FALSE;
  for (gsize i = 0; i < n; i++)
    convert_pixel (t, t->samples + i * t->n_used, image->rgb + i * 3);
  return TRUE;
}

static gboolean
read_as_rgba (Tiff *t, ToolImage *image, GError **error)
{
  const gsize n = (gsize)t->width * t->height;
  g_autofree guint32 *raster = g_try_malloc (n * 4);
  gchar message[1024] = "";
  TIFFRGBAImage reader;
  gboolean ok;

  if (!raster)
    REFUSE (NN_ERROR_TOO_LARGE, "there is no memory for %ux%u pixels", t->width, t->height);
  if (!TIFFRGBAImageOK (t->tiff, message) || !TIFFRGBAImageBegin (&reader, t->tiff, 1, message))
    REFUSE (NN_ERROR_UNSUPPORTED, "the TIFF file is of a kind that libtiff does not read%s%s",
            g_str_is_ascii (message) && *message ? ": " : "", g_str_is_ascii (message) ? message : "");
  reader.req_orientation = reader.orientation;
  ok = TIFFRGBAImageGet (&reader, raster, t->width, t->height);
  TIFFRGBAImageEnd (&reader);
  if (!ok)
    REFUSE (NN_ERROR_FORMAT, "the TIFF file is damaged or ends early%s%s", *t->message ? ": " : "", t->message);
  for (gsize i = 0; i < n; i++) {
    image->rgb[3 * i] = (guint8)TIFFGetR (raster[i]);
    image->rgb[3 * i + 1] = (guint8)TIFFGetG (raster[i]);
    image->rgb[3 * i + 2] = (guint8)TIFFGetB (raster[i]);
  }
  return TRUE;
}

gboolean
tool_tiff_decode (const guint8 *data, gsize size, ToolImage *image, GError **error)
{
  Tiff *t = g_new0 (Tiff, 1);
  gboolean ok = FALSE;

  t->data = data;
  t->size = size;
  set_handlers ();
  if (!open_tiff (t))
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "the TIFF file's header is damaged or cut off%s%s",
                 *t->message ? ": " : "", t->message);
  else
    ok = read_tags (t, error) && tool_image_alloc (image, t->width, t->height, error) && choose_kind (t, error)
         && (t->meaning == READ_AS_RGBA ? read_as_rgba (t, image, error) : read_samples (t, image, error));
  if (ok)
    tool_image_turn (image, t->orientation);
  if (t->tiff)
    TIFFClose (t->tiff);
  g_free (t->samples);
  g_free (t);
  return ok;
}
