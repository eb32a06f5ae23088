/* gst-resnet: where a buffer's picture is, and whether all of it lies inside the buffer's memory
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstframecheck.h"

#define OUTSIDE_FLAGS \
    (GST_VIDEO_FORMAT_FLAG_COMPLEX | GST_VIDEO_FORMAT_FLAG_TILED | \
    GST_VIDEO_FORMAT_FLAG_PALETTE)

/* The format that a meta gives can be any number, so not every format has a name. */
static const gchar *
get_format_name (GstVideoFormat format)
{
  const gchar *name = format == GST_VIDEO_FORMAT_UNKNOWN ? NULL :
      gst_video_format_to_string (format);

  return name ? name : "unknown format";
}

/* Returns TRUE if gst_video_frame_map() can be called for @buffer without a critical warning. */
static gboolean
check_buffer (GstBuffer * buffer, const GstVideoInfo * info, GError ** error)
{
  GstVideoMeta *meta = gst_buffer_get_video_meta (buffer);
  guint i;

  if (!meta) {
    gsize size = gst_buffer_get_size (buffer);

    if (size >= GST_VIDEO_INFO_SIZE (info))
      return TRUE;
    g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
        "The buffer has %" G_GSIZE_FORMAT " bytes, but a %s frame of %d×%d "
        "pixels has %" G_GSIZE_FORMAT, size, GST_VIDEO_INFO_NAME (info),
        GST_VIDEO_INFO_WIDTH (info), GST_VIDEO_INFO_HEIGHT (info),
        GST_VIDEO_INFO_SIZE (info));
    return FALSE;
  }
  if (meta->format != GST_VIDEO_INFO_FORMAT (info)
      || meta->n_planes != GST_VIDEO_INFO_N_PLANES (info)
      || meta->width > G_MAXINT || meta->height > G_MAXINT
      || (gint) meta->width < GST_VIDEO_INFO_WIDTH (info)
      || (gint) meta->height < GST_VIDEO_INFO_HEIGHT (info)) {
    g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
        "The buffer's GstVideoMeta (%s, %u×%u, %u planes) contradicts the caps "
        "(%s, %d×%d, %u planes)", get_format_name (meta->format),
        meta->width, meta->height, meta->n_planes, GST_VIDEO_INFO_NAME (info),
        GST_VIDEO_INFO_WIDTH (info), GST_VIDEO_INFO_HEIGHT (info),
        GST_VIDEO_INFO_N_PLANES (info));
    return FALSE;
  }
  for (i = 0; i < meta->n_planes; i++) {
    if (meta->offset[i] < gst_buffer_get_size (buffer))
      continue;
    g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
        "According to the buffer's GstVideoMeta, plane %u begins at byte %"
        G_GSIZE_FORMAT ", but the buffer has only %" G_GSIZE_FORMAT " bytes", i,
        meta->offset[i], gst_buffer_get_size (buffer));
    return FALSE;
  }
  return TRUE;
}

gboolean
gst_frame_get_picture (GstBuffer * buffer, const GstVideoInfo * info,
    GstFramePicture * picture, GError ** error)
{
  GstVideoMeta *meta = gst_buffer_get_video_meta (buffer);
  GstVideoCropMeta *crop = gst_buffer_get_video_crop_meta (buffer);

  if (!check_buffer (buffer, info, error))
    return FALSE;
  picture->width = GST_VIDEO_INFO_WIDTH (info);
  picture->height = GST_VIDEO_INFO_FIELD_HEIGHT (info);
  picture->cropped = crop != NULL;
  if (crop && meta) {
    picture->width = meta->width;
    picture->height = meta->height;
  }
  picture->rect.x = picture->rect.y = 0;
  picture->rect.w = picture->width;
  picture->rect.h = picture->height;
  if (!crop)
    return TRUE;
  if (crop->x >= (guint) picture->width || crop->y >= (guint) picture->height
      || crop->width == 0 || crop->height == 0) {
    g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
        "The buffer's GstVideoCropMeta (%u×%u at %u, %u) lies outside its "
        "%d×%d pixels", crop->width, crop->height, crop->x, crop->y,
        picture->width, picture->height);
    return FALSE;
  }
  picture->rect.x = crop->x;
  picture->rect.y = crop->y;
  picture->rect.w = MIN (crop->width, picture->width - crop->x);
  picture->rect.h = MIN (crop->height, picture->height - crop->y);
  return TRUE;
}

/* Returns TRUE if @rows of @row_bytes bytes, which begin at @data and are @stride bytes apart, lie inside @map and do
 * not overlap. */
static gboolean
rows_inside (const GstMapInfo * map, const guint8 * data, gint64 rows,
    gint64 row_bytes, gint64 stride)
{
  gint64 first = data - map->data;
  gint64 last = first + (rows - 1) * stride;

  return rows > 0 && (rows == 1 || ABS (stride) >= row_bytes)
      && MIN (first, last) >= 0
      && MAX (first, last) + row_bytes <= (gint64) map->size;
}

/* Returns the number of tiles of a plane with this stride. The stride of a tiled plane has the number of columns in its
 * low half and the number of rows in its high half. */
static gint64
n_tiles (gint stride)
{
  return (gint64) GST_VIDEO_TILE_X_TILES (stride) *
      GST_VIDEO_TILE_Y_TILES (stride);
}

/* Returns TRUE if a whole plane lies inside @map and is at least as large as GStreamer's default for the size. It is
 * used for layouts that pixel strides do not describe. */
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
gst_frame_format_is_irregular (const GstVideoFormatInfo * finfo)
{
  guint i;

  /* GStreamer 1.22 does not mark IYU1 as complex. */
  for (i = 0; i < finfo->n_components; i++)
    if (finfo->pixel_stride[i] <= 0)
      return TRUE;
  return (finfo->flags & OUTSIDE_FLAGS) != 0;
}

/* Returns TRUE if every byte of the first @width × @height pixels lies inside the memory that was mapped. */
static gboolean
check_bounds (const GstVideoFrame * frame, gint width, gint height,
    GError ** error)
{
  const GstVideoFormatInfo *finfo = frame->info.finfo;
  gboolean inside = TRUE;
  GstVideoInfo ref;
  guint i;

  if (gst_frame_format_is_irregular (finfo)) {
    inside = gst_video_info_set_format (&ref, finfo->format, width, height);
    for (i = 0; inside && i < GST_VIDEO_FRAME_N_PLANES (frame); i++)
      inside = plane_inside (frame, &frame->map[frame->meta ? i : 0], i, &ref);
  } else {
    for (i = 0; inside && i < finfo->n_components; i++) {
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
        "The planes of the %s frame of %d×%d pixels do not lie inside the "
        "memory of the buffer", finfo->name, width, height);
  return inside;
}

gboolean
gst_frame_map (GstVideoFrame * frame, const GstVideoInfo * info,
    GstBuffer * buffer, GstMapFlags flags, GstFramePicture * picture,
    GError ** error)
{
  gboolean writes = (flags & GST_MAP_WRITE) != 0;

  if (!gst_frame_get_picture (buffer, info, picture, error))
    return FALSE;
  if (!gst_video_frame_map (frame, info, buffer,
          flags | GST_VIDEO_FRAME_MAP_FLAG_NO_REF)) {
    g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED,
        "The buffer of a %s frame of %d×%d pixels cannot be mapped for %s",
        GST_VIDEO_INFO_NAME (info), GST_VIDEO_INFO_WIDTH (info),
        GST_VIDEO_INFO_HEIGHT (info), writes ? "writing" : "reading");
    return FALSE;
  }
  if (check_bounds (frame, writes ? GST_VIDEO_FRAME_WIDTH (frame) :
          picture->width, writes ? GST_VIDEO_INFO_FIELD_HEIGHT (&frame->info) :
          picture->height, error))
    return TRUE;
  gst_video_frame_unmap (frame);
  return FALSE;
}
