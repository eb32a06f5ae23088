/* gst-resnet: types of what ONNX's operators give
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <nn/error.h>

#include "graph/node.h"
#include "graph/shape.h"

/* Finds the type of a PLAIN node's output. @shapes are those of all nodes before it. */
gboolean nn_plain_infer (const NnNode *node, const NnShape *shapes, NnShape *out, GError **error);
/* Makes the types of an operator's inputs as nn_operator_infer() takes them. @values has room for nn_node_n_slots()
 * values and @pointers for as many pointers, which will point to those values or to constants. Returns how many inputs
 * there are. */
guint nn_plain_inputs (const NnNode *node, const NnShape *shapes, NnValue *values, const NnValue **pointers);
