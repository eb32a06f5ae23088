/* gst-resnet: frames of more than 8 bits, and RGB of limited range, as planes of 8 bits
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstframenarrow.h"

#include <math.h>

#define N_WORDS 65536

struct _GstFrameNarrow
{
  guint n_components;
  guint width[3], height[3];
  guint8 *planes[3];
  /* These tables give the 8-bit value of each word as it lies in memory, whatever its byte order and unused bits are.
   * The first one is for luma, gray and RGB, the second one for chroma. */
  guint8 *value, *chroma;
};

static guint
get_n_components (const GstVideoFormatInfo * finfo)
{
  return MIN (finfo->n_components, 3);
}

/* Corrects the offset that GStreamer 1.22 gives for Cr in P010 and similar formats. It is 1, but Cb's word is at 0 and
 * Cr's is at 2. */
static guint
get_offset (const GstVideoFormatInfo * finfo, guint component)
{
  guint offset = finfo->poffset[component];

  return finfo->depth[component] > 8 ? GST_ROUND_UP_2 (offset) : offset;
}

gboolean
gst_frame_narrow_takes (const GstVideoFormatInfo * finfo)
{
  guint i, j, n = get_n_components (finfo);

  if (finfo->flags & (GST_VIDEO_FORMAT_FLAG_COMPLEX |
          GST_VIDEO_FORMAT_FLAG_TILED | GST_VIDEO_FORMAT_FLAG_PALETTE))
    return FALSE;
  /* This format is little-endian, but GStreamer 1.22 does not say so. */
  if (finfo->format == GST_VIDEO_FORMAT_v216)
    return FALSE;
  for (i = 0; i < n; i++) {
    guint depth = finfo->depth[i], shift = finfo->shift[i];

    if (depth < 8 || depth + shift > 16 || depth != finfo->depth[0]
        || shift != finfo->shift[0])
      return FALSE;
    if (depth == 8 ? shift != 0 || finfo->pixel_stride[i] <= 0 :
        finfo->pixel_stride[i] < 2 || finfo->pixel_stride[i] % 2)
      return FALSE;
    /* Components with the same offset are packed closer than words (RGB10A2_LE) or are not described (Y210). */
    for (j = 0; j < i; j++)
      if (finfo->plane[i] == finfo->plane[j]
          && get_offset (finfo, i) == get_offset (finfo, j))
        return FALSE;
  }
  return n > 0;
}

static guint8
to_byte (gdouble value)
{
  return (guint8) nearbyint (CLAMP (value, 0, 255));
}

/* Fills the tables. In limited range, codes are 16 to 235 (chroma: 16 to 240) times 2^(depth - 8). In full range they
 * are 0 to 2^depth - 1, and chroma is centred on 2^(depth - 1). These formulas are from ITU-R BT.2100-2, table 9. */
static void
fill_tables (GstFrameNarrow * narrow, const GstVideoInfo * info)
{
  const GstVideoFormatInfo *finfo = info->finfo;
  guint depth = finfo->depth[0], shift = finfo->shift[0];
  gboolean rgb = GST_VIDEO_FORMAT_INFO_IS_RGB (finfo);
  gboolean swap = depth > 8 && !!(finfo->flags & GST_VIDEO_FORMAT_FLAG_LE)
      != (G_BYTE_ORDER == G_LITTLE_ENDIAN);
  GstVideoColorRange range = info->colorimetry.range;
  gboolean limited = range == GST_VIDEO_COLOR_RANGE_16_235
      || (range == GST_VIDEO_COLOR_RANGE_UNKNOWN
      && GST_VIDEO_FORMAT_INFO_IS_YUV (finfo));
  gdouble unit = 1 << (depth - 8), max = (1 << depth) - 1;
  guint word;

  for (word = 0; word < (depth > 8 ? N_WORDS : 256); word++) {
    guint in_order = swap ? GUINT16_SWAP_LE_BE (word) : word;
    gdouble v = (in_order >> shift) & ((1 << depth) - 1);

    if (rgb && limited)
      narrow->value[word] = to_byte ((v / unit - 16) * 255 / 219);
    else if (limited)
      narrow->value[word] = narrow->chroma[word] = to_byte (v / unit);
    else {
      narrow->value[word] = to_byte (v * 255 / max);
      narrow->chroma[word] = to_byte ((v - unit * 128) * 255 / max + 128);
    }
  }
}

GstFrameNarrow *
gst_frame_narrow_new (const GstVideoInfo * info)
{
  const GstVideoFormatInfo *finfo = info->finfo;
  GstFrameNarrow *narrow = g_new0 (GstFrameNarrow, 1);
  guint i;

  narrow->n_components = get_n_components (finfo);
  narrow->value = g_malloc0 (N_WORDS);
  narrow->chroma = g_malloc0 (N_WORDS);
  fill_tables (narrow, info);
  for (i = 0; i < narrow->n_components; i++) {
    narrow->width[i] = GST_VIDEO_INFO_COMP_WIDTH (info, i);
    narrow->height[i] = GST_VIDEO_INFO_COMP_HEIGHT (info, i);
    narrow->planes[i] =
        g_try_malloc ((gsize) narrow->width[i] * narrow->height[i]);
    if (!narrow->planes[i]) {
      gst_frame_narrow_free (narrow);
      return NULL;
    }
  }
  return narrow;
}

void
gst_frame_narrow_free (GstFrameNarrow * narrow)
{
  guint i;

  for (i = 0; i < narrow->n_components; i++)
    g_free (narrow->planes[i]);
  g_free (narrow->value);
  g_free (narrow->chroma);
  g_free (narrow);
}

static void
narrow_bytes (guint8 * out, const guint8 * in, guint width, guint pixel_stride,
    const guint8 * table)
{
  guint x;

  for (x = 0; x < width; x++)
    out[x] = table[in[(gsize) x * pixel_stride]];
}

static void
narrow_words (guint8 * out, const guint8 * in, guint width, guint pixel_stride,
    const guint8 * table)
{
  guint x;

  for (x = 0; x < width; x++) {
    guint16 word;

    /* The address may be odd, because the offsets of planes and rows may be. */
    memcpy (&word, in + (gsize) x * pixel_stride, sizeof (word));
    out[x] = table[word];
  }
}

void
gst_frame_narrow_run (GstFrameNarrow * narrow, const GstVideoFrame * frame,
    NnComponent * components)
{
  const GstVideoFormatInfo *finfo = frame->info.finfo;
  gboolean yuv = GST_VIDEO_FORMAT_INFO_IS_YUV (finfo);
  guint i, y;

  for (i = 0; i < narrow->n_components; i++) {
    const guint8 *in =
        (const guint8 *) frame->data[finfo->plane[i]] + get_offset (finfo, i);
    const guint8 *table = yuv && i > 0 ? narrow->chroma : narrow->value;
    gint stride = GST_VIDEO_FRAME_COMP_STRIDE (frame, i);
    guint8 *out = narrow->planes[i];

    for (y = 0; y < narrow->height[i]; y++) {
      if (finfo->depth[i] > 8)
        narrow_words (out, in, narrow->width[i], finfo->pixel_stride[i], table);
      else
        narrow_bytes (out, in, narrow->width[i], finfo->pixel_stride[i], table);
      in += stride;
      out += narrow->width[i];
    }
    components[i].data = narrow->planes[i];
    components[i].row_stride = narrow->width[i];
    components[i].pixel_stride = 1;
  }
}
