/* gst-resnet: a convolution's weights, packed for matrix tiles
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "plan/packed-forms.h"

NnPackFunc nn_packed_bf16_pack;
NnUnpackFunc nn_packed_bf16_unpack;
