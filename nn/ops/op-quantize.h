/* gst-resnet: QuantizeLinear, DequantizeLinear
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ops/op-spec.h"

/* QuantizeLinear and DequantizeLinear at once. Its inputs are x, the scale, the zero point, and the lowest and the
 * highest quantized value. All are floats, and the last four have one element. No file has an operator of this name,
 * because names have no spaces. */
#define NN_OP_TYPE_QUANTIZED "QuantizeLinear + DequantizeLinear"
