/* gst-resnet: tile kernels on AVX-512 BF16 without AMX: medium alone
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#if !defined(__AVX512F__) || !defined(__AVX512BW__) || !defined(__AVX512VL__) || !defined(__AVX512BF16__)
#error "compile with -mavx512f -mavx512bw -mavx512vl -mavx512bf16"
#endif

#define NN_BF16_VECTORS
#define TILE_TABLE nn_bf16_kernels_init_avx512bf16
#define TILE_NAME_MEDIUM "avx512 bf16 8x32"
#include "kernels/x86/bf16-body.h"
