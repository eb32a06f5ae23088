/* gst-resnet: the AVX-512 width of Winograd's transforms compiled for the machine's baseline
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The compiler takes the 16-lane vectors apart, so that the same text is checked on machines without AVX-512. */
#include "winograd-emulated.h"

#define WINOGRAD_LANES 16
#define WINOGRAD_TABLE nn_winograd_kernels_init_emulated
#include "kernels/winograd-body.h"
