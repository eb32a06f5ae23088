/* gst-resnet: pooling, AVX2
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#if !defined(__AVX2__)
#error "compile with -mavx2"
#endif

#include <immintrin.h>

#define POOL_MAX(a, b) ((PoolVector)_mm256_max_ps ((__m256)(a), (__m256)(b)))
#define POOL_HAS_NAN(v) (_mm256_movemask_ps (_mm256_cmp_ps ((__m256)(v), (__m256)(v), _CMP_UNORD_Q)) != 0)
#define POOL_TABLE nn_pool_kernels_init_avx2
#include "kernels/pool-body.h"
