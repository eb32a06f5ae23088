/* gst-resnet: direct convolution at the geometry of AVX-512
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * x86/conv-avx512.c includes this text; so do the tests, with vectors that the compiler takes apart for a narrower
 * machine. CONV_512_TABLE names the function that fills the table. Wherever there are enough channels, 24 of the 32
 * registers are accumulators, which is more than the 8 that hide an FMA's latency on two ports. */
#include "kernels/conv.h"

#define CONV_NAME conv_512_6x64
#define CONV_LANES 16
#define CONV_VECTORS 4
#define CONV_PIXELS 6
#include "kernels/conv-direct-body.h"

#define CONV_NAME conv_512_8x32
#define CONV_LANES 16
#define CONV_VECTORS 2
#define CONV_PIXELS 8
#include "kernels/conv-direct-body.h"

#define CONV_NAME conv_512_8x16
#define CONV_LANES 16
#define CONV_VECTORS 1
#define CONV_PIXELS 8
#include "kernels/conv-direct-body.h"

#define IMAGE3_NAME conv_512_image3
#define IMAGE3_LANES 16
#define IMAGE3_VECTORS 2
#include "kernels/conv-image3-body.h"

/* The kernel keeps 24 sums of groups of 4 or 8 channels, 6 inputs and 1 weight in registers. */
#define GROUPED_NAME conv_512_grouped
#define GROUPED_LANES 16
#define GROUPED_PIXELS 6
#include "kernels/conv-grouped-body.h"

#define PEAK_NAME conv_512_peak
#define PEAK_LANES 16
#include "kernels/peak-body.h"

void
CONV_512_TABLE (NnConvKernels *kernels)
{
  *kernels = (NnConvKernels){ .n_variants = 3, .peak = conv_512_peak };
  kernels->variant[0]
      = (NnConvVariant){ .name = "direct avx512 6x64", .channels = 64, .pixels = 6, .func = conv_512_6x64 };
  kernels->variant[1]
      = (NnConvVariant){ .name = "direct avx512 8x32", .channels = 32, .pixels = 8, .func = conv_512_8x32 };
  kernels->variant[2]
      = (NnConvVariant){ .name = "direct avx512 8x16", .channels = 16, .pixels = 8, .func = conv_512_8x16 };
  kernels->image3
      = (NnConvVariant){ .name = "direct avx512 3x3x32", .channels = 32, .pixels = 9, .func = conv_512_image3 };
  kernels->grouped = (NnConvVariant){ .name = "grouped avx512", .pixels = 6, .func = conv_512_grouped };
}
