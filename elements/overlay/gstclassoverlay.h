/* gst-resnet: the element classoverlay
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/base/gstbasetransform.h>
#include <gst/gst.h>

G_BEGIN_DECLS
#define GST_TYPE_CLASS_OVERLAY (gst_class_overlay_get_type ())
G_DECLARE_FINAL_TYPE (GstClassOverlay, gst_class_overlay, GST, CLASS_OVERLAY,
    GstBaseTransform)
GST_ELEMENT_REGISTER_DECLARE (classoverlay);

G_END_DECLS
