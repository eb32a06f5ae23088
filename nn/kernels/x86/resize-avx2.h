/* gst-resnet: the resize kernels' x86 bodies
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kernels/resize.h"

/* Overwrites the entries that @isa has better bodies for. */
void nn_resize_kernels_init_x86 (NnResizeKernels *kernels, NnIsa isa);
