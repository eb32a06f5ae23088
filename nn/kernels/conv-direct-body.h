/* gst-resnet: direct convolution in registers, one body for every vector width
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One file of each ISA includes this text several times, with
 *   CONV_NAME    the name of the function
 *   CONV_LANES   the floats of a vector: 8 or 16
 *   CONV_VECTORS how many vectors of output channels a tile has
 *   CONV_PIXELS  how many output pixels a tile has
 * A tile keeps CONV_PIXELS × CONV_VECTORS accumulators in registers. Each step broadcasts one input float of each pixel
 * and multiplies it with the step's weights. Vectors are the compiler's own type, so that the same text is checked at a
 * width that this machine has and runs at one that it may not have. */
#include "kernels/unroll.h"

#define CONV_CONCAT_(a, b) a##b
#define CONV_CONCAT(a, b) CONV_CONCAT_ (a, b)
#define CONV_V CONV_CONCAT (CONV_NAME, _v)
#define CONV_VU CONV_CONCAT (CONV_NAME, _vu)
#define CONV_I CONV_CONCAT (CONV_NAME, _i)
#define CONV_RUN CONV_CONCAT (CONV_NAME, _run)
#define CONV_CHANNELS (CONV_LANES * CONV_VECTORS)

typedef gfloat CONV_V __attribute__ ((vector_size (CONV_LANES * sizeof (gfloat))));
typedef gfloat CONV_VU __attribute__ ((vector_size (CONV_LANES * sizeof (gfloat)), aligned (sizeof (gfloat))));
typedef gint32 CONV_I __attribute__ ((vector_size (CONV_LANES * sizeof (gint32))));

/* @n must be a constant at each call, 1 to CONV_PIXELS. Each step also fetches the line at @ahead, which moves on by
 * @ahead_step bytes. This is either a share of the next call's weights, so that memory is busy during all of this
 * call's tiles and not only during the first, or else a share of the next tile's inputs. What the stores at the end
 * read and write is fetched at the start, since it comes from far and is used once. */
static inline __attribute__ ((always_inline)) void
CONV_RUN (const NnConvArgs *a, guint first, const guint n, const gchar *ahead, const gsize ahead_step)
{
  const gint32 *in_offset = a->in_offset + first;
  const gfloat *w = a->weights;
  CONV_V acc[CONV_PIXELS][CONV_VECTORS];
  const CONV_V zero = { 0 };

  NN_UNROLL (16)
  for (guint m = 0; m < n; m++) {
    NN_UNROLL (4)
    for (guint v = 0; v < CONV_VECTORS; v++)
      acc[m][v] = *(const CONV_V *)(a->bias + v * CONV_LANES);
  }

  NN_UNROLL (16)
  for (guint m = 0; m < n; m++) {
    NN_UNROLL (4)
    for (guint v = 0; v < CONV_CHANNELS; v += 16) {
      if (a->residual)
        __builtin_prefetch (a->residual + a->residual_offset[first + m] + v, 0, 3);
      __builtin_prefetch (a->out + a->out_offset[first + m] + v, 1, 3);
    }
  }

  for (guint s = 0; s < a->n_segments; s++) {
    const gfloat *base = a->in + a->segment_offset[s];
    const gfloat *x[CONV_PIXELS];

    NN_UNROLL (16)
    for (guint m = 0; m < n; m++)
      x[m] = base + in_offset[m];
#pragma GCC unroll 3
    for (gsize j = 0; j < a->segment_length; j++, w += CONV_CHANNELS, ahead += ahead_step) {
      CONV_V weight[CONV_VECTORS];

      __builtin_prefetch (ahead, 0, 2);
      NN_UNROLL (4)
      for (guint v = 0; v < CONV_VECTORS; v++)
        weight[v] = *(const CONV_V *)(w + v * CONV_LANES);
      NN_UNROLL (16)
      for (guint m = 0; m < n; m++) {
        const CONV_V b = x[m][j] - zero;

        NN_UNROLL (4)
        for (guint v = 0; v < CONV_VECTORS; v++)
          acc[m][v] += weight[v] * b;
      }
    }
  }

  NN_UNROLL (16)
  for (guint m = 0; m < n; m++) {
    gfloat *out = a->out + a->out_offset[first + m];

    NN_UNROLL (4)
    for (guint v = 0; v < CONV_VECTORS; v++) {
      if (a->residual)
        acc[m][v] += *(const CONV_VU *)(a->residual + a->residual_offset[first + m] + v * CONV_LANES);
      if (a->relu)
        acc[m][v] = (CONV_V)((CONV_I)acc[m][v] & ~(acc[m][v] < zero)); /* a NaN is not below zero */
      *(CONV_VU *)(out + v * CONV_LANES) = acc[m][v];
    }
  }
}

static void
CONV_NAME (const NnConvArgs *a, guint first, guint n)
{
  const guint tiles = (n + CONV_PIXELS - 1) / CONV_PIXELS;
  const gboolean pixels_ahead = !a->next && a->n_adjoining > 0;
  const gsize ahead_step = a->next        ? CONV_CHANNELS * sizeof (gfloat) / tiles
                           : pixels_ahead ? CONV_PIXELS * sizeof (gfloat)
                                          : 0;
  const gsize ahead_tile = ahead_step * a->n_segments * a->segment_length;
  const gchar *ahead = (const gchar *)(a->next ? a->next : a->weights);

  for (; n > 0; ahead += ahead_tile) {
    /* The last two tiles share what is left, since a tile of one pixel takes nearly as long as a full one. */
    guint now = n >= 2 * CONV_PIXELS ? CONV_PIXELS : n > CONV_PIXELS ? (n + 1) / 2 : n;

    if (pixels_ahead)
      ahead = (const gchar *)(a->in + a->in_offset[MIN (first + now, a->n_adjoining - 1)]);
    switch (now) {
    case 1:
      CONV_RUN (a, first, 1, ahead, ahead_step);
      break;
    case 2:
      CONV_RUN (a, first, 2, ahead, ahead_step);
      break;
    case 3:
      CONV_RUN (a, first, 3, ahead, ahead_step);
      break;
    case 4:
      CONV_RUN (a, first, 4, ahead, ahead_step);
      break;
    case 5:
      CONV_RUN (a, first, 5, ahead, ahead_step);
      break;
    case 6:
      CONV_RUN (a, first, 6, ahead, ahead_step);
      break;
#if CONV_PIXELS > 6
    case 7:
      CONV_RUN (a, first, 7, ahead, ahead_step);
      break;
    case 8:
      CONV_RUN (a, first, 8, ahead, ahead_step);
      break;
#endif
    default:
      g_assert_not_reached ();
    }
    first += now;
    n -= now;
  }
}

#undef CONV_CHANNELS
#undef CONV_RUN
#undef CONV_VU
#undef CONV_I
#undef CONV_V
#undef CONV_CONCAT
#undef CONV_CONCAT_
#undef CONV_NAME
#undef CONV_LANES
#undef CONV_VECTORS
#undef CONV_PIXELS
