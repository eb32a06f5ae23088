/* gst-resnet: ONNX's operators on plain row-major tensors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * These operators are what the engine's fast kernels are tested against, the constant folder's arithmetic, and the
 * general path of a session for nodes that have no fast kernel. Their code is meant to be clear and is never tuned. */
#pragma once

#include <nn/error.h>

#include "load/onnx/onnx.h"
#include "ops/value.h"

/* Makes an operator and keeps nothing of @node. NN_ERROR_UNSUPPORTED means that an operator, an attribute or a value
 * is not taken; NN_ERROR_FORMAT means that one contradicts ONNX's rules at this opset. The message names the node,
 * the operator and the reason. */
NnOperator *nn_operator_new (const NnOnnxNode *node, gint64 opset, GError **error);
NnOperator *nn_operator_ref (NnOperator *op);
void nn_operator_unref (NnOperator *op);
/* ONNX's name of the operator, such as "Conv". */
const gchar *nn_operator_get_type (const NnOperator *op);
guint nn_operator_get_n_outputs (const NnOperator *op);

/* Whether nn_operator_infer() needs the elements of that input because they decide an output's shape. */
gboolean nn_operator_is_shape_input (const NnOperator *op, guint input);
/* Whether nn_operator_run() needs no elements of any input (Shape, Size). Such an operator can be folded where only
 * the types are known. */
gboolean nn_operator_needs_types_only (const NnOperator *op);

/* Gives the types of all outputs from those of the inputs; NULL stands for an optional input that is absent. Inputs
 * that decide a shape (Reshape's second) must have their elements. Sizes are checked for overflow and against a
 * limit. The outputs' f32 and i64 are NULL. */
gboolean nn_operator_infer (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs,
                            GError **error);

/* Computes all outputs, which must be as nn_operator_infer() gave them, with room for n_elements behind f32 or i64.
 * It allocates nothing that grows with the tensors. It fails only because of elements (an index out of range, an
 * integer division by zero). */
gboolean nn_operator_run (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs,
                          GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NnOperator, nn_operator_unref)
