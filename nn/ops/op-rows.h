/* gst-resnet: going through tensors a row at a time
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ops/op-spec.h"

/* Fills in row-major strides, counted in elements. */
void nn_op_strides (guint n_dims, const guint64 *dims, gssize *strides);
/* Fills in strides that read @value as if it were broadcast to @n_dims dimensions. */
void nn_op_broadcast_strides (const NnValue *value, guint n_dims, gssize *strides);

#define NN_OP_ROWS_TENSORS 4

/**
 * NnOpRows: goes through up to NN_OP_ROWS_TENSORS tensors of one shape a row at a time; each has its own strides
 * @row: the number of elements in a row
 * @offset: the place of the row's first element in each tensor
 * @step: the distance from one element of the row to the next in each tensor
 */
typedef struct {
  guint n_outer;
  guint64 outer[NN_TENSOR_MAX_DIMS], index[NN_TENSOR_MAX_DIMS];
  gssize stride[NN_OP_ROWS_TENSORS][NN_TENSOR_MAX_DIMS];
  gssize offset[NN_OP_ROWS_TENSORS], step[NN_OP_ROWS_TENSORS];
  gsize row;
  gboolean done;
} NnOpRows;

void nn_op_rows_init (NnOpRows *rows, guint n_dims, const guint64 *dims);
void nn_op_rows_tensor (NnOpRows *rows, guint t, gssize offset, const gssize *strides);
void nn_op_rows_next (NnOpRows *rows);

/* Copies a block of @dims elements from @in to @out. Both hold their elements as the same type. */
void nn_op_copy (NnValue *out, gssize out_offset, const gssize *out_strides, const NnValue *in, gssize in_offset,
                 const gssize *in_strides, guint n_dims, const guint64 *dims);
/* Copies all elements in their order. */
void nn_op_copy_flat (NnValue *out, const NnValue *in);
/* The run function of operators whose only output has the elements of the first input in another shape. */
gboolean nn_op_run_copy (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs,
                         GError **error);
