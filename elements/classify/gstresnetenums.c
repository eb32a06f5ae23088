/* gst-resnet: the enumerations of resnetclassify's properties
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstresnetenums.h"

#include <nn/preprocess.h>
#include <nn/session.h>
#include <nn/topk.h>

#include "gstresnetlivesettings.h"

GType
gst_resnet_activation_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    {NN_ACTIVATION_AUTO,
          "softmax, or none where the network itself ends in softmax or sigmoid",
        "auto"},
    {NN_ACTIVATION_SOFTMAX,
        "Probabilities that add up to 1: one class a picture", "softmax"},
    {NN_ACTIVATION_SIGMOID,
          "A probability for each class by itself: several classes a picture",
        "sigmoid"},
    {NN_ACTIVATION_NONE,
          "The logits as the network gives them (threshold does not apply)",
        "none"},
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
    {GST_RESNET_INTERPOLATION_AUTO, "What the model file says, else bilinear",
        "auto"},
    {NN_INTERPOLATION_NEAREST, "The nearest pixel", "nearest"},
    {NN_INTERPOLATION_BILINEAR, "Bilinear, antialiased, as Pillow's BILINEAR",
        "bilinear"},
    {NN_INTERPOLATION_BICUBIC, "Bicubic, antialiased, as Pillow's BICUBIC",
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
gst_resnet_precision_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    {NN_PRECISION_AUTO, "The faster of highest and high on this machine",
        "auto"},
    {NN_PRECISION_HIGHEST, "float32 arithmetic", "highest"},
    {NN_PRECISION_HIGH,
          "Each float32 number as two bfloat16; PyTorch's logits within 1e-4",
        "high"},
    {NN_PRECISION_MEDIUM, "bfloat16: logits differ by about 1 %", "medium"},
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
    {GST_RESNET_REGION_MODE_FULL_FRAME, "The whole frame", "full-frame"},
    {GST_RESNET_REGION_MODE_ROI, "The frame's regions of interest", "roi"},
    {GST_RESNET_REGION_MODE_BOTH, "The whole frame and its regions", "both"},
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
    {GST_RESNET_MODE_SYNC, "Each frame waits for its own result", "sync"},
    {GST_RESNET_MODE_LATEST,
          "No frame waits: each carries the newest result that there is",
        "latest"},
    {0, NULL, NULL}
  };

  if (g_once_init_enter (&type)) {
    GType t = g_enum_register_static ("GstResnetMode", values);
    g_once_init_leave (&type, t);
  }
  return type;
}
