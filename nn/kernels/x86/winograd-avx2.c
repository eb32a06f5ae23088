/* gst-resnet: Winograd's transforms, AVX2 and FMA
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#if !defined(__AVX2__) || !defined(__FMA__)
#error "compile with -mavx2 -mfma"
#endif

#define WINOGRAD_LANES 8
#define WINOGRAD_TABLE nn_winograd_kernels_init_avx2
#include "kernels/winograd-body.h"
