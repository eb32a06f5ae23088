/* gst-resnet: how much an operator has to compute
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ops/value.h"

/* The number of multiplications or comparisons that nn_operator_run() makes beyond a few for each element of its
 * inputs and outputs. It is above 0 only for Conv, pools, MatMul and Gemm. The types are those that
 * nn_operator_infer() takes and gives. */
gdouble nn_operator_count_products (const NnOperator *op, const NnValue *const *inputs, guint n_inputs,
                                    const NnValue *outputs);
