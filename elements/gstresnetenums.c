/* gst-resnet: the enumerations of resnetclassify's properties
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstresnetenums.h"

#include <nn/preprocess.h>
#include <nn/topk.h>

GType
gst_resnet_activation_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
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
