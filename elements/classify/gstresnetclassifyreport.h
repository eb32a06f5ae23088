/* gst-resnet: the element resnetclassify: its errors, and what its debug log says of each frame
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstresnetclassifyprivate.h"

G_BEGIN_DECLS
/* Posts @error as a message of @type (GST_MESSAGE_ERROR or GST_MESSAGE_WARNING). The debug text has the path and the
 * hash of the model and the caps of the stream. To be called by start or the classifying thread. */
    void gst_resnet_classify_report (GstResnetClassify * self,
    GstMessageType type, const GError * error);

/* Writes to the debug log, at level LOG, what the answer is, how it came about and how long it took. @durations has
 * GST_RESNET_N_STAGES members. To be called by the classifying thread. */
void gst_resnet_classify_log_answer (GstResnetClassify * self,
    const GstResnetAnswer * answer, const GstResnetTimes * times,
    const GstClockTime * durations);
/* Writes to the debug log, at level LOG, that a frame passes without being classified, and which answer it carries.
 * @answer: (nullable) */
void gst_resnet_classify_log_passing (GstResnetClassify * self,
    const GstResnetAnswer * answer, const GstResnetTimes * times,
    const gchar * why);

G_END_DECLS
