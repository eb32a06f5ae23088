/* gst-resnet: where a convolution's and a pool's windows lie
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <nn/error.h>

#include "ops/value.h"

#define NN_OP_WINDOW_ATTRIBUTES                                                                                        \
  { "auto_pad", NN_ATTRIBUTE_STRING, .string = "NOTSET" }, { "pads", NN_ATTRIBUTE_INTS },                              \
  {                                                                                                                    \
    "strides", NN_ATTRIBUTE_INTS                                                                                       \
  }

/* Of attributes alone: auto_pad's word. */
gboolean nn_op_check_window (const NnOperator *op, GError **error);

/**
 * NnOpWindow: a convolution's or a pool's geometry with auto_pad and ceil_mode worked out
 * @n: spatial dimensions of the operator, 1 to 3; the arrays always hold three, the missing first ones being of size 1
 * @begin, @end: padding before and after, ≥ 0
 */
typedef struct {
  guint n;
  gint64 in[3], out[3], kernel[3], stride[3], dilation[3], begin[3], end[3];
} NnOpWindow;

/* Of Conv, MaxPool and AveragePool. @weight: Conv's second input, NULL for pools. */
gboolean nn_operator_get_window (const NnOperator *op, const NnValue *x, const NnValue *weight, NnOpWindow *window,
                                 GError **error);
