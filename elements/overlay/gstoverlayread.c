/* gst-resnet: reads what a buffer's metas say, for classoverlay
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstoverlayread.h"

#include "meta/gstclassificationmeta.h"
#ifdef HAVE_ANALYTICS
#include "gstoverlayanalytics.h"
#endif

/* The first entry; where nothing reached the classifier's threshold, what it answers then: "unknown". */
static gboolean
get_answer (const GstStructure * structure, const gchar ** label,
    gdouble * confidence)
{
  if (gst_classification_structure_get_entry (structure, 0, label, NULL,
          confidence))
    return TRUE;
  if (gst_classification_structure_get_n_entries (structure) > 0)
    return FALSE;
  *label = gst_structure_get_string (structure, "label");
  return *label && gst_structure_get_double (structure, "confidence",
      confidence);
}

static void
read_entries (GstOverlayContent * content, const GstOverlaySettings * settings,
    const GstStructure * structure)
{
  guint i, shown = 0, n;
  const gchar *label;
  gdouble confidence;

  n = gst_classification_structure_get_n_entries (structure);
  if (n == 0 && settings->top_k > 0) {
    if (get_answer (structure, &label, &confidence))
      gst_overlay_content_add_entry (content, settings, label, confidence,
          TRUE);
    return;
  }
  for (i = 0; i < n && shown < settings->top_k
      && content->entries->len < GST_OVERLAY_MAX_ENTRIES; i++)
    if (gst_classification_structure_get_entry (structure, i, &label, NULL,
            &confidence)
        && gst_overlay_content_add_entry (content, settings, label, confidence,
            shown == 0))
      shown++;
}

static void
read_regions (GstOverlayContent * content, const GstOverlaySettings * settings,
    GstBuffer * buffer)
{
  gpointer state = NULL;
  GstMeta *meta;

  while ((meta = gst_buffer_iterate_meta_filtered (buffer, &state,
              GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE))) {
    GstVideoRegionOfInterestMeta *roi = (GstVideoRegionOfInterestMeta *) meta;
    const GstStructure *structure =
        gst_video_region_of_interest_meta_get_param (roi,
        GST_CLASSIFICATION_PARAM_NAME);
    const gchar *label;
    gdouble confidence;

    /* The meta's fields are unsigned; an element that computed a negative position wrote one near 2³². */
    if (structure && get_answer (structure, &label, &confidence))
      gst_overlay_content_add_region (content, settings, (gint) roi->x,
          (gint) roi->y, (gint) roi->w, (gint) roi->h, label, confidence);
  }
}

void
gst_overlay_content_read (GstOverlayContent * content,
    const GstOverlaySettings * settings, GstBuffer * buffer)
{
  GstClassificationMeta *meta;
  gpointer state = NULL;
  gboolean ours = FALSE;

  while ((meta = gst_buffer_iterate_classification_meta (buffer, &state))) {
    ours = TRUE;
    read_entries (content, settings,
        gst_classification_meta_get_structure (meta));
  }
  read_regions (content, settings, buffer);
#ifdef HAVE_ANALYTICS
  gst_overlay_analytics_read (content, settings, buffer, !ours);
#else
  (void) ours;
#endif
}

gboolean
gst_overlay_heatmap_read (GstOverlayHeatmap * heatmap, GstBuffer * buffer)
{
  GstClassificationMeta *meta = gst_buffer_get_classification_meta (buffer);
  gint width, height;
  GBytes *map;

  gst_overlay_heatmap_clear (heatmap);
  if (!meta || !gst_classification_meta_get_heatmap (meta, &map, &width,
          &height, &heatmap->x, &heatmap->y, &heatmap->rect_width,
          &heatmap->rect_height))
    return FALSE;
  if (width > GST_OVERLAY_MAX_HEATMAP || height > GST_OVERLAY_MAX_HEATMAP
      || heatmap->rect_width <= 0 || heatmap->rect_height <= 0)
    return FALSE;
  heatmap->map = g_bytes_ref (map);
  heatmap->width = width;
  heatmap->height = height;
  return TRUE;
}

GstClockTime
gst_overlay_processing_time (GstBuffer * buffer)
{
  GstClassificationMeta *meta = gst_buffer_get_classification_meta (buffer);

  if (!meta || gst_classification_meta_is_reused (meta))
    return GST_CLOCK_TIME_NONE;
  return gst_classification_meta_get_processing_time (meta);
}
