/* gst-resnet: the figures that classoverlay shows
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstoverlaystats.h"

void
gst_overlay_stats_reset (GstOverlayStats * stats)
{
  stats->start = GST_CLOCK_TIME_NONE;
  stats->n_frames = stats->n_times = 0;
  stats->sum_times = 0;
  stats->frames_per_second = stats->milliseconds = -1.0;
}

void
gst_overlay_stats_add (GstOverlayStats * stats, GstClockTime now,
    GstClockTime processing_time)
{
  if (!GST_CLOCK_TIME_IS_VALID (stats->start) || now < stats->start) {
    stats->start = now;
    stats->n_frames = 0;
  } else {
    stats->n_frames++;
  }
  if (GST_CLOCK_TIME_IS_VALID (processing_time)) {
    stats->n_times++;
    stats->sum_times += processing_time;
    /* The first figure comes at once, so that a single photograph has one, too. */
    if (stats->milliseconds < 0.0)
      stats->milliseconds = processing_time / (gdouble) GST_MSECOND;
  }
  if (now - stats->start < GST_SECOND)
    return;
  stats->frames_per_second =
      stats->n_frames * (gdouble) GST_SECOND / (now - stats->start);
  stats->milliseconds = stats->n_times ? stats->sum_times
      / (gdouble) GST_MSECOND / stats->n_times : -1.0;
  stats->start = now;
  stats->n_frames = stats->n_times = 0;
  stats->sum_times = 0;
}

gchar *
gst_overlay_stats_to_string (const GstOverlayStats * stats)
{
  gchar *time = stats->milliseconds >= 0.0 ?
      g_strdup_printf ("%.1f ms", stats->milliseconds) : NULL;
  gchar *rate = stats->frames_per_second >= 0.0 ?
      g_strdup_printf ("%.1f frames/s", stats->frames_per_second) : NULL;
  gchar *both = NULL;

  if (time && rate)
    both = g_strconcat (time, " · ", rate, NULL);
  else if (time || rate)
    both = g_strdup (time ? time : rate);
  g_free (time);
  g_free (rate);
  return both;
}
