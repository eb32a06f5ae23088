/* gst-resnet: the element resnetclassify: what others see of an answer
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstresnetclassifyprivate.h"

G_BEGIN_DECLS
/* Puts the stream's answer on @buffer. @reused says whether it is the answer of an earlier frame. */
void gst_resnet_classify_attach_answer (GstResnetClassify * self,
    GstBuffer * buffer, gboolean reused);
void gst_resnet_classify_post_answer (GstResnetClassify * self,
    GstResnetAnswer * answer, const GstResnetTimes * times);
GstResnetUnread *gst_resnet_unread_new (void);
void gst_resnet_unread_unref (GstResnetUnread * unread);
void gst_resnet_classify_count_regions (GstResnetClassify * self,
    const GstResnetAnswer * answer);
/* Updates what the property stats says about the other elements of the process. */
void gst_resnet_classify_note_sharing (GstResnetClassify * self);

G_END_DECLS
