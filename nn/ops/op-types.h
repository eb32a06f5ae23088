/* gst-resnet: types and sizes of an operator's outputs
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ops/op-spec.h"

/* An output's type; sizes checked for overflow and NN_OP_MAX_ELEMENTS. */
gboolean nn_op_set_type (const NnOperator *op, NnValue *output, NnDType dtype, guint n_dims, const guint64 *dims,
                         GError **error);
gboolean nn_op_same_type (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs,
                          GError **error);
/* −rank…rank−1 → 0…rank−1. */
gboolean nn_op_axis (const NnOperator *op, gint64 axis, guint rank, guint *result, GError **error);
/* Marks each axis; one twice is an error. */
gboolean nn_op_axes (const NnOperator *op, const gint64 *axes, guint n, guint rank, gboolean *marked, GError **error);
/* The elements of an integer input of one dimension (or a scalar, one element) that decides a shape. */
gboolean nn_op_shape_input (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, guint i,
                            const gint64 **elements, guint *n, GError **error);
/* @a's and @b's dims, ONNX's (NumPy's) broadcasting; may be one of them. */
gboolean nn_op_broadcast (const NnOperator *op, guint a_n, const guint64 *a, guint b_n, const guint64 *b, guint *n_dims,
                          guint64 *dims, GError **error);

/* dtype of TensorProto.DataType; FALSE: none that the engine holds, with @name what it is. */
gboolean nn_op_dtype_from_onnx (gint64 type, NnDType *dtype, const gchar **name);
/* The range of an integer type. */
void nn_op_int_range (NnDType dtype, gint64 *min, gint64 *max);
/* Two's complement: what is left of @v in @dtype. */
gint64 nn_op_wrap (NnDType dtype, gint64 v);
/* Rounded towards zero, the nearest value outside the range, 0 for NaN. */
gint64 nn_op_saturate (NnDType dtype, gdouble v);
/* To the nearest of a narrower floating type, ties to even. */
gfloat nn_op_round (NnDType dtype, gfloat v);
