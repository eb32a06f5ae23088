/* gst-resnet: kernel family: pooling and element-wise operations on NHWC activations
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "cpu/nn-cpu.h"

/**
 * NnWindowArgs: a pool over windows of one image
 * @in, @out: pixel (0, 0)'s first channel
 * @in_row, @in_pixel, @out_row, @out_pixel: floats from one row, one pixel to the next
 * @channels: floats a pixel that are computed
 * @pad: above and to the left; what is below and to the right follows from the output's size
 * @count_pad: a mean divides by the pixels of the whole window, those outside being zeros
 * Windows are cut at the image's edge, so padding never wins and, without @count_pad, never counts. A NaN in the window
 * gives NaN, as PyTorch's; the maximum of a dilated window that lies in the padding alone is −∞, as PyTorch's, too.
 */
typedef struct {
  const gfloat *in;
  gfloat *out;
  gsize in_row, in_pixel, out_row, out_pixel;
  guint in_height, in_width, out_width, channels;
  guint kernel[2], stride[2], pad[2], dilation[2];
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
  /* out = relu? (a + b?), n floats; b may be NULL. */
  void (*add) (const gfloat *a, const gfloat *b, gsize n, gboolean relu, gfloat *out);
} NnPoolKernels;

void nn_pool_kernels_init (NnPoolKernels *kernels, NnIsa isa);
void nn_pool_kernels_init_c (NnPoolKernels *kernels);
void nn_pool_kernels_init_avx2 (NnPoolKernels *kernels);
void nn_pool_kernels_init_avx512 (NnPoolKernels *kernels);
