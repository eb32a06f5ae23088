/* gst-resnet: the tile kernels on emulated vectors of bfloat16
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * This is the text that AVX-512 BF16 runs, with operations in plain C. */
#include "bf16-kernels-emulated.h"

#define NN_BF16_EMULATED
#define NN_BF16_VECTORS
#define TILE_TABLE nn_bf16_kernels_init_vectors_emulated
#define TILE_NAME_MEDIUM "emulated bf16 8x32"
#include "kernels/x86/bf16-body.h"
