/* gst-resnet: a direct convolution's weights, packed for its kernels
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "plan/packed-forms.h"

/* The weights stay float32 and are only put into another order. */
extern const NnPackedForm nn_packed_direct;

NnPackFunc nn_packed_conv_pack;
NnUnpackFunc nn_packed_conv_unpack;
