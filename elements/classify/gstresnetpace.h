/* gst-resnet: which frames are classified, and for how long they are held
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstresnetresult.h"

G_BEGIN_DECLS
/* Zero is a valid start for all but earliest. The element's lock guards it. */
    typedef struct
{
  /* QoS: frames of before this running time come too late, GST_CLOCK_TIME_NONE: none do */
  GstClockTime earliest;
  gdouble proportion;
  guint64 n_late, n_on_time;

  /* interval: what was classified last */
  guint since;                  /* frames */
  GstClockTime next;            /* running time from which on the machine keeps up */
  GstClockTime last;            /* running time */

  /* latency: the longest that a frame was held, in two halves of a window */
  GstClockTime longest[2], half_since;
  GstClockTime reported;        /* what queries are answered */
  GstClockTime announced, announced_at; /* what the last message was about, and when it was; 0: none was */
  GstClockTime fell_at;
  gboolean live;
} GstResnetPace;

/* A stream begins, or was flushed. */
void gst_resnet_pace_reset (GstResnetPace * pace);
/* What a GST_EVENT_QOS says. */
void gst_resnet_pace_set_qos (GstResnetPace * pace, GstEvent * event);
gboolean gst_resnet_pace_is_late (const GstResnetPace * pace,
    const GstResnetTimes * times);
/* The QoS message for a late frame. */
GstMessage *gst_resnet_pace_new_message (const GstResnetPace * pace,
    const GstResnetTimes * times, GstObject * object);

/* TRUE: this frame, not the first one, is to be classified: it is the @interval-th since the last one that was. 0: the
 * time that classifying it takes, and a quarter more, has gone by in the stream. */
gboolean gst_resnet_pace_is_due (GstResnetPace * pace, guint interval,
    const GstResnetTimes * times);
/* The frame of @times was classified, which took @duration. */
void gst_resnet_pace_classified (GstResnetPace * pace,
    const GstResnetTimes * times, GstClockTime duration);

/* A frame was held for @duration at @now (monotonic, not 0). The latency to report rises to that at once, and falls
 * slowly when frames are held for less. TRUE: it changed, and the pipeline should ask again; at most once in ten
 * seconds. */
gboolean gst_resnet_pace_held (GstResnetPace * pace, GstClockTime duration,
    GstClockTime now);
/* Frames are not held any more, or a stream begins: no latency. */
void gst_resnet_pace_forget_held (GstResnetPace * pace);

G_END_DECLS
