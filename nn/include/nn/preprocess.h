/* gst-resnet: what happens to an image before the network sees it (parameters only)
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  NN_INTERPOLATION_NEAREST,
  NN_INTERPOLATION_BILINEAR, /* antialiased, as Pillow's BILINEAR */
  NN_INTERPOLATION_BICUBIC,  /* antialiased, as Pillow's BICUBIC (a = -0.5) */
} NnInterpolation;

/* Which colour the first of the network's three input planes is. */
typedef enum {
  NN_CHANNEL_ORDER_RGB,
  NN_CHANNEL_ORDER_BGR, /* Caffe, Keras' ResNet50, what was read by OpenCV */
} NnChannelOrder;

/* The largest resize and crop, pixels. */
#define NN_PREPROCESS_MAX_SIZE 4096

/**
 * NnPreprocess: torchvision's Resize(resize) → CenterCrop(crop) → ToTensor → Normalize(mean, std)
 * @resize: the shorter side after resizing, pixels (the longer one is floored, as torchvision computes it);
 *   0: the image is stretched to the crop
 * @resize_height, @resize_width: where not 0, both: the image is stretched to this, as by torchvision's Resize((h, w)),
 *   and @resize has no effect
 * @crop_height, @crop_width: what the network sees, pixels, 1 to NN_PREPROCESS_MAX_SIZE
 * @channels: of the network's input: 3, or 1, which is grey: Pillow's convert("L") before the resize
 * @channel_order: of the input's planes, where there are 3
 * @mean, @std: for each plane of the input, in its order, of values from 0 to 1; std > 0
 * @interpolation: the resize's filter
 */
typedef struct {
  guint resize;
  guint resize_height, resize_width;
  guint crop_height, crop_width;
  guint channels;
  NnChannelOrder channel_order;
  gfloat mean[3];
  gfloat std[3];
  NnInterpolation interpolation;
} NnPreprocess;

/* torchvision's values for ImageNet: 256, 224, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225), bilinear */
#define NN_PREPROCESS_IMAGENET                                                                                         \
  {                                                                                                                    \
    .resize = 256, .crop_height = 224, .crop_width = 224, .channels = 3, .mean = { 0.485f, 0.456f, 0.406f },           \
    .std = { 0.229f, 0.224f, 0.225f }, .interpolation = NN_INTERPOLATION_BILINEAR                                      \
  }

/* Checks the ranges above. */
gboolean nn_preprocess_validate (const NnPreprocess *p, GError **error);

/* Returns how many floats the network's input has: channels · crop_height · crop_width. */
gsize nn_preprocess_get_tensor_size (const NnPreprocess *p);

/* Returns "nearest", "bilinear" or "bicubic", or NULL for a value outside the enumeration. */
const gchar *nn_interpolation_to_string (NnInterpolation interpolation);
gboolean nn_interpolation_from_string (const gchar *string, NnInterpolation *interpolation);

/* Returns "rgb" or "bgr", or NULL for a value outside the enumeration. Reading does not look at upper and lower case.
 */
const gchar *nn_channel_order_to_string (NnChannelOrder order);
gboolean nn_channel_order_from_string (const gchar *string, NnChannelOrder *order);

/* Read sizes as people write them: one number, or HEIGHTxWIDTH ("224", "256x128"). @name is what the error calls the
 * value.
 */
gboolean nn_preprocess_set_resize (NnPreprocess *p, const gchar *name, const gchar *string, GError **error);
gboolean nn_preprocess_set_crop (NnPreprocess *p, const gchar *name, const gchar *string, GError **error);
/* Return the same, "256" or "256x128", to be freed. */
gchar *nn_preprocess_resize_to_string (const NnPreprocess *p);
gchar *nn_preprocess_crop_to_string (const NnPreprocess *p);

/**
 * nn_preprocess_set_statistics: reads mean and std as people write them
 *
 * There are as many numbers as @p has channels, separated by commas, semicolons or spaces, optionally inside < >, [ ]
 * or ( ), in the order of the network's planes, in any locale. They are of values from 0 to 1. Where a mean is above 1
 * (or below -1), or where the means are all 0 or not given and a std is above 1, all that are given are of values from
 * 0 to 255.
 * @mean, @std: (nullable): NULL or empty: as it was
 * @mean_name, @std_name: what the error calls them
 */
gboolean nn_preprocess_set_statistics (NnPreprocess *p, const gchar *mean_name, const gchar *mean,
                                       const gchar *std_name, const gchar *std, GError **error);
/* What nn_preprocess_set_statistics() reads back as the same values. To be freed. */
void nn_preprocess_statistics_to_strings (const NnPreprocess *p, gchar **mean, gchar **std);

G_END_DECLS
