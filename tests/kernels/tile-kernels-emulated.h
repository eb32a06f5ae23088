/* gst-resnet: the tile kernels on emulated tiles
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kernels/tile.h"

void nn_tile_kernels_init_emulated (NnTileKernels *kernels, guint products);
void nn_tile_kernels_init_vectors_emulated (NnTileKernels *kernels, guint products);
