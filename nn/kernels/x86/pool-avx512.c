/* gst-resnet: pooling, AVX-512
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#if !defined(__AVX512F__)
#error "compile with -mavx512f"
#endif

#include <immintrin.h>

#define POOL_LANES 16
#define POOL_MAX(a, b) ((PoolVector)_mm512_max_ps ((__m512)(a), (__m512)(b)))
#define POOL_HAS_NAN(v) (_mm512_cmp_ps_mask ((__m512)(v), (__m512)(v), _CMP_UNORD_Q) != 0)
#define POOL_TABLE nn_pool_kernels_init_avx512
#include "kernels/pool-body.h"
