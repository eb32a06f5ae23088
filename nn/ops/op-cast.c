/* gst-resnet: Cast, CastLike, Identity
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ops/op-rows.h"
#include "ops/op-settings.h"
#include "ops/op-spec.h"
#include "ops/op-types.h"

static const NnOpAttribute cast_attributes[] = {
  { "to", NN_ATTRIBUTE_INT, .required = TRUE },
  /* These two only matter for 8-bit floats. */
  { "saturate", NN_ATTRIBUTE_INT, .since = 19, .number = 1 },
  { "round_mode", NN_ATTRIBUTE_STRING, .since = 24, .string = "up" },
  { NULL },
};

static const NnOpAttribute like_attributes[] = {
  { "saturate", NN_ATTRIBUTE_INT, .since = 19, .number = 1 },
  { "round_mode", NN_ATTRIBUTE_STRING, .since = 24, .string = "up" },
  { NULL },
};

static gboolean
check (const NnOperator *op, GError **error)
{
  const gchar *name;
  NnDType dtype;

  if (!nn_op_dtype_from_onnx (nn_op_int (op, "to"), &dtype, &name))
    return nn_op_fail (op, error, NN_ERROR_UNSUPPORTED, "elements of type %" G_GINT64_FORMAT " (%s) are not taken",
                       nn_op_int (op, "to"), name);
  return TRUE;
}

static gboolean
infer (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  NnDType dtype = NN_DTYPE_F32;
  const gchar *name;

  (void)n_inputs;
  if (op->spec->min_inputs > 1)
    dtype = inputs[1]->dtype;
  else
    nn_op_dtype_from_onnx (nn_op_int (op, "to"), &dtype, &name);
  return nn_op_set_type (op, outputs, dtype, inputs[0]->n_dims, inputs[0]->dims, error);
}

/* ONNX leaves open what a float outside an integer type's range becomes: here it is the nearest value, and 0 for
 * NaN. Integers lose their higher bits, as ONNX says. */
static gboolean
run (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  const NnValue *x = inputs[0];
  NnDType to = outputs->dtype;

  (void)op;
  (void)n_inputs;
  (void)error;
  for (gsize i = 0; i < x->n_elements; i++) {
    if (!nn_dtype_is_float (x->dtype)) {
      gint64 v = x->i64[i];

      if (nn_dtype_is_float (to))
        outputs->f32[i] = nn_op_round (to, x->dtype == NN_DTYPE_U64 ? (gfloat)(guint64)v : (gfloat)v);
      else
        outputs->i64[i] = nn_op_wrap (to, v);
    } else if (nn_dtype_is_float (to)) {
      outputs->f32[i] = nn_op_round (to, x->f32[i]);
    } else {
      outputs->i64[i] = to == NN_DTYPE_BOOL ? x->f32[i] != 0 : nn_op_saturate (to, x->f32[i]);
    }
  }
  return TRUE;
}

const NnOpSpec nn_ops_cast[] = {
  { "Cast", 6, 0, 1, 1, 1, NN_OP_ANY, 1, 0, FALSE, cast_attributes, check, infer, run, NULL },
  { "CastLike", 15, 0, 2, 2, 1, NN_OP_ANY, 1, 0, FALSE, like_attributes, NULL, infer, run, NULL },
  { "Identity", 1, 0, 1, 1, 1, NN_OP_ANY, 1, 0, FALSE, NULL, NULL, nn_op_same_type, nn_op_run_copy, NULL },
  { NULL },
};
