/* gst-resnet: the figures that classoverlay shows
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS
/* Means of the last second. Of one thread at a time. */
typedef struct
{
  GstClockTime start;           /* of the second that is counted; NONE: no frame yet */
  guint n_frames, n_times;      /* since start */
  GstClockTime sum_times;
  gdouble frames_per_second, milliseconds;      /* of the second before; below 0: unknown */
} GstOverlayStats;

void gst_overlay_stats_reset (GstOverlayStats * stats);
/* A frame at @now, any steadily growing time; @processing_time may be GST_CLOCK_TIME_NONE. */
void gst_overlay_stats_add (GstOverlayStats * stats, GstClockTime now,
    GstClockTime processing_time);
/* "12.3 ms · 29.9 frames/s"; NULL while nothing is known. The same for a second. */
gchar *gst_overlay_stats_to_string (const GstOverlayStats * stats);

G_END_DECLS
