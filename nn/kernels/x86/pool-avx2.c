/* gst-resnet: pooling, AVX2
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#if !defined(__AVX2__)
#error "compile with -mavx2"
#endif

#define POOL_TABLE nn_pool_kernels_init_avx2
#include "kernels/pool-body.h"
