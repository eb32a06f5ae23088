/* gst-resnet: what GStreamer's analytics library says about a buffer, for classoverlay
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstoverlaycontent.h"

G_BEGIN_DECLS
/* Adds the detected objects as regions, together with the classes that are related to them. With @with_classes it also
 * adds the classes that belong to the whole frame. */
void gst_overlay_analytics_read (GstOverlayContent * content,
    const GstOverlaySettings * settings, GstBuffer * buffer,
    gboolean with_classes);

G_END_DECLS
