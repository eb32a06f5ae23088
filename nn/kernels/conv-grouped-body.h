/* gst-resnet: grouped convolution of 1, 2, 4 or 8 channels a group in registers, one body for every vector width
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One file of each ISA includes this text several times, with
 *   GROUPED_NAME    the name of the function
 *   GROUPED_LANES   the floats of a vector: 8 or 16
 *   GROUPED_PIXELS  how many output pixels a tile has
 * A vector of output channels covers several groups, and every product that is made counts. Lane i of sum r (r < 4)
 * collects what input i contributes to output i ^ r. So inputs are multiplied as they lie in memory, and only the sums
 * are permuted, once for each pixel. For groups of 8 the inputs are also multiplied with their halves exchanged. */
#include "kernels/unroll.h"

#define GROUPED_CONCAT_(a, b) a##b
#define GROUPED_CONCAT(a, b) GROUPED_CONCAT_ (a, b)
#define GROUPED_V GROUPED_CONCAT (GROUPED_NAME, _v)
#define GROUPED_VU GROUPED_CONCAT (GROUPED_NAME, _vu)
#define GROUPED_I GROUPED_CONCAT (GROUPED_NAME, _i)
#define GROUPED_KERNEL GROUPED_CONCAT (GROUPED_NAME, _kernel)
#define GROUPED_ALL GROUPED_CONCAT (GROUPED_NAME, _all)

typedef gfloat GROUPED_V __attribute__ ((vector_size (GROUPED_LANES * sizeof (gfloat))));
typedef gfloat GROUPED_VU __attribute__ ((vector_size (GROUPED_LANES * sizeof (gfloat)), aligned (sizeof (gfloat))));
typedef gint32 GROUPED_I __attribute__ ((vector_size (GROUPED_LANES * sizeof (gint32))));

/* Lane i of the result is lane i ^ r. */
#ifndef GROUPED_XOR_1_8
#define GROUPED_XOR_1_8 1, 0, 3, 2, 5, 4, 7, 6
#define GROUPED_XOR_2_8 2, 3, 0, 1, 6, 7, 4, 5
#define GROUPED_XOR_4_8 4, 5, 6, 7, 0, 1, 2, 3
#define GROUPED_XOR_1_16 GROUPED_XOR_1_8, 9, 8, 11, 10, 13, 12, 15, 14
#define GROUPED_XOR_2_16 GROUPED_XOR_2_8, 10, 11, 8, 9, 14, 15, 12, 13
#define GROUPED_XOR_4_16 GROUPED_XOR_4_8, 12, 13, 14, 15, 8, 9, 10, 11
#ifdef __clang__
#define GROUPED_SHUFFLE(type, v, ...) __builtin_shufflevector (v, v, __VA_ARGS__)
#else
#define GROUPED_SHUFFLE(type, v, ...) __builtin_shuffle (v, (type){ __VA_ARGS__ })
#endif
#endif
#define GROUPED_XOR(r, v) GROUPED_SHUFFLE (GROUPED_I, v, GROUPED_CONCAT (GROUPED_XOR_##r##_, GROUPED_LANES))

/* All blocks of channels pass over this many pixels before the next ones: they read whole pixels one after the other,
 * which processors foresee, and each block's weights come into the first-level cache only once for these pixels. */
#define GROUPED_RUN 12

/* @n (1 to GROUPED_PIXELS) and @group must be constants at each call. @lane: the first channel; @w: its weights;
 * @in_ahead, @out_ahead: floats to what a later tile reads and writes at the same channels, which is fetched in the
 * meantime */
static inline __attribute__ ((always_inline)) void
GROUPED_KERNEL (const NnConvArgs *a, guint first, guint lane, const gfloat *w, gssize in_ahead, gssize out_ahead,
                const guint n, const guint group)
{
  const guint sums = MIN (group, 4);
  const gfloat *in[GROUPED_PIXELS], *ahead;
  GROUPED_V acc[GROUPED_PIXELS][4];
  const GROUPED_V zero = { 0 };

  NN_UNROLL (16)
  for (guint m = 0; m < n; m++) {
    in[m] = a->in + a->in_offset[first + m] + lane;
    acc[m][0] = *(const GROUPED_VU *)(a->bias + lane);
    NN_UNROLL (4)
    for (guint r = 1; r < sums; r++)
      acc[m][r] = zero;
  }

  /* Taps lie beside each other, so that those of a few pixels touch all of what has to be fetched. Two narrow vectors
   * share a cache line, and so they share this work. */
  ahead = in[lane % NN_CHANNEL_BLOCK > 0 ? n - 1 : 0] + in_ahead;
  for (guint s = 0; s < a->n_segments; s++) {
    GROUPED_V x[GROUPED_PIXELS];

    NN_UNROLL (16)
    for (guint m = 0; m < n; m++)
      x[m] = *(const GROUPED_VU *)(in[m] + a->segment_offset[s]);
    __builtin_prefetch (ahead + a->segment_offset[s], 0, 3);
    if (n > 3)
      __builtin_prefetch (in[MIN (3, GROUPED_PIXELS - 1)] + in_ahead + a->segment_offset[s], 0, 3);
    NN_UNROLL (8)
    for (guint r = 0; r < group; r++, w += NN_CHANNEL_BLOCK) {
      const GROUPED_V weight = *(const GROUPED_VU *)w;

      NN_UNROLL (16)
      for (guint m = 0; m < n; m++) {
        if (r == 4)
          x[m] = GROUPED_XOR (4, x[m]);
        acc[m][r % 4] += weight * x[m];
      }
    }
  }

  NN_UNROLL (16)
  for (guint m = 0; m < n; m++) {
    GROUPED_V y = acc[m][0];

    if (sums > 1)
      y += GROUPED_XOR (1, acc[m][1]);
    if (sums > 2)
      y += GROUPED_XOR (2, acc[m][2] + GROUPED_XOR (1, acc[m][3])); /* 3 is 2 ^ 1 */
    if (a->residual)
      y += *(const GROUPED_VU *)(a->residual + a->residual_offset[first + m] + lane);
    if (a->relu)
      y = (GROUPED_V)((GROUPED_I)y & ~(y < zero)); /* a NaN is not below zero */
    *(GROUPED_VU *)(a->out + a->out_offset[first + m] + lane) = y;
    __builtin_prefetch (a->out + a->out_offset[first + m] + lane + out_ahead, 1, 3);
  }
}

static inline __attribute__ ((always_inline)) void
GROUPED_ALL (const NnConvArgs *a, guint first, guint n, const guint group)
{
  const gsize block = (gsize)a->n_segments * group * NN_CHANNEL_BLOCK;

  for (guint now; n > 0; first += now, n -= now) {
    gssize in_ahead = 0, out_ahead = 0;

    now = MIN (n, GROUPED_RUN);
    if (n > now) {
      in_ahead = a->in_offset[first + now] - a->in_offset[first];
      out_ahead = a->out_offset[first + now] - a->out_offset[first];
    }
    for (guint lane = 0; lane < a->channels; lane += GROUPED_LANES) {
      const gfloat *w = a->weights + lane / NN_CHANNEL_BLOCK * block + lane % NN_CHANNEL_BLOCK;
      guint p = 0;

      for (; p + GROUPED_PIXELS <= now; p += GROUPED_PIXELS)
        GROUPED_KERNEL (a, first + p, lane, w, in_ahead, out_ahead, GROUPED_PIXELS, group);
      for (; p < now; p++)
        GROUPED_KERNEL (a, first + p, lane, w, in_ahead, out_ahead, 1, group);
    }
  }
}

static void
GROUPED_NAME (const NnConvArgs *a, guint first, guint n)
{
  switch (a->segment_length) {
  case 1:
    GROUPED_ALL (a, first, n, 1);
    break;
  case 2:
    GROUPED_ALL (a, first, n, 2);
    break;
  case 4:
    GROUPED_ALL (a, first, n, 4);
    break;
  case 8:
    GROUPED_ALL (a, first, n, 8);
    break;
  default:
    g_assert_not_reached ();
  }
}

#undef GROUPED_XOR
#undef GROUPED_RUN
#undef GROUPED_ALL
#undef GROUPED_KERNEL
#undef GROUPED_I
#undef GROUPED_VU
#undef GROUPED_V
#undef GROUPED_CONCAT
#undef GROUPED_CONCAT_
#undef GROUPED_NAME
#undef GROUPED_LANES
#undef GROUPED_PIXELS
