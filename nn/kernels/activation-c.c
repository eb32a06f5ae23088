/* gst-resnet: activations, the portable body
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#define ACTIVATION_LANES 4
#define ACTIVATION_TABLE nn_activation_kernels_init_c
#include "kernels/activation-body.h"
