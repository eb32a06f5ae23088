/* gst-resnet: Winograd's transforms, AVX-512
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#if !defined(__AVX512F__) || !defined(__AVX512DQ__)
#error "compile with -mavx512f -mavx512dq"
#endif

#define WINOGRAD_LANES 16
#define WINOGRAD_TABLE nn_winograd_kernels_init_avx512
#include "kernels/winograd-body.h"
