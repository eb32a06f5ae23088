/* gst-resnet: which frames are classified, and for how long they are held
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstresnetresult.h"

G_BEGIN_DECLS
/* All fields except earliest may start as zero. The element's lock guards them. */
    typedef struct
{
  /* QoS: Frames before this running time come too late. With GST_CLOCK_TIME_NONE no frame does. */
  GstClockTime earliest;
  gdouble proportion;
  guint64 n_late, n_on_time;

  /* interval: These fields describe the frame that was classified last. */
  guint since;                  /* frames since then */
  GstClockTime next;            /* the running time from which on the machine keeps up */
  GstClockTime last;            /* its running time */

  /* latency: This is the longest time that a frame was held, for the two halves of a window. */
  GstClockTime longest[2], half_since;
  GstClockTime reported;        /* the latency that queries are answered with */
  GstClockTime announced, announced_at; /* what the last message said and when it was posted; 0 if none was */
  GstClockTime fell_at;
  gboolean live;
} GstResnetPace;

/* Starts anew, when a stream begins or was flushed. */
void gst_resnet_pace_reset (GstResnetPace * pace);
/* Takes over what a GST_EVENT_QOS says. */
void gst_resnet_pace_set_qos (GstResnetPace * pace, GstEvent * event);
gboolean gst_resnet_pace_is_late (const GstResnetPace * pace,
    const GstResnetTimes * times);
/* Makes the QoS message for a late frame. */
GstMessage *gst_resnet_pace_new_message (const GstResnetPace * pace,
    const GstResnetTimes * times, GstObject * object);

/* Returns TRUE if this frame, which is not the first one, is to be classified because it is the @interval-th since
 * the last one that was. With an @interval of 0 it is to be classified if the time that classifying takes and a
 * quarter more have passed in the stream. */
gboolean gst_resnet_pace_is_due (GstResnetPace * pace, guint interval,
    const GstResnetTimes * times);
/* Notes that the frame of @times was classified and that this took @duration. */
void gst_resnet_pace_classified (GstResnetPace * pace,
    const GstResnetTimes * times, GstClockTime duration);

/* Notes that a frame was held for @duration until @now (monotonic, not 0). The latency to report rises to that at
 * once, and falls slowly when frames are held for less. Returns TRUE if it changed and the pipeline should ask again,
 * which happens at most once in ten seconds. */
gboolean gst_resnet_pace_held (GstResnetPace * pace, GstClockTime duration,
    GstClockTime now);
/* Forgets the latency, when frames are not held any more or a stream begins. */
void gst_resnet_pace_forget_held (GstResnetPace * pace);

G_END_DECLS
