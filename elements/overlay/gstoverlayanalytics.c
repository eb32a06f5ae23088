/* gst-resnet: what GStreamer's analytics library says about a buffer, for classoverlay
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstoverlayanalytics.h"

#include <gst/analytics/analytics.h>
#include <math.h>

/* Finds the most confident of @n classes. Returns FALSE when none has a number as its confidence. */
static gboolean
get_best (const GstAnalyticsClsMtd * cls, const gchar ** label, gdouble * best)
{
  gsize i, n = gst_analytics_cls_mtd_get_length (cls);
  gboolean found = FALSE;

  for (i = 0; i < n; i++) {
    gdouble level = gst_analytics_cls_mtd_get_level (cls, i);

    if (isfinite (level) && (!found || level > *best)) {
      *best = level;
      *label = g_quark_to_string (gst_analytics_cls_mtd_get_quark (cls, i));
      found = TRUE;
    }
  }
  return found;
}

/* Finds the next class of an object, in whichever direction the relation goes. */
static gboolean
get_class_of (GstAnalyticsRelationMeta * meta, guint object,
    GstAnalyticsClsMtd * cls)
{
  gpointer state = NULL;
  GstAnalyticsMtd mtd;

  if (gst_analytics_relation_meta_get_direct_related (meta, object,
          GST_ANALYTICS_REL_TYPE_ANY, gst_analytics_cls_mtd_get_mtd_type (),
          &state, cls))
    return TRUE;
  state = NULL;
  while (gst_analytics_relation_meta_iterate (meta, &state,
          gst_analytics_cls_mtd_get_mtd_type (), &mtd))
    if (gst_analytics_relation_meta_get_relation (meta, mtd.id, object)
        != GST_ANALYTICS_REL_TYPE_NONE) {
      *cls = mtd;
      return TRUE;
    }
  return FALSE;
}

/* Returns whether the class says something about an object and not about the frame. */
static gboolean
has_object (GstAnalyticsRelationMeta * meta, guint cls)
{
  gpointer state = NULL;
  GstAnalyticsMtd mtd;

  while (gst_analytics_relation_meta_iterate (meta, &state,
          gst_analytics_od_mtd_get_mtd_type (), &mtd))
    if (gst_analytics_relation_meta_get_relation (meta, mtd.id, cls)
        != GST_ANALYTICS_REL_TYPE_NONE
        || gst_analytics_relation_meta_get_relation (meta, cls, mtd.id)
        != GST_ANALYTICS_REL_TYPE_NONE)
      return TRUE;
  return FALSE;
}

/* A classifier's own regions have both a param on the region's meta and an object of the same place. */
static gboolean
is_there_already (const GstOverlayContent * content, gint x, gint y, gint w,
    gint h)
{
  guint i;

  for (i = 0; i < content->regions->len; i++) {
    const GstOverlayRegion *region =
        &g_array_index (content->regions, GstOverlayRegion, i);

    /* Both were rounded where the frame was scaled. */
    if (ABS (region->x - x) <= 2 && ABS (region->y - y) <= 2
        && ABS (region->width - w) <= 2 && ABS (region->height - h) <= 2)
      return TRUE;
  }
  return FALSE;
}

static void
read_objects (GstOverlayContent * content, const GstOverlaySettings * settings,
    GstAnalyticsRelationMeta * meta)
{
  gpointer state = NULL;
  GstAnalyticsODMtd object;

  while (gst_analytics_relation_meta_iterate (meta, &state,
          gst_analytics_od_mtd_get_mtd_type (), &object)) {
    const gchar *label =
        g_quark_to_string (gst_analytics_od_mtd_get_obj_type (&object));
    GstAnalyticsClsMtd cls;
    gdouble confidence;
    gfloat level;
    gint x, y, w, h;

    /* Objects beyond the limit are only counted, and their classes are not looked for. */
    if (!gst_analytics_od_mtd_get_location (&object, &x, &y, &w, &h, &level)
        || is_there_already (content, x, y, w, h))
      continue;
    confidence = level;
    if (content->regions->len < GST_OVERLAY_MAX_REGIONS
        && get_class_of (meta, object.id, &cls))
      get_best (&cls, &label, &confidence);
    gst_overlay_content_add_region (content, settings, x, y, w, h, label,
        confidence);
  }
}

static void
read_classes (GstOverlayContent * content, const GstOverlaySettings * settings,
    GstAnalyticsRelationMeta * meta)
{
  gpointer state = NULL;
  GstAnalyticsClsMtd cls;

  while (content->entries->len < GST_OVERLAY_MAX_ENTRIES
      && gst_analytics_relation_meta_iterate (meta, &state,
          gst_analytics_cls_mtd_get_mtd_type (), &cls)) {
    gsize n = gst_analytics_cls_mtd_get_length (&cls);
    gdouble below = G_MAXDOUBLE;
    gsize below_index = 0, shown, i;

    if (has_object (meta, cls.id))
      continue;
    /* They need not be in order, so each time the best of those that were not shown yet is taken. */
    for (shown = 0; shown < MIN (settings->top_k, GST_OVERLAY_MAX_ENTRIES);
        shown++) {
      gsize best_index = n;
      gdouble best = 0.0;

      for (i = 0; i < n; i++) {
        gdouble level = gst_analytics_cls_mtd_get_level (&cls, i);

        if (isfinite (level) && (level < below || (level == below
                    && i > below_index)) && (best_index == n || level > best)) {
          best = level;
          best_index = i;
        }
      }
      if (best_index == n)
        break;
      if (!gst_overlay_content_add_entry (content, settings,
              g_quark_to_string (gst_analytics_cls_mtd_get_quark (&cls,
                      best_index)), best, shown == 0))
        break;
      below = best;
      below_index = best_index;
    }
  }
}

void
gst_overlay_analytics_read (GstOverlayContent * content,
    const GstOverlaySettings * settings, GstBuffer * buffer,
    gboolean with_classes)
{
  GstAnalyticsRelationMeta *meta =
      gst_buffer_get_analytics_relation_meta (buffer);

  if (!meta)
    return;
  read_objects (content, settings, meta);
  if (with_classes)
    read_classes (content, settings, meta);
}
