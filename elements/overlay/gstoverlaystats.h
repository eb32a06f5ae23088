/* gst-resnet: the figures that classoverlay shows
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS
/* These are means of the last second. One thread at a time may use them. */
typedef struct
{
  GstClockTime start;           /* of the second that is counted; NONE before the first frame */
  guint n_frames, n_times;      /* since start */
  GstClockTime sum_times;
  gdouble frames_per_second, milliseconds;      /* of the second before; below 0 while unknown */
} GstOverlayStats;

void gst_overlay_stats_reset (GstOverlayStats * stats);
/* Counts a frame at @now, which is any steadily growing time. @processing_time may be GST_CLOCK_TIME_NONE. */
void gst_overlay_stats_add (GstOverlayStats * stats, GstClockTime now,
    GstClockTime processing_time);
/* Returns "12.3 ms · 29.9 frames/s", the same text for a second, or NULL while nothing is known. */
gchar *gst_overlay_stats_to_string (const GstOverlayStats * stats);

G_END_DECLS
