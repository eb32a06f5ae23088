/* gst-resnet: a copy of a frame with room around it, for formats whose frames GStreamer does not keep to
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstframestage.h"

#include "gstframecheck.h"

/* There are this many spare bytes behind each row and behind each plane. */
#define SLACK 64

typedef struct
{
  guint8 *source;
  gsize offset;                 /* in the stage's memory */
  gsize row;                    /* bytes of a row; in a tiled plane, of a row of tiles or of the whole plane */
  gint n_rows;
  gssize source_stride, stride; /* bytes */
} Plane;

struct _GstFrameStage
{
  guint8 *memory;
  gsize size;
  Plane planes[GST_VIDEO_MAX_PLANES];
  guint n_planes;
};

gboolean
gst_frame_stage_is_needed (const GstVideoFormatInfo * finfo)
{
  /* Of the layouts that pixel strides do not describe, GStreamer 1.22 reads and writes these without leaving the frame,
   * at every width from 1 to 260. It reads and writes behind frames of UYVP, NV12_10LE32, NV16_10LE32 and
   * NV12_10BE_8L128. Formats that were added later have not been examined. */
  static const GstVideoFormat kept_to[] = {
    GST_VIDEO_FORMAT_v210, GST_VIDEO_FORMAT_IYU1, GST_VIDEO_FORMAT_RGB8P,
    GST_VIDEO_FORMAT_GRAY10_LE32, GST_VIDEO_FORMAT_NV12_10LE40,
    GST_VIDEO_FORMAT_NV12_64Z32, GST_VIDEO_FORMAT_NV12_4L4,
    GST_VIDEO_FORMAT_NV12_32L32,
#if GST_CHECK_VERSION (1, 22, 0)
    GST_VIDEO_FORMAT_NV12_8L128, GST_VIDEO_FORMAT_NV12_16L32S,
#endif
  };
  guint i;

  if (!gst_frame_format_is_irregular (finfo))
    return FALSE;
  for (i = 0; i < G_N_ELEMENTS (kept_to); i++)
    if (finfo->format == kept_to[i])
      return FALSE;
  return TRUE;
}

GstFrameStage *
gst_frame_stage_new (void)
{
  return g_new0 (GstFrameStage, 1);
}

void
gst_frame_stage_free (GstFrameStage * stage)
{
  g_free (stage->memory);
  g_free (stage);
}

/* Plans a plane whose rows lie one behind the other. */
static void
plan_rows (Plane * plane, gsize row, gsize size, gint source_stride)
{
  plane->row = row;
  plane->n_rows = size / row;
  plane->source_stride = source_stride;
  plane->stride = GST_ROUND_UP_16 (row + SLACK);
}

/* Plans a tiled plane. Its stride counts tiles: it has the number of columns in its low half and the number of rows in
 * its high half. *@stride gets the stride of the staged plane. */
static void
plan_tiles (Plane * plane, const GstVideoFormatInfo * finfo, gsize size,
    gint ref_stride, gint source_stride, gint * stride)
{
  gsize columns = GST_VIDEO_TILE_X_TILES (ref_stride);
  gsize source_columns = GST_VIDEO_TILE_X_TILES (source_stride);
  gsize n_rows = GST_VIDEO_TILE_Y_TILES (ref_stride);
  gsize tile = size / (columns * n_rows);

  if (finfo->tile_mode == GST_VIDEO_TILE_MODE_LINEAR) {
    plane->row = columns * tile;
    plane->n_rows = n_rows;
    plane->source_stride = source_columns * tile;
    /* At odd widths, the last chroma sample of NV12_10BE_8L128 begins in one column of tiles and ends in the next one,
     * which the frame does not have. */
    plane->stride = (columns + 1) * tile;
    *stride = GST_VIDEO_TILE_MAKE_STRIDE (columns + 1, n_rows);
  } else {
    plane->row = tile * source_columns * GST_VIDEO_TILE_Y_TILES (source_stride);
    plane->n_rows = 1;
    plane->source_stride = 0;
    plane->stride = plane->row + SLACK;
    *stride = source_stride;
  }
}

/* Plans all planes and returns the number of bytes that they take. */
static gsize
plan (GstFrameStage * stage, const GstVideoFrame * source,
    const GstVideoInfo * ref, GstVideoFrame * staged)
{
  const GstVideoFormatInfo *finfo = ref->finfo;
  gsize used = 0;
  guint i;

  stage->n_planes = GST_VIDEO_INFO_N_PLANES (ref);
  for (i = 0; i < stage->n_planes; i++) {
    Plane *plane = &stage->planes[i];
    gsize end = i + 1 < stage->n_planes ?
        GST_VIDEO_INFO_PLANE_OFFSET (ref, i + 1) : GST_VIDEO_INFO_SIZE (ref);
    gsize size = end - GST_VIDEO_INFO_PLANE_OFFSET (ref, i);
    gint ref_stride = GST_VIDEO_INFO_PLANE_STRIDE (ref, i);
    gint source_stride = GST_VIDEO_FRAME_PLANE_STRIDE (source, i);

    plane->source = source->data[i];
    plane->offset = used;
    if (GST_VIDEO_FORMAT_INFO_IS_TILED (finfo)) {
      plan_tiles (plane, finfo, size, ref_stride, source_stride,
          &staged->info.stride[i]);
    } else if (GST_VIDEO_FORMAT_INFO_HAS_PALETTE (finfo) && i == 1) {
      plan_rows (plane, size, size, 0);
      staged->info.stride[i] = source_stride;
    } else {
      plan_rows (plane, ref_stride, size, source_stride);
      staged->info.stride[i] = plane->stride;
    }
    used += plane->stride * plane->n_rows + SLACK;
  }
  return used;
}

static void
copy_rows (const Plane * plane, guint8 * memory, gboolean back)
{
  guint8 *source = plane->source, *staged = memory + plane->offset;
  gint y;

  for (y = 0; y < plane->n_rows; y++) {
    if (back)
      memcpy (source, staged, plane->row);
    else
      memcpy (staged, source, plane->row);
    source += plane->source_stride;
    staged += plane->stride;
  }
}

gboolean
gst_frame_stage_fill (GstFrameStage * stage, const GstVideoFrame * source,
    gint width, gint height, GstVideoFrame * staged)
{
  GstVideoInfo ref;
  gsize size;
  guint i;

  if (!gst_video_info_set_format (&ref, source->info.finfo->format, width,
          height))
    return FALSE;
  *staged = *source;
  staged->info.width = width;
  staged->info.height = height;
  size = plan (stage, source, &ref, staged);
  if (size > stage->size) {
    g_free (stage->memory);
    stage->memory = g_try_malloc (size);
    stage->size = stage->memory ? size : 0;
    if (!stage->memory)
      return FALSE;
    /* The bytes behind the pixels are set to the middle of their range. */
    memset (stage->memory, 0x80, size);
  }
  for (i = 0; i < stage->n_planes; i++) {
    copy_rows (&stage->planes[i], stage->memory, FALSE);
    staged->data[i] = stage->memory + stage->planes[i].offset;
  }
  return TRUE;
}

void
gst_frame_stage_give_back (GstFrameStage * stage)
{
  guint i;

  for (i = 0; i < stage->n_planes; i++)
    copy_rows (&stage->planes[i], stage->memory, TRUE);
}
