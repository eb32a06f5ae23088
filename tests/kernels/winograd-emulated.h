/* gst-resnet: the AVX-512 width of Winograd's transforms for any machine
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kernels/winograd.h"

void nn_winograd_kernels_init_emulated (NnWinogradKernels *kernels);
