/* gst-resnet: geometry of a resize, its filters, the matrix of YUV
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kernels/resize.h"

#include <nn/image.h>

/* A chroma plane may be subsampled by at most 2^2 (4:1:1, YUV9). */
#define NN_IMAGE_MAX_SHIFT 2

static inline guint
nn_image_subsampled (guint size, guint shift)
{
  return (size + (1u << shift) - 1) >> shift;
}

/* --- geometry: one axis of Resize → CenterCrop --- */

/**
 * @in: the number of pixels before Resize (in the region of interest)
 * @resized: the number of pixels after Resize
 * @first: the first resized pixel that CenterCrop keeps
 * @keep: the number of resized pixels that CenterCrop keeps; the rest of the crop is padding (zero before ToTensor)
 * @out: the position in the crop of the first pixel that is kept
 */
typedef struct {
  guint in, resized, first, keep, out;
} NnAxis;

/* Computes both axes. The region of interest and the pixel aspect ratio of @image must be set. */
void nn_image_axes (const NnPreprocess *params, const NnImage *image, NnAxis *x, NnAxis *y);

/* --- filters --- */

/* Makes the exact filter, which is Pillow's, in fixed-point with NN_RESIZE_EXACT_BITS. A window of taps may not end
 * behind the sample @limit (G_MAXUINT where rows are padded). Returns FALSE when there is no memory. */
gboolean nn_resize_filter_init_exact (NnResizeFilter *filter, const NnAxis *axis, NnInterpolation interpolation,
                                      guint taps_multiple, guint limit);

/**
 * nn_resize_filter_init_fast: makes the fast filter, in NN_RESIZE_FAST_BITS, of a plane that may be subsampled
 * For a subsampled plane it is the composition of the linear upsampling at the siting and of the resize filter. The
 * coefficients of an output add up to exactly 1. Windows count the whole plane's samples; taps may reach behind it.
 * @roi_first: the first pixel of the region of interest, in luma pixels of the whole image
 */
gboolean nn_resize_filter_init_fast (NnResizeFilter *filter, const NnAxis *axis, NnInterpolation interpolation,
                                     guint taps_multiple, guint roi_first, guint plane_size, guint shift,
                                     gboolean cosited);

void nn_resize_filter_clear (NnResizeFilter *filter);

/* Finds the source pixel of each kept pixel as Pillow's NEAREST does. @index has axis->keep elements. An element is
 * G_MAXUINT if its pixel lies outside the image; such a pixel is black. */
void nn_resize_nearest (const NnAxis *axis, guint *index);

/* --- linear chroma upsampling --- */

/* Tells that luma pixel @position of the whole image lies between the plane's samples @a and @b, @weight_b eighths
 * towards b. */
typedef struct {
  guint a, b;
  gint weight_b;
} NnChromaTap;

NnChromaTap nn_chroma_tap (guint position, guint plane_size, guint shift, gboolean cosited);

/* Gives the matrix of ITU-R BT.601, 709 or 2020 as the kernels take it, for RGB from Y, Cb and Cr in fixed-point with
 * NN_YUV_BITS. */
void nn_yuv_matrix_init (NnYuvMatrix *matrix, gdouble kr, gdouble kb, gboolean full_range);
