/* gst-resnet: where a convolution's and a pool's windows lie
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ops/op-private.h"

#define NN_OP_WINDOW_ATTRIBUTES                                                                                        \
  { "auto_pad", NN_ATTRIBUTE_STRING, .string = "NOTSET" }, { "pads", NN_ATTRIBUTE_INTS },                              \
  {                                                                                                                    \
    "strides", NN_ATTRIBUTE_INTS                                                                                       \
  }

/* Of attributes alone: auto_pad's word. */
gboolean nn_op_check_window (const NnOperator *op, GError **error);
