/* gst-resnet: products of F(4×4, 3×3) with few tiles, weights transformed in registers
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Included by winograd-body.h at 16 lanes. 24 sums: one row of frequencies, 6, of 4 tiles. A step takes one input
 * channel: the kernel's three rows become one of their transform (two FMA each; none in the rows for 0 and infinity),
 * that row's three columns become six (six FMA), and each is multiplied with the 4 tiles (24 FMA). So a weight's nine
 * taps are read six times, but only once from memory. Factors of the transform that are the same for all channels are
 * left out and multiplied to the sums at the end. */
#include "kernels/unroll.h"

#define TAPS_VECTOR (NN_WINOGRAD_TAPS_CHANNELS)
#define TAPS_ROW (6 * NN_WINOGRAD_TAPS_TILES)
/* Input channels from the one whose weights are used to the one whose are fetched: 72 KB. Of a whole
 * call's weights, 288 KB, and the transformed tiles not all stayed in the second-level cache. */
#define TAPS_AHEAD (4 * NN_WINOGRAD_TAPS_CHUNK)
#define TAPS_INPUT (NN_WINOGRAD_TAPS_TILES * NN_WINOGRAD_TAPS_CHUNK)

enum { TAPS_ZERO, TAPS_POINT, TAPS_INFINITY };

/* Adds what @n input channels give to one row of frequencies. @kind and @lines are constants; @point: with TAPS_POINT.
 * Each step fetches @lines cache lines at @ahead. */
INLINE void
taps_row (const guint kind, const gfloat point, const gfloat *weights, const gfloat *in, guint n, gfloat *out,
          const gchar *ahead, const guint lines)
{
  V sum[6][NN_WINOGRAD_TAPS_TILES];
  const V zero = { 0 };

  NN_UNROLL (6)
  for (guint f = 0; f < 6; f++) {
    NN_UNROLL (4)
    for (guint t = 0; t < NN_WINOGRAD_TAPS_TILES; t++)
      sum[f][t] = *(const V *)(out + (f * NN_WINOGRAD_TAPS_TILES + t) * TAPS_VECTOR);
  }
  for (guint c = 0; c < n; c++, weights += 9 * TAPS_VECTOR, ahead += lines * 64) {
    const V *w = (const V *)weights;
    V row[3], u[6];

#pragma GCC unroll 2
    for (guint i = 0; i < lines; i++)
      __builtin_prefetch (ahead + i * 64, 0, 2);
    NN_UNROLL (3)
    for (guint j = 0; j < 3; j++)
      row[j] = kind == TAPS_ZERO       ? w[j]
               : kind == TAPS_INFINITY ? w[6 + j]
                                       : w[j] + point * (w[3 + j] + point * w[6 + j]);
    u[0] = row[0];
    u[1] = row[0] + AA * row[2] + A * row[1];
    u[2] = row[0] + AA * row[2] - A * row[1];
    u[3] = row[0] + BB * row[2] + B * row[1];
    u[4] = row[0] + BB * row[2] - B * row[1];
    u[5] = row[2];
    NN_UNROLL (6)
    for (guint f = 0; f < 6; f++) {
      NN_UNROLL (4)
      for (guint t = 0; t < NN_WINOGRAD_TAPS_TILES; t++)
        sum[f][t] += u[f] * (in[f * TAPS_INPUT + t * NN_WINOGRAD_TAPS_CHUNK + c] - zero);
    }
  }
  NN_UNROLL (6)
  for (guint f = 0; f < 6; f++) {
    NN_UNROLL (4)
    for (guint t = 0; t < NN_WINOGRAD_TAPS_TILES; t++)
      *(V *)(out + (f * NN_WINOGRAD_TAPS_TILES + t) * TAPS_VECTOR) = sum[f][t];
  }
}

static void
taps_zero (const gfloat *weights, const gfloat *in, guint n, gfloat *out, const gchar *ahead)
{
  taps_row (TAPS_ZERO, 0, weights, in, n, out, ahead, 2);
}

static void
taps_point (gfloat point, const gfloat *weights, const gfloat *in, guint n, gfloat *out, const gchar *ahead)
{
  taps_row (TAPS_POINT, point, weights, in, n, out, ahead, 2);
}

static void
taps_last_point (gfloat point, const gfloat *weights, const gfloat *in, guint n, gfloat *out, const gchar *ahead)
{
  taps_row (TAPS_POINT, point, weights, in, n, out, ahead, 1);
}

static void
taps_infinity (const gfloat *weights, const gfloat *in, guint n, gfloat *out)
{
  taps_row (TAPS_INFINITY, 0, weights, in, n, out, (const gchar *)weights, 0);
}

static void
taps (const NnWinogradTapsArgs *a)
{
  /* What winograd.h's G divides its rows by. */
  static const gfloat scale[6] = {
    1 / AABB, 1 / (2 * AA * (AA - BB)), 1 / (2 * AA * (AA - BB)), 1 / (2 * BB * (BB - AA)), 1 / (2 * BB * (BB - AA)), 1
  };
  const gsize in_row = 6 * TAPS_INPUT, out_row = TAPS_ROW * TAPS_VECTOR;
  const gfloat *in = a->in, *weights = a->weights;
  const gchar *ahead = (const gchar *)(a->weights + (gsize)TAPS_AHEAD * 9 * TAPS_VECTOR);

  memset (a->out, 0, 6 * out_row * sizeof (gfloat));
  /* So few channels that the weights and the transformed tiles stay in the first-level cache for all six rows; a step
   * of theirs fetches 2, 2, 2, 2, 1 and 0 of the nine lines. */
  for (guint c = 0; c < a->in_channels; c += NN_WINOGRAD_TAPS_CHUNK) {
    const guint n = MIN (NN_WINOGRAD_TAPS_CHUNK, a->in_channels - c);
    const gsize two_lines = (gsize)n * 2 * 64;

    taps_zero (weights, in, n, a->out, ahead);
    taps_point (A, weights, in + in_row, n, a->out + out_row, ahead + two_lines);
    taps_point (-A, weights, in + 2 * in_row, n, a->out + 2 * out_row, ahead + 2 * two_lines);
    taps_point (B, weights, in + 3 * in_row, n, a->out + 3 * out_row, ahead + 3 * two_lines);
    taps_last_point (-B, weights, in + 4 * in_row, n, a->out + 4 * out_row, ahead + 4 * two_lines);
    taps_infinity (weights, in + 5 * in_row, n, a->out + 5 * out_row);
    in += 6 * in_row;
    weights += (gsize)n * 9 * TAPS_VECTOR;
    ahead += (gsize)n * 9 * TAPS_VECTOR * sizeof (gfloat);
  }
  for (guint y = 0; y < 6; y++) {
    for (guint x = 0; x < 6; x++) {
      const gfloat factor = scale[y] * scale[x];
      V *out = (V *)(a->out + (y * 6 + x) * NN_WINOGRAD_TAPS_TILES * TAPS_VECTOR);

      for (guint t = 0; t < NN_WINOGRAD_TAPS_TILES; t++)
        out[t] *= factor;
    }
  }
}

#undef TAPS_VECTOR
#undef TAPS_ROW
#undef TAPS_INPUT
#undef TAPS_AHEAD
