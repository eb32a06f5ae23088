/* gst-resnet: kernel family: direct convolution on NHWC activations
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Activations are NHWC float32 with the channels of a pixel padded to a multiple of NN_CHANNEL_BLOCK (zeros; the
 * network's input keeps its three) and a border of zeros as wide as the padding of whoever reads them. So an output
 * pixel is a sum over segments: runs of consecutive floats, each at a constant offset from the pixel's first input
 * element. A 3×3 convolution of 64 channels has 3 segments of 192 floats, a 1×1 convolution has one, the 7×7 stem has 7
 * of 21; strides, dilations and groups only change offsets. Nothing is copied (no im2col) and no case at the image's
 * edge exists.
 *
 * Sums run in the same order for every pixel whatever tile it falls into, so the result does not depend on how the work
 * is cut. */
#pragma once

#include <glib.h>

#include "base/nn-cpu.h"

#define NN_CHANNEL_BLOCK 16
#define NN_CONV_MAX_VARIANTS 4

/**
 * NnConvArgs: one group of output channels of one image
 * @in, @out, @residual: the image's first element in its buffer (residual NULL: none); all as floats
 * @in_offset, @out_offset, @residual_offset: per output pixel, in floats from the above; of @out and @residual the
 * group's first channel is added by the caller to the pointers
 * @weights: packed [n_segments × segment_length][channels], channels a multiple of NN_CHANNEL_BLOCK, 64-byte aligned
 * @bias: channels floats, 64-byte aligned
 * @segment_offset: n_segments offsets in floats from the pixel's first input element
 * @channels: what this call computes; a variant's own unless that is 0
 * @relu: max (0, ·) last; a NaN stays one
 * @next: the weights of the call that follows, as large as @weights, or NULL; a hint to fetch them into a cache
 * @n_adjoining: how many pixels there are offsets of, where each pixel's only segment is followed by the next one's
 * (1×1 of stride 1), or 0; a hint that inputs of pixels to come may be fetched
 * @scratch: the variant's scratch (…) floats, 64-byte aligned, this thread's own; NULL when it needs none
 * Reads exactly the segments (of a grouped kernel channels floats each) and channels floats of residual; writes exactly
 * channels floats a pixel. in and residual may be unaligned; out is aligned to 64 bytes. residual may be out itself
 * with the same offsets: an element is read before it is written.
 */
typedef struct {
  const gfloat *in;
  gfloat *out;
  const gfloat *residual;
  const gint32 *in_offset, *out_offset, *residual_offset;
  const gfloat *weights, *bias, *next;
  const gint32 *segment_offset;
  guint n_segments, segment_length;
  guint n_adjoining;
  guint channels;
  gboolean relu;
  gfloat *scratch;
} NnConvArgs;

/* out[p] = relu (bias + Σ weights · in[p] + residual[p]) for the pixels p from @first to @first + @n − 1. */
typedef void (*NnConvFunc) (const NnConvArgs *args, guint first, guint n);

/* @channels: output channels a call (0: any multiple of NN_CHANNEL_BLOCK); @pixels: of a register tile; @fixed: bits
 * depend on how the pixels are cut into calls, so the caller must cut them the same way always, at most @pixels a call.
 */
typedef struct {
  const gchar *name;
  guint channels, pixels;
  gboolean fixed;
  NnConvFunc func;
  gsize (*scratch) (guint n_segments, guint segment_length, guint channels);
} NnConvVariant;

/* Variants from the widest to the narrowest; the last takes one block of NN_CHANNEL_BLOCK or any number.
 * @grouped (func NULL: none): groups of segment_length inputs and as many outputs, 1, 2, 4 or 8: each segment reads as
 * many input channels as are written, and weights are [channels / NN_CHANNEL_BLOCK][n_segments][segment_length]
 * [NN_CHANNEL_BLOCK] in the order of nn_conv_grouped_at().
 * @image3 (func NULL: none): for images of 3×3 pixels and kernels of 3×3, of stride 1 and padded by 1: a
 * segment is a tap, and a call takes the 9 pixels in their order. It reads nothing of the padding.
 * @peak (NULL: none): makes multiply-adds of the level's widest vectors, in registers alone, and returns 2 × their
 * number, which is proportional to @steps. */
typedef struct {
  guint n_variants;
  NnConvVariant variant[NN_CONV_MAX_VARIANTS];
  NnConvVariant grouped;
  NnConvVariant image3;
  gdouble (*peak) (guint steps);
} NnConvKernels;

#define NN_CONV_MAX_GROUP 8

/* Where in a segment's weights a grouped kernel has what input @in of the block means for its output @out, both of one
 * group: row in ^ out, so that each row is multiplied with the inputs as they lie in memory, but for whole groups of
 * four that are exchanged. */
static inline guint
nn_conv_grouped_at (guint out, guint in)
{
  return (in ^ out) * NN_CHANNEL_BLOCK + (out ^ ((in ^ out) & 3));
}

/* Fills the table with C or OpenBLAS, then overwrites upward to @isa. */
void nn_conv_kernels_init (NnConvKernels *kernels, NnIsa isa);
/* The portable body alone: the specification. */
void nn_conv_kernels_init_c (NnConvKernels *kernels);
/* The OpenBLAS entry; FALSE where it was not built in. */
gboolean nn_conv_kernels_init_openblas (NnConvKernels *kernels);
void nn_conv_kernels_init_avx2 (NnConvKernels *kernels);
void nn_conv_kernels_init_avx512 (NnConvKernels *kernels);
