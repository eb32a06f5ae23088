/* gst-resnet: kernel family: pooling and element-wise operations on NHWC activations
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "base/nn-cpu.h"

/**
 * NnWindow: where a pool's windows lie in an image; [0] vertical, [1] horizontal
 * @size: the image's
 * @pad: above and to the left; what is below and to the right follows from the output's size
 * Windows are cut at the image's edge.
 */
typedef struct {
  guint size[2], kernel[2], stride[2], pad[2], dilation[2];
} NnWindow;

/* The taps of the window at @at that lie in the image: *first to before the result, if there are any. */
static inline guint
nn_window_taps (const NnWindow *window, guint axis, guint at, guint *first)
{
  const gint64 start = (gint64)at * window->stride[axis] - window->pad[axis], step = window->dilation[axis];
  const gint64 end = start >= window->size[axis] ? 0 : (window->size[axis] - start + step - 1) / step;

  *first = start < 0 ? (guint)((step - 1 - start) / step) : 0;
  return (guint)MIN (end, (gint64)window->kernel[axis]);
}

/* The row or column of a tap, at least 0 where the tap lies in the image. */
static inline gssize
nn_window_at (const NnWindow *window, guint axis, guint at, guint tap)
{
  return (gssize)at * window->stride[axis] + (gssize)tap * window->dilation[axis] - (gssize)window->pad[axis];
}

/**
 * NnWindowArgs: a pool over windows of one image
 * @in, @out: pixel (0, 0)'s first channel
 * @in_row, @in_pixel, @out_row, @out_pixel: floats from one row, one pixel to the next
 * @channels: floats a pixel that are computed
 * @count_pad: a mean divides by the pixels of the whole window, those outside being zeros
 * Padding never wins and, without @count_pad, never counts. A NaN in the window
 * gives NaN, as PyTorch's; the maximum of a dilated window that lies in the padding alone is −∞, as PyTorch's, too.
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
  /* One output row. */
  void (*max_pool_row) (const NnWindowArgs *args, guint row);
  /* The mean, summed row after row in float32, divided by the number of pixels. */
  void (*avg_pool_row) (const NnWindowArgs *args, guint row);
  /* out[c] = mean over height × width pixels, summed row after row in float32. */
  void (*global_avg_pool) (const gfloat *in, gsize in_row, gsize in_pixel, guint height, guint width, guint channels,
                           gfloat *out);
  /* out[i][c] = in[i][c] · factors[c]: n pixels of that many channels, close to each other. */
  void (*scale) (const gfloat *in, const gfloat *factors, gsize n, guint channels, gfloat *out);
  /* out = 1 / (1 + exp (−in)), n floats */
  void (*sigmoid) (const gfloat *in, gsize n, gfloat *out);
  /* out[c] = scale[c] · (in[c] − mean) / sqrt (variance + epsilon) + bias[c], mean and variance of the channels (Ba,
   * Kiros and Hinton 2016, equation 3 for a pixel) */
  void (*channel_norm) (const gfloat *in, guint channels, gfloat epsilon, const gfloat *scale, const gfloat *bias,
                        gfloat *out);
  /* out = relu? (a + b?), n floats; b may be NULL. */
  void (*add) (const gfloat *a, const gfloat *b, gsize n, gboolean relu, gfloat *out);
} NnPoolKernels;

void nn_pool_kernels_init (NnPoolKernels *kernels, NnIsa isa);
void nn_pool_kernels_init_c (NnPoolKernels *kernels);
void nn_pool_kernels_init_avx2 (NnPoolKernels *kernels);
void nn_pool_kernels_init_avx512 (NnPoolKernels *kernels);
