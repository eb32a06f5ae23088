/* gst-resnet: reads what a buffer's metas say, for classoverlay
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstoverlaycontent.h"

G_BEGIN_DECLS
/* Takes over what @buffer's metas say; of places those in a frame of @width × @height pixels. */
void gst_overlay_content_read (GstOverlayContent * content,
    const GstOverlaySettings * settings, GstBuffer * buffer, gint width,
    gint height);
/* Where @buffer has a heat map (the last classifier's) of the right size for such a frame, takes a reference of it. */
gboolean gst_overlay_heatmap_read (GstOverlayHeatmap * heatmap,
    GstBuffer * buffer, gint width, gint height);
/* The time that the last classifier took for this buffer, GST_CLOCK_TIME_NONE: unknown, or an earlier one's result. */
GstClockTime gst_overlay_processing_time (GstBuffer * buffer);

G_END_DECLS
