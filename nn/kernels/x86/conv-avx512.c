/* gst-resnet: direct convolution, AVX-512 F, BW, DQ, VL
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#if !defined(__AVX512F__) || !defined(__AVX512BW__) || !defined(__AVX512DQ__) || !defined(__AVX512VL__)
#error "compile with -mavx512f -mavx512bw -mavx512dq -mavx512vl"
#endif

#define CONV_512_TABLE nn_conv_kernels_init_avx512
#include "kernels/conv-avx512-body.h"
