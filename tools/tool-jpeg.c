/* gst-resnet: JPEG → RGB through libjpeg(-turbo), with Pillow's settings
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * gdk-pixbuf's JPEG loader turns fancy upsampling off, which moves pixels by up to tens of 255ths; here it is on and
 * the inverse DCT is the accurate integer one, as PIL decodes. */
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jerror.h>
#include <jpeglib.h>
#include <nn/error.h>

#include "tool-image.h"

/* A progressive file may name any number of scans over the whole image, each a byte long; real ones have about ten. */
#define MAX_SCANS 500

/* Everything that lives across longjmp() is in here, so that no local of the caller's can be clobbered. */
typedef struct {
  struct jpeg_decompress_struct cinfo;
  struct jpeg_error_mgr err;
  struct jpeg_progress_mgr progress;
  jmp_buf jump;
  gchar message[JMSG_LENGTH_MAX];
  ToolImage *image;
  guint8 *row; /* CMYK only */
  GError **error;
} Jpeg;

static void
error_exit (j_common_ptr common)
{
  Jpeg *jpeg = common->client_data;

  common->err->format_message (common, jpeg->message);
  longjmp (jpeg->jump, 1);
}

static void
emit_message (j_common_ptr common, int level)
{
  Jpeg *jpeg = common->client_data;

  /* Pillow decodes through corrupt data (libjpeg's other warnings), but refuses a file that ends early. */
  if (level < 0 && common->err->msg_code == JWRN_JPEG_EOF) {
    g_strlcpy (jpeg->message, "the file ends early", sizeof jpeg->message);
    longjmp (jpeg->jump, 1);
  }
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

static guint
multiply_255 (guint a, guint b)
{
  guint t = a * b + 128;

  return ((t >> 8) + t) >> 8;
}

/* As Pillow: the components are taken as Adobe writes them, inverted, whether or not the Adobe marker is there. */
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
  jpeg_mem_src (cinfo, data, (unsigned long)size);
  jpeg_read_header (cinfo, TRUE);
  if (cinfo->num_components != 1 && cinfo->num_components != 3 && cinfo->num_components != 4) {
    g_set_error (jpeg->error, NN_ERROR, NN_ERROR_UNSUPPORTED,
                 "the JPEG file has %d components; grey (1), colour (3) and CMYK (4) are read", cinfo->num_components);
    return FALSE;
  }
  if (!tool_image_alloc (jpeg->image, cinfo->image_width, cinfo->image_height, jpeg->error))
    return FALSE;
  cinfo->dct_method = JDCT_ISLOW;
  cinfo->do_fancy_upsampling = TRUE;
  cinfo->out_color_space = cinfo->num_components == 4 ? JCS_CMYK : JCS_RGB;
  if (cinfo->num_components == 4)
    jpeg->row = g_malloc ((gsize)cinfo->image_width * 4);
  jpeg_start_decompress (cinfo);
  while (cinfo->output_scanline < cinfo->output_height) {
    guint8 *out = jpeg->image->rgb + (gsize)cinfo->output_scanline * jpeg->image->width * 3;
    JSAMPROW row = jpeg->row ? jpeg->row : out;

    jpeg_read_scanlines (cinfo, &row, 1);
    if (jpeg->row)
      cmyk_row (jpeg->row, out, jpeg->image->width);
  }
  jpeg_finish_decompress (cinfo);
  return TRUE;
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
