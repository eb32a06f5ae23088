/* gst-resnet: going through strided tensors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "ops/op-rows.h"

void
nn_op_strides (guint n_dims, const guint64 *dims, gssize *strides)
{
  gssize stride = 1;

  for (guint d = n_dims; d-- > 0;) {
    strides[d] = stride;
    /* An empty tensor's strides are never followed, so their overflow does no harm; the dimensions of one that is
     * not empty multiply to at most NN_OP_MAX_ELEMENTS. */
    if (__builtin_mul_overflow (stride, (gssize)dims[d], &stride))
      stride = 0;
  }
}

void
nn_op_broadcast_strides (const NnValue *value, guint n_dims, gssize *strides)
{
  guint missing = n_dims - value->n_dims;

  memset (strides, 0, n_dims * sizeof *strides);
  nn_op_strides (value->n_dims, value->dims, strides + missing);
  for (guint d = 0; d < value->n_dims; d++) {
    if (value->dims[d] == 1)
      strides[missing + d] = 0;
  }
}

void
nn_op_rows_init (NnOpRows *rows, guint n_dims, const guint64 *dims)
{
  memset (rows, 0, sizeof *rows);
  rows->n_outer = n_dims ? n_dims - 1 : 0;
  memcpy (rows->outer, dims, rows->n_outer * sizeof *dims);
  rows->row = n_dims ? (gsize)dims[n_dims - 1] : 1;
  for (guint d = 0; d < n_dims; d++)
    rows->done |= dims[d] == 0;
}

void
nn_op_rows_tensor (NnOpRows *rows, guint t, gssize offset, const gssize *strides)
{
  rows->offset[t] = offset;
  memcpy (rows->stride[t], strides, rows->n_outer * sizeof *strides);
  /* A scalar has one row of one element. */
  rows->step[t] = rows->n_outer || rows->row != 1 ? strides[rows->n_outer] : 0;
}

void
nn_op_rows_next (NnOpRows *rows)
{
  for (guint d = rows->n_outer; d-- > 0;) {
    for (guint t = 0; t < NN_OP_ROWS_TENSORS; t++)
      rows->offset[t] += rows->stride[t][d];
    if (++rows->index[d] < rows->outer[d])
      return;
    for (guint t = 0; t < NN_OP_ROWS_TENSORS; t++)
      rows->offset[t] -= rows->stride[t][d] * (gssize)rows->outer[d];
    rows->index[d] = 0;
  }
  rows->done = TRUE;
}

void
nn_op_copy (NnValue *out, gssize out_offset, const gssize *out_strides, const NnValue *in, gssize in_offset,
            const gssize *in_strides, guint n_dims, const guint64 *dims)
{
  NnOpRows rows;

  nn_op_rows_init (&rows, n_dims, dims);
  nn_op_rows_tensor (&rows, 0, out_offset, out_strides);
  nn_op_rows_tensor (&rows, 1, in_offset, in_strides);
  for (; !rows.done; nn_op_rows_next (&rows)) {
    gssize o = rows.offset[0], i = rows.offset[1];

    if (nn_dtype_is_float (in->dtype)) {
      for (gsize k = 0; k < rows.row; k++, o += rows.step[0], i += rows.step[1])
        out->f32[o] = in->f32[i];
    } else {
      for (gsize k = 0; k < rows.row; k++, o += rows.step[0], i += rows.step[1])
        out->i64[o] = in->i64[i];
    }
  }
}

void
nn_op_copy_flat (NnValue *out, const NnValue *in)
{
  if (!in->n_elements)
    return;
  if (nn_dtype_is_float (in->dtype))
    memcpy (out->f32, in->f32, in->n_elements * sizeof *in->f32);
  else
    memcpy (out->i64, in->i64, in->n_elements * sizeof *in->i64);
}

gboolean
nn_op_run_copy (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  (void)op;
  (void)n_inputs;
  (void)error;
  nn_op_copy_flat (outputs, inputs[0]);
  return TRUE;
}
