/* gst-resnet: a convolution's weights, packed for matrix tiles
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "plan/packed-forms.h"

/* Two bfloat16 a weight, one. */
extern const NnPackedForm nn_packed_high, nn_packed_medium;
