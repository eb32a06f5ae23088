/* gst-resnet: types and sizes of an operator's outputs
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ops/op-spec.h"

/* Sets an output's type. The size is checked for overflow and against NN_OP_MAX_ELEMENTS. */
gboolean nn_op_set_type (const NnOperator *op, NnValue *output, NnDType dtype, guint n_dims, const guint64 *dims,
                         GError **error);
gboolean nn_op_same_type (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs,
                          GError **error);
/* Turns an axis from −rank to rank − 1 into one from 0 to rank − 1; any other is an error. */
gboolean nn_op_axis (const NnOperator *op, gint64 axis, guint rank, guint *result, GError **error);
/* Marks each axis in @marked. An axis that is given twice is an error. */
gboolean nn_op_axes (const NnOperator *op, const gint64 *axes, guint n, guint rank, gboolean *marked, GError **error);
/* The elements of an integer input that decides a shape. It has one dimension, or is a scalar with one element. */
gboolean nn_op_shape_input (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, guint i,
                            const gint64 **elements, guint *n, GError **error);
/* Broadcasts the dimensions of @a and @b by ONNX's (NumPy's) rules. @dims may be the same array as @a or @b. */
gboolean nn_op_broadcast (const NnOperator *op, guint a_n, const guint64 *a, guint b_n, const guint64 *b, guint *n_dims,
                          guint64 *dims, GError **error);

/* Turns a TensorProto.DataType into a dtype. FALSE means that the engine holds no such type; @name is then its name. */
gboolean nn_op_dtype_from_onnx (gint64 type, NnDType *dtype, const gchar **name);
/* Gives the range of an integer type. */
void nn_op_int_range (NnDType dtype, gint64 *min, gint64 *max);
/* The value that is left of @v when it is stored in @dtype as two's complement. */
gint64 nn_op_wrap (NnDType dtype, gint64 v);
/* Rounds @v towards zero. Beyond the type's range it gives the nearest value, and for NaN it gives 0. */
gint64 nn_op_saturate (NnDType dtype, gdouble v);
/* Rounds @v to the nearest value of a narrower floating type, ties to even. */
gfloat nn_op_round (NnDType dtype, gfloat v);
