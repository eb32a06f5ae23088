/* gst-resnet: the AVX-512 geometry for any machine
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kernels/conv.h"

void nn_conv_kernels_init_avx512_emulated (NnConvKernels *kernels);
