/* gst-resnet: from a frame to an answer
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/video/video.h>

#include "gstresnetrunner.h"
#include "gstresnetresult.h"
#include "gstresnetstats.h"

G_BEGIN_DECLS
/* An analyzer has everything that classifying needs from one frame to the next. Only one thread at a time may use it:
 * the streaming thread or, in mode latest, the thread beside it. */
    typedef struct _GstResnetAnalyzer GstResnetAnalyzer;

GstResnetAnalyzer *gst_resnet_analyzer_new (void);
void gst_resnet_analyzer_free (GstResnetAnalyzer * analyzer);

/* Replaces the present runner. @runner: (transfer full) (nullable): the new one */
void gst_resnet_analyzer_set_runner (GstResnetAnalyzer * analyzer,
    GstResnetRunner * runner);
GstResnetRunner *gst_resnet_analyzer_get_runner (GstResnetAnalyzer * analyzer);
/* Sets the format of the stream. */
void gst_resnet_analyzer_set_info (GstResnetAnalyzer * analyzer,
    const GstVideoInfo * info);
/* Sets how the stream's tags say that its pictures are turned upright, for orientation=auto. */
void gst_resnet_analyzer_set_orientation (GstResnetAnalyzer * analyzer,
    NnOrientation orientation);
NnOrientation gst_resnet_analyzer_get_orientation (GstResnetAnalyzer *
    analyzer);
/* Forgets what was seen so far, because the next frame has nothing to do with it. */
void gst_resnet_analyzer_reset (GstResnetAnalyzer * analyzer);
/* Frees what is kept from one frame to the next, when the element stops. */
void gst_resnet_analyzer_drop (GstResnetAnalyzer * analyzer);

/* Classifies @buffer (transfer full), which is given back as soon as its pixels are read. Between two runs of the
 * network it checks whether @pad is flushing, and if so, leaves out the remaining regions. @durations has
 * GST_RESNET_N_STAGES members and gets the durations of the first two stages. Returns NULL with an error of GStreamer's
 * domains, or NULL without an error if gst_resnet_analyzer_set_flushing() ended the run. */
GstResnetAnswer *gst_resnet_analyzer_run (GstResnetAnalyzer * analyzer,
    const GstResnetSettings * settings, GstBuffer * buffer,
    const GstResnetTimes * times, GstPad * pad, GstClockTime * durations,
    GError ** error);
/* Returns the message "label-changed" if the label of @answer differs from that of the answer before it, and NULL
 * otherwise. */
GstMessage *gst_resnet_analyzer_get_change (GstResnetAnalyzer * analyzer,
    const GstResnetAnswer * answer, const GstResnetTimes * times,
    GstObject * object);

/* With TRUE, a frame that waits for its group comes back at once, and later frames do not wait. Any thread may call
 * this function. */
void gst_resnet_analyzer_set_flushing (GstResnetAnalyzer * analyzer,
    gboolean flushing);
/* Returns TRUE if @pad is flushing, so that nobody will see what is classified now. */
gboolean gst_resnet_analyzer_is_flushing (GstPad * pad);

G_END_DECLS
