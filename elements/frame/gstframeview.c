/* gst-resnet: a buffer's pixels as nn's image view
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstframeview.h"

#include "gstframecaps.h"
#include "gstframecheck.h"
#include "gstframenarrow.h"
#include "gstframestage.h"

struct _GstFrameView
{
  GstVideoInfo info;            /* that of the caps */
  GstVideoFrame frame;          /* valid while a buffer is mapped */
  GstFramePicture picture;      /* valid while a buffer is mapped, too */

  /* These fields are used for formats that are not viewed where they lie, and are made for frames of this size. */
  gint kept_width, kept_height;
  GstFrameStage *stage;         /* used if the converter reads outside the frame */
  GstVideoConverter *converter; /* to a plainer format */
  GstBuffer *converted_buffer;
  GstVideoFrame converted;      /* stays mapped as long as converted_buffer exists */
  GstFrameNarrow *narrow;       /* to 8 bits and, for RGB, full range */
};

static gboolean
is_limited_rgb (const GstVideoInfo * info)
{
  return GST_VIDEO_INFO_IS_RGB (info)
      && info->colorimetry.range == GST_VIDEO_COLOR_RANGE_16_235;
}

GstFrameView *
gst_frame_view_new (void)
{
  GstFrameView *view = g_new0 (GstFrameView, 1);

  gst_video_info_init (&view->info);
  return view;
}

static void
drop_kept (GstFrameView * view)
{
  g_clear_pointer (&view->narrow, gst_frame_narrow_free);
  g_clear_pointer (&view->converter, gst_video_converter_free);
  g_clear_pointer (&view->stage, gst_frame_stage_free);
  if (view->converted_buffer) {
    gst_video_frame_unmap (&view->converted);
    gst_clear_buffer (&view->converted_buffer);
  }
  view->kept_width = view->kept_height = 0;
}

void
gst_frame_view_free (GstFrameView * view)
{
  drop_kept (view);
  g_free (view);
}

void
gst_frame_view_set_info (GstFrameView * view, const GstVideoInfo * info)
{
  drop_kept (view);
  view->info = *info;
}

/* Returns a plain format of the same family and subsampling that has room for all bits. */
static GstVideoFormat
plain_format (const GstVideoFormatInfo * finfo)
{
  static const GstVideoFormat yuv[][3] = {
    {GST_VIDEO_FORMAT_Y444, GST_VIDEO_FORMAT_Y42B, GST_VIDEO_FORMAT_I420},
    {GST_VIDEO_FORMAT_Y444_10LE, GST_VIDEO_FORMAT_I422_10LE,
        GST_VIDEO_FORMAT_I420_10LE},
    {GST_VIDEO_FORMAT_Y444_12LE, GST_VIDEO_FORMAT_I422_12LE,
        GST_VIDEO_FORMAT_I420_12LE},
  };
  guint depth = finfo->depth[0];
  guint w_sub = finfo->w_sub[1], h_sub = finfo->h_sub[1];

  if (GST_VIDEO_FORMAT_INFO_IS_RGB (finfo))
    return depth > 8 ? GST_VIDEO_FORMAT_ARGB64 : GST_VIDEO_FORMAT_RGB;
  if (GST_VIDEO_FORMAT_INFO_IS_GRAY (finfo))
    return depth > 8 ? GST_VIDEO_FORMAT_GRAY16_LE : GST_VIDEO_FORMAT_GRAY8;
  if (w_sub == 2 && h_sub == 0 && depth == 8)
    return GST_VIDEO_FORMAT_Y41B;
  return yuv[depth > 10 ? 2 : depth > 8][MIN (w_sub + h_sub, 2)];
}

static gboolean
make_converter (GstFrameView * view, const GstVideoInfo * in,
    GstVideoInfo * out)
{
  if (!gst_video_info_set_format (out, plain_format (in->finfo),
          GST_VIDEO_INFO_WIDTH (in), GST_VIDEO_INFO_HEIGHT (in)))
    return FALSE;
  if (gst_frame_stage_is_needed (in->finfo))
    view->stage = gst_frame_stage_new ();
  /* Colorimetry and siting are the same on both sides, so that only the packing changes. */
  out->colorimetry = in->colorimetry;
  out->chroma_site = in->chroma_site;
  view->converter = gst_video_converter_new (in, out,
      gst_structure_new ("options",
          GST_VIDEO_CONVERTER_OPT_CHROMA_MODE, GST_TYPE_VIDEO_CHROMA_MODE,
          GST_VIDEO_CHROMA_MODE_NONE,
          GST_VIDEO_CONVERTER_OPT_DITHER_METHOD, GST_TYPE_VIDEO_DITHER_METHOD,
          GST_VIDEO_DITHER_NONE, NULL));
  view->converted_buffer =
      gst_buffer_new_allocate (NULL, GST_VIDEO_INFO_SIZE (out), NULL);
  if (!view->converter || !view->converted_buffer)
    return FALSE;
  if (!gst_video_frame_map (&view->converted, out, view->converted_buffer,
          GST_MAP_READWRITE | GST_VIDEO_FRAME_MAP_FLAG_NO_REF)) {
    gst_clear_buffer (&view->converted_buffer);
    return FALSE;
  }
  return TRUE;
}

/* Makes what frames of this size need to become 8-bit components. */
static gboolean
prepare (GstFrameView * view, gint width, gint height, GError ** error)
{
  const GstVideoFormatInfo *finfo = view->info.finfo;
  GstVideoInfo plain, out;

  if (view->kept_width == width && view->kept_height == height)
    return TRUE;
  drop_kept (view);
  if (!gst_video_info_set_format (&plain, finfo->format, width, height))
    goto impossible;
  /* The format is progressive, because the converter must take each line to the same line. */
  plain.colorimetry = view->info.colorimetry;
  plain.chroma_site = view->info.chroma_site;
  if (!gst_frame_narrow_takes (finfo)) {
    if (!make_converter (view, &plain, &out))
      goto impossible;
    plain = out;
  }
  if (!gst_frame_caps_is_direct (plain.finfo) || is_limited_rgb (&plain)) {
    view->narrow = gst_frame_narrow_new (&plain);
    if (!view->narrow)
      goto impossible;
  }
  view->kept_width = width;
  view->kept_height = height;
  return TRUE;

impossible:
  drop_kept (view);
  g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
      "Frames of format %s with %d×%d pixels cannot be converted", finfo->name,
      width, height);
  return FALSE;
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
  if (GST_VIDEO_INFO_PAR_N (caps_info) > 0
      && GST_VIDEO_INFO_PAR_D (caps_info) > 0) {
    image->par_n = GST_VIDEO_INFO_PAR_N (caps_info);
    image->par_d = GST_VIDEO_INFO_PAR_D (caps_info);
  }
  for (i = 0; i < MIN (finfo->n_components, 3); i++) {
    image->component[i].data = GST_VIDEO_FRAME_COMP_DATA (frame, i);
    image->component[i].row_stride = GST_VIDEO_FRAME_COMP_STRIDE (frame, i);
    image->component[i].pixel_stride = GST_VIDEO_FRAME_COMP_PSTRIDE (frame, i);
  }
  /* The order is V, Y, U, Y, as the name of the format says. GStreamer 1.22 describes the format as if it were UYVY. */
  if (finfo->format == GST_VIDEO_FORMAT_VYUY) {
    image->component[1].data = (guint8 *) frame->data[0] + 2;
    image->component[2].data = (guint8 *) frame->data[0];
  }
  if (image->kind == NN_IMAGE_YUV) {
    image->chroma_shift_x = GST_VIDEO_FORMAT_INFO_W_SUB (finfo, 1);
    image->chroma_shift_y = GST_VIDEO_FORMAT_INFO_H_SUB (finfo, 1);
  }
  /* If the caps say nothing, GStreamer's own defaults apply: BT.709 above 576 lines, BT.601 otherwise, limited range
   * for YUV and full range for gray. */
  if (!gst_video_color_matrix_get_Kr_Kb (colorimetry->matrix, &image->kr,
          &image->kb)) {
    gboolean hd = GST_VIDEO_INFO_HEIGHT (caps_info) > 576;

    image->kr = hd ? 0.2126 : 0.299;
    image->kb = hd ? 0.0722 : 0.114;
  }
  image->transfer =
      colorimetry->transfer == GST_VIDEO_TRANSFER_SMPTE2084 ? NN_TRANSFER_PQ :
      colorimetry->transfer == GST_VIDEO_TRANSFER_ARIB_STD_B67 ?
      NN_TRANSFER_HLG : NN_TRANSFER_SDR;
  image->bt2020_primaries =
      colorimetry->primaries == GST_VIDEO_COLOR_PRIMARIES_BT2020;
  image->full_range = range == GST_VIDEO_COLOR_RANGE_0_255
      || (range == GST_VIDEO_COLOR_RANGE_UNKNOWN
      && image->kind != NN_IMAGE_YUV);
  image->chroma_left = (site & GST_VIDEO_CHROMA_SITE_H_COSITED) != 0
      || site == GST_VIDEO_CHROMA_SITE_UNKNOWN;
  image->chroma_top = (site & GST_VIDEO_CHROMA_SITE_V_COSITED) != 0;
}

static gboolean
convert (GstFrameView * view, gint width, gint height, NnImage * image,
    GError ** error)
{
  GstVideoFrame source = view->frame, *plain = &source;

  if (!prepare (view, width, height, error))
    return FALSE;
  /* The frame of a video meta can be larger than the part that the converter must read. */
  source.info.width = width;
  source.info.height = height;
  source.info.interlace_mode = GST_VIDEO_INTERLACE_MODE_PROGRESSIVE;
  if (view->stage && !gst_frame_stage_fill (view->stage, &view->frame, width,
          height, &source)) {
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT,
        "There is no memory for a copy of a %s frame of %d×%d pixels",
        GST_VIDEO_INFO_NAME (&view->info), width, height);
    return FALSE;
  }
  if (view->converter) {
    gst_video_converter_frame (view->converter, &source, &view->converted);
    plain = &view->converted;
  }
  fill_image (image, plain, &view->info, width, height);
  if (view->narrow)
    gst_frame_narrow_run (view->narrow, plain, image->component);
  return TRUE;
}

gboolean
gst_frame_view_map (GstFrameView * view, GstBuffer * buffer, NnImage * image,
    GError ** error)
{
  const GstVideoInfo *info = &view->info;
  const GstFramePicture *picture = &view->picture;

  if (!gst_frame_map (&view->frame, info, buffer, GST_MAP_READ,
          &view->picture, error))
    return FALSE;
  if (gst_frame_caps_is_direct (info->finfo) && !is_limited_rgb (info)) {
    fill_image (image, &view->frame, info, picture->width, picture->height);
  } else if (!convert (view, picture->width, picture->height, image, error)) {
    gst_frame_view_unmap (view);
    return FALSE;
  }
  if (picture->cropped) {
    image->roi_x = picture->rect.x;
    image->roi_y = picture->rect.y;
    image->roi_width = picture->rect.w;
    image->roi_height = picture->rect.h;
  }
  return TRUE;
}

void
gst_frame_view_unmap (GstFrameView * view)
{
  gst_video_frame_unmap (&view->frame);
}

void
gst_frame_view_get_size (const GstFrameView * view, gint * width, gint * height)
{
  *width = view->picture.width;
  *height = view->picture.height;
}
