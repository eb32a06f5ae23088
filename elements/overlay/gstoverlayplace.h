/* gst-resnet: where a region's label goes
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/video/gstvideosink.h>

G_BEGIN_DECLS
/* Places @label, whose size is set and fits into @visible, beside @box, so that all of it is in sight. It goes above the
 * box or inside at its top. If something is there (@taken holds GstVideoRectangle), it goes to another place that is
 * free. */
void gst_overlay_place_label (GstVideoRectangle * label,
    const GstVideoRectangle * box, const GstVideoRectangle * visible,
    const GArray * taken);

G_END_DECLS
