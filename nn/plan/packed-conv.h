/* gst-resnet: a direct convolution's weights, packed for its kernels
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "plan/packed-forms.h"

NnPackFunc nn_packed_conv_pack;
NnUnpackFunc nn_packed_conv_unpack;
