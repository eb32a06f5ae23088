/* gst-resnet: Constant, ConstantOfShape, Range
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <string.h>

#include "ops/op-settings.h"
#include "ops/op-spec.h"
#include "ops/op-types.h"

/* --- Constant --- */

static const NnOpAttribute constant_attributes[] = {
  { "value", NN_ATTRIBUTE_TENSOR },
  { "sparse_value", NN_ATTRIBUTE_TENSOR, .since = 11 },
  { "value_float", NN_ATTRIBUTE_FLOAT, .since = 12 },
  { "value_floats", NN_ATTRIBUTE_FLOATS, .since = 12 },
  { "value_int", NN_ATTRIBUTE_INT, .since = 12 },
  { "value_ints", NN_ATTRIBUTE_INTS, .since = 12 },
  { "value_string", NN_ATTRIBUTE_STRING, .since = 12 },
  { "value_strings", NN_ATTRIBUTE_STRINGS, .since = 12 },
  { NULL },
};

static gboolean
check_constant (const NnOperator *op, GError **error)
{
  const gchar *const refused[] = { "sparse_value", "value_string", "value_strings" };
  guint n = 0;

  for (guint k = 0; constant_attributes[k].name; k++)
    n += op->settings[k].set;
  if (n != 1)
    return nn_op_fail (op, error, NN_ERROR_FORMAT, "%u values, should have one", n);
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++) {
    if (nn_op_setting (op, refused[i])->set)
      return nn_op_fail (op, error, NN_ERROR_UNSUPPORTED, "%s is not taken", refused[i]);
  }
  return TRUE;
}

static gboolean
infer_constant (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  const NnTensor *tensor = nn_op_setting (op, "value")->tensor;
  const NnOpSetting *floats = nn_op_setting (op, "value_floats"), *ints = nn_op_setting (op, "value_ints");
  gboolean is_float = floats->set || nn_op_setting (op, "value_float")->set;
  guint64 n = floats->set ? floats->n : ints->n;

  (void)inputs;
  (void)n_inputs;
  if (tensor)
    return nn_op_set_type (op, outputs, tensor->dtype, tensor->n_dims, tensor->dims, error);
  return nn_op_set_type (op, outputs, is_float ? NN_DTYPE_F32 : NN_DTYPE_I64, floats->set || ints->set ? 1 : 0, &n,
                         error);
}

static gboolean
run_constant (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  const NnTensor *tensor = nn_op_setting (op, "value")->tensor;
  const NnOpSetting *floats = nn_op_setting (op, "value_floats"), *ints = nn_op_setting (op, "value_ints");
  gboolean is_float = nn_dtype_is_float (outputs->dtype);
  gfloat one_float = (gfloat)nn_op_float (op, "value_float");
  gint64 one_int = nn_op_int (op, "value_int");
  gsize n = outputs->n_elements;

  (void)inputs;
  (void)n_inputs;
  (void)error;
  if (n && is_float)
    memcpy (outputs->f32, tensor ? tensor->f32 : floats->set ? floats->floats : &one_float, n * sizeof (gfloat));
  else if (n)
    memcpy (outputs->i64, tensor ? tensor->i64 : ints->set ? ints->ints : &one_int, n * sizeof (gint64));
  return TRUE;
}

/* --- ConstantOfShape --- */

static const NnOpAttribute of_shape_attributes[] = { { "value", NN_ATTRIBUTE_TENSOR }, { NULL } };

static gboolean
check_of_shape (const NnOperator *op, GError **error)
{
  const NnTensor *value = nn_op_setting (op, "value")->tensor;

  if (value && value->n_elements != 1)
    return nn_op_fail (op, error, NN_ERROR_FORMAT, "value has %" G_GSIZE_FORMAT " elements, should have one",
                       value->n_elements);
  return TRUE;
}

static gboolean
infer_of_shape (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  const NnTensor *value = nn_op_setting (op, "value")->tensor;
  guint64 dims[NN_TENSOR_MAX_DIMS];
  const gint64 *shape;
  guint n;

  if (!nn_op_shape_input (op, inputs, n_inputs, 0, &shape, &n, error))
    return FALSE;
  if (n > NN_TENSOR_MAX_DIMS)
    return nn_op_fail (op, error, NN_ERROR_UNSUPPORTED, "a shape of %u dimensions, at most %d are taken", n,
                       NN_TENSOR_MAX_DIMS);
  for (guint d = 0; d < n; d++) {
    if (shape[d] < 0)
      return nn_op_fail (op, error, NN_ERROR_FORMAT, "its shape holds %" G_GINT64_FORMAT, shape[d]);
    dims[d] = (guint64)shape[d];
  }
  return nn_op_set_type (op, outputs, value ? value->dtype : NN_DTYPE_F32, n, dims, error);
}

static gboolean
run_of_shape (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  const NnTensor *value = nn_op_setting (op, "value")->tensor;

  (void)inputs;
  (void)n_inputs;
  (void)error;
  for (gsize i = 0; i < outputs->n_elements; i++) {
    if (nn_dtype_is_float (outputs->dtype))
      outputs->f32[i] = value ? value->f32[0] : 0;
    else
      outputs->i64[i] = value->i64[0];
  }
  return TRUE;
}

/* --- Range --- */

static gboolean
infer_range (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  gboolean is_float = nn_dtype_is_float (inputs[0]->dtype);
  guint64 n = 0;

  for (guint i = 0; i < n_inputs; i++) {
    if (inputs[i]->n_elements != 1)
      return nn_op_fail (op, error, NN_ERROR_FORMAT, "input %u should be a scalar", i);
    if (is_float ? !inputs[i]->f32 : !inputs[i]->i64)
      return nn_op_fail (op, error, NN_ERROR_UNSUPPORTED,
                         "input %u decides a shape and depends on the image, it should be constant", i);
  }
  if (is_float) {
    gdouble start = inputs[0]->f32[0], limit = inputs[1]->f32[0], delta = inputs[2]->f32[0];
    gdouble steps = ceil ((limit - start) / delta);

    if (delta == 0 || !isfinite (steps))
      return nn_op_fail (op, error, NN_ERROR_FORMAT, "from %g to %g in steps of %g", start, limit, delta);
    n = steps <= 0 ? 0 : steps > (gdouble)NN_OP_MAX_ELEMENTS ? NN_OP_MAX_ELEMENTS + 1 : (guint64)steps;
  } else {
    gint64 start = inputs[0]->i64[0], limit = inputs[1]->i64[0], delta = inputs[2]->i64[0];
    guint64 way = delta > 0 ? (guint64)limit - (guint64)start : (guint64)start - (guint64)limit;
    guint64 step = delta > 0 ? (guint64)delta : 0 - (guint64)delta;

    if (delta == 0)
      return nn_op_fail (op, error, NN_ERROR_FORMAT, "a step of 0");
    if (delta > 0 ? start < limit : start > limit)
      n = way / step + (way % step != 0);
  }
  return nn_op_set_type (op, outputs, inputs[0]->dtype, 1, &n, error);
}

static gboolean
run_range (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  (void)op;
  (void)n_inputs;
  (void)error;
  for (gsize i = 0; i < outputs->n_elements; i++) {
    if (nn_dtype_is_float (outputs->dtype))
      outputs->f32[i] = (gfloat)(inputs[0]->f32[0] + (gdouble)i * inputs[2]->f32[0]);
    else
      outputs->i64[i]
          = nn_op_wrap (outputs->dtype, (gint64)((guint64)inputs[0]->i64[0] + i * (guint64)inputs[2]->i64[0]));
  }
  return TRUE;
}

/* This only matters for 16-bit floats: sums here are never narrower than its default, float32. */
static const NnOpAttribute range_attributes[]
    = { { "stash_type", NN_ATTRIBUTE_INT, .since = 27, .number = 1 }, { NULL } };

const NnOpSpec nn_ops_constant[] = {
  { "Constant", 1, 0, 0, 0, 1, NN_OP_ANY, 0, 0, FALSE, constant_attributes, check_constant, infer_constant,
    run_constant, NULL },
  { "ConstantOfShape", 9, 0, 1, 1, 1, NN_OP_INT, 1, 1, FALSE, of_shape_attributes, check_of_shape, infer_of_shape,
    run_of_shape, NULL },
  { "Range", 11, 0, 3, 3, 1, NN_OP_NUMBER, 3, 7, FALSE, range_attributes, NULL, infer_range, run_range, NULL },
  { NULL },
};
