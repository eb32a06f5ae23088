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

/* Returns the first entry, or "unknown", which the classifier answers when nothing reached its threshold. */
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
    const GstStructure * structure, gboolean named)
{
  const gchar *element = gst_classification_structure_get_element (structure);
  gboolean titled;
  guint i, shown = 0, n;
  const gchar *label;
  gdouble confidence;

  if (settings->top_k == 0)
    return;
  titled = named && element && gst_overlay_content_add_title (content, element);
  n = gst_classification_structure_get_n_entries (structure);
  if (n == 0 && get_answer (structure, &label, &confidence)
      && gst_overlay_content_add_entry (content, settings, label, confidence,
          TRUE))
    shown++;
  for (i = 0; i < n && shown < settings->top_k
      && content->entries->len < GST_OVERLAY_MAX_ENTRIES; i++)
    if (gst_classification_structure_get_entry (structure, i, &label, NULL,
            &confidence)
        && gst_overlay_content_add_entry (content, settings, label, confidence,
            shown == 0))
      shown++;
  /* A name above nothing says nothing. */
  if (titled && shown == 0)
    g_array_set_size (content->entries, content->entries->len - 1);
}

/* Names an element's answer where there is another's that it could be taken for. */
static void
add_region (GstOverlayContent * content, const GstOverlaySettings * settings,
    const GstStructure * structure, gboolean named, gint x, gint y, gint width,
    gint height)
{
  const gchar *element = gst_classification_structure_get_element (structure);
  const gchar *label;
  gchar *name, *both;
  gdouble confidence;

  if (!get_answer (structure, &label, &confidence))
    return;
  if (!named || !element) {
    gst_overlay_content_add_region (content, settings, x, y, width, height,
        label, confidence);
    return;
  }
  name = gst_overlay_label_clean (element);
  both = g_strconcat (name, ": ", label, NULL);
  gst_overlay_content_add_region (content, settings, x, y, width, height, both,
      confidence);
  g_free (both);
  g_free (name);
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
    const GstStructure *structure;
    gpointer param = NULL;
    guint n = 0;

    while (gst_classification_iterate_params (roi->params, &param))
      n++;
    param = NULL;
    /* The meta's fields are unsigned; an element that computed a negative position wrote one near 2³². */
    while ((structure =
            gst_classification_iterate_params (roi->params, &param)))
      add_region (content, settings, structure, n > 1, (gint) roi->x,
          (gint) roi->y, (gint) roi->w, (gint) roi->h);
  }
}

/* Whether the places in @structure are places in a frame of this size. */
static gboolean
is_of_frame (const GstStructure * structure, gint width, gint height)
{
  gint w, h;

  return !gst_structure_get_int (structure, "frame-width", &w)
      || !gst_structure_get_int (structure, "frame-height", &h)
      || (w == width && h == height);
}

/* Whether a region of @buffer's has a param of the element that @structure is of. */
static gboolean
has_params_of (GstBuffer * buffer, const GstStructure * structure)
{
  const gchar *element = gst_classification_structure_get_element (structure);
  gpointer state = NULL;
  GstMeta *meta;

  while ((meta = gst_buffer_iterate_meta_filtered (buffer, &state,
              GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE))) {
    GList *params = ((GstVideoRegionOfInterestMeta *) meta)->params;
    const GstStructure *param;
    gpointer next = NULL;

    while ((param = gst_classification_iterate_params (params, &next)))
      if (g_strcmp0 (gst_classification_structure_get_element (param),
              element) == 0)
        return TRUE;
  }
  return FALSE;
}

/* The regions that a result lists, where those of the frame have lost what they said. */
static void
read_listed_regions (GstOverlayContent * content,
    const GstOverlaySettings * settings, const GstStructure * structure,
    gboolean named)
{
  const GValue *regions = gst_structure_get_value (structure, "regions");
  guint i;

  if (!regions || !GST_VALUE_HOLDS_ARRAY (regions))
    return;
  for (i = 0; i < gst_value_array_get_size (regions); i++) {
    const GValue *value = gst_value_array_get_value (regions, i);
    const GstStructure *region =
        GST_VALUE_HOLDS_STRUCTURE (value) ? gst_value_get_structure (value) :
        NULL;
    gint x, y, width, height;

    if (region && gst_structure_get_int (region, "x", &x)
        && gst_structure_get_int (region, "y", &y)
        && gst_structure_get_int (region, "width", &width)
        && gst_structure_get_int (region, "height", &height))
      add_region (content, settings, region, named, x, y, width, height);
  }
}

/* How many classifiers say something of the frame, and of regions. */
static void
count_classifiers (GstBuffer * buffer, guint * of_frame, guint * of_regions)
{
  GstClassificationMeta *meta;
  gpointer state = NULL;

  *of_frame = *of_regions = 0;
  while ((meta = gst_buffer_iterate_classification_meta (buffer, &state))) {
    const GstStructure *structure =
        gst_classification_meta_get_structure (meta);
    const gchar *label;
    gdouble confidence;

    *of_frame += get_answer (structure, &label, &confidence);
    *of_regions += gst_structure_has_field (structure, "regions");
  }
}

void
gst_overlay_content_read (GstOverlayContent * content,
    const GstOverlaySettings * settings, GstBuffer * buffer, gint width,
    gint height)
{
  GstClassificationMeta *meta;
  gpointer state = NULL;
  gboolean ours = FALSE;
  guint of_frame, of_regions;

  count_classifiers (buffer, &of_frame, &of_regions);
  while ((meta = gst_buffer_iterate_classification_meta (buffer, &state))) {
    ours = TRUE;
    read_entries (content, settings,
        gst_classification_meta_get_structure (meta), of_frame > 1);
  }
  read_regions (content, settings, buffer);
  state = NULL;
  while (of_regions > 0
      && (meta = gst_buffer_iterate_classification_meta (buffer, &state))) {
    const GstStructure *structure =
        gst_classification_meta_get_structure (meta);

    if (is_of_frame (structure, width, height)
        && !has_params_of (buffer, structure))
      read_listed_regions (content, settings, structure, of_regions > 1);
  }
#ifdef HAVE_ANALYTICS
  gst_overlay_analytics_read (content, settings, buffer, !ours);
#else
  (void) ours;
#endif
}

gboolean
gst_overlay_heatmap_read (GstOverlayHeatmap * heatmap, GstBuffer * buffer,
    gint frame_width, gint frame_height)
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
      || heatmap->rect_width <= 0 || heatmap->rect_height <= 0
      || !is_of_frame (gst_classification_meta_get_structure (meta),
          frame_width, frame_height))
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
