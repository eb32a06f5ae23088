/* gst-resnet: the element resnetclassify: another model while it runs
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstresnetclassifyprivate.h"

G_BEGIN_DECLS
/* Sets the value of property model-info. @info: (transfer full) (nullable) */
void gst_resnet_classify_set_model_info (GstResnetClassify * self,
    GstStructure * info);
/* Reacts to changed properties. Properties that one g_object_set() call sets are reported together, so that model and
 * labels make one request. */
void gst_resnet_classify_follow_properties (GstResnetClassify * self,
    guint n_specs, GParamSpec ** specs);
/* Starts or stops watching the files, as property watch-model says. To be called with the object lock while the
 * element runs. If there is no thread that could watch them, @error is set. */
void gst_resnet_classify_watch_model (GstResnetClassify * self,
    GError ** error);
/* Warns of that. To be called without the object lock. @error: (transfer full) (nullable) */
void gst_resnet_classify_report_unwatched (GstResnetClassify * self,
    GError * error);
/* Ends the loading of models, when the element stops or did not start. */
void gst_resnet_classify_stop_swapping (GstResnetClassify * self);
/* Takes the model that is ready, if there is one. To be called by the classifying thread between two frames. */
void gst_resnet_classify_take_model (GstResnetClassify * self);

G_END_DECLS
