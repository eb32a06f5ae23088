/* gst-resnet: a convolution's weights, transformed for Winograd's algorithm
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kernels/winograd.h"
#include "plan/packed-forms.h"

/* The weights are transformed float32; there is one form for each size of tile. */
extern const NnPackedForm nn_packed_winograd[NN_WINOGRAD_N_TILES];
/* The weights are float32 that are only moved: they are transformed while they are multiplied. */
extern const NnPackedForm nn_packed_taps;

/* Returns whether Winograd's sums may be far less exact than direct ones with these weights, [out][in][9]. */
gboolean nn_winograd_is_suspect (const gfloat *weight, guint out_channels, guint in_channels, NnWorkers *workers);
