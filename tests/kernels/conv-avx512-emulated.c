/* gst-resnet: the AVX-512 geometry compiled for the machine's baseline
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The compiler takes the 16-lane vectors apart, so that the same text is checked on machines without AVX-512. */
#include "conv-avx512-emulated.h"

#define CONV_512_TABLE nn_conv_kernels_init_avx512_emulated
#include "kernels/conv-avx512-body.h"
