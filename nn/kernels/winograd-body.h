/* gst-resnet: Winograd's transforms in vectors of channels, one body for every vector width
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One file of each ISA and the tests include this text, with
 *   WINOGRAD_LANES the floats of a vector: 8 or 16
 *   WINOGRAD_TABLE the function that fills the table
 * Points p and −p share their work: the rows of Bᵀ for them are the sum and the difference of an even and an odd part,
 * and the columns of Aᵀ are applied to the sum and the difference of their two frequencies. */
#include <string.h>

#include "kernels/unroll.h"
#include "kernels/winograd-points.h"
#include "kernels/winograd.h"

typedef gfloat V __attribute__ ((vector_size (WINOGRAD_LANES * sizeof (gfloat))));
typedef gfloat VU __attribute__ ((vector_size (WINOGRAD_LANES * sizeof (gfloat)), aligned (sizeof (gfloat))));
typedef gint32 VI __attribute__ ((vector_size (WINOGRAD_LANES * sizeof (gint32))));

#define INLINE static inline __attribute__ ((always_inline))

#define A ((gfloat)NN_WINOGRAD_A)
#define B ((gfloat)NN_WINOGRAD_B)
#define AA ((gfloat)(NN_WINOGRAD_A * NN_WINOGRAD_A))
#define BB ((gfloat)(NN_WINOGRAD_B * NN_WINOGRAD_B))
#define AAA ((gfloat)(NN_WINOGRAD_A * NN_WINOGRAD_A * NN_WINOGRAD_A))
#define BBB ((gfloat)(NN_WINOGRAD_B * NN_WINOGRAD_B * NN_WINOGRAD_B))
#define AABB ((gfloat)(NN_WINOGRAD_A * NN_WINOGRAD_A * NN_WINOGRAD_B * NN_WINOGRAD_B))
#define AA_BB ((gfloat)(NN_WINOGRAD_A * NN_WINOGRAD_A + NN_WINOGRAD_B * NN_WINOGRAD_B))

/* Computes v = Bᵀ d; the elements of both lie @step vectors apart, and both may be the same memory. @n must be a
 * constant at each call. */
INLINE void
bt (const guint n, V *v, const V *d, const guint step)
{
  const V d0 = d[0], d1 = d[step], d2 = d[2 * step], d3 = d[3 * step];

  if (n == 4) {
    v[0] = d2 - d0;
    v[step] = d2 + d1;
    v[2 * step] = d2 - d1;
    v[3 * step] = d3 - d1;
  } else {
    const V d4 = d[4 * step], d5 = d[5 * step];
    const V even_a = d4 - BB * d2, odd_a = A * (d3 - BB * d1);
    const V even_b = d4 - AA * d2, odd_b = B * (d3 - AA * d1);

    v[0] = d4 - AA_BB * d2 + AABB * d0;
    v[step] = even_a + odd_a;
    v[2 * step] = even_a - odd_a;
    v[3 * step] = even_b + odd_b;
    v[4 * step] = even_b - odd_b;
    v[5 * step] = d5 - AA_BB * d3 + AABB * d1;
  }
}

/* Computes y = Aᵀ m; the elements of m lie @step vectors apart, those of y @y_step. */
INLINE void
at (const guint n, V *y, const guint y_step, const V *m, const guint step)
{
  const V even_a = m[step] + m[2 * step], odd_a = m[step] - m[2 * step];

  if (n == 4) {
    y[0] = m[0] + even_a;
    y[y_step] = odd_a + m[3 * step];
  } else {
    const V even_b = m[3 * step] + m[4 * step], odd_b = m[3 * step] - m[4 * step];

    y[0] = m[0] + even_a + even_b;
    y[y_step] = A * odd_a + B * odd_b;
    y[2 * y_step] = AA * even_a + BB * even_b;
    y[3 * y_step] = AAA * odd_a + BBB * odd_b + m[5 * step];
  }
}

/* @full: the whole tile exists. @n and @full must be constants at each call. */
INLINE void
input_tile (const guint n, const NnWinogradInputArgs *a, const gboolean full)
{
  for (guint c = 0; c < a->channels; c += WINOGRAD_LANES) {
    V d[NN_WINOGRAD_MAX_INPUT * NN_WINOGRAD_MAX_INPUT];
    const V zero = { 0 };

    NN_UNROLL (6)
    for (guint x = 0; x < n; x++) {
      NN_UNROLL (6)
      for (guint y = 0; y < n; y++)
        d[y * n + x] = full || (y < a->rows && x < a->columns)
                           ? (V) * (const VU *)(a->in + y * a->in_row + x * a->in_pixel + c)
                           : zero;
      bt (n, d + x, d + x, n);
    }
    NN_UNROLL (6)
    for (guint y = 0; y < n; y++) {
      V v[NN_WINOGRAD_MAX_INPUT];

      bt (n, v, d + y * n, 1);
      NN_UNROLL (6)
      for (guint x = 0; x < n; x++)
        *(V *)(a->out + (y * n + x) * a->frequency + c) = v[x];
    }
  }
}

INLINE void
output_tile (const guint n, const NnWinogradOutputArgs *a, const gboolean full)
{
  const guint m = n - 2;

  for (guint c = 0; c < a->channels; c += WINOGRAD_LANES) {
    V half[(NN_WINOGRAD_MAX_INPUT - 2) * NN_WINOGRAD_MAX_INPUT];
    const V bias = *(const V *)(a->bias + c);
    const V zero = { 0 };

    NN_UNROLL (6)
    for (guint x = 0; x < n; x++) {
      V column[NN_WINOGRAD_MAX_INPUT];

      NN_UNROLL (6)
      for (guint y = 0; y < n; y++)
        column[y] = *(const V *)(a->in + (y * n + x) * a->frequency + c);
      at (n, half + x, n, column, 1);
    }
    NN_UNROLL (4)
    for (guint y = 0; y < m; y++) {
      V sum[NN_WINOGRAD_MAX_INPUT - 2];

      if (!full && y >= a->rows)
        continue;
      at (n, sum, 1, half + y * n, 1);
      NN_UNROLL (4)
      for (guint x = 0; x < m; x++) {
        if (!full && x >= a->columns)
          continue;
        sum[x] += bias;
        if (a->residual)
          sum[x] += *(const VU *)(a->residual + y * a->residual_row + x * a->residual_pixel + c);
        if (a->relu)
          sum[x] = (V)((VI)sum[x] & ~(sum[x] < zero)); /* a NaN is not below zero */
        *(VU *)(a->out + y * a->out_row + x * a->out_pixel + c) = sum[x];
      }
    }
  }
}

static void
input_f2 (const NnWinogradInputArgs *a)
{
  if (a->rows >= 4 && a->columns >= 4)
    input_tile (4, a, TRUE);
  else
    input_tile (4, a, FALSE);
}

static void
input_f4 (const NnWinogradInputArgs *a)
{
  if (a->rows >= 6 && a->columns >= 6)
    input_tile (6, a, TRUE);
  else
    input_tile (6, a, FALSE);
}

static void
output_f2 (const NnWinogradOutputArgs *a)
{
  if (a->rows >= 2 && a->columns >= 2)
    output_tile (4, a, TRUE);
  else
    output_tile (4, a, FALSE);
}

static void
output_f4 (const NnWinogradOutputArgs *a)
{
  if (a->rows >= 4 && a->columns >= 4)
    output_tile (6, a, TRUE);
  else
    output_tile (6, a, FALSE);
}

#if WINOGRAD_LANES == NN_WINOGRAD_TAPS_CHANNELS
#include "kernels/winograd-taps-body.h"
#define TAPS taps
#else
#define TAPS NULL
#endif

void
WINOGRAD_TABLE (NnWinogradKernels *kernels)
{
  *kernels = (NnWinogradKernels){
    .fast = TRUE,
    .tile = { [NN_WINOGRAD_F2] = { input_f2, output_f2 }, [NN_WINOGRAD_F4] = { input_f4, output_f4 } },
    .taps = TAPS,
  };
}

#undef TAPS
#undef INLINE
#undef A
#undef B
#undef AA
#undef BB
#undef AAA
#undef BBB
#undef AABB
#undef AA_BB
