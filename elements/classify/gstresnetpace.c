/* gst-resnet: which frames are classified, and for how long they are held
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstresnetpace.h"

/* The latency is the longest hold within the last one to two of these periods. */
#define HALF_WINDOW (15 * GST_SECOND)
/* The latency is rounded up to steps of this size. */
#define LATENCY_STEP (5 * GST_MSECOND)
/* Each message makes the whole pipeline ask for the latency again. There is at most one message in this time, and the
 * latency falls by at most a quarter in it. */
#define MESSAGE_INTERVAL (10 * GST_SECOND)

void
gst_resnet_pace_reset (GstResnetPace * pace)
{
  pace->earliest = GST_CLOCK_TIME_NONE;
  pace->proportion = 1.0;
  pace->n_late = pace->n_on_time = 0;
  pace->since = 0;
  pace->next = pace->last = GST_CLOCK_TIME_NONE;
}

void
gst_resnet_pace_set_qos (GstResnetPace * pace, GstEvent * event)
{
  GstClockTimeDiff diff;
  GstClockTime timestamp;

  gst_event_parse_qos (event, NULL, &pace->proportion, &diff, &timestamp);
  if (!GST_CLOCK_TIME_IS_VALID (timestamp))
    pace->earliest = GST_CLOCK_TIME_NONE;
  else if (diff < 0 && (GstClockTime) - diff > timestamp)
    pace->earliest = 0;
  else
    pace->earliest = timestamp + diff;
}

gboolean
gst_resnet_pace_is_late (const GstResnetPace * pace,
    const GstResnetTimes * times)
{
  return GST_CLOCK_TIME_IS_VALID (pace->earliest)
      && GST_CLOCK_TIME_IS_VALID (times->running_time)
      && times->running_time <= pace->earliest;
}

GstMessage *
gst_resnet_pace_new_message (const GstResnetPace * pace,
    const GstResnetTimes * times, GstObject * object)
{
  GstMessage *message = gst_message_new_qos (object, pace->live,
      times->running_time, times->stream_time, times->pts, times->duration);

  gst_message_set_qos_values (message, GST_CLOCK_DIFF (times->running_time,
          pace->earliest), pace->proportion, 1000000);
  gst_message_set_qos_stats (message, GST_FORMAT_BUFFERS, pace->n_on_time,
      pace->n_late);
  return message;
}

gboolean
gst_resnet_pace_is_due (GstResnetPace * pace, guint interval,
    const GstResnetTimes * times)
{
  pace->since++;
  if (interval > 0)
    return pace->since >= interval;
  return !GST_CLOCK_TIME_IS_VALID (pace->next)
      || !GST_CLOCK_TIME_IS_VALID (times->running_time)
      || times->running_time >= pace->next || times->running_time < pace->last;
}

void
gst_resnet_pace_classified (GstResnetPace * pace, const GstResnetTimes * times,
    GstClockTime duration)
{
  pace->since = 0;
  pace->last = times->running_time;
  pace->next = GST_CLOCK_TIME_IS_VALID (times->running_time) ?
      times->running_time + duration + duration / 4 : GST_CLOCK_TIME_NONE;
}

void
gst_resnet_pace_forget_held (GstResnetPace * pace)
{
  pace->longest[0] = pace->longest[1] = 0;
  pace->reported = pace->announced = 0;
  pace->announced_at = pace->fell_at = 0;
}

gboolean
gst_resnet_pace_held (GstResnetPace * pace, GstClockTime duration,
    GstClockTime now)
{
  GstClockTime worst, less;

  if (now - pace->half_since > HALF_WINDOW) {
    pace->longest[1] = now - pace->half_since > 2 * HALF_WINDOW ? 0 :
        pace->longest[0];
    pace->longest[0] = 0;
    pace->half_since = now;
  }
  pace->longest[0] = MAX (pace->longest[0], duration);
  worst = MAX (pace->longest[0], pace->longest[1]);
  worst = (worst + LATENCY_STEP - 1) / LATENCY_STEP * LATENCY_STEP;
  less = (pace->reported * 3 / 4 + LATENCY_STEP - 1) / LATENCY_STEP *
      LATENCY_STEP;
  if (worst >= pace->reported) {
    pace->reported = worst;
    pace->fell_at = now;
  } else if (worst <= less && less < pace->reported
      && now - pace->fell_at >= MESSAGE_INTERVAL) {
    pace->reported = less;
    pace->fell_at = now;
  }
  if (pace->reported == pace->announced || (pace->announced_at > 0
          && now - pace->announced_at < MESSAGE_INTERVAL))
    return FALSE;
  pace->announced = pace->reported;
  pace->announced_at = now;
  return TRUE;
}
