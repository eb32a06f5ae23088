/* gst-resnet: kernel family: direct convolution on NHWC activations
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Activations are NHWC float32. The channels of a pixel are padded with zeros to a multiple of NN_CHANNEL_BLOCK (the
 * network's input keeps its three), and around the image lies a border of zeros as wide as the padding of the layers
 * that read it. So an output pixel is a sum over segments: runs of consecutive floats, each at a constant offset from
 * the pixel's first input element. A 3×3 convolution of 64 channels has 3 segments of 192 floats, a 1×1 convolution has
 * one, and the 7×7 stem has 7 of 21. Strides, dilations and groups only change offsets. Nothing is copied (there is no
 * im2col), and no case at the image's edge exists.
 *
 * Sums run in the same order for every pixel, whatever tile it falls into, so the result does not depend on how the
 * work is cut. */
#pragma once

#include <glib.h>

#include "base/nn-cpu.h"

#define NN_CHANNEL_BLOCK 16
#define NN_CONV_MAX_VARIANTS 4

/**
 * NnConvArgs: one group of output channels of one image
 * @in, @out, @residual: the first float of the image in its buffer; @residual NULL: nothing is added. The caller adds
 * the group's first channel to @out and @residual.
 * @in_offset, @out_offset, @residual_offset: for each output pixel, floats from the pointers above
 * @weights: packed as [n_segments × segment_length][channels], where channels is a multiple of NN_CHANNEL_BLOCK;
 * 64-byte aligned
 * @bias: one float for each channel, 64-byte aligned
 * @segment_offset: n_segments offsets in floats from the pixel's first input element
 * @channels: how many channels this call computes: those of the variant, unless the variant has 0 there
 * @relu: max (0, ·) is taken last; a NaN stays a NaN
 * @next: the weights of the call that follows, as many as @weights has, or NULL; a hint to fetch them into a cache
 * @n_adjoining: the number of pixels that have offsets, if the only segment of each is followed by that of the next
 * pixel (1×1 of stride 1), otherwise 0; a hint that the inputs of pixels to come may be fetched
 * @scratch: as many floats as the variant's scratch () says, 64-byte aligned, which belong to this thread; NULL where
 * the variant needs none
 * A kernel reads exactly the segments (a grouped one reads channels floats for each) and channels floats of residual.
 * It writes exactly channels floats for each pixel. in and residual may be unaligned; out is aligned to 64 bytes.
 * residual may be out itself with the same offsets: an element is read before it is written.
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

/* Computes out[p] = relu (bias + Σ weights · in[p] + residual[p]) for the pixels p from @first to @first + @n − 1. */
typedef void (*NnConvFunc) (const NnConvArgs *args, guint first, guint n);

/* NnConvVariant: one body of the direct convolution
 * @channels: how many output channels a call computes; 0: any multiple of NN_CHANNEL_BLOCK
 * @pixels: how many pixels a register tile has
 * @fixed: the bits depend on how the pixels are cut into calls, so the caller must always cut them in the same way,
 * into at most @pixels for a call
 * @scratch: how many floats of scratch memory a call needs; NULL: none */
typedef struct {
  const gchar *name;
  guint channels, pixels;
  gboolean fixed;
  NnConvFunc func;
  gsize (*scratch) (guint n_segments, guint segment_length, guint channels);
} NnConvVariant;

/* The variants go from the widest to the narrowest; the last one takes one block of NN_CHANNEL_BLOCK or any number of
 * channels.
 * @grouped (func NULL: there is none): for groups of segment_length inputs and as many outputs, 1, 2, 4 or 8. Each
 * segment reads as many input channels as are written, and the weights are [channels /
 * NN_CHANNEL_BLOCK][n_segments][segment_length][NN_CHANNEL_BLOCK] in the order of nn_conv_grouped_at().
 * @image3 (func NULL: there is none): for images of 3×3 pixels and kernels of 3×3, of stride 1 and padded by 1. A
 * segment is a tap, and a call takes the 9 pixels in their order. It reads nothing of the padding.
 * @peak (NULL: there is none): makes multiply-adds of the level's widest vectors in registers alone and returns 2 ×
 * their number, which is proportional to @steps. */
typedef struct {
  guint n_variants;
  NnConvVariant variant[NN_CONV_MAX_VARIANTS];
  NnConvVariant grouped;
  NnConvVariant image3;
  gdouble (*peak) (guint steps);
} NnConvKernels;

#define NN_CONV_MAX_GROUP 8

/* Returns where a grouped kernel has, within a segment's weights, the weight of input @in of the block for its output
 * @out, both of one group. The row is in ^ out, so each row is multiplied with the inputs as they lie in memory; only
 * whole groups of four are exchanged. */
static inline guint
nn_conv_grouped_at (guint out, guint in)
{
  return (in ^ out) * NN_CHANNEL_BLOCK + (out ^ ((in ^ out) & 3));
}

/* Fills the table with the bodies in C or those of OpenBLAS, then overwrites them with the better ones of each level up
 * to @isa. */
void nn_conv_kernels_init (NnConvKernels *kernels, NnIsa isa);
/* These are the portable bodies alone, which are the specification of all others. */
void nn_conv_kernels_init_c (NnConvKernels *kernels);
/* Fills the table with the entry for OpenBLAS. Returns FALSE where it was not built in. */
gboolean nn_conv_kernels_init_openblas (NnConvKernels *kernels);
void nn_conv_kernels_init_avx2 (NnConvKernels *kernels);
void nn_conv_kernels_init_avx512 (NnConvKernels *kernels);
