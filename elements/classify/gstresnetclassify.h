/* gst-resnet: the element resnetclassify
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/base/gstbasetransform.h>
#include <gst/gst.h>

G_BEGIN_DECLS
#define GST_TYPE_RESNET_CLASSIFY (gst_resnet_classify_get_type ())
G_DECLARE_FINAL_TYPE (GstResnetClassify, gst_resnet_classify, GST,
    RESNET_CLASSIFY, GstBaseTransform)
GST_ELEMENT_REGISTER_DECLARE (resnetclassify);

G_END_DECLS
