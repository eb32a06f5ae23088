/* gst-resnet: what this machine can do at best
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "run/peak.h"

#include "base/nn-clock.h"
#include "base/nn-memory.h"

/* The time for all runs: it is long enough for a processor to reach the clock at which it does this work. */
#define SECONDS 0.02
#define MIN_RUNS 3
/* With so many steps a run takes some ten microseconds. It is short, so that at least one run is not interrupted. */
#define STEPS 4000
#define LENGTH 512
#define CHANNELS 256

/* Calls a convolution body once, where the level has no kernel of its own for the peak. It multiplies matrices that
 * stay in the second-level cache. Returns the flops of the call. */
static gdouble
run_variant (const NnConvVariant *variant, const NnConvArgs *args)
{
  variant->func (args, 0, variant->pixels);
  return 2. * variant->pixels * LENGTH * args->channels;
}

static gdouble
best_of_runs (const NnConvKernels *kernels, const NnConvArgs *args)
{
  const gdouble begin = nn_seconds ();
  gdouble best = 0;

  for (guint run = 0; run < MIN_RUNS || nn_seconds () - begin < SECONDS; run++) {
    const gdouble start = nn_seconds ();
    const gdouble flops = kernels->peak ? kernels->peak (STEPS) : run_variant (&kernels->variant[0], args);

    best = MAX (best, flops / MAX (nn_seconds () - start, 1e-9));
  }
  return best;
}

gdouble
nn_measure_peak (const NnConvKernels *kernels)
{
  const NnConvVariant *variant = &kernels->variant[0];
  const guint channels = variant->channels > 0 ? variant->channels : CHANNELS, n = variant->pixels;
  g_autofree gint32 *offsets = g_new (gint32, 2 * n);
  gfloat *in, *weights, *out, *scratch = NULL;
  const gint32 segment = 0;
  gdouble best = 0;

  if (kernels->peak)
    return best_of_runs (kernels, NULL);
  for (guint i = 0; i < n; i++) {
    offsets[i] = (gint32)(i * LENGTH);
    offsets[n + i] = (gint32)(i * channels);
  }
  in = nn_aligned_alloc0 ((gsize)n * LENGTH * sizeof (gfloat));
  weights = nn_aligned_alloc0 ((gsize)LENGTH * channels * sizeof (gfloat));
  out = nn_aligned_alloc0 ((gsize)n * channels * sizeof (gfloat));
  if (variant->scratch)
    scratch = nn_aligned_alloc0 (variant->scratch (1, LENGTH, channels) * sizeof (gfloat));
  if (in && weights && out && (scratch || !variant->scratch))
    best = best_of_runs (kernels, &(NnConvArgs){ .in = in,
                                                 .out = out,
                                                 .in_offset = offsets,
                                                 .out_offset = offsets + n,
                                                 .weights = weights,
                                                 .bias = weights,
                                                 .segment_offset = &segment,
                                                 .n_segments = 1,
                                                 .segment_length = LENGTH,
                                                 .channels = channels,
                                                 .scratch = scratch });
  nn_aligned_free (in);
  nn_aligned_free (weights);
  nn_aligned_free (out);
  nn_aligned_free (scratch);
  return best;
}
