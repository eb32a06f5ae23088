/* gst-resnet: kernel family: pooling and element-wise operations on NHWC activations
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "base/nn-cpu.h"

/**
 * NnWindow: where a pool's windows lie in an image; [0] is vertical, [1] is horizontal
 * @size: the size of the image
 * @pad: the padding above and to the left; what is below and to the right follows from the output's size
 * Windows are cut off at the image's edge.
 */
typedef struct {
  guint size[2], kernel[2], stride[2], pad[2], dilation[2];
} NnWindow;

/* Finds the taps of the window at @at that lie in the image: they go from *first to before the result, if there are
 * any. */
static inline guint
nn_window_taps (const NnWindow *window, guint axis, guint at, guint *first)
{
  const gint64 start = (gint64)at * window->stride[axis] - window->pad[axis], step = window->dilation[axis];
  const gint64 end = start >= window->size[axis] ? 0 : (window->size[axis] - start + step - 1) / step;

  *first = start < 0 ? (guint)((step - 1 - start) / step) : 0;
  return (guint)MIN (end, (gint64)window->kernel[axis]);
}

/* Returns the row or the column of a tap, which is at least 0 where the tap lies in the image. */
static inline gssize
nn_window_at (const NnWindow *window, guint axis, guint at, guint tap)
{
  return (gssize)at * window->stride[axis] + (gssize)tap * window->dilation[axis] - (gssize)window->pad[axis];
}

/**
 * NnWindowArgs: a pool over windows of one image
 * @in, @out: the first channel of pixel (0, 0)
 * @in_row, @out_row: floats from one row to the next; @in_pixel, @out_pixel: floats from one pixel to the next
 * @channels: how many floats of each pixel are computed
 * @count_pad: a mean divides by the number of pixels of the whole window, and those outside the image count as zeros
 * Padding is never the maximum, and without @count_pad it never counts for a mean. A NaN in the window gives NaN, as in
 * PyTorch. The maximum of a dilated window that lies in the padding alone is −∞, as in PyTorch, too.
 */
typedef struct {
  const gfloat *in;
  gfloat *out;
  gsize in_row, in_pixel, out_row, out_pixel;
  guint out_width, channels;
  NnWindow window;
  gboolean count_pad;
} NnWindowArgs;

typedef struct {
  /* Computes the maxima of one output row. */
  void (*max_pool_row) (const NnWindowArgs *args, guint row);
  /* Computes the means of one output row: each is summed row after row in float32 and divided by the number of
   * pixels. */
  void (*avg_pool_row) (const NnWindowArgs *args, guint row);
  /* Computes out[c] = the mean over height × width pixels, summed row after row in float32. */
  void (*global_avg_pool) (const gfloat *in, gsize in_row, gsize in_pixel, guint height, guint width, guint channels,
                           gfloat *out);
  /* Computes out[i][c] = in[i][c] · factors[c] for n pixels of that many channels, which lie close to each other. */
  void (*scale) (const gfloat *in, const gfloat *factors, gsize n, guint channels, gfloat *out);
  /* Computes out = 1 / (1 + exp (−in)) for n floats. */
  void (*sigmoid) (const gfloat *in, gsize n, gfloat *out);
  /* Computes out[c] = scale[c] · (in[c] − mean) / sqrt (variance + epsilon) + bias[c] with the mean and the variance of
   * the channels (Ba, Kiros and Hinton 2016, equation 3 for a pixel). */
  void (*channel_norm) (const gfloat *in, guint channels, gfloat epsilon, const gfloat *scale, const gfloat *bias,
                        gfloat *out);
  /* Computes out = relu? (a + b?) for n floats; b may be NULL. */
  void (*add) (const gfloat *a, const gfloat *b, gsize n, gboolean relu, gfloat *out);
} NnPoolKernels;

void nn_pool_kernels_init (NnPoolKernels *kernels, NnIsa isa);
void nn_pool_kernels_init_c (NnPoolKernels *kernels);
void nn_pool_kernels_init_avx2 (NnPoolKernels *kernels);
void nn_pool_kernels_init_avx512 (NnPoolKernels *kernels);
