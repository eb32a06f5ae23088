/* gst-resnet: Slice
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "ops/op-rows.h"
#include "ops/op-settings.h"
#include "ops/op-spec.h"
#include "ops/op-types.h"

static const NnOpAttribute attributes[] = {
  { "starts", NN_ATTRIBUTE_INTS, .required = TRUE },
  { "ends", NN_ATTRIBUTE_INTS, .required = TRUE },
  { "axes", NN_ATTRIBUTE_INTS },
  { NULL },
};

/* The part that is taken of each dimension. */
typedef struct {
  gint64 start[NN_TENSOR_MAX_DIMS], step[NN_TENSOR_MAX_DIMS];
  guint64 dims[NN_TENSOR_MAX_DIMS];
} Cut;

/* Starts, ends and axes are attributes before opset 10, which has no steps. Since then all four are the inputs 1 to
 * 4. */
static gboolean
read_lists (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, const gint64 **lists, guint *n,
            GError **error)
{
  static const gchar *const names[] = { "starts", "ends", "axes" };

  for (guint i = 0; i < 4; i++) {
    lists[i] = NULL;
    n[i] = 0;
    if (op->opset < 10 && i < 3) {
      lists[i] = nn_op_setting (op, names[i])->ints;
      n[i] = nn_op_setting (op, names[i])->n;
    } else if (op->opset >= 10 && !nn_op_shape_input (op, inputs, n_inputs, 1 + i, &lists[i], &n[i], error)) {
      return FALSE;
    }
    if (i && n[i] != n[0] && (i == 1 || n[i]))
      return nn_op_fail (op, error, NN_ERROR_FORMAT, "%u starts but %u %s", n[0], n[i], i == 3 ? "steps" : names[i]);
  }
  return TRUE;
}

/* The rules are ONNX's and Python's: negative numbers count from the end, and numbers beyond the end mean the end. */
static gboolean
cut_axis (const NnOperator *op, gint64 size, gint64 start, gint64 end, gint64 step, Cut *cut, guint axis,
          GError **error)
{
  guint64 way, magnitude = step > 0 ? (guint64)step : 0 - (guint64)step;

  if (step == 0)
    return nn_op_fail (op, error, NN_ERROR_FORMAT, "a step of 0");
  start = start < 0 ? start + size : start;
  end = end < 0 ? end + size : end;
  if (step > 0) {
    start = CLAMP (start, 0, size);
    end = CLAMP (end, 0, size);
    way = end > start ? (guint64)(end - start) : 0;
  } else {
    start = CLAMP (start, size ? 0 : -1, size - 1);
    end = CLAMP (end, -1, size - 1);
    way = start > end ? (guint64)(start - end) : 0;
  }
  cut->dims[axis] = way / magnitude + (way % magnitude != 0);
  cut->start[axis] = cut->dims[axis] ? start : 0;
  /* A step beyond the tensor is never taken. It is kept small so that strides do not overflow. */
  cut->step[axis] = cut->dims[axis] > 1 ? step : 1;
  return TRUE;
}

static gboolean
find_cut (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, Cut *cut, GError **error)
{
  const NnValue *x = inputs[0];
  const gint64 *lists[4];
  gboolean seen[NN_TENSOR_MAX_DIMS];
  guint n[4];

  if (!read_lists (op, inputs, n_inputs, lists, n, error))
    return FALSE;
  if (n[0] > x->n_dims)
    return nn_op_fail (op, error, NN_ERROR_FORMAT, "%u starts for a tensor of %u dimensions", n[0], x->n_dims);
  if (!nn_op_axes (op, lists[2], n[2], x->n_dims, seen, error))
    return FALSE;
  for (guint d = 0; d < x->n_dims; d++) {
    cut->start[d] = 0;
    cut->step[d] = 1;
    cut->dims[d] = x->dims[d];
  }
  for (guint i = 0; i < n[0]; i++) {
    guint axis = i;

    if (n[2] && !nn_op_axis (op, lists[2][i], x->n_dims, &axis, error))
      return FALSE;
    if (!cut_axis (op, (gint64)x->dims[axis], lists[0][i], lists[1][i], n[3] ? lists[3][i] : 1, cut, axis, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
infer (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  Cut cut;

  return find_cut (op, inputs, n_inputs, &cut, error)
         && nn_op_set_type (op, outputs, inputs[0]->dtype, inputs[0]->n_dims, cut.dims, error);
}

static gboolean
run (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  const NnValue *x = inputs[0];
  gssize in[NN_TENSOR_MAX_DIMS], out[NN_TENSOR_MAX_DIMS], offset = 0;
  Cut cut;

  if (!find_cut (op, inputs, n_inputs, &cut, error))
    return FALSE;
  nn_op_strides (x->n_dims, x->dims, in);
  nn_op_strides (x->n_dims, outputs->dims, out);
  for (guint d = 0; d < x->n_dims; d++) {
    offset += in[d] * cut.start[d];
    in[d] *= cut.step[d];
  }
  nn_op_copy (outputs, 0, out, x, offset, in, x->n_dims, outputs->dims);
  return TRUE;
}

const NnOpSpec nn_ops_slice[] = {
  { "Slice", 1, 9, 1, 1, 1, NN_OP_ANY, 1, 0, FALSE, attributes, NULL, infer, run, NULL },
  { "Slice", 10, 0, 3, 5, 1, NN_OP_ANY, 1, 0x1e, FALSE, NULL, NULL, infer, run, NULL },
  { NULL },
};
