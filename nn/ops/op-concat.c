/* gst-resnet: Concat, Split, Expand, Tile
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "ops/op-rows.h"
#include "ops/op-settings.h"
#include "ops/op-spec.h"
#include "ops/op-types.h"
#include "ops/operator-attributes.h"

/* --- Concat --- */

static gboolean
infer_concat (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  const NnValue *first = inputs[0];
  guint64 dims[NN_TENSOR_MAX_DIMS];
  guint axis;

  if (nn_op_int (op, "axis") < 0 && op->opset < 11)
    return nn_op_fail (op, error, NN_ERROR_FORMAT, "a negative axis, opset 11 is the first one with them");
  if (!nn_op_axis (op, nn_op_int (op, "axis"), first->n_dims, &axis, error))
    return FALSE;
  memcpy (dims, first->dims, first->n_dims * sizeof *dims);
  for (guint i = 1; i < n_inputs; i++) {
    if (inputs[i]->n_dims != first->n_dims)
      return nn_op_fail (op, error, NN_ERROR_FORMAT, "input %u has %u dimensions, the first one %u", i,
                         inputs[i]->n_dims, first->n_dims);
    for (guint d = 0; d < first->n_dims; d++) {
      if (d != axis && inputs[i]->dims[d] != first->dims[d])
        return nn_op_fail (op, error, NN_ERROR_FORMAT,
                           "dimension %u of input %u is %" G_GUINT64_FORMAT ", the first one's %" G_GUINT64_FORMAT, d,
                           i, inputs[i]->dims[d], first->dims[d]);
    }
    if (__builtin_add_overflow (dims[axis], inputs[i]->dims[axis], &dims[axis]))
      return nn_op_fail (op, error, NN_ERROR_TOO_LARGE, "the size of its output overflows");
  }
  return nn_op_set_type (op, outputs, first->dtype, first->n_dims, dims, error);
}

static gboolean
run_concat (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  gssize in[NN_TENSOR_MAX_DIMS], out[NN_TENSOR_MAX_DIMS], offset = 0;
  guint axis;

  if (!nn_op_axis (op, nn_op_int (op, "axis"), outputs->n_dims, &axis, error))
    return FALSE;
  nn_op_strides (outputs->n_dims, outputs->dims, out);
  for (guint i = 0; i < n_inputs; i++) {
    nn_op_strides (inputs[i]->n_dims, inputs[i]->dims, in);
    nn_op_copy (outputs, offset, out, inputs[i], 0, in, outputs->n_dims, inputs[i]->dims);
    offset += out[axis] * (gssize)inputs[i]->dims[axis];
  }
  return TRUE;
}

/* --- Split --- */

static gboolean
check_split (const NnOperator *op, GError **error)
{
  gint64 n;

  if (nn_operator_get_int (op, "num_outputs", &n) && n != (gint64)op->n_outputs)
    return nn_op_fail (op, error, NN_ERROR_FORMAT, "num_outputs is %" G_GINT64_FORMAT ", it has %u outputs", n,
                       op->n_outputs);
  if (op->opset >= 18 && op->n_inputs > 1 && nn_op_setting (op, "num_outputs")->set)
    return nn_op_fail (op, error, NN_ERROR_FORMAT, "it has both sizes and num_outputs");
  return TRUE;
}

/* The sizes are given, or they are equal and only the last one may be smaller. */
static gboolean
infer_split (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  const NnValue *x = inputs[0];
  const gint64 *sizes = nn_op_setting (op, "split")->ints;
  guint n = nn_op_setting (op, "split")->n, axis;
  guint64 dims[NN_TENSOR_MAX_DIMS], left, equal;

  if (!nn_op_axis (op, nn_op_int (op, "axis"), x->n_dims, &axis, error)
      || (op->opset >= 13 && !nn_op_shape_input (op, inputs, n_inputs, 1, &sizes, &n, error)))
    return FALSE;
  if (n && n != op->n_outputs)
    return nn_op_fail (op, error, NN_ERROR_FORMAT, "%u sizes for %u outputs", n, op->n_outputs);
  left = x->dims[axis];
  equal = left / op->n_outputs + (left % op->n_outputs != 0);
  if (!n && op->opset < 18 && left % op->n_outputs)
    return nn_op_fail (op, error, NN_ERROR_FORMAT, "%" G_GUINT64_FORMAT " does not divide into %u equal parts", left,
                       op->n_outputs);
  memcpy (dims, x->dims, x->n_dims * sizeof *dims);
  for (guint i = 0; i < op->n_outputs; i++) {
    if (n && (sizes[i] < 0 || (guint64)sizes[i] > left))
      return nn_op_fail (op, error, NN_ERROR_FORMAT,
                         "part %u has %" G_GINT64_FORMAT " of the %" G_GUINT64_FORMAT " left", i, sizes[i], left);
    dims[axis] = n ? (guint64)sizes[i] : MIN (equal, left);
    left -= dims[axis];
    if (!nn_op_set_type (op, &outputs[i], x->dtype, x->n_dims, dims, error))
      return FALSE;
  }
  if (left)
    return nn_op_fail (op, error, NN_ERROR_FORMAT, "the parts leave %" G_GUINT64_FORMAT " over", left);
  return TRUE;
}

static gboolean
run_split (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  gssize in[NN_TENSOR_MAX_DIMS], out[NN_TENSOR_MAX_DIMS], offset = 0;
  const NnValue *x = inputs[0];
  guint axis;

  (void)n_inputs;
  if (!nn_op_axis (op, nn_op_int (op, "axis"), x->n_dims, &axis, error))
    return FALSE;
  nn_op_strides (x->n_dims, x->dims, in);
  for (guint i = 0; i < op->n_outputs; i++) {
    nn_op_strides (x->n_dims, outputs[i].dims, out);
    nn_op_copy (&outputs[i], 0, out, x, offset, in, x->n_dims, outputs[i].dims);
    offset += in[axis] * (gssize)outputs[i].dims[axis];
  }
  return TRUE;
}

/* --- Expand, Tile --- */

static gboolean
read_dims (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, guint64 *dims, guint *n, GError **error)
{
  const gint64 *elements;

  if (!nn_op_shape_input (op, inputs, n_inputs, 1, &elements, n, error))
    return FALSE;
  if (*n > NN_TENSOR_MAX_DIMS)
    return nn_op_fail (op, error, NN_ERROR_UNSUPPORTED, "%u dimensions, at most %d are taken", *n, NN_TENSOR_MAX_DIMS);
  for (guint d = 0; d < *n; d++) {
    if (elements[d] < 0)
      return nn_op_fail (op, error, NN_ERROR_FORMAT, "input 1 holds %" G_GINT64_FORMAT, elements[d]);
    dims[d] = (guint64)elements[d];
  }
  return TRUE;
}

static gboolean
infer_expand (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  const NnValue *x = inputs[0];
  guint64 dims[NN_TENSOR_MAX_DIMS];
  guint n;

  return read_dims (op, inputs, n_inputs, dims, &n, error)
         && nn_op_broadcast (op, x->n_dims, x->dims, n, dims, &n, dims, error)
         && nn_op_set_type (op, outputs, x->dtype, n, dims, error);
}

static gboolean
run_expand (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  gssize in[NN_TENSOR_MAX_DIMS], out[NN_TENSOR_MAX_DIMS];

  (void)op;
  (void)n_inputs;
  (void)error;
  nn_op_strides (outputs->n_dims, outputs->dims, out);
  nn_op_broadcast_strides (inputs[0], outputs->n_dims, in);
  nn_op_copy (outputs, 0, out, inputs[0], 0, in, outputs->n_dims, outputs->dims);
  return TRUE;
}

static gboolean
infer_tile (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  const NnValue *x = inputs[0];
  guint64 dims[NN_TENSOR_MAX_DIMS];
  guint n;

  if (!read_dims (op, inputs, n_inputs, dims, &n, error))
    return FALSE;
  if (n != x->n_dims)
    return nn_op_fail (op, error, NN_ERROR_FORMAT, "%u repeats for a tensor of %u dimensions", n, x->n_dims);
  for (guint d = 0; d < n; d++) {
    if (__builtin_mul_overflow (dims[d], x->dims[d], &dims[d]))
      return nn_op_fail (op, error, NN_ERROR_TOO_LARGE, "the size of its output overflows");
  }
  return nn_op_set_type (op, outputs, x->dtype, n, dims, error);
}

static gboolean
run_tile (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  const NnValue *x = inputs[0];
  gssize in[NN_TENSOR_MAX_DIMS], out[NN_TENSOR_MAX_DIMS];

  (void)op;
  (void)n_inputs;
  (void)error;
  nn_op_strides (x->n_dims, x->dims, in);
  nn_op_strides (x->n_dims, outputs->dims, out);
  for (gsize i = 0; i < outputs->n_elements; i++) {
    gssize from = 0;

    for (guint d = 0; d < x->n_dims; d++)
      from += (gssize)(i / (gsize)out[d] % outputs->dims[d] % x->dims[d]) * in[d];
    if (nn_dtype_is_float (x->dtype))
      outputs->f32[i] = x->f32[from];
    else
      outputs->i64[i] = x->i64[from];
  }
  return TRUE;
}

static const NnOpAttribute concat_attributes[] = { { "axis", NN_ATTRIBUTE_INT, .required = TRUE }, { NULL } };

static const NnOpAttribute split_attributes[] = {
  { "axis", NN_ATTRIBUTE_INT },
  { "split", NN_ATTRIBUTE_INTS, .until = 12 },
  { "num_outputs", NN_ATTRIBUTE_INT, .since = 18, .optional = TRUE },
  { NULL },
};

const NnOpSpec nn_ops_concat[] = {
  { "Concat", 4, 0, 1, NN_OP_VARIADIC, 1, NN_OP_ANY, NN_OP_VARIADIC, 0, FALSE, concat_attributes, NULL, infer_concat,
    run_concat, NULL },
  { "Split", 2, 12, 1, 1, NN_OP_MAX_OUTPUTS, NN_OP_ANY, 1, 0, FALSE, split_attributes, NULL, infer_split, run_split,
    NULL },
  { "Split", 13, 0, 1, 2, NN_OP_MAX_OUTPUTS, NN_OP_ANY, 1, 2, FALSE, split_attributes, check_split, infer_split,
    run_split, NULL },
  { "Expand", 8, 0, 2, 2, 1, NN_OP_ANY, 1, 2, FALSE, NULL, NULL, infer_expand, run_expand, NULL },
  { "Tile", 6, 0, 2, 2, 1, NN_OP_ANY, 1, 2, FALSE, NULL, NULL, infer_tile, run_tile, NULL },
  { NULL },
};
