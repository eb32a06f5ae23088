/* gst-resnet: zeros around an image that the operator behind them can add itself
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "import/onnx/onnx-lower-node.h"

/* Whether a Pad adds nothing but zeros around an image. @pad is set to their numbers. */
gboolean nn_lower_find_pad (const NnLowering *lowering, NnLowerPad *pad);
