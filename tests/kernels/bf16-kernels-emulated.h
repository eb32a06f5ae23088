/* gst-resnet: the tile kernels on emulated tiles
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kernels/bf16.h"

void nn_bf16_kernels_init_emulated (NnBf16Kernels *kernels, guint products);
void nn_bf16_kernels_init_vectors_emulated (NnBf16Kernels *kernels, guint products);
