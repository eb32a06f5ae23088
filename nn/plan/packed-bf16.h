/* gst-resnet: a convolution's weights, packed for matrix tiles
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "plan/packed-forms.h"

/* HIGH keeps two bfloat16 for each weight, MEDIUM keeps one. */
extern const NnPackedForm nn_packed_high, nn_packed_medium;
