/* gst-resnet: kernel family: convolution and pooling on matrix tiles, float32 as the sum of two bfloat16
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A number x is held as hi + lo: hi = bf16 (x), lo = bf16 (x − hi), 16 bits of mantissa. Activations are NHWC in two
 * planes, one of all hi and one of all lo, with the geometry of kernels/conv.h: channels padded to a multiple of
 * NN_CHANNEL_BLOCK, a border of zeros. A product of two such numbers is hi·hi + lo·hi + hi·lo (lo·lo is below what is
 * kept): PyTorch's float32 matmul precision "high". With @products 1 there is no lo plane: "medium".
 *
 * A tile is 16 output pixels whose first input elements lie at a constant distance from each other, times 32 input
 * elements. Pixels of a tile may be none (they lie between two rows of the image, or behind the last): computed and not
 * stored. A step multiplies a tile with weights; the sum runs over all steps in their order, so it does not depend on
 * how the pixels are cut into tasks. */
#pragma once

#include <glib.h>
#include <string.h>

#include "base/nn-cpu.h"
#include "kernels/conv.h"
#include "kernels/pool.h"

typedef guint16 NnBf16;

#define NN_BF16_PIXELS 16
#define NN_BF16_DEPTH 32                     /* input elements a step */
#define NN_BF16_WEIGHTS (NN_BF16_DEPTH * 16) /* elements of a tile of weights: 32 inputs × 16 output channels */

/* To the nearest, ties to even, as VCVTNEPS2BF16 (Intel SDM 2A): denormals become zeros, a NaN stays one. */
static inline NnBf16
nn_bf16_from_float (gfloat x)
{
  guint32 u;

  memcpy (&u, &x, sizeof u);
  if ((u & 0x7f800000) == 0)
    return (NnBf16)(u >> 16 & 0x8000);
  if ((u & 0x7fffffff) > 0x7f800000)
    return (NnBf16)(u >> 16 | 0x40);
  return (NnBf16)((u + 0x7fff + (u >> 16 & 1)) >> 16);
}

static inline gfloat
nn_bf16_to_float (NnBf16 x)
{
  const guint32 u = (guint32)x << 16;
  gfloat f;

  memcpy (&f, &u, sizeof f);
  return f;
}

/**
 * NnBf16Block: 16 or 32 output channels; as many in each block of a layer, but for the last
 * @weights: a step after the other: for each 16 channels a tile of hi, then (with 3 products) for each a tile of lo;
 * element [r][c][e] of a tile (r, c below 16, e below 2) belongs to input 2 r + e of the step and output channel c;
 * 64-byte aligned
 * @bias: channels floats, 64-byte aligned
 * @first_input: added to each input offset: where the groups that the block belongs to begin
 */
typedef struct {
  guint first_channel, channels;
  gint32 first_input;
  NnBf16 *weights;
  gfloat *bias;
} NnBf16Block;

/**
 * NnBf16ConvArgs: one image (or, for the fully connected layer, all of them)
 * @in_hi … @residual_lo: the image's first element in its buffer; lo planes only with 3 products
 * @out_f32: not NULL: float32 goes there instead of the split form
 * @tile_in: a tile's first input element; @in_stride: elements from one of its pixels to the next (matrices)
 * @rows: pixels that a tile has, 1 to 16: those after them are none (matrices)
 * @pixel_in: 16 a tile, the pixel's first input element, also where there is no pixel (vectors, which need no regular
 * distance)
 * @out_offset, @residual_offset: 16 a tile, the pixel's first channel; out_offset is negative where there is no pixel
 * @step_offset: n_steps offsets of input elements
 * @blocks: all n_blocks of the layer: that after a call's last one may be fetched
 * @step_pairs: pairs of a step's inputs that do not meet weights of zero alone, a multiple of 4: vectors multiply no
 * others
 * @pixels_outside: all blocks for two tiles, then the next two (their weights stay in the cache); else all tiles for a
 * block, then the next block
 * Reads NN_BF16_DEPTH elements for each of a tile's rows and each step, also those that are no pixels, and those
 * that meet weights of zero: the planner keeps them inside the buffer, the latter finite.
 */
typedef struct {
  const NnBf16 *in_hi, *in_lo;
  NnBf16 *out_hi, *out_lo;
  gfloat *out_f32;
  const NnBf16 *residual_hi, *residual_lo;
  const gint32 *tile_in;
  gsize in_stride;
  guint rows;
  const gint32 *pixel_in;
  const gint32 *out_offset, *residual_offset;
  const gint32 *step_offset;
  guint n_steps, step_pairs;
  const NnBf16Block *blocks;
  guint n_blocks;
  gboolean relu, pixels_outside;
} NnBf16ConvArgs;

/* These are NnWindowArgs on two planes. The pointers are to the first channel of pixel (0, 0). */
typedef struct {
  const NnBf16 *in_hi, *in_lo;
  NnBf16 *out_hi, *out_lo;
  gsize in_row, in_pixel, out_row, out_pixel;
  guint out_width, channels;
  NnWindow window;
} NnBf16PoolArgs;

/**
 * NnBf16Kernels: @products: 3 (high) or 1 (medium); without lo planes where 1
 * @vectors: made of products of vectors, not of matrices: whether they are faster than float32 is measured
 * @conv: out = relu (bias + Σ weights · in + residual) for some tiles and some blocks
 * @max_pool_row: one output row; a NaN in the window gives NaN
 * @average: the mean over height × width pixels, channels a multiple of 16; NaN where there are none
 * @add: out = relu? (a + b?), n elements, a multiple of 16; b_hi may be NULL
 * @input: width pixels of channels planes (@plane floats apart) → interleaved and split
 */
typedef struct {
  const gchar *name;
  guint products;
  gboolean vectors;
  void (*conv) (const NnBf16ConvArgs *args, guint first_tile, guint n_tiles, guint first_block, guint n_blocks);
  void (*max_pool_row) (const NnBf16PoolArgs *args, guint row);
  void (*average) (const NnBf16 *in_hi, const NnBf16 *in_lo, gsize in_row, gsize in_pixel, guint height, guint width,
                   guint channels, NnBf16 *out_hi, NnBf16 *out_lo);
  void (*add) (const NnBf16 *a_hi, const NnBf16 *a_lo, const NnBf16 *b_hi, const NnBf16 *b_lo, gsize n, gboolean relu,
               NnBf16 *out_hi, NnBf16 *out_lo);
  void (*input) (const gfloat *in, gsize plane, guint channels, guint width, NnBf16 *hi, NnBf16 *lo);
} NnBf16Kernels;

/* FALSE where @isa has no tiles, or this build has no bodies for them. @products: 3 or 1. */
gboolean nn_bf16_kernels_init (NnBf16Kernels *kernels, NnIsa isa, guint products);
void nn_bf16_kernels_init_amx (NnBf16Kernels *kernels, guint products);
/* 1 product alone. */
void nn_bf16_kernels_init_avx512bf16 (NnBf16Kernels *kernels, guint products);
