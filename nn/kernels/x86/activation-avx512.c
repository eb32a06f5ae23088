/* gst-resnet: activations, AVX-512
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#if !defined(__AVX512F__)
#error "compile with -mavx512f"
#endif

#define ACTIVATION_LANES 16
#define ACTIVATION_TABLE nn_activation_kernels_init_avx512
#include "kernels/activation-body.h"
