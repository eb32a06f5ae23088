/* gst-resnet: pooling, AVX-512
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#if !defined(__AVX512F__)
#error "compile with -mavx512f"
#endif

#define POOL_LANES 16
#define POOL_TABLE nn_pool_kernels_init_avx512
#include "kernels/pool-body.h"
