/* gst-resnet: what the loaders of model files need of NnWeights
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "load/weights.h"

/* Takes ownership; the tensor's name must not be in the set yet. */
void nn_weights_take (NnWeights *weights, NnTensor *tensor);
