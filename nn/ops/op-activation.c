/* gst-resnet: activations with attributes, Clip, Dropout
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <float.h>
#include <math.h>
#include <string.h>

#include "ops/op-rows.h"
#include "ops/op-settings.h"
#include "ops/op-spec.h"
#include "ops/op-types.h"

/* @a and @b are the values of the operator's attributes that the table names. */
typedef gdouble (*Activation) (gdouble x, gdouble a, gdouble b);

typedef struct {
  Activation function;
  const gchar *a, *b;
} Functions;

static gdouble
leaky_relu (gdouble x, gdouble alpha, gdouble b)
{
  (void)b;
  return x < 0 ? alpha * x : x;
}

static gdouble
hard_sigmoid (gdouble x, gdouble alpha, gdouble beta)
{
  gdouble y = alpha * x + beta;

  return y < 0 ? 0 : y > 1 ? 1 : y;
}

static gdouble
elu (gdouble x, gdouble alpha, gdouble b)
{
  (void)b;
  return x < 0 ? alpha * expm1 (x) : x;
}

static gdouble
selu (gdouble x, gdouble alpha, gdouble gamma_)
{
  return gamma_ * (x > 0 ? x : alpha * expm1 (x));
}

static gdouble
celu (gdouble x, gdouble alpha, gdouble b)
{
  (void)b;
  return fmax (0, x) + fmin (0, alpha * expm1 (x / alpha));
}

static gdouble
thresholded_relu (gdouble x, gdouble alpha, gdouble b)
{
  (void)b;
  return x > alpha || isnan (x) ? x : 0;
}

static gdouble
swish (gdouble x, gdouble alpha, gdouble b)
{
  (void)b;
  return x / (1 + exp (-alpha * x));
}

static gboolean
run (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  const Functions *functions = op->spec->data;
  gdouble a = nn_op_float (op, functions->a), b = functions->b ? nn_op_float (op, functions->b) : 0;

  (void)n_inputs;
  (void)error;
  for (gsize i = 0; i < outputs->n_elements; i++)
    outputs->f32[i] = (gfloat)functions->function (inputs[0]->f32[i], a, b);
  return TRUE;
}

static gboolean
check_gelu (const NnOperator *op, GError **error)
{
  const gchar *form = nn_op_string (op, "approximate");

  if (strcmp (form, "none") != 0 && strcmp (form, "tanh") != 0)
    return nn_op_fail (op, error, NN_ERROR_FORMAT, "approximate is %s, not none or tanh", form);
  return TRUE;
}

static gboolean
run_gelu (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  gboolean by_tanh = strcmp (nn_op_string (op, "approximate"), "tanh") == 0;

  (void)n_inputs;
  (void)error;
  for (gsize i = 0; i < outputs->n_elements; i++) {
    gdouble x = inputs[0]->f32[i];

    outputs->f32[i] = (gfloat)(by_tanh ? 0.5 * x * (1 + tanh (sqrt (2 / G_PI) * (x + 0.044715 * x * x * x)))
                                       : 0.5 * x * (1 + erf (x / G_SQRT2)));
  }
  return TRUE;
}

static gboolean
infer_clip (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  for (guint i = 1; i < n_inputs; i++) {
    if (inputs[i] && inputs[i]->n_elements != 1)
      return nn_op_fail (op, error, NN_ERROR_FORMAT, "a bound has %" G_GSIZE_FORMAT " elements, should be a scalar",
                         inputs[i]->n_elements);
  }
  return nn_op_same_type (op, inputs, n_inputs, outputs, error);
}

/* This is min(max(x, lowest), highest) as in NumPy's clip: the upper bound wins, and NaN stays NaN. */
static void
clip_floats (NnValue *out, const NnValue *x, gfloat low, gfloat high)
{
  for (gsize i = 0; i < x->n_elements; i++) {
    gfloat v = x->f32[i] < low ? low : x->f32[i];

    out->f32[i] = v > high ? high : v;
  }
}

static gboolean
below (NnDType dtype, gint64 a, gint64 b)
{
  return dtype == NN_DTYPE_U64 ? (guint64)a < (guint64)b : a < b;
}

static gboolean
run_clip (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  const NnValue *x = inputs[0], *low = nn_op_input (inputs, n_inputs, 1), *high = nn_op_input (inputs, n_inputs, 2);

  (void)error;
  if (op->opset < 11) {
    clip_floats (outputs, x, (gfloat)nn_op_float (op, "min"), (gfloat)nn_op_float (op, "max"));
    return TRUE;
  }
  if (nn_dtype_is_float (x->dtype)) {
    clip_floats (outputs, x, low ? low->f32[0] : -INFINITY, high ? high->f32[0] : INFINITY);
    return TRUE;
  }
  for (gsize i = 0; i < x->n_elements; i++) {
    gint64 v = low && below (x->dtype, x->i64[i], low->i64[0]) ? low->i64[0] : x->i64[i];

    outputs->i64[i] = high && below (x->dtype, high->i64[0], v) ? high->i64[0] : v;
  }
  return TRUE;
}

static gboolean
infer_dropout (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  const NnValue *training = nn_op_input (inputs, n_inputs, 2), *x = inputs[0];
  NnDType mask = op->opset < 10 ? x->dtype : NN_DTYPE_BOOL;

  if (training && (training->dtype != NN_DTYPE_BOOL || training->n_elements != 1))
    return nn_op_fail (op, error, NN_ERROR_FORMAT, "training_mode should be one bool");
  if (training && !training->i64)
    return nn_op_fail (op, error, NN_ERROR_UNSUPPORTED, "training_mode should be constant");
  if (training && training->i64[0])
    return nn_op_fail (op, error, NN_ERROR_UNSUPPORTED,
                       "training_mode is true: export the network in evaluation mode (model.eval())");
  if (op->n_outputs > 1 && !nn_op_set_type (op, &outputs[1], mask, x->n_dims, x->dims, error))
    return FALSE;
  return nn_op_set_type (op, outputs, x->dtype, x->n_dims, x->dims, error);
}

/* Nothing is dropped, so the mask is all ones. */
static gboolean
run_dropout (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  (void)n_inputs;
  (void)error;
  nn_op_copy_flat (outputs, inputs[0]);
  for (gsize i = 0; op->n_outputs > 1 && i < outputs[1].n_elements; i++) {
    if (nn_dtype_is_float (outputs[1].dtype))
      outputs[1].f32[i] = 1;
    else
      outputs[1].i64[i] = 1;
  }
  return TRUE;
}

#define ALPHA(value)                                                                                                   \
  (const NnOpAttribute[])                                                                                              \
  {                                                                                                                    \
    { "alpha", NN_ATTRIBUTE_FLOAT, .number = (value) }, { NULL }                                                       \
  }

static const NnOpAttribute hard_sigmoid_attributes[] = {
  { "alpha", NN_ATTRIBUTE_FLOAT, .number = 0.2f },
  { "beta", NN_ATTRIBUTE_FLOAT, .number = 0.5f },
  { NULL },
};

static const NnOpAttribute selu_attributes[] = {
  { "alpha", NN_ATTRIBUTE_FLOAT, .number = 1.67326319217681884765625f },
  { "gamma", NN_ATTRIBUTE_FLOAT, .number = 1.05070102214813232421875f },
  { NULL },
};

static const NnOpAttribute clip_attributes[] = {
  { "min", NN_ATTRIBUTE_FLOAT, .number = -FLT_MAX },
  { "max", NN_ATTRIBUTE_FLOAT, .number = FLT_MAX },
  { NULL },
};

static const NnOpAttribute gelu_attributes[] = {
  { "approximate", NN_ATTRIBUTE_STRING, .string = "none" },
  { NULL },
};

static const NnOpAttribute dropout_attributes[] = {
  { "ratio", NN_ATTRIBUTE_FLOAT, .until = 11, .number = 0.5 },
  { "seed", NN_ATTRIBUTE_INT, .since = 12, .optional = TRUE },
  { NULL },
};

#define ACTIVATION(type, since, attributes, ...)                                                                       \
  {                                                                                                                    \
    type, since, 0, 1, 1, 1, NN_OP_FLOAT, 1, 0, FALSE, attributes, NULL, nn_op_same_type, run, &(const Functions)      \
    {                                                                                                                  \
      __VA_ARGS__                                                                                                      \
    }                                                                                                                  \
  }

const NnOpSpec nn_ops_activation[] = {
  ACTIVATION ("LeakyRelu", 1, ALPHA (0.01f), leaky_relu, "alpha"),
  ACTIVATION ("HardSigmoid", 1, hard_sigmoid_attributes, hard_sigmoid, "alpha", "beta"),
  ACTIVATION ("Elu", 1, ALPHA (1), elu, "alpha"),
  ACTIVATION ("Selu", 1, selu_attributes, selu, "alpha", "gamma"),
  ACTIVATION ("Celu", 12, ALPHA (1), celu, "alpha"),
  ACTIVATION ("ThresholdedRelu", 10, ALPHA (1), thresholded_relu, "alpha"),
  ACTIVATION ("Swish", 24, ALPHA (1), swish, "alpha"),
  { "Gelu", 20, 0, 1, 1, 1, NN_OP_FLOAT, 1, 0, FALSE, gelu_attributes, check_gelu, nn_op_same_type, run_gelu, NULL },
  { "Clip", 1, 10, 1, 1, 1, NN_OP_FLOAT, 1, 0, FALSE, clip_attributes, NULL, infer_clip, run_clip, NULL },
  { "Clip", 11, 0, 1, 3, 1, NN_OP_NUMBER, 3, 0, FALSE, NULL, NULL, infer_clip, run_clip, NULL },
  { "Dropout", 7, 11, 1, 1, 2, NN_OP_FLOAT, 1, 0, FALSE, dropout_attributes, NULL, infer_dropout, run_dropout, NULL },
  { "Dropout", 12, 0, 1, 3, 2, NN_OP_FLOAT, 1, 4, FALSE, dropout_attributes, NULL, infer_dropout, run_dropout, NULL },
  { NULL },
};
