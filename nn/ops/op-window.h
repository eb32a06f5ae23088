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

/* Checks what can be checked without shapes: whether auto_pad has a word that is known. */
gboolean nn_op_check_window (const NnOperator *op, GError **error);

/**
 * NnOpWindow: a convolution's or a pool's geometry with auto_pad and ceil_mode worked out
 * @n: the operator's spatial dimensions, 1 to 3; the arrays always have three, of which the missing first ones have
 * the size 1
 * @begin, @end: the padding before and after, ≥ 0
 */
typedef struct {
  guint n;
  gint64 in[3], out[3], kernel[3], stride[3], dilation[3], begin[3], end[3];
} NnOpWindow;

/* Works out the windows of Conv, MaxPool and AveragePool. @weight is Conv's second input, and NULL for pools. */
gboolean nn_operator_get_window (const NnOperator *op, const NnValue *x, const NnValue *weight, NnOpWindow *window,
                                 GError **error);
