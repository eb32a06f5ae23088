/* gst-resnet: the tile kernels on emulated vectors of bfloat16
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The text that AVX-512 BF16 runs, with operations in plain C. */
#include "tile-kernels-emulated.h"

#define NN_TILE_EMULATED
#define NN_TILE_VECTORS
#define TILE_TABLE nn_tile_kernels_init_vectors_emulated
#define TILE_NAME_MEDIUM "emulated bf16 8x32"
#include "kernels/x86/tile-body.h"
