/* gst-resnet: the element resnetclassify: how values that are set reach the threads that use them
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstresnetclassifyprivate.h"

G_BEGIN_DECLS
/* These are the element's property functions. Setting a property only stores its value. */
    void gst_resnet_classify_set_property (GObject * object, guint prop_id,
    const GValue * value, GParamSpec * pspec);
void gst_resnet_classify_get_property (GObject * object, guint prop_id,
    GValue * value, GParamSpec * pspec);

/* Sets the properties that have a control binding to their values at the time of @buffer. To be called by the
 * streaming thread. */
void gst_resnet_classify_sync_controlled (GstResnetClassify * self,
    GstBuffer * buffer);
/* Copies the element's settings to @settings if they differ. Returns TRUE if the user changed something, and FALSE if
 * only control bindings did. To be called with the object lock. */
gboolean gst_resnet_classify_take_settings (GstResnetClassify * self,
    GstResnetSettings * settings);
/* Takes over what was set since the last frame. To be called by the classifying thread. */
void gst_resnet_classify_sync_settings (GstResnetClassify * self);

G_END_DECLS
