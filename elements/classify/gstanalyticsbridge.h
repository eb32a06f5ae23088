/* gst-resnet: a classification as GStreamer's analytics library says it
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstresnetresult.h"

G_BEGIN_DECLS
/* Adds a GstAnalyticsClsMtd for each of the answer's results to the relation meta of @buffer, and makes that meta if
 * there is none. @buffer must be writable. The GstAnalyticsClsMtd of a region is related to the region's
 * GstAnalyticsODMtd. @regions and @matches are those of gst_resnet_answer_attach(). */
void gst_analytics_bridge_attach (const GstResnetAnswer * answer,
    const GArray * regions, const guint * matches, GstBuffer * buffer);
/* Appends the GstAnalyticsODMtds of @buffer to @regions (see gst_resnet_regions_add()). */
void gst_analytics_bridge_find_regions (GstBuffer * buffer, GArray * regions);

G_END_DECLS
