/* gst-resnet: a convolution's weights, transformed for Winograd's algorithm
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kernels/winograd.h"
#include "plan/packed-forms.h"

/* float32, transformed; one a tile. */
extern const NnPackedForm nn_packed_winograd[NN_WINOGRAD_N_TILES];
/* float32, only moved: it is transformed while it is multiplied. */
extern const NnPackedForm nn_packed_taps;

/* Whether Winograd's sums may be far less exact than direct ones with such weights, [out][in][9]. */
gboolean nn_winograd_is_suspect (const gfloat *weight, guint out_channels, guint in_channels, NnWorkers *workers);
