/* gst-resnet: QuantizeLinear, DequantizeLinear
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ops/op-spec.h"

/* QuantizeLinear and DequantizeLinear at once: x, scale, zero point, lowest, highest quantized value, all floats, the
 * last four of one element. No file has an operator of this name: names have no spaces. */
#define NN_OP_TYPE_QUANTIZED "QuantizeLinear + DequantizeLinear"
