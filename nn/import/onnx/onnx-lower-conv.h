/* gst-resnet: ONNX's operators with weights as the engine's
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "import/onnx/onnx-lower-node.h"

/* Lowers Conv, Gemm, MatMul and BatchNormalization. */
NnLowered nn_lower_weights (const NnLowering *lowering, const gchar *type);
