/* gst-resnet: a classification as GStreamer's analytics library says it
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstanalyticsbridge.h"

#include <gst/analytics/analytics.h>

static gboolean
add_result (GstAnalyticsRelationMeta * meta, const GstResnetResult * result,
    const GstResnetModel * model, GstAnalyticsClsMtd * mtd)
{
  guint i, n = result->n_entries;
  gfloat *confidences;
  GQuark *quarks;
  gboolean added;

  if (n == 0)
    return FALSE;
  confidences = g_memdup2 (result->confidences, n * sizeof (gfloat));
  quarks = g_new (GQuark, n);
  for (i = 0; i < n; i++)
    quarks[i] = g_quark_from_string (model->labels[result->indices[i]]);
  added = gst_analytics_relation_meta_add_cls_mtd (meta, n, confidences, quarks,
      mtd);
  g_free (quarks);
  g_free (confidences);
  return added;
}

static void
attach_region (GstAnalyticsRelationMeta * meta, const GstResnetAnswer * answer,
    const GstResnetRegion * place, guint match)
{
  const GstResnetRegion *region;
  GstAnalyticsClsMtd mtd;

  if (place->kind != GST_RESNET_REGION_OD || match >= answer->regions->len)
    return;
  region = &g_array_index (answer->regions, GstResnetRegion, match);
  if (region->classified
      && add_result (meta, &region->result, answer->model, &mtd))
    gst_analytics_relation_meta_set_relation (meta,
        GST_ANALYTICS_REL_TYPE_RELATE_TO, place->id, mtd.id);
}

void
gst_analytics_bridge_attach (const GstResnetAnswer * answer,
    const GArray * regions, const guint * matches, GstBuffer * buffer)
{
  GstAnalyticsRelationMeta *meta =
      gst_buffer_get_analytics_relation_meta (buffer);
  GstAnalyticsClsMtd mtd;
  guint i;

  if (!meta && answer->has_frame && answer->frame.n_entries > 0)
    meta = gst_buffer_add_analytics_relation_meta (buffer);
  if (!meta)
    return;
  if (answer->has_frame)
    add_result (meta, &answer->frame, answer->model, &mtd);
  for (i = 0; answer->regions && i < regions->len; i++)
    attach_region (meta, answer, &g_array_index (regions, GstResnetRegion, i),
        matches ? matches[i] : i);
}

/* Returns a key for the id that a tracker gave the object, or 0 if no tracker did. */
static gint64
get_tracking_key (GstAnalyticsRelationMeta * meta, guint od_id)
{
  GstAnalyticsMtd mtd;
  gpointer state = NULL;
  guint64 id;
  GstClockTime first, last;
  gboolean lost;

  if (!gst_analytics_relation_meta_get_direct_related (meta, od_id,
          GST_ANALYTICS_REL_TYPE_ANY,
          gst_analytics_tracking_mtd_get_mtd_type (), &state, &mtd)
      || !gst_analytics_tracking_mtd_get_info ((GstAnalyticsTrackingMtd *) &
          mtd, &id, &first, &last, &lost))
    return 0;
  /* The key must differ from the ids of GstVideoRegionOfInterestMetas, which are positive. */
  return -1 - (gint64) (id & G_MAXINT64);
}

void
gst_analytics_bridge_find_regions (GstBuffer * buffer, GArray * regions)
{
  GstAnalyticsRelationMeta *meta =
      gst_buffer_get_analytics_relation_meta (buffer);
  gpointer state = NULL;
  GstAnalyticsMtd mtd;
  gint x, y, width, height;
  gfloat confidence;

  while (meta && gst_analytics_relation_meta_iterate (meta, &state,
          gst_analytics_od_mtd_get_mtd_type (), &mtd)) {
    GstAnalyticsODMtd *od = (GstAnalyticsODMtd *) & mtd;

    if (gst_analytics_od_mtd_get_location (od, &x, &y, &width, &height,
            &confidence))
      gst_resnet_regions_add (regions, GST_RESNET_REGION_OD, mtd.id,
          get_tracking_key (meta, mtd.id),
          gst_analytics_od_mtd_get_obj_type (od), x, y, width, height);
  }
}
