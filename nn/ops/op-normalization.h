/* gst-resnet: BatchNormalization, InstanceNormalization, LayerNormalization
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ops/op-spec.h"

/* A LayerNormalization over the second dimension, the channels of an image [1, C, H, W]. Its inputs are x, scale and
 * bias; the last two have C elements. No file has an operator of this name: it is what a LayerNormalization between
 * two Transposes becomes. */
#define NN_OP_TYPE_CHANNEL_NORM "LayerNormalization of channels"
