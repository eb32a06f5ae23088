/* gst-resnet: convolution as im2col over OpenBLAS's sgemm
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Where OpenBLAS is built in, every architecture has at least this kernel. The segments of a few pixels are gathered
 * into rows, and one sgemm multiplies them with all output channels. The bits may depend on the number of rows, so the
 * caller always cuts in the same way.
 *
 * OpenBLAS is never told how many threads to use, since that number belongs to the process and not to this engine. Two
 * threads must not be inside it at once: Debian's serial build has no locks (two threads of one session got wrong sums
 * in 4 of 60 runs with version 0.3.21). So one lock for the whole process stands around the call, while gathering and
 * storing still run side by side. Where the process has loaded an OpenBLAS with threads of its own, each call spreads
 * over these threads. */
#include <cblas.h>
#include <string.h>

#include "kernels/conv.h"

#define PIXELS 64

static GMutex one_at_a_time;

static gsize
scratch_size (guint n_segments, guint segment_length, guint channels)
{
  return (gsize)PIXELS * n_segments * segment_length + (gsize)PIXELS * channels;
}

static void
conv_openblas (const NnConvArgs *a, guint first, guint n)
{
  const gsize k = (gsize)a->n_segments * a->segment_length;
  gfloat *rows = a->scratch;
  gfloat *sums = rows + PIXELS * k;

  g_assert (n <= PIXELS);
  for (guint p = 0; p < n; p++) {
    const gfloat *in = a->in + a->in_offset[first + p];
    gfloat *row = rows + p * k;

    for (guint s = 0; s < a->n_segments; s++, row += a->segment_length)
      memcpy (row, in + a->segment_offset[s], a->segment_length * sizeof (gfloat));
    memcpy (sums + (gsize)p * a->channels, a->bias, a->channels * sizeof (gfloat));
  }
  g_mutex_lock (&one_at_a_time);
  cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, (blasint)n, (blasint)a->channels, (blasint)k, 1.0f, rows,
               (blasint)k, a->weights, (blasint)a->channels, 1.0f, sums, (blasint)a->channels);
  g_mutex_unlock (&one_at_a_time);
  for (guint p = 0; p < n; p++) {
    const gfloat *sum = sums + (gsize)p * a->channels;
    gfloat *out = a->out + a->out_offset[first + p];
    const gfloat *residual = a->residual ? a->residual + a->residual_offset[first + p] : NULL;

    for (guint c = 0; c < a->channels; c++) {
      gfloat y = sum[c];

      if (residual)
        y += residual[c];
      if (a->relu && y < 0)
        y = 0;
      out[c] = y;
    }
  }
}

gboolean
nn_conv_kernels_init_openblas (NnConvKernels *kernels)
{
  *kernels = (NnConvKernels){ .n_variants = 1 };
  kernels->variant[0] = (NnConvVariant){ .name = "im2col + OpenBLAS sgemm",
                                         .channels = 0,
                                         .pixels = PIXELS,
                                         .fixed = TRUE,
                                         .func = conv_openblas,
                                         .scratch = scratch_size };
  return TRUE;
}
