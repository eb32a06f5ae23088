/* gst-resnet: finished rows of pixels to where they belong
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "image/preprocess-state.h"

/* A sink says where finished rows go. One of the two pointers is set. */
typedef struct {
  gfloat *tensor;
  guint8 *rgb;
} NnImageSink;

/* Stores row @row of what CenterCrop keeps. The R of pixel x is r[x · step]. */
void nn_preprocessor_store (NnPreprocessor *self, const NnImageSink *sink, guint row, const guint8 *r, const guint8 *g,
                            const guint8 *b, guint step);
/* Stores the pixels of the crop that lie outside the image, which are zero before ToTensor. */
void nn_preprocessor_store_padding (NnPreprocessor *self, const NnImageSink *sink);

/* Returns 0–255 for gray in limited or full range. */
guint8 nn_gray_to_full (guint8 value, gboolean full_range);

/**
 * nn_grey_row: converts @n pixels to grey as Pillow's convert("L") does
 * The formula is the luma of ITU-R BT.601-7 with 16 bits of fraction, rounded.
 * @dst: one byte for every @dst_step bytes; where @dst_step is 3 or more, R, G and B are all set to the grey value
 * @rgb: R, G, B for every @step bytes; it may be @dst if the steps are equal
 */
void nn_grey_row (guint8 *dst, gsize dst_step, const guint8 *rgb, guint n, gsize step);
