/* gst-resnet: the element resnetclassify: its errors, and what its debug log says of each frame
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstresnetclassifyprivate.h"

G_BEGIN_DECLS
/* Posts @error as a message of @type (GST_MESSAGE_ERROR or GST_MESSAGE_WARNING). Its debug text has the model's path and
 * hash and the stream's caps. From start or the classifying thread. */
    void gst_resnet_classify_report (GstResnetClassify * self,
    GstMessageType type, const GError * error);

/* At level LOG: the answer, how it came about and how long it took. @durations: GST_RESNET_N_STAGES. From the classifying
 * thread. */
void gst_resnet_classify_log_answer (GstResnetClassify * self,
    const GstResnetAnswer * answer, const GstResnetTimes * times,
    const GstClockTime * durations);
/* At level LOG: a frame that passes without being classified, and whose answer it carries, NULL: none. */
void gst_resnet_classify_log_passing (GstResnetClassify * self,
    const GstResnetAnswer * answer, const GstResnetTimes * times,
    const gchar * why);

G_END_DECLS
