/* gst-resnet: the enumerations of resnetclassify's properties
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS
typedef enum
{
  GST_RESNET_REGION_MODE_FULL_FRAME,
  GST_RESNET_REGION_MODE_ROI,
  GST_RESNET_REGION_MODE_BOTH
} GstResnetRegionMode;

typedef enum
{
  GST_RESNET_MODE_SYNC,
  GST_RESNET_MODE_LATEST
} GstResnetMode;

/* The values are those of NnActivation. */
#define GST_TYPE_RESNET_ACTIVATION (gst_resnet_activation_get_type ())
GType gst_resnet_activation_get_type (void);

/* The values are those of NnPrecision. */
#define GST_TYPE_RESNET_PRECISION (gst_resnet_precision_get_type ())
GType gst_resnet_precision_get_type (void);

/* The values are those of NnInterpolation. In addition there is this one, which means "as the model file says". */
#define GST_RESNET_INTERPOLATION_AUTO (-1)
#define GST_TYPE_RESNET_INTERPOLATION (gst_resnet_interpolation_get_type ())
GType gst_resnet_interpolation_get_type (void);

/* This value means "as the model file says" for the property channel-order, too. The other values are those of
 * NnChannelOrder. */
#define GST_RESNET_CHANNEL_ORDER_AUTO (-1)
#define GST_TYPE_RESNET_CHANNEL_ORDER (gst_resnet_channel_order_get_type ())
GType gst_resnet_channel_order_get_type (void);

/* This value of the property orientation means "what the stream's tags say". The other values are those of
 * NnOrientation. */
#define GST_RESNET_ORIENTATION_AUTO 0
#define GST_TYPE_RESNET_ORIENTATION (gst_resnet_orientation_get_type ())
GType gst_resnet_orientation_get_type (void);

/* The values are those of GstResnetRegionMode. */
#define GST_TYPE_RESNET_REGION_MODE (gst_resnet_region_mode_get_type ())
GType gst_resnet_region_mode_get_type (void);

/* The values are those of GstResnetMode. */
#define GST_TYPE_RESNET_MODE (gst_resnet_mode_get_type ())
GType gst_resnet_mode_get_type (void);

G_END_DECLS
