/* gst-resnet: JPEG → RGB through libjpeg(-turbo), with Pillow's settings
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * gdk-pixbuf's JPEG loader turns fancy upsampling off, which changes pixels by up to tens of 255ths. Here it is on, and
 * the inverse DCT is the accurate integer one, as in Pillow. */
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>
#include <nn/error.h>

#include "tool-jpeg.h"

/* A progressive file may have any number of scans over the whole image, each of which takes only a few bytes. Real
 * files have about ten. More than FEW_SCANS are accepted only if all of them together cover at most MAX_PIXELS, which
 * takes a second. */
#define MAX_SCANS 100
#define FEW_SCANS 16
#define MAX_PIXELS G_GUINT64_CONSTANT (100000000)

/* Everything that must survive longjmp() is in this struct, so that no local variable of the caller can be
 * clobbered. */
typedef struct {
  struct jpeg_decompress_struct cinfo;
  struct jpeg_error_mgr err;
  struct jpeg_progress_mgr progress;
  struct jpeg_source_mgr source;
  jmp_buf jump;
  gchar message[JMSG_LENGTH_MAX];
  ToolImage *image;
  guint8 *row; /* used for CMYK only */
  GError **error;
} Jpeg;

static void
error_exit (j_common_ptr common)
{
  Jpeg *jpeg = common->client_data;

  common->err->format_message (common, jpeg->message);
  longjmp (jpeg->jump, 1);
}

/* Pillow goes on decoding when data is corrupt, which is only a warning of libjpeg. */
static void
emit_message (j_common_ptr common, int level)
{
}

static void
output_message (j_common_ptr common)
{
}

static void
progress_monitor (j_common_ptr common)
{
  Jpeg *jpeg = common->client_data;

  if (common->is_decompressor && jpeg->cinfo.input_scan_number > MAX_SCANS) {
    g_snprintf (jpeg->message, sizeof jpeg->message, "the file has more than %d scans", MAX_SCANS);
    longjmp (jpeg->jump, 1);
  }
}

/* The source holds the whole file and waits for more data at its end, as Pillow's source does. libjpeg then gives the
 * rows that it has. A source that makes up an end (jpeg_mem_src) would decode a truncated file. A source that fails at
 * once would refuse a file that lacks only its end marker, which Pillow reads. */
static void
source_nothing (j_decompress_ptr cinfo)
{
}

static boolean
source_fill (j_decompress_ptr cinfo)
{
  return FALSE;
}

static void
source_skip (j_decompress_ptr cinfo, long n)
{
  if (n <= 0)
    return;
  n = MIN (n, (long)cinfo->src->bytes_in_buffer);
  cinfo->src->next_input_byte += n;
  cinfo->src->bytes_in_buffer -= (size_t)n;
}

/* Counts the scans of the file before any of them is decoded. It stops at one more than are accepted. */
static guint
count_scans (const guint8 *data, gsize size)
{
  guint n = 0;

  for (gsize at = 2; at + 4 <= size && n <= MAX_SCANS;) {
    const guint8 marker = data[at + 1];

    if (data[at] != 0xff || marker == 0xff || marker == 0 || (marker >= 0xd0 && marker <= 0xd8)) {
      const guint8 *next = memchr (data + at + 1, 0xff, size - at - 1); /* in a scan, or fill bytes */

      if (!next)
        break;
      at = (gsize)(next - data);
      continue;
    }
    if (marker == 0xd9)
      break;
    n += marker == 0xda;
    at += 2 + MAX ((gsize)data[at + 2] << 8 | data[at + 3], 2);
  }
  return n;
}

static gboolean
check_scans (const Jpeg *jpeg, const guint8 *data, gsize size)
{
  const guint64 pixels = (guint64)jpeg->cinfo.image_width * jpeg->cinfo.image_height;
  const guint n = count_scans (data, size);

  if (n <= MAX_SCANS && (n <= FEW_SCANS || n * pixels <= MAX_PIXELS))
    return TRUE;
  g_set_error (jpeg->error, NN_ERROR, NN_ERROR_TOO_LARGE,
               "the JPEG file has %s%u scans of %" G_GUINT64_FORMAT
               " pixels; up to %d are taken, and up to %d of a large image",
               n > MAX_SCANS ? "more than " : "", MIN (n, MAX_SCANS), pixels, MAX_SCANS, FEW_SCANS);
  return FALSE;
}

static guint
multiply_255 (guint a, guint b)
{
  guint t = a * b + 128;

  return ((t >> 8) + t) >> 8;
}

/* Converts a row as Pillow does. The components are taken as inverted, which is how Adobe writes them, whether or not
 * there is an Adobe marker. */
static void
cmyk_row (const guint8 *in, guint8 *out, guint width)
{
  guint x, i;

  for (x = 0; x < width; x++, in += 4, out += 3) {
    guint k = in[3]; /* 255 − K */

    for (i = 0; i < 3; i++)
      out[i] = (guint8)CLAMP ((gint)k - (gint)multiply_255 (255u - in[i], k), 0, 255);
  }
}

static gboolean
decode (Jpeg *jpeg, const guint8 *data, gsize size)
{
  struct jpeg_decompress_struct *cinfo = &jpeg->cinfo;

  jpeg_create_decompress (cinfo);
  cinfo->progress = &jpeg->progress;
  jpeg->source.next_input_byte = data;
  jpeg->source.bytes_in_buffer = size;
  jpeg->source.init_source = source_nothing;
  jpeg->source.fill_input_buffer = source_fill;
  jpeg->source.skip_input_data = source_skip;
  jpeg->source.resync_to_restart = jpeg_resync_to_restart;
  jpeg->source.term_source = source_nothing;
  cinfo->src = &jpeg->source;
  if (jpeg_read_header (cinfo, TRUE) == JPEG_SUSPENDED)
    goto truncated;
  if (cinfo->num_components != 1 && cinfo->num_components != 3 && cinfo->num_components != 4) {
    g_set_error (jpeg->error, NN_ERROR, NN_ERROR_UNSUPPORTED,
                 "the JPEG file has %d components; grey (1), colour (3) and CMYK (4) are read", cinfo->num_components);
    return FALSE;
  }
  if (!check_scans (jpeg, data, size)
      || !tool_image_alloc (jpeg->image, cinfo->image_width, cinfo->image_height, jpeg->error))
    return FALSE;
  cinfo->dct_method = JDCT_ISLOW;
  cinfo->do_fancy_upsampling = TRUE;
  cinfo->out_color_space = cinfo->num_components == 4 ? JCS_CMYK : JCS_RGB;
  if (cinfo->num_components == 4)
    jpeg->row = g_malloc ((gsize)cinfo->image_width * 4);
  if (!jpeg_start_decompress (cinfo))
    goto truncated;
  while (cinfo->output_scanline < cinfo->output_height) {
    guint8 *out = jpeg->image->rgb + (gsize)cinfo->output_scanline * jpeg->image->width * 3;
    JSAMPROW row = jpeg->row ? jpeg->row : out;

    if (jpeg_read_scanlines (cinfo, &row, 1) != 1)
      goto truncated;
    if (jpeg->row)
      cmyk_row (jpeg->row, out, jpeg->image->width);
  }
  /* All rows are there, so it does not matter what follows them. */
  return TRUE;

truncated:
  g_set_error (jpeg->error, NN_ERROR, NN_ERROR_FORMAT, "the JPEG file ends early");
  return FALSE;
}

gboolean
tool_jpeg_decode (const guint8 *data, gsize size, ToolImage *image, GError **error)
{
  Jpeg *jpeg = g_new0 (Jpeg, 1);
  gboolean ok;

  jpeg->image = image;
  jpeg->error = error;
  jpeg->cinfo.err = jpeg_std_error (&jpeg->err);
  jpeg->cinfo.client_data = jpeg;
  jpeg->err.error_exit = error_exit;
  jpeg->err.emit_message = emit_message;
  jpeg->err.output_message = output_message;
  jpeg->progress.progress_monitor = progress_monitor;
  if (setjmp (jpeg->jump)) {
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "the JPEG data could not be decoded: %s", jpeg->message);
    ok = FALSE;
  } else {
    ok = decode (jpeg, data, size);
  }
  jpeg_destroy_decompress (&jpeg->cinfo);
  g_free (jpeg->row);
  g_free (jpeg);
  return ok;
}
