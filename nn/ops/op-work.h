/* gst-resnet: how much an operator has to compute
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ops/value.h"

/* Multiplications or comparisons that nn_operator_run() makes beyond a few for each element of its inputs and outputs:
 * those of Conv, pools, MatMul and Gemm; 0 for all others. The types as nn_operator_infer() takes and gives them. */
gdouble nn_operator_count_products (const NnOperator *op, const NnValue *const *inputs, guint n_inputs,
                                    const NnValue *outputs);
