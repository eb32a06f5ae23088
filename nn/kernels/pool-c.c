/* gst-resnet: pooling, the portable body
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#define POOL_TABLE nn_pool_kernels_init_c
#include "kernels/pool-body.h"
