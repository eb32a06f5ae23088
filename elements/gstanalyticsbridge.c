/* gst-resnet: a classification as GStreamer's analytics library says it
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstanalyticsbridge.h"

#include <gst/analytics/analytics.h>

void
gst_analytics_bridge_attach (const GstResnetResult * result,
    const GstResnetSource * source, GstBuffer * buffer)
{
  GstAnalyticsRelationMeta *meta;
  GstAnalyticsClsMtd mtd;
  gfloat *confidences;
  GQuark *quarks;
  guint i, n = result->n_entries;

  if (n == 0)
    return;
  /* Gives the relation meta that the buffer has already, if any. */
  meta = gst_buffer_add_analytics_relation_meta (buffer);
  if (!meta)
    return;
  confidences = g_memdup2 (result->confidences, n * sizeof (gfloat));
  quarks = g_new (GQuark, n);
  for (i = 0; i < n; i++)
    quarks[i] = g_quark_from_string (source->labels[result->indices[i]]);
  gst_analytics_relation_meta_add_cls_mtd (meta, n, confidences, quarks, &mtd);
  g_free (quarks);
  g_free (confidences);
}
