/* gst-resnet: what this machine's kernels can do at best
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "run/peak.h"

#include <time.h>

#include "base/nn-memory.h"

#define LENGTH 96
#define RUNS 40
#define CALLS 20

static gdouble
now (void)
{
  struct timespec t;

  clock_gettime (CLOCK_MONOTONIC, &t);
  return (gdouble)t.tv_sec + (gdouble)t.tv_nsec * 1e-9;
}

gdouble
nn_measure_peak (const NnConvKernels *kernels)
{
  const NnConvVariant *variant = &kernels->variant[0];
  const guint channels = variant->channels > 0 ? variant->channels : 64, n = variant->pixels;
  gfloat *in = nn_aligned_alloc0 ((gsize)n * LENGTH * sizeof (gfloat));
  gfloat *weights = nn_aligned_alloc0 ((gsize)LENGTH * channels * sizeof (gfloat));
  gfloat *out = nn_aligned_alloc0 ((gsize)n * channels * sizeof (gfloat));
  gfloat *scratch = NULL;
  g_autofree gint32 *offsets = g_new (gint32, 2 * n);
  const gint32 segment = 0;
  NnConvArgs args = { .in = in,
                      .out = out,
                      .in_offset = offsets,
                      .out_offset = offsets + n,
                      .weights = weights,
                      .bias = weights,
                      .segment_offset = &segment,
                      .n_segments = 1,
                      .segment_length = LENGTH,
                      .channels = channels };
  gdouble best = 0;

  for (guint i = 0; i < n; i++) {
    offsets[i] = (gint32)(i * LENGTH);
    offsets[n + i] = (gint32)(i * channels);
  }
  if (variant->scratch)
    args.scratch = scratch = nn_aligned_alloc0 (variant->scratch (1, LENGTH, channels) * sizeof (gfloat));
  if (in && weights && out && (scratch || !variant->scratch)) {
    for (guint run = 0; run < RUNS; run++) {
      const gdouble start = now ();

      for (guint i = 0; i < CALLS; i++)
        variant->func (&args, 0, n);
      best = MAX (best, CALLS * 2. * n * LENGTH * channels / MAX (now () - start, 1e-9));
    }
  }
  nn_aligned_free (in);
  nn_aligned_free (weights);
  nn_aligned_free (out);
  nn_aligned_free (scratch);
  return best;
}
