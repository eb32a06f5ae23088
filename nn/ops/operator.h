/* gst-resnet: ONNX's operators on plain row-major tensors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The specification that the engine's fast kernels are tested against, the constant folder's arithmetic, and the
 * general path of a session for nodes that have no fast kernel. Clear, never tuned. */
#pragma once

#include <nn/error.h>

#include "load/onnx/onnx.h"
#include "ops/value.h"

/* NN_ERROR_UNSUPPORTED: an operator, attribute or value that is not taken; NN_ERROR_FORMAT: one that contradicts ONNX's
 * rules at this opset. Messages name node, operator and reason. Keeps nothing of @node. */
NnOperator *nn_operator_new (const NnOnnxNode *node, gint64 opset, GError **error);
NnOperator *nn_operator_ref (NnOperator *op);
void nn_operator_unref (NnOperator *op);
/* "Conv", "Resize": ONNX's name. */
const gchar *nn_operator_get_type (const NnOperator *op);
guint nn_operator_get_n_outputs (const NnOperator *op);

/* Whether infer needs the elements of that input: what decides an output's shape. */
gboolean nn_operator_is_shape_input (const NnOperator *op, guint input);
/* Whether run needs no elements of any input (Shape, Size): it can be folded where only types are known. */
gboolean nn_operator_needs_types_only (const NnOperator *op);

/* Types of all outputs from the inputs' (NULL: an optional input that is absent). Inputs that decide a shape (Reshape's
 * second) must have their elements. Sizes are checked for overflow and capped; outputs' f32 and i64 are NULL. */
gboolean nn_operator_infer (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs,
                            GError **error);

/* Computes all outputs: as inferred, with room for n_elements behind f32 or i64. Allocates nothing that grows with the
 * tensors. Fails only on elements (an index out of range, an integer division by zero). */
gboolean nn_operator_run (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs,
                          GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NnOperator, nn_operator_unref)
