/* gst-resnet: ONNX's operators on plain row-major tensors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The specification that the engine's fast kernels are tested against, the constant folder's arithmetic, and the
 * general path of a session for nodes that have no fast kernel. Clear, never tuned. */
#pragma once

#include <nn/error.h>

#include "load/onnx/onnx.h"

/**
 * NnValue: a tensor's type and, where known, its elements
 * @dtype: the elements' type; held as float32 for all floating types, as int64 for all others (bool: 0 or 1)
 * @f32, @i64: n_elements of the held type; both NULL while only the type is known
 */
typedef struct {
  NnDType dtype;
  guint n_dims;
  guint64 dims[NN_TENSOR_MAX_DIMS];
  gsize n_elements;
  gfloat *f32;
  gint64 *i64;
} NnValue;

/* QuantizeLinear and DequantizeLinear at once: x, scale, zero point, lowest, highest quantized value, all floats, the
 * last four of one element. No file has an operator of this name: names have no spaces. */
#define NN_OP_TYPE_QUANTIZED "QuantizeLinear + DequantizeLinear"

/* An operator of one opset with its attributes read and checked. Immutable, reference-counted. */
typedef struct _NnOperator NnOperator;

/* NN_ERROR_UNSUPPORTED: an operator, attribute or value that is not taken; NN_ERROR_FORMAT: one that contradicts ONNX's
 * rules at this opset. Messages name node, operator and reason. Keeps nothing of @node. */
NnOperator *nn_operator_new (const NnOnnxNode *node, gint64 opset, GError **error);
NnOperator *nn_operator_ref (NnOperator *op);
void nn_operator_unref (NnOperator *op);
/* "Conv", "Resize": ONNX's name. */
const gchar *nn_operator_get_type (const NnOperator *op);
guint nn_operator_get_n_outputs (const NnOperator *op);

/* An integer, float or list attribute as the operator understood it (default filled in), for passes that turn operators
 * into the engine's own nodes: FALSE when the operator has none of that name. */
gboolean nn_operator_get_int (const NnOperator *op, const gchar *name, gint64 *value);
gboolean nn_operator_get_float (const NnOperator *op, const gchar *name, gdouble *value);
const gint64 *nn_operator_get_ints (const NnOperator *op, const gchar *name, guint *n);
const gchar *nn_operator_get_string (const NnOperator *op, const gchar *name);

/* Whether infer needs the elements of that input: what decides an output's shape. */
gboolean nn_operator_is_shape_input (const NnOperator *op, guint input);
/* Whether run needs no elements of any input (Shape, Size): it can be folded where only types are known. */
gboolean nn_operator_needs_types_only (const NnOperator *op);

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

/* Types of all outputs from the inputs' (NULL: an optional input that is absent). Inputs that decide a shape (Reshape's
 * second) must have their elements. Sizes are checked for overflow and capped; outputs' f32 and i64 are NULL. */
gboolean nn_operator_infer (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs,
                            GError **error);

/* Computes all outputs: as inferred, with room for n_elements behind f32 or i64. Allocates nothing that grows with the
 * tensors. Fails only on elements (an index out of range, an integer division by zero). */
gboolean nn_operator_run (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs,
                          GError **error);

/* Multiplications or comparisons that nn_operator_run() makes beyond a few for each element of its inputs and outputs:
 * those of Conv, pools, MatMul and Gemm; 0 for all others. The types as nn_operator_infer() takes and gives them. */
gdouble nn_operator_count_products (const NnOperator *op, const NnValue *const *inputs, guint n_inputs,
                                    const NnValue *outputs);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NnOperator, nn_operator_unref)
