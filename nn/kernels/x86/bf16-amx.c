/* gst-resnet: tile kernels on AMX-BF16, with AVX-512 BF16 beside it
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The first versions of clang that knew AMX called these macros __AMXTILE__ and __AMXBF16__. */
#if !(defined(__AMX_TILE__) || defined(__AMXTILE__)) || !(defined(__AMX_BF16__) || defined(__AMXBF16__))               \
    || !defined(__AVX512F__) || !defined(__AVX512BW__) || !defined(__AVX512VL__) || !defined(__AVX512BF16__)
#error "compile with -mamx-tile -mamx-bf16 -mavx512f -mavx512bw -mavx512vl -mavx512bf16"
#endif

#define TILE_TABLE nn_bf16_kernels_init_amx
#define TILE_NAME_HIGH "amx 2 bf16 32x32"
#define TILE_NAME_MEDIUM "amx bf16 32x32"
#include "kernels/x86/bf16-body.h"
