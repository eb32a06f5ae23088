/* gst-resnet: what GStreamer's analytics library says about a buffer, for classoverlay
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstoverlaycontent.h"

G_BEGIN_DECLS
/* Adds detected objects as regions, with the classes related to them where there are such, and, where @with_classes,
 * the classes that belong to the whole frame. */
void gst_overlay_analytics_read (GstOverlayContent * content,
    const GstOverlaySettings * settings, GstBuffer * buffer,
    gboolean with_classes);

G_END_DECLS
