/* gst-resnet: kernel family: convolution and pooling on matrix tiles, float32 as the sum of two bfloat16
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A number x is held as hi + lo with hi = bf16 (x) and lo = bf16 (x − hi), which keeps 16 bits of mantissa. Activations
 * are NHWC in two planes, one of all hi and one of all lo, with the geometry of kernels/conv.h: channels are padded to
 * a multiple of NN_CHANNEL_BLOCK, and a border of zeros lies around the image. A product of two such numbers is hi·hi +
 * lo·hi + hi·lo (lo·lo is below what is kept); PyTorch calls this float32 matmul precision "high". With @products 1
 * there is no plane of lo; PyTorch calls this "medium".
 *
 * A tile is 16 output pixels, whose first input elements lie at a constant distance from each other, times 32 input
 * elements. Some slots of a tile may be no pixels, because they lie between two rows of the image or behind the last
 * row: they are computed and not stored. A step multiplies a tile with weights. The sum runs over all steps in their
 * order, so it does not depend on how the pixels are cut into tasks. */
#pragma once

#include <glib.h>
#include <string.h>

#include "base/nn-cpu.h"
#include "kernels/conv.h"
#include "kernels/pool.h"

typedef guint16 NnBf16;

#define NN_BF16_PIXELS 16
#define NN_BF16_DEPTH 32                     /* input elements of a step */
#define NN_BF16_WEIGHTS (NN_BF16_DEPTH * 16) /* elements of a tile of weights: 32 inputs × 16 output channels */

/* Rounds to the nearest, ties to even, as VCVTNEPS2BF16 does (Intel SDM 2A): denormals become zeros, and a NaN stays a
 * NaN. */
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
 * NnBf16Block: 16 or 32 output channels; all blocks of a layer have the same number of them, but for the last
 * @weights: one step after the other. A step has a tile of hi for each 16 channels, then (with 3 products) a tile of lo
 * for each. Element [r][c][e] of a tile (r and c are below 16, e is below 2) belongs to input 2 r + e of the step and
 * to output channel c. The memory is 64-byte aligned.
 * @bias: one float for each channel, 64-byte aligned
 * @first_input: where the inputs of the groups that the block belongs to begin; it is added to each input offset
 */
typedef struct {
  guint first_channel, channels;
  gint32 first_input;
  NnBf16 *weights;
  gfloat *bias;
} NnBf16Block;

/**
 * NnBf16ConvArgs: one image (or all of them for the fully connected layer)
 * @in_hi … @residual_lo: the image's first element in its buffer; the planes of lo exist with 3 products only
 * @out_f32: where it is not NULL, float32 is written there instead of the split form
 * @tile_in: the first input element of each tile; @in_stride: elements from one of its pixels to the next (for
 * matrices)
 * @rows: how many pixels a tile has, 1 to 16; the slots after them are no pixels (for matrices)
 * @pixel_in: for each of a tile's 16 slots the first input element of its pixel, or of some pixel where it has none
 * (for vectors, which need no regular distance)
 * @out_offset, @residual_offset: for each of a tile's 16 slots the first channel of its pixel; out_offset is negative
 * where there is no pixel
 * @step_offset: n_steps offsets of input elements
 * @blocks: all n_blocks of the layer; the one after the last of a call may be fetched into a cache
 * @step_pairs: how many pairs of a step's inputs meet other weights than zeros, rounded up to a multiple of 4; kernels
 * of vectors multiply no others
 * @pixels_outside: two tiles are multiplied with all blocks, then the next two (the weights stay in the cache);
 * otherwise a block is multiplied with all tiles, then the next block
 * A kernel reads NN_BF16_DEPTH elements for each row of a tile and each step, also for rows that are no pixels, and
 * also elements that meet weights of zero. The planner keeps all of them inside the buffer, and the latter finite.
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
 * NnBf16Kernels: the kernels for one level
 * @products: 3 (high) or 1 (medium); with 1 there are no planes of lo
 * @vectors: the kernels multiply vectors, not matrices; whether they are faster than float32 is then measured
 * @conv: out = relu (bias + Σ weights · in + residual) for some tiles and some blocks
 * @max_pool_row: computes one output row; a NaN in the window gives NaN
 * @average: computes the mean over height × width pixels; channels is a multiple of 16; the result is NaN where there
 * are no pixels
 * @add: out = relu? (a + b?) for n elements, a multiple of 16; b_hi may be NULL
 * @input: turns width pixels of as many planes as there are channels (@plane floats apart) into interleaved and split
 * numbers
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

/* Returns FALSE where @isa has no such instructions, or this build has no bodies for them. @products: 3 or 1 */
gboolean nn_bf16_kernels_init (NnBf16Kernels *kernels, NnIsa isa, guint products);
void nn_bf16_kernels_init_amx (NnBf16Kernels *kernels, guint products);
/* There are kernels for 1 product only. */
void nn_bf16_kernels_init_avx512bf16 (NnBf16Kernels *kernels, guint products);
