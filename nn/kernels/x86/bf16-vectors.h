/* gst-resnet: what the tile kernels multiply with where there are no tiles: AVX-512 BF16's products of vectors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * This text is a part of bf16-body.h. A row of a tile of weights, which is 16 channels of a pair of inputs, is a
 * vector. A pixel's pair is broadcast and meets both vectors of 32 channels: 16 sums, 2 weights and 1 broadcast are in
 * registers, and 16 products take 10 loads. */
#pragma once

#include "kernels/unroll.h"

#define VECTOR_PIXELS 8 /* these are enough sums to hide the products' latency, also with 16 channels */

/* Multiplies @count pixels with @n times 16 channels into @sums; fetches @n_lines cache lines from @fetch on in each
 * step. */
static ALWAYS_INLINE void
multiply_pixels (const guint count, const guint n, const NnBf16ConvArgs *a, const NnBf16Block *block,
                 const gint32 *pixel_in, gfloat *sums, const NnBf16 *fetch, guint n_lines)
{
  TileVector sum[VECTOR_PIXELS][2];
  const NnBf16 *pixel[VECTOR_PIXELS], *w = block->weights;

  for (guint i = 0; i < count; i++) {
    for (guint c = 0; c < n; c++)
      sum[i][c] = tv_load (block->bias + 16 * c);
    pixel[i] = a->in_hi + pixel_in[i] + block->first_input;
  }
  for (guint s = 0; s < a->n_steps; s++) {
    const gssize offset = a->step_offset[s];

    for (guint line = 0; line < n_lines; line++, fetch += 32)
      __builtin_prefetch (fetch, 0, 2);
#pragma GCC unroll 4
    for (guint pair = 0; pair < a->step_pairs; pair++) {
      const TilePairs w0 = tv_pairs (w + pair * 32);
      const TilePairs w1 = n == 2 ? tv_pairs (w + NN_BF16_WEIGHTS + pair * 32) : w0;

      NN_UNROLL (8)
      for (guint i = 0; i < count; i++) {
        const TilePairs x = tv_pair (pixel[i] + offset + 2 * pair);

        sum[i][0] = tv_dpbf16 (sum[i][0], x, w0);
        if (n == 2)
          sum[i][1] = tv_dpbf16 (sum[i][1], x, w1);
      }
    }
    w += n * NN_BF16_WEIGHTS;
  }
  for (guint i = 0; i < count; i++)
    for (guint c = 0; c < n; c++)
      tv_store (sums + (i * n + c) * 16, sum[i][c]);
}

/* Multiplies @m tiles of pixels with @n times 16 channels into @sums. */
static ALWAYS_INLINE void
multiply_tiles (const guint n, guint m, const NnBf16ConvArgs *a, const NnBf16Block *block, guint tile, gfloat *sums,
                Ahead ahead)
{
  const gsize first = (gsize)tile * NN_BF16_PIXELS;
  const guint lines = ahead.block ? ahead.block->channels : 0; /* cache lines of weights that a step has */
  const guint n_lines = (lines + ahead.n_passes - 1) / ahead.n_passes;

  for (guint i = 0; i < m * NN_BF16_PIXELS; i += VECTOR_PIXELS) {
    const gint32 *out_offset = a->out_offset + first + i;
    const gsize part = (gsize)(ahead.pass + i / VECTOR_PIXELS) * a->n_steps * lines / ahead.n_passes;
    const NnBf16 *fetch = ahead.block ? ahead.block->weights + part * 32 : NULL;
    guint count = VECTOR_PIXELS;

    while (count > 0 && out_offset[count - 1] < 0)
      count--;
    for (guint j = 0; j < count && a->n_steps <= 2; j++) {
      __builtin_prefetch (a->out_hi + MAX (out_offset[j], 0) + block->first_channel, 1, 3);
      if (a->residual_hi)
        __builtin_prefetch (a->residual_hi + a->residual_offset[first + i + j] + block->first_channel, 0, 3);
    }
    if (count == VECTOR_PIXELS)
      multiply_pixels (VECTOR_PIXELS, n, a, block, a->pixel_in + first + i, sums + i * n * 16, fetch, n_lines);
    else if (count > 0)
      multiply_pixels (VECTOR_PIXELS - 1, n, a, block, a->pixel_in + first + i, sums + i * n * 16, fetch, n_lines);
  }
}

/* Does what the function of the same name in bf16-body.h does for tiles. Vectors have nothing to gain from work between
 * the products, so @pending waits. */
static ALWAYS_INLINE void
multiply (const guint products, guint m, const NnBf16ConvArgs *a, const NnBf16Block *block, guint tile, gfloat *sums,
          Pending *pending, Ahead ahead)
{
  if (block->channels == 32)
    multiply_tiles (2, m, a, block, tile, sums, ahead);
  else
    multiply_tiles (1, m, a, block, tile, sums, ahead);
}
