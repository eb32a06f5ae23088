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

/* The largest resize and crop, pixels. */
#define NN_PREPROCESS_MAX_SIZE 4096

/**
 * NnPreprocess: torchvision's Resize(resize) → CenterCrop(crop) → ToTensor → Normalize(mean, std)
 * @resize: the shorter side after resizing, pixels (the longer one is floored, as torchvision computes it);
 *   0: the image is stretched to crop × crop
 * @crop: side of the square that the network sees, pixels, 1 to NN_PREPROCESS_MAX_SIZE
 * @mean: per channel R, G, B, of values from 0 to 1
 * @std: per channel R, G, B, of values from 0 to 1; > 0
 * @interpolation: the resize's filter
 */
typedef struct {
  guint resize;
  guint crop;
  gfloat mean[3];
  gfloat std[3];
  NnInterpolation interpolation;
} NnPreprocess;

/* torchvision's values for ImageNet: 256, 224, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225), bilinear */
#define NN_PREPROCESS_IMAGENET                                                                                         \
  {                                                                                                                    \
    256, 224, { 0.485f, 0.456f, 0.406f }, { 0.229f, 0.224f, 0.225f }, NN_INTERPOLATION_BILINEAR                        \
  }

/* Checks the ranges above. */
gboolean nn_preprocess_validate (const NnPreprocess *p, GError **error);

/* Returns "nearest", "bilinear" or "bicubic", or NULL for a value outside the enumeration. */
const gchar *nn_interpolation_to_string (NnInterpolation interpolation);
gboolean nn_interpolation_from_string (const gchar *string, NnInterpolation *interpolation);

/* Parses three finite numbers that are separated by commas, semicolons or spaces and may stand inside < >, [ ] or ( ):
 * "0.485, 0.456, 0.406". It does not depend on the locale. @name is what the error calls the value ("mean"). */
gboolean nn_preprocess_parse_triple (const gchar *name, const gchar *string, gfloat triple[3], GError **error);

G_END_DECLS
