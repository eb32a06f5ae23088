/* gst-resnet: reads what a buffer's metas say, for classoverlay
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstoverlaycontent.h"

G_BEGIN_DECLS
/* Takes over what @buffer's metas say. Places are those in a frame of @width × @height pixels. */
void gst_overlay_content_read (GstOverlayContent * content,
    const GstOverlaySettings * settings, GstBuffer * buffer, gint width,
    gint height);
/* Takes a reference to the heat map of @buffer's last classifier, if there is one of the right size for such a frame. */
gboolean gst_overlay_heatmap_read (GstOverlayHeatmap * heatmap,
    GstBuffer * buffer, gint width, gint height);
/* Returns the time that the last classifier took for this buffer. It is GST_CLOCK_TIME_NONE where that is unknown or the
 * result is an earlier buffer's. */
GstClockTime gst_overlay_processing_time (GstBuffer * buffer);

G_END_DECLS
