/* gst-resnet: products of F(4×4, 3×3) with few tiles, weights transformed in registers
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * winograd-body.h includes this text at 16 lanes. There are 24 sums: one row of 6 frequencies for 4 tiles. A step takes
 * one input channel: the kernel's three rows become one row of their transform (two FMA each; none in the rows for 0
 * and infinity), that row's three columns become six (six FMA), and each is multiplied with the 4 tiles (24 FMA). So a
 * weight's nine taps are read six times, but only once from memory. Factors of the transform that are the same for all
 * channels are left out, and the sums are multiplied by them at the end. */
#include "kernels/unroll.h"

#define TAPS_VECTOR (NN_WINOGRAD_TAPS_CHANNELS)
#define TAPS_ROW (6 * NN_WINOGRAD_TAPS_TILES)
/* The weights that are fetched lie this many input channels after those that are used, which is 72 KB. When a whole
 * call's weights lay between (288 KB), these and the transformed tiles did not all stay in the second-level cache. */
#define TAPS_AHEAD (4 * NN_WINOGRAD_TAPS_CHUNK)
#define TAPS_INPUT (NN_WINOGRAD_TAPS_TILES * NN_WINOGRAD_TAPS_CHUNK)

enum { TAPS_ZERO, TAPS_POINT, TAPS_INFINITY };

/* Adds what @n input channels contribute to one row of frequencies. @kind and @lines must be constants at each call;
 * @point is used with TAPS_POINT. Each step fetches @lines cache lines from @ahead on. */
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
  /* The rows of G (winograd.h) contain these factors, which the products above leave out. */
  static const gfloat scale[6] = {
    1 / AABB, 1 / (2 * AA * (AA - BB)), 1 / (2 * AA * (AA - BB)), 1 / (2 * BB * (BB - AA)), 1 / (2 * BB * (BB - AA)), 1
  };
  const gsize in_row = 6 * TAPS_INPUT, out_row = TAPS_ROW * TAPS_VECTOR;
  const gfloat *in = a->in, *weights = a->weights;
  const gchar *ahead = (const gchar *)(a->weights + (gsize)TAPS_AHEAD * 9 * TAPS_VECTOR);

  memset (a->out, 0, 6 * out_row * sizeof (gfloat));
  /* A chunk has so few channels that the weights and the transformed tiles stay in the first-level cache for all six
   * rows. A step of the six rows fetches 2, 2, 2, 2, 1 and 0 of the nine lines. */
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
