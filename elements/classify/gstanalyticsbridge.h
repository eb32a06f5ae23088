/* gst-resnet: a classification as GStreamer's analytics library says it
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstresnetresult.h"

G_BEGIN_DECLS
/* Adds a GstAnalyticsClsMtd with the entries of each of the answer's results to @buffer's relation meta, which it makes
 * where there is none. @buffer must be writable. A
 * region's is related to its GstAnalyticsODMtd. @regions and @matches as in gst_resnet_answer_attach(). */
void gst_analytics_bridge_attach (const GstResnetAnswer * answer,
    const GArray * regions, const guint * matches, GstBuffer * buffer);
/* Appends @buffer's GstAnalyticsODMtds to @regions (gst_resnet_regions_add()). */
void gst_analytics_bridge_find_regions (GstBuffer * buffer, GArray * regions);

G_END_DECLS
