/* gst-resnet: 3×3 convolution of an image of 3×3 pixels, padded by 1, one body for every vector width
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One file of each ISA includes this text once, with
 *   IMAGE3_NAME    the name of the function
 *   IMAGE3_LANES   the floats of a vector
 *   IMAGE3_VECTORS how many vectors of output channels a call computes
 * Of the 81 products of a pixel and a tap, 32 would meet the padding. The whole image is one register tile, so that
 * each weight is read once, and each tap has its own loop over the pixels that it meets. */

typedef gfloat Image3V __attribute__ ((vector_size (IMAGE3_LANES * sizeof (gfloat))));
typedef gfloat Image3VU __attribute__ ((vector_size (IMAGE3_LANES * sizeof (gfloat)), aligned (sizeof (gfloat))));
typedef gint32 Image3I __attribute__ ((vector_size (IMAGE3_LANES * sizeof (gint32))));

#define IMAGE3_CHANNELS (IMAGE3_LANES * IMAGE3_VECTORS)

/* Adds the products of tap (@ky, @kx) over @length input channels from @in on; @ky and @kx must be constants at each
 * call. Nothing is fetched ahead: the weights are read so quickly, once and in the order in which they lie, that the
 * processor's own prefetching is faster. */
static inline __attribute__ ((always_inline)) void
image3_tap (Image3V acc[9][IMAGE3_VECTORS], const gfloat *in, const gint32 *in_offset, gsize length, const gfloat *w,
            const guint ky, const guint kx)
{
  const Image3V zero = { 0 };
  const gfloat *x[9];

#pragma GCC unroll 9
  for (guint m = 0; m < 9; m++)
    x[m] = in + in_offset[m];
#pragma GCC unroll 2
  for (gsize j = 0; j < length; j++, w += IMAGE3_CHANNELS) {
    Image3V weight[IMAGE3_VECTORS];

#pragma GCC unroll 4
    for (guint v = 0; v < IMAGE3_VECTORS; v++)
      weight[v] = *(const Image3V *)(w + v * IMAGE3_LANES);
#pragma GCC unroll 9
    for (guint m = 0; m < 9; m++) {
      const guint y = m / 3 + ky, column = m % 3 + kx;

      if (y >= 1 && y <= 3 && column >= 1 && column <= 3) {
        const Image3V b = x[m][j] - zero;

#pragma GCC unroll 4
        for (guint v = 0; v < IMAGE3_VECTORS; v++)
          acc[m][v] += weight[v] * b;
      }
    }
  }
}

static void
IMAGE3_NAME (const NnConvArgs *a, guint first, guint n)
{
  const gint32 *in_offset = a->in_offset + first;
  const gsize length = a->segment_length;
  const Image3V zero = { 0 };
  const gfloat *w = a->weights;
  Image3V acc[9][IMAGE3_VECTORS];

  g_assert (n == 9 && a->n_segments == 9);
#pragma GCC unroll 9
  for (guint m = 0; m < 9; m++) {
#pragma GCC unroll 4
    for (guint v = 0; v < IMAGE3_VECTORS; v++)
      acc[m][v] = *(const Image3V *)(a->bias + v * IMAGE3_LANES);
  }
#pragma GCC unroll 3
  for (guint ky = 0; ky < 3; ky++) {
#pragma GCC unroll 3
    for (guint kx = 0; kx < 3; kx++, w += length * IMAGE3_CHANNELS)
      image3_tap (acc, a->in + a->segment_offset[ky * 3 + kx], in_offset, length, w, ky, kx);
  }
#pragma GCC unroll 9
  for (guint m = 0; m < 9; m++) {
#pragma GCC unroll 4
    for (guint v = 0; v < IMAGE3_VECTORS; v++) {
      if (a->residual)
        acc[m][v] += *(const Image3VU *)(a->residual + a->residual_offset[first + m] + v * IMAGE3_LANES);
      if (a->relu)
        acc[m][v] = (Image3V)((Image3I)acc[m][v] & ~(acc[m][v] < zero)); /* a NaN is not below zero */
      *(Image3VU *)(a->out + a->out_offset[first + m] + v * IMAGE3_LANES) = acc[m][v];
    }
  }
}

#undef IMAGE3_CHANNELS
#undef IMAGE3_NAME
#undef IMAGE3_LANES
#undef IMAGE3_VECTORS
