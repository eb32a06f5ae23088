/* gst-resnet: pictures that classoverlay puts into a frame
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstoverlayimage.h"

#include <math.h>

#include "frame/gstframecaps.h"

GstOverlayImage *
gst_overlay_image_new (gint width, gint height)
{
  GstOverlayImage *image = g_new0 (GstOverlayImage, 1);
  gsize size = (gsize) width * 4 * height;

  image->n_refs = 1;
  image->width = width;
  image->height = height;
  image->stride = width * 4;
  /* gst_video_blend_scale_linear_RGBA() reads a pixel beyond the last one (GStreamer 1.22). */
  image->data = g_malloc0 (size + 8);
  image->buffer = gst_buffer_new_wrapped_full (0, image->data, size + 8, 0,
      size, image->data, g_free);
  gst_buffer_add_video_meta (image->buffer, GST_VIDEO_FRAME_FLAG_NONE,
      GST_VIDEO_OVERLAY_COMPOSITION_FORMAT_RGB, width, height);
  return image;
}

GstOverlayImage *
gst_overlay_image_ref (GstOverlayImage * image)
{
  image->n_refs++;
  return image;
}

void
gst_overlay_image_unref (GstOverlayImage * image)
{
  if (--image->n_refs > 0)
    return;
  /* A sink may still show the buffer, for which it has a reference of its own. */
  gst_buffer_unref (image->buffer);
  g_free (image);
}

static void
clear_planes (GstOverlayLayer * layer)
{
  guint c;

  for (c = 0; c < G_N_ELEMENTS (layer->planes); c++) {
    g_clear_pointer (&layer->planes[c].color, g_free);
    g_clear_pointer (&layer->planes[c].keep, g_free);
  }
  layer->has_planes = FALSE;
}

void
gst_overlay_layer_clear (GstOverlayLayer * layer)
{
  clear_planes (layer);
  g_clear_pointer (&layer->image, gst_overlay_image_unref);
}

gboolean
gst_overlay_format_is_direct (const GstVideoFormatInfo * finfo)
{
  /* In GStreamer 1.22's table VYUY's chroma is the wrong way round, though its unpacking is right. */
  return gst_frame_caps_is_direct (finfo)
      && finfo->format != GST_VIDEO_FORMAT_VYUY
      && !GST_VIDEO_FORMAT_INFO_HAS_ALPHA (finfo)
      && (finfo->n_components == 1 || finfo->n_components == 3);
}

void
gst_overlay_matrix_init (GstOverlayMatrix * matrix, const GstVideoInfo * info)
{
  gint offset[GST_VIDEO_MAX_COMPONENTS], scale[GST_VIDEO_MAX_COMPONENTS];
  gdouble kr = 0.299, kb = 0.114;
  guint c, k;

  memset (matrix, 0, sizeof (*matrix));
  matrix->n_components = GST_VIDEO_INFO_N_COMPONENTS (info) >= 3 ? 3 : 1;
  gst_video_color_range_offsets (info->colorimetry.range, info->finfo, offset,
      scale);
  if (GST_VIDEO_INFO_IS_RGB (info)) {
    for (c = 0; c < 3; c++)
      matrix->m[c][c] = 1.0;
  } else {
    /* Where the matrix is unknown, or is not one of weights of R, G and B (as for gray), BT.601's is used. */
    if (!gst_video_color_matrix_get_Kr_Kb (info->colorimetry.matrix, &kr, &kb)) {
      kr = 0.299;
      kb = 0.114;
    }
    matrix->m[0][0] = kr;
    matrix->m[0][1] = 1.0 - kr - kb;
    matrix->m[0][2] = kb;
    /* ITU-R BT.601: Cb = (B − Y) / (2 (1 − Kb)), Cr = (R − Y) / (2 (1 − Kr)) */
    for (k = 0; k < 3; k++) {
      matrix->m[1][k] = ((k == 2) - matrix->m[0][k]) / (2.0 * (1.0 - kb));
      matrix->m[2][k] = ((k == 0) - matrix->m[0][k]) / (2.0 * (1.0 - kr));
    }
  }
  for (c = 0; c < matrix->n_components; c++) {
    matrix->offset[c] = offset[c];
    for (k = 0; k < 3; k++)
      matrix->m[c][k] *= scale[c] / 255.0;
  }
}

/* Gives the part of [start, start + n) that lies in [0, limit). */
static void
clip (gint start, gint n, gint limit, gint * from, gint * to)
{
  *from = CLAMP (start, 0, limit);
  *to = CLAMP ((gint64) start + n, 0, limit);
}

static void
make_plane (const GstOverlayLayer * layer, const GstOverlayMatrix * matrix,
    const GstVideoFrame * frame, guint c, GstOverlayPlane * plane)
{
  const GstVideoFormatInfo *finfo = frame->info.finfo;
  const GstOverlayImage *image = layer->image;
  guint ws = GST_VIDEO_FORMAT_INFO_W_SUB (finfo, c);
  guint hs = GST_VIDEO_FORMAT_INFO_H_SUB (finfo, c);
  gint left, right, top, bottom, x, y, i, j, k, m[4];
  guint8 *color, *keep;

  memset (plane, 0, sizeof (*plane));
  clip (layer->x, image->width, GST_VIDEO_FRAME_WIDTH (frame), &left, &right);
  clip (layer->y, image->height, GST_VIDEO_FRAME_HEIGHT (frame), &top, &bottom);
  if (left >= right || top >= bottom)
    return;
  plane->x = left >> ws;
  plane->y = top >> hs;
  plane->width = ((right - 1) >> ws) + 1 - plane->x;
  plane->height = ((bottom - 1) >> hs) + 1 - plane->y;
  color = plane->color = g_malloc ((gsize) plane->width * plane->height);
  keep = plane->keep = g_malloc ((gsize) plane->width * plane->height);

  for (k = 0; k < 3; k++)
    m[k] = lround (matrix->m[c][k] * 65536.0);
  m[3] = lround (matrix->offset[c] / 255.0 * 65536.0);
  for (y = plane->y; y < plane->y + plane->height; y++) {
    for (x = plane->x; x < plane->x + plane->width; x++) {
      /* A sample stands for these pixels of the frame. Those beside the image count as transparent. */
      gint x1 = MIN ((x + 1) << ws, GST_VIDEO_FRAME_WIDTH (frame));
      gint y1 = MIN ((y + 1) << hs, GST_VIDEO_FRAME_HEIGHT (frame));
      gint n = (x1 - (x << ws)) * (y1 - (y << hs));
      gint i0 = MAX (x << ws, left), i1 = MIN (x1, right);
      gint j1 = MIN (y1, bottom);
      gint64 value;
      gint a = 0, r = 0, g = 0, b = 0;

      for (j = MAX (y << hs, top); j < j1; j++) {
        const guint32 *row = (const guint32 *) (image->data
            + (gsize) (j - layer->y) * image->stride) - layer->x;

        for (i = i0; i < i1; i++) {
          a += row[i] >> 24;
          r += row[i] >> 16 & 255;
          g += row[i] >> 8 & 255;
          b += row[i] & 255;
        }
      }
      if (a == 0) {
        *keep++ = 255;
        *color++ = 0;
        continue;
      }
      value = (gint64) m[0] * r + (gint64) m[1] * g + (gint64) m[2] * b
          + (gint64) m[3] * a;
      if (n > 1) {
        a = (a + n / 2) / n;
        value /= n;
      }
      *keep = 255 - a;
      *color = CLAMP ((value + 32768) >> 16, 0, a);
      keep++;
      color++;
    }
  }
}

void
gst_overlay_blend_row (guint8 * restrict dest, gint step,
    const guint8 * restrict color, const guint8 * restrict keep, gint n)
{
  gint i;

  /* With t = product + 128, (t + (t >> 8)) >> 8 is the product divided by 255, rounded. All of it fits in 16 bits, so that
   * the compiler's vectors have eight lanes. */
  if (step == 1) {
    for (i = 0; i < n; i++) {
      guint16 t = (guint16) (dest[i] * keep[i] + 128);

      dest[i] = (guint8) (color[i] + (guint8) ((guint16) (t + (t >> 8)) >> 8));
    }
  } else {
    for (i = 0; i < n; i++) {
      guint16 t = (guint16) (dest[i * step] * keep[i] + 128);

      dest[i * step] =
          (guint8) (color[i] + (guint8) ((guint16) (t + (t >> 8)) >> 8));
    }
  }
}

void
gst_overlay_layer_blend (GstOverlayLayer * layer,
    const GstOverlayMatrix * matrix, GstVideoFrame * frame)
{
  guint c;
  gint y;

  if (!layer->has_planes) {
    for (c = 0; c < matrix->n_components; c++)
      make_plane (layer, matrix, frame, c, &layer->planes[c]);
    layer->has_planes = TRUE;
  }
  for (c = 0; c < matrix->n_components; c++) {
    const GstOverlayPlane *plane = &layer->planes[c];
    gint step = GST_VIDEO_FRAME_COMP_PSTRIDE (frame, c);
    gint stride = GST_VIDEO_FRAME_COMP_STRIDE (frame, c);
    guint8 *row = GST_VIDEO_FRAME_COMP_DATA (frame, c);

    row += (gssize) plane->y * stride + (gssize) plane->x * step;
    for (y = 0; y < plane->height; y++, row += stride)
      gst_overlay_blend_row (row, step, plane->color + (gsize) y * plane->width,
          plane->keep + (gsize) y * plane->width, plane->width);
  }
}

GstVideoOverlayRectangle *
gst_overlay_layer_to_rectangle (const GstOverlayLayer * layer)
{
  return gst_video_overlay_rectangle_new_raw (layer->image->buffer, layer->x,
      layer->y, layer->image->width, layer->image->height,
      GST_VIDEO_OVERLAY_FORMAT_FLAG_PREMULTIPLIED_ALPHA);
}
