/* gst-resnet: does a mapped frame lie inside its memory?
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstframecheck.h"

#define OUTSIDE_FLAGS \
    (GST_VIDEO_FORMAT_FLAG_COMPLEX | GST_VIDEO_FORMAT_FLAG_TILED | \
    GST_VIDEO_FORMAT_FLAG_PALETTE)

gboolean
gst_frame_check_buffer (GstBuffer * buffer, const GstVideoInfo * info,
    GError ** error)
{
  GstVideoMeta *meta = gst_buffer_get_video_meta (buffer);

  if (!meta) {
    gsize size = gst_buffer_get_size (buffer);

    if (size >= GST_VIDEO_INFO_SIZE (info))
      return TRUE;
    g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
        "The buffer has %" G_GSIZE_FORMAT " bytes, a %s frame of %d×%d has %"
        G_GSIZE_FORMAT, size, GST_VIDEO_INFO_NAME (info),
        GST_VIDEO_INFO_WIDTH (info), GST_VIDEO_INFO_HEIGHT (info),
        GST_VIDEO_INFO_SIZE (info));
    return FALSE;
  }
  if (meta->format == GST_VIDEO_INFO_FORMAT (info)
      && meta->n_planes == GST_VIDEO_INFO_N_PLANES (info)
      && meta->width <= G_MAXINT && meta->height <= G_MAXINT
      && (gint) meta->width >= GST_VIDEO_INFO_WIDTH (info)
      && (gint) meta->height >= GST_VIDEO_INFO_HEIGHT (info))
    return TRUE;
  g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
      "The buffer's GstVideoMeta (%s, %u×%u, %u planes) contradicts the caps "
      "(%s, %d×%d, %u planes)", gst_video_format_to_string (meta->format),
      meta->width, meta->height, meta->n_planes, GST_VIDEO_INFO_NAME (info),
      GST_VIDEO_INFO_WIDTH (info), GST_VIDEO_INFO_HEIGHT (info),
      GST_VIDEO_INFO_N_PLANES (info));
  return FALSE;
}

/* TRUE when @rows of @row_bytes, @stride apart from @data on, lie inside @map. */
static gboolean
rows_inside (const GstMapInfo * map, const guint8 * data, gint64 rows,
    gint64 row_bytes, gint64 stride)
{
  gint64 first = data - map->data;
  gint64 last = first + (rows - 1) * stride;

  return rows > 0 && MIN (first, last) >= 0
      && MAX (first, last) + row_bytes <= (gint64) map->size;
}

/* A tiled plane's stride counts tiles: columns in the low half, rows in the high one. */
static gint64
n_tiles (gint stride)
{
  return (gint64) GST_VIDEO_TILE_X_TILES (stride) *
      GST_VIDEO_TILE_Y_TILES (stride);
}

/* For layouts that pixel strides do not describe: whole planes, at least as large as GStreamer's default for the
 * size. */
static gboolean
plane_inside (const GstVideoFrame * frame, const GstMapInfo * map, guint plane,
    const GstVideoInfo * ref)
{
  const GstVideoFormatInfo *finfo = frame->info.finfo;
  const guint8 *data = frame->data[plane];
  gint64 stride = GST_VIDEO_FRAME_PLANE_STRIDE (frame, plane);
  gint64 ref_stride = GST_VIDEO_INFO_PLANE_STRIDE (ref, plane);
  gint64 end = plane + 1 < GST_VIDEO_INFO_N_PLANES (ref) ?
      GST_VIDEO_INFO_PLANE_OFFSET (ref, plane + 1) : GST_VIDEO_INFO_SIZE (ref);
  gint64 size = end - (gint64) GST_VIDEO_INFO_PLANE_OFFSET (ref, plane);

  if (GST_VIDEO_FORMAT_INFO_IS_TILED (finfo)) {
    if (stride <= 0 || n_tiles (ref_stride) == 0
        || GST_VIDEO_TILE_X_TILES (stride) < GST_VIDEO_TILE_X_TILES (ref_stride)
        || GST_VIDEO_TILE_Y_TILES (stride) <
        GST_VIDEO_TILE_Y_TILES (ref_stride))
      return FALSE;
    size = size / n_tiles (ref_stride) * n_tiles (stride);
    return rows_inside (map, data, 1, size, 0);
  }
  if ((finfo->flags & GST_VIDEO_FORMAT_FLAG_PALETTE) && plane == 1)
    return rows_inside (map, data, 1, size, 0);
  if (ref_stride <= 0 || ABS (stride) < ref_stride)
    return FALSE;
  return rows_inside (map, data, size / ref_stride, ref_stride, stride);
}

gboolean
gst_frame_check_bounds (const GstVideoFrame * frame, gint width, gint height,
    GError ** error)
{
  const GstVideoFormatInfo *finfo = frame->info.finfo;
  gboolean inside = TRUE;
  GstVideoInfo ref;
  guint i;

  if (finfo->flags & OUTSIDE_FLAGS) {
    inside = gst_video_info_set_format (&ref, finfo->format, width, height);
    for (i = 0; inside && i < GST_VIDEO_FRAME_N_PLANES (frame); i++)
      inside = plane_inside (frame, &frame->map[frame->meta ? i : 0], i, &ref);
  } else {
    for (i = 0; inside && i < MIN (finfo->n_components, 3); i++) {
      guint plane = finfo->plane[i];
      const GstMapInfo *map = &frame->map[frame->meta ? plane : 0];
      gint64 columns = GST_VIDEO_SUB_SCALE (finfo->w_sub[i], (gint64) width);
      gint64 rows = GST_VIDEO_SUB_SCALE (finfo->h_sub[i], (gint64) height);
      gint64 bytes = columns * finfo->pixel_stride[i];

      inside = rows_inside (map, frame->data[plane], rows, bytes,
          GST_VIDEO_FRAME_PLANE_STRIDE (frame, plane));
    }
  }
  if (!inside)
    g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
        "The planes of the %s frame, %d×%d, do not lie inside its memory",
        finfo->name, width, height);
  return inside;
}
