/* gst-resnet: ONNX's operators on elements as the engine's
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "import/onnx/onnx-lower-node.h"

NnLowered nn_lower_elements (const NnLowering *lowering, const gchar *type);
