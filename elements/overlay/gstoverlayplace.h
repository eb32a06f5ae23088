/* gst-resnet: where a region's label goes
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/video/gstvideosink.h>

G_BEGIN_DECLS
/* Places @label, whose size is set and fits into @visible, beside @box: all of it in sight, above the box or at its top,
 * unless there is something there (@taken: GstVideoRectangle) and there is not in another place. */
void gst_overlay_place_label (GstVideoRectangle * label,
    const GstVideoRectangle * box, const GstVideoRectangle * visible,
    const GArray * taken);

G_END_DECLS
