/* gst-resnet: a convolution's weights, transformed for Winograd's algorithm
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "plan/packed-forms.h"

NnPackFunc nn_packed_winograd_pack;
NnUnpackFunc nn_packed_winograd_unpack;

/* Whether Winograd's sums may be far less exact than direct ones with such weights, [out][in][9]. */
gboolean nn_winograd_is_suspect (const gfloat *weight, guint out_channels, guint in_channels, NnWorkers *workers);
