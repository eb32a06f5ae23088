/* gst-resnet: a buffer's pixels as nn's image view
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstframeview.h"

#include "gstframecheck.h"

struct _GstFrameView
{
  GstVideoInfo info;            /* of the caps */
  GstVideoFrame frame;          /* while mapped */

  /* for formats that are converted */
  GstVideoConverter *converter;
  GstVideoInfo converted_info;
  GstBuffer *converted_buffer;
  GstVideoFrame converted;      /* mapped as long as the buffer is there */
  gint source_width, source_height;
};

static gboolean
is_limited_rgb (const GstVideoInfo * info)
{
  return GST_VIDEO_INFO_IS_RGB (info)
      && info->colorimetry.range == GST_VIDEO_COLOR_RANGE_16_235;
}

gboolean
gst_frame_view_is_direct (const GstVideoFormatInfo * finfo)
{
  guint i;

  if (finfo->flags & (GST_VIDEO_FORMAT_FLAG_COMPLEX |
          GST_VIDEO_FORMAT_FLAG_TILED | GST_VIDEO_FORMAT_FLAG_PALETTE))
    return FALSE;
  if (!(finfo->flags & (GST_VIDEO_FORMAT_FLAG_YUV | GST_VIDEO_FORMAT_FLAG_RGB |
              GST_VIDEO_FORMAT_FLAG_GRAY)))
    return FALSE;
  for (i = 0; i < MIN (finfo->n_components, 3); i++)
    if (finfo->depth[i] != 8 || finfo->shift[i] != 0
        || finfo->pixel_stride[i] <= 0)
      return FALSE;
  return TRUE;
}

/* Lower is better; formats of one rank keep GStreamer's order. */
static guint
rank_format (const GstVideoFormatInfo * finfo)
{
  if (finfo->format == GST_VIDEO_FORMAT_RGB)
    return 0;
  if (!gst_frame_view_is_direct (finfo))
    return 3;
  return GST_VIDEO_FORMAT_INFO_IS_RGB (finfo) ? 1 : 2;
}

GstCaps *
gst_frame_view_get_caps (void)
{
  GArray *sorted = g_array_new (FALSE, FALSE, sizeof (GstVideoFormat));
  const GstVideoFormat *formats;
  guint i, n, rank;
  GstCaps *caps;

  formats = gst_video_formats_raw (&n);
  for (rank = 0; rank <= 3; rank++)
    for (i = 0; i < n; i++)
      if (rank_format (gst_video_format_get_info (formats[i])) == rank)
        g_array_append_val (sorted, formats[i]);
  caps = gst_video_make_raw_caps ((const GstVideoFormat *) sorted->data,
      sorted->len);
  g_array_free (sorted, TRUE);
  return caps;
}

GstFrameView *
gst_frame_view_new (void)
{
  GstFrameView *view = g_new0 (GstFrameView, 1);

  gst_video_info_init (&view->info);
  return view;
}

static void
drop_converter (GstFrameView * view)
{
  g_clear_pointer (&view->converter, gst_video_converter_free);
  if (view->converted_buffer) {
    gst_video_frame_unmap (&view->converted);
    gst_clear_buffer (&view->converted_buffer);
  }
}

void
gst_frame_view_free (GstFrameView * view)
{
  drop_converter (view);
  g_free (view);
}

void
gst_frame_view_set_info (GstFrameView * view, const GstVideoInfo * info)
{
  drop_converter (view);
  view->info = *info;
}

static GstVideoFormat
converted_format (const GstVideoFormatInfo * finfo)
{
  guint w_sub, h_sub;

  if (GST_VIDEO_FORMAT_INFO_IS_RGB (finfo))
    return GST_VIDEO_FORMAT_RGB;
  if (GST_VIDEO_FORMAT_INFO_IS_GRAY (finfo))
    return GST_VIDEO_FORMAT_GRAY8;
  w_sub = GST_VIDEO_FORMAT_INFO_W_SUB (finfo, 1);
  h_sub = GST_VIDEO_FORMAT_INFO_H_SUB (finfo, 1);
  if (w_sub == 1 && h_sub == 1)
    return GST_VIDEO_FORMAT_I420;
  if (w_sub == 1 && h_sub == 0)
    return GST_VIDEO_FORMAT_Y42B;
  if (w_sub == 2 && h_sub == 0)
    return GST_VIDEO_FORMAT_Y41B;
  return GST_VIDEO_FORMAT_Y444;
}

static gboolean
make_converter (GstFrameView * view, gint width, gint height, GError ** error)
{
  const GstVideoFormatInfo *finfo = view->info.finfo;
  GstVideoInfo in, *out = &view->converted_info;
  gboolean limited = view->info.colorimetry.range
      == GST_VIDEO_COLOR_RANGE_16_235 && !GST_VIDEO_INFO_IS_RGB (&view->info);

  drop_converter (view);
  if (!gst_video_info_set_format (&in, finfo->format, width, height)
      || !gst_video_info_set_format (out, converted_format (finfo), width,
          height))
    goto impossible;
  /* Same colorimetry and siting on both sides: only the packing changes. Progressive, because lines go one to one. */
  in.colorimetry = out->colorimetry = view->info.colorimetry;
  in.chroma_site = out->chroma_site = view->info.chroma_site;

  /* From more than 8 bits: values of limited range are 8-bit ones shifted left, so what is dropped must be dithered to
   * keep averages; full range is widened by repeating bits, where dropping the low ones is the inverse. */
  view->converter = gst_video_converter_new (&in, out,
      gst_structure_new ("options",
          GST_VIDEO_CONVERTER_OPT_CHROMA_MODE, GST_TYPE_VIDEO_CHROMA_MODE,
          GST_VIDEO_CHROMA_MODE_NONE,
          GST_VIDEO_CONVERTER_OPT_DITHER_METHOD, GST_TYPE_VIDEO_DITHER_METHOD,
          limited ? GST_VIDEO_DITHER_BAYER : GST_VIDEO_DITHER_NONE, NULL));
  if (!view->converter)
    goto impossible;
  view->converted_buffer =
      gst_buffer_new_allocate (NULL, GST_VIDEO_INFO_SIZE (out), NULL);
  if (!view->converted_buffer)
    goto impossible;
  if (!gst_video_frame_map (&view->converted, out, view->converted_buffer,
          GST_MAP_READWRITE | GST_VIDEO_FRAME_MAP_FLAG_NO_REF)) {
    gst_clear_buffer (&view->converted_buffer);
    goto impossible;
  }
  view->source_width = width;
  view->source_height = height;
  return TRUE;

impossible:
  drop_converter (view);
  g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
      "Frames of format %s, %d×%d, cannot be converted", finfo->name, width,
      height);
  return FALSE;
}

/* GStreamer 1.22's converter leaves RGB's range as it is. */
static void
expand_range (GstVideoFrame * frame)
{
  gint stride = GST_VIDEO_FRAME_PLANE_STRIDE (frame, 0);
  guint8 *row = GST_VIDEO_FRAME_PLANE_DATA (frame, 0);
  guint8 table[256];
  gint x, y, i;

  for (i = 0; i < 256; i++)
    table[i] = CLAMP (((i - 16) * 510 + 219) / 438, 0, 255);
  for (y = 0; y < GST_VIDEO_FRAME_HEIGHT (frame); y++, row += stride)
    for (x = 0; x < 3 * GST_VIDEO_FRAME_WIDTH (frame); x++)
      row[x] = table[row[x]];
}

static void
fill_image (NnImage * image, const GstVideoFrame * frame,
    const GstVideoInfo * caps_info, gint width, gint height)
{
  const GstVideoFormatInfo *finfo = frame->info.finfo;
  const GstVideoColorimetry *colorimetry = &caps_info->colorimetry;
  GstVideoChromaSite site = caps_info->chroma_site;
  GstVideoColorRange range = colorimetry->range;
  guint i;

  memset (image, 0, sizeof (*image));
  image->kind = GST_VIDEO_FORMAT_INFO_IS_RGB (finfo) ? NN_IMAGE_RGB :
      GST_VIDEO_FORMAT_INFO_IS_GRAY (finfo) ? NN_IMAGE_GRAY : NN_IMAGE_YUV;
  image->width = width;
  image->height = height;
  for (i = 0; i < MIN (finfo->n_components, 3); i++) {
    image->component[i].data = GST_VIDEO_FRAME_COMP_DATA (frame, i);
    image->component[i].row_stride = GST_VIDEO_FRAME_COMP_STRIDE (frame, i);
    image->component[i].pixel_stride = GST_VIDEO_FRAME_COMP_PSTRIDE (frame, i);
  }
  if (image->kind == NN_IMAGE_YUV) {
    image->chroma_shift_x = GST_VIDEO_FORMAT_INFO_W_SUB (finfo, 1);
    image->chroma_shift_y = GST_VIDEO_FORMAT_INFO_H_SUB (finfo, 1);
  }
  /* Where the caps say nothing, GStreamer's own defaults: BT.709 above 576 lines, else BT.601; YUV limited, gray
   * full. */
  if (!gst_video_color_matrix_get_Kr_Kb (colorimetry->matrix, &image->kr,
          &image->kb)) {
    gboolean hd = GST_VIDEO_INFO_HEIGHT (caps_info) > 576;

    image->kr = hd ? 0.2126 : 0.299;
    image->kb = hd ? 0.0722 : 0.114;
  }
  image->full_range = range == GST_VIDEO_COLOR_RANGE_0_255
      || (range == GST_VIDEO_COLOR_RANGE_UNKNOWN
      && image->kind != NN_IMAGE_YUV);
  image->chroma_left = (site & GST_VIDEO_CHROMA_SITE_H_COSITED) != 0
      || site == GST_VIDEO_CHROMA_SITE_UNKNOWN;
  image->chroma_top = (site & GST_VIDEO_CHROMA_SITE_V_COSITED) != 0;
}

/* The picture that counts: all that the caps promise, or the crop meta's rectangle of all that the video meta has. */
static gboolean
find_rectangle (GstBuffer * buffer, const GstVideoFrame * frame,
    const GstVideoInfo * info, gint * width, gint * height, NnImage * roi,
    GError ** error)
{
  GstVideoCropMeta *crop = gst_buffer_get_video_crop_meta (buffer);

  *width = GST_VIDEO_INFO_WIDTH (info);
  *height = GST_VIDEO_INFO_HEIGHT (info);
  memset (roi, 0, sizeof (*roi));
  if (!crop)
    return TRUE;
  *width = GST_VIDEO_FRAME_WIDTH (frame);
  *height = GST_VIDEO_FRAME_HEIGHT (frame);
  if (crop->x >= (guint) * width || crop->y >= (guint) * height
      || crop->width == 0 || crop->height == 0) {
    g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
        "The buffer's GstVideoCropMeta (%u×%u at %u, %u) lies outside its "
        "%d×%d pixels", crop->width, crop->height, crop->x, crop->y, *width,
        *height);
    return FALSE;
  }
  roi->roi_x = crop->x;
  roi->roi_y = crop->y;
  roi->roi_width = MIN (crop->width, *width - crop->x);
  roi->roi_height = MIN (crop->height, *height - crop->y);
  return TRUE;
}

static gboolean
convert (GstFrameView * view, gint width, gint height, GError ** error)
{
  GstVideoFrame source = view->frame;

  if ((!view->converter || view->source_width != width
          || view->source_height != height)
      && !make_converter (view, width, height, error))
    return FALSE;
  /* A video meta's frame can be larger than what the converter is to read. */
  source.info.width = width;
  source.info.height = height;
  gst_video_converter_frame (view->converter, &source, &view->converted);
  if (is_limited_rgb (&view->info))
    expand_range (&view->converted);
  return TRUE;
}

gboolean
gst_frame_view_map (GstFrameView * view, GstBuffer * buffer, NnImage * image,
    GError ** error)
{
  const GstVideoInfo *info = &view->info;
  NnImage roi;
  gint width, height;

  if (!gst_frame_check_buffer (buffer, info, error))
    return FALSE;
  if (!gst_video_frame_map (&view->frame, info, buffer,
          GST_MAP_READ | GST_VIDEO_FRAME_MAP_FLAG_NO_REF)) {
    g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED,
        "The buffer of a %s frame, %d×%d, cannot be mapped for reading",
        GST_VIDEO_INFO_NAME (info), GST_VIDEO_INFO_WIDTH (info),
        GST_VIDEO_INFO_HEIGHT (info));
    return FALSE;
  }
  if (!find_rectangle (buffer, &view->frame, info, &width, &height, &roi, error)
      || !gst_frame_check_bounds (&view->frame, width, height, error))
    goto failed;

  if (gst_frame_view_is_direct (info->finfo) && !is_limited_rgb (info)) {
    fill_image (image, &view->frame, info, width, height);
  } else {
    if (!convert (view, width, height, error))
      goto failed;
    fill_image (image, &view->converted, info, width, height);
  }
  image->roi_x = roi.roi_x;
  image->roi_y = roi.roi_y;
  image->roi_width = roi.roi_width;
  image->roi_height = roi.roi_height;
  return TRUE;

failed:
  gst_frame_view_unmap (view);
  return FALSE;
}

void
gst_frame_view_unmap (GstFrameView * view)
{
  gst_video_frame_unmap (&view->frame);
}
