/* gst-resnet: what the tile kernels multiply with where there are no tiles: AVX-512 BF16's products of vectors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Part of tile-body.h. A row of a tile of weights, 16 channels of a pair of inputs, is a vector; a pixel's pair is
 * broadcast and meets both vectors of 32 channels: 16 sums, 2 weights, 1 broadcast, 10 loads for 16 products. */
#pragma once

#define VECTOR_PIXELS 8 /* enough sums for the products' latency also with 16 channels */

/* VECTOR_PIXELS pixels from @in with @n times 16 channels → @sums. */
static ALWAYS_INLINE void
multiply_pixels (const guint n, const NnTileConvArgs *a, const NnTileBlock *block, const NnBf16 *in, gfloat *sums)
{
  TileVector sum[VECTOR_PIXELS][2];
  const NnBf16 *w = block->weights;

  for (guint i = 0; i < VECTOR_PIXELS; i++)
    sum[i][0] = sum[i][1] = tv_zero ();
  for (guint s = 0; s < a->n_steps; s++) {
    const NnBf16 *pixel = in + a->step_offset[s];

#pragma GCC unroll 4
    for (guint pair = 0; pair < NN_TILE_DEPTH / 2; pair++) {
      const TilePairs w0 = tv_pairs (w + pair * 32);
      const TilePairs w1 = n == 2 ? tv_pairs (w + NN_TILE_WEIGHTS + pair * 32) : w0;

#pragma GCC unroll 8
      for (guint i = 0; i < VECTOR_PIXELS; i++) {
        const TilePairs x = tv_pair (pixel + i * a->in_stride + 2 * pair);

        sum[i][0] = tv_dpbf16 (sum[i][0], x, w0);
        if (n == 2)
          sum[i][1] = tv_dpbf16 (sum[i][1], x, w1);
      }
    }
    w += n * NN_TILE_WEIGHTS;
  }
  for (guint i = 0; i < VECTOR_PIXELS; i++)
    for (guint c = 0; c < n; c++)
      tv_store (sums + i * SUMS_ROW + 16 * c, sum[i][c]);
}

/* As tile-body.h's for tiles. Vectors have nothing to gain from work between the products: @pending waits. */
static ALWAYS_INLINE void
multiply (const guint products, const guint m, const guint n, const NnTileConvArgs *a, const NnTileBlock *block,
          guint tile, gfloat *sums, Pending *pending)
{
  for (guint i = 0; i < m * NN_TILE_PIXELS; i += VECTOR_PIXELS) {
    const gssize first = (gssize)a->tile_in[tile + i / NN_TILE_PIXELS] + block->first_input;

    multiply_pixels (n, a, block, a->in_hi + (gsize)first + i % NN_TILE_PIXELS * a->in_stride, sums + i * SUMS_ROW);
  }
}
