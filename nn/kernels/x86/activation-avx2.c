/* gst-resnet: activations, AVX2
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#if !defined(__AVX2__)
#error "compile with -mavx2"
#endif

#define ACTIVATION_LANES 8
#define ACTIVATION_TABLE nn_activation_kernels_init_avx2
#include "kernels/activation-body.h"
