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

void
gst_analytics_bridge_attach (const GstResnetAnswer * answer, GstBuffer * buffer)
{
  GstAnalyticsRelationMeta *meta;
  GstAnalyticsClsMtd mtd;

  if (!answer->has_frame || answer->frame.n_entries == 0)
    return;
  /* Gives the relation meta that the buffer has already, if any. */
  meta = gst_buffer_add_analytics_relation_meta (buffer);
  if (meta)
    add_result (meta, &answer->frame, answer->model, &mtd);
}
