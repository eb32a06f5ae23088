/* gst-resnet: the enumerations of resnetclassify's properties
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstresnetenums.h"

#include <nn/image.h>
#include <nn/preprocess.h>
#include <nn/session.h>
#include <nn/topk.h>

GType
gst_resnet_activation_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    {NN_ACTIVATION_AUTO,
        "Takes softmax, or none if the network itself ends in softmax or "
          "sigmoid", "auto"},
    {NN_ACTIVATION_SOFTMAX,
        "Gives probabilities that add up to 1, for pictures that show one "
          "class", "softmax"},
    {NN_ACTIVATION_SIGMOID,
        "Gives each class a probability of its own, for pictures that show "
          "several classes", "sigmoid"},
    {NN_ACTIVATION_NONE,
        "Gives the logits as the network computes them; threshold has no "
          "effect", "none"},
    {0, NULL, NULL}
  };

  if (g_once_init_enter (&type)) {
    GType t = g_enum_register_static ("GstResnetActivation", values);
    g_once_init_leave (&type, t);
  }
  return type;
}

GType
gst_resnet_interpolation_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    {GST_RESNET_INTERPOLATION_AUTO,
        "Takes the filter that the model file names, or bilinear if it names "
          "none", "auto"},
    {NN_INTERPOLATION_NEAREST, "Takes the nearest pixel", "nearest"},
    {NN_INTERPOLATION_BILINEAR,
          "Takes a bilinear filter with antialiasing, as Pillow's BILINEAR does",
        "bilinear"},
    {NN_INTERPOLATION_BICUBIC,
          "Takes a bicubic filter with antialiasing, as Pillow's BICUBIC does",
        "bicubic"},
    {0, NULL, NULL}
  };

  if (g_once_init_enter (&type)) {
    GType t = g_enum_register_static ("GstResnetInterpolation", values);
    g_once_init_leave (&type, t);
  }
  return type;
}

GType
gst_resnet_channel_order_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    {GST_RESNET_CHANNEL_ORDER_AUTO,
          "Takes the order that the model file names, or rgb if it names none",
        "auto"},
    {NN_CHANNEL_ORDER_RGB, "Gives red first, as PyTorch and Pillow do", "rgb"},
    {NN_CHANNEL_ORDER_BGR, "Gives blue first, as Caffe and OpenCV do", "bgr"},
    {0, NULL, NULL}
  };

  if (g_once_init_enter (&type)) {
    GType t = g_enum_register_static ("GstResnetChannelOrder", values);
    g_once_init_leave (&type, t);
  }
  return type;
}

/* The names are those of GstVideoOrientationMethod, and the numbers are those of NnOrientation. */
GType
gst_resnet_orientation_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    {GST_RESNET_ORIENTATION_AUTO,
        "Takes the orientation from the stream's image-orientation tag, or "
          "none if there is no such tag", "auto"},
    {NN_ORIENTATION_UPRIGHT, "Takes the picture as it is stored", "none"},
    {NN_ORIENTATION_90R, "Turns it clockwise by 90 degrees", "90r"},
    {NN_ORIENTATION_180, "Turns it by 180 degrees", "180"},
    {NN_ORIENTATION_90L, "Turns it anticlockwise by 90 degrees", "90l"},
    {NN_ORIENTATION_HORIZONTAL, "Flips it left to right", "horiz"},
    {NN_ORIENTATION_VERTICAL, "Flips it top to bottom", "vert"},
    {NN_ORIENTATION_TRANSPOSE,
          "Flips it across the diagonal from upper left to lower right",
        "ul-lr"},
    {NN_ORIENTATION_TRANSVERSE,
          "Flips it across the diagonal from upper right to lower left",
        "ur-ll"},
    {0, NULL, NULL}
  };

  if (g_once_init_enter (&type)) {
    GType t = g_enum_register_static ("GstResnetOrientation", values);
    g_once_init_leave (&type, t);
  }
  return type;
}

GType
gst_resnet_precision_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    {NN_PRECISION_AUTO,
        "Takes the faster of highest and high on this machine", "auto"},
    {NN_PRECISION_HIGHEST, "Computes with float32 numbers", "highest"},
    {NN_PRECISION_HIGH,
        "Splits each float32 number into two bfloat16 numbers; the logits "
          "equal PyTorch's within 1e-4", "high"},
    {NN_PRECISION_MEDIUM,
          "Computes with bfloat16 numbers; the logits differ by about 1 %",
        "medium"},
    {0, NULL, NULL}
  };

  if (g_once_init_enter (&type)) {
    GType t = g_enum_register_static ("GstResnetPrecision", values);
    g_once_init_leave (&type, t);
  }
  return type;
}

GType
gst_resnet_region_mode_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    {GST_RESNET_REGION_MODE_FULL_FRAME, "Classifies the whole frame",
        "full-frame"},
    {GST_RESNET_REGION_MODE_ROI, "Classifies the frame's regions of interest",
        "roi"},
    {GST_RESNET_REGION_MODE_BOTH,
        "Classifies the whole frame and its regions of interest", "both"},
    {0, NULL, NULL}
  };

  if (g_once_init_enter (&type)) {
    GType t = g_enum_register_static ("GstResnetRegionMode", values);
    g_once_init_leave (&type, t);
  }
  return type;
}

GType
gst_resnet_mode_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    {GST_RESNET_MODE_SYNC, "Holds each frame until its own result is there",
        "sync"},
    {GST_RESNET_MODE_LATEST,
          "Holds no frame; each carries the newest result that there is",
        "latest"},
    {0, NULL, NULL}
  };

  if (g_once_init_enter (&type)) {
    GType t = g_enum_register_static ("GstResnetMode", values);
    g_once_init_leave (&type, t);
  }
  return type;
}
