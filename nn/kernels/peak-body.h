/* gst-resnet: multiply-adds in registers alone, one body for every vector width: what a core can do at best
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One file of each ISA includes this text once, with
 *   PEAK_NAME  the name of the function
 *   PEAK_LANES the floats of a vector: 8 or 16
 * There are twelve sums that do not wait for each other. That is more than the latency of any core times the number of
 * its units for multiply-adds (4 × 2 or 5 × 2). */

#define PEAK_SUMS 12
#define PEAK_UNROLL 8

static gdouble
PEAK_NAME (guint steps)
{
  typedef gfloat V __attribute__ ((vector_size (PEAK_LANES * sizeof (gfloat))));
  /* The compiler does not know these numbers, and they stay ordinary: s ← s / 2 + 1 goes to 2. */
  volatile gfloat unknown = 0.5f;
  const V half = unknown - (V){ 0 }, one = 2 * half;
  V sum[PEAK_SUMS];

#pragma GCC unroll 12
  for (guint i = 0; i < PEAK_SUMS; i++)
    sum[i] = one * (gfloat)i;
  for (guint step = 0; step < steps; step++) {
#pragma GCC unroll 8
    for (guint u = 0; u < PEAK_UNROLL; u++) {
#pragma GCC unroll 12
      for (guint i = 0; i < PEAK_SUMS; i++)
        sum[i] = sum[i] * half + one;
    }
  }
#pragma GCC unroll 12
  for (guint i = 1; i < PEAK_SUMS; i++)
    sum[0] += sum[i];
  unknown = sum[0][0]; /* it is used, so it has to be computed */
  return 2. * PEAK_LANES * PEAK_SUMS * PEAK_UNROLL * steps;
}

#undef PEAK_SUMS
#undef PEAK_UNROLL
#undef PEAK_NAME
#undef PEAK_LANES
