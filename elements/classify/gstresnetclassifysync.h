/* gst-resnet: the element resnetclassify: how values that are set reach the threads that use them
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstresnetclassifyprivate.h"

G_BEGIN_DECLS
/* The streaming thread: sets the properties that have a control binding to their values at the time of @buffer. */
    void gst_resnet_classify_sync_controlled (GstResnetClassify * self,
    GstBuffer * buffer);
/* With the object lock: copies the element's settings to @settings where they differ. TRUE: the user changed something,
 * not only control bindings did. */
gboolean gst_resnet_classify_take_settings (GstResnetClassify * self,
    GstResnetSettings * settings);
/* The classifying thread: takes over what was set since its last frame. */
void gst_resnet_classify_sync_settings (GstResnetClassify * self);

G_END_DECLS
