/* gst-resnet: a classification as GStreamer's analytics library says it
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstresnetresult.h"

G_BEGIN_DECLS
/* Adds a GstAnalyticsClsMtd with the entries of each of the answer's results to @buffer's relation meta, which it makes
 * where there is none. @buffer must be writable. Does nothing for an empty result. */
void gst_analytics_bridge_attach (const GstResnetAnswer * answer,
    GstBuffer * buffer);

G_END_DECLS
