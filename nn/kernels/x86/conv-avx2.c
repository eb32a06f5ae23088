/* gst-resnet: direct convolution, AVX2 and FMA
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#if !defined(__AVX2__) || !defined(__FMA__)
#error "compile with -mavx2 -mfma"
#endif

#include "kernels/conv.h"

/* 6 × 2 accumulators, 2 weights and 1 broadcast take 15 of the 16 registers; the 12 FMA of a step need 8 loads. */
#define CONV_NAME conv_avx2_6x16
#define CONV_LANES 8
#define CONV_VECTORS 2
#define CONV_PIXELS 6
#include "kernels/conv-direct-body.h"

/* The kernel keeps 12 sums of groups of 4 or 8 channels, 3 inputs and 1 weight in registers. */
#define GROUPED_NAME conv_avx2_grouped
#define GROUPED_LANES 8
#define GROUPED_PIXELS 3
#include "kernels/conv-grouped-body.h"

#define PEAK_NAME conv_avx2_peak
#define PEAK_LANES 8
#include "kernels/peak-body.h"

void
nn_conv_kernels_init_avx2 (NnConvKernels *kernels)
{
  *kernels = (NnConvKernels){ .n_variants = 1, .peak = conv_avx2_peak };
  kernels->variant[0]
      = (NnConvVariant){ .name = "direct avx2 6x16", .channels = 16, .pixels = 6, .func = conv_avx2_6x16 };
  kernels->grouped = (NnConvVariant){ .name = "grouped avx2", .pixels = 6, .func = conv_avx2_grouped };
}
