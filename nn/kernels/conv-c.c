/* gst-resnet: direct convolution, the portable body (the specification, never tuned)
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kernels/conv.h"

static void
conv_c (const NnConvArgs *a, guint first, guint n)
{
  for (guint p = first; p < first + n; p++) {
    for (guint c = 0; c < NN_CHANNEL_BLOCK; c++) {
      const gfloat *w = a->weights + c;
      gfloat sum = a->bias[c];

      for (guint s = 0; s < a->n_segments; s++) {
        const gfloat *x = a->in + a->in_offset[p] + a->segment_offset[s];

        for (guint j = 0; j < a->segment_length; j++, w += NN_CHANNEL_BLOCK)
          sum += *w * x[j];
      }
      if (a->residual)
        sum += a->residual[a->residual_offset[p] + c];
      if (a->relu && sum < 0)
        sum = 0;
      a->out[a->out_offset[p] + c] = sum;
    }
  }
}

static void
conv_grouped_c (const NnConvArgs *a, guint first, guint n)
{
  const guint group = a->segment_length;

  for (guint p = first; p < first + n; p++) {
    for (guint c = 0; c < a->channels; c++) {
      const gsize block = (gsize)(c / NN_CHANNEL_BLOCK) * a->n_segments;
      gfloat sum = a->bias[c];

      for (guint s = 0; s < a->n_segments; s++) {
        const gfloat *x = a->in + a->in_offset[p] + a->segment_offset[s];
        const gfloat *w = a->weights + (block + s) * group * NN_CHANNEL_BLOCK;

        for (guint in = c / group * group; in < c / group * group + group; in++)
          sum += w[nn_conv_grouped_at (c % NN_CHANNEL_BLOCK, in % NN_CHANNEL_BLOCK)] * x[in];
      }
      if (a->residual)
        sum += a->residual[a->residual_offset[p] + (gint32)c];
      if (a->relu && sum < 0)
        sum = 0;
      a->out[a->out_offset[p] + (gint32)c] = sum;
    }
  }
}

void
nn_conv_kernels_init_c (NnConvKernels *kernels)
{
  *kernels = (NnConvKernels){ .n_variants = 1 };
  kernels->variant[0]
      = (NnConvVariant){ .name = "direct c", .channels = NN_CHANNEL_BLOCK, .pixels = 1, .func = conv_c };
  kernels->grouped = (NnConvVariant){ .name = "grouped c", .pixels = 1, .func = conv_grouped_c };
}
