/* gst-resnet: the tile kernels on emulated tiles
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * This is the text that AMX runs, with operations in plain C that give the same bits. Every machine and the
 * sanitizers check it. */
#include "bf16-kernels-emulated.h"

#define NN_BF16_EMULATED
#define TILE_TABLE nn_bf16_kernels_init_emulated
#define TILE_NAME_HIGH "emulated 2 bf16 32x32"
#define TILE_NAME_MEDIUM "emulated bf16 32x32"
#include "kernels/x86/bf16-body.h"
