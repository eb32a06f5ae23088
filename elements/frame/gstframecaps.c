/* gst-resnet: which frames are taken, and which are preferred
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstframecaps.h"

gboolean
gst_frame_caps_is_direct (const GstVideoFormatInfo * finfo)
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

/* Returns how much a format is preferred: a lower rank is better. Formats of the same rank keep GStreamer's order. */
static guint
rank_format (const GstVideoFormatInfo * finfo)
{
  if (finfo->format == GST_VIDEO_FORMAT_RGB)
    return 0;
  if (!gst_frame_caps_is_direct (finfo))
    return 3;
  return GST_VIDEO_FORMAT_INFO_IS_RGB (finfo) ? 1 : 2;
}

/* Appends a copy of the first structure with these features. */
static void
append_with_features (GstCaps * caps, const gchar * features,
    const gchar * interlace_mode)
{
  GstStructure *structure =
      gst_structure_copy (gst_caps_get_structure (caps, 0));

  if (interlace_mode)
    gst_structure_set (structure, "interlace-mode", G_TYPE_STRING,
        interlace_mode, NULL);
  gst_caps_append_structure_full (caps, structure,
      gst_caps_features_from_string (features));
}

GstCaps *
gst_frame_caps_new (void)
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
  /* Overlays that elements upstream want to have drawn at the end are not part of the picture. */
  append_with_features (caps, "memory:SystemMemory,"
      GST_CAPS_FEATURE_META_GST_VIDEO_OVERLAY_COMPOSITION, NULL);
  /* Each buffer has one field. */
  append_with_features (caps, GST_CAPS_FEATURE_FORMAT_INTERLACED, "alternate");
  g_array_free (sorted, TRUE);
  return caps;
}
