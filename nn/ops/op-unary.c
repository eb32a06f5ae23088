/* gst-resnet: operators of one tensor, element by element, without attributes
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>

#include "ops/op-spec.h"
#include "ops/op-types.h"

/* It is computed in double and rounded once. */
typedef gdouble (*FloatFunc) (gdouble x);
typedef gint64 (*IntFunc) (gint64 x);

typedef struct {
  FloatFunc of_float;
  IntFunc of_int;
} Functions;

static gdouble
relu (gdouble x)
{
  return x < 0 ? 0 : x; /* NaN stays NaN */
}

static gdouble
negative (gdouble x)
{
  return -x;
}

static gdouble
reciprocal (gdouble x)
{
  return 1 / x;
}

static gdouble
sign (gdouble x)
{
  return x > 0 ? 1 : x < 0 ? -1 : x;
}

static gdouble
sigmoid (gdouble x)
{
  return 1 / (1 + exp (-x));
}

static gdouble
softplus (gdouble x)
{
  return x > 0 ? x + log1p (exp (-x)) : log1p (exp (x));
}

static gdouble
softsign (gdouble x)
{
  return x / (1 + fabs (x));
}

static gdouble
hard_swish (gdouble x)
{
  return x * fmax (0, fmin (1, x / 6 + 0.5));
}

static gdouble
mish (gdouble x)
{
  return x * tanh (softplus (x));
}

static gint64
int_relu (gint64 x)
{
  return x < 0 ? 0 : x;
}

static gint64
int_negative (gint64 x)
{
  return (gint64)(0 - (guint64)x);
}

static gint64
int_absolute (gint64 x)
{
  return x < 0 ? int_negative (x) : x;
}

static gint64
int_sign (gint64 x)
{
  return (x > 0) - (x < 0);
}

static gint64 not(gint64 x) { return !x; }

static gboolean
run (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  const Functions *functions = op->spec->data;
  const NnValue *x = inputs[0];

  (void)n_inputs;
  (void)error;
  /* No uint64 is negative, whatever its bits say as an int64, so that Sign alone changes it: to 1, unless it is 0. */
  for (gsize i = 0; i < x->n_elements; i++) {
    if (nn_dtype_is_float (x->dtype))
      outputs->f32[i] = (gfloat)functions->of_float (x->f32[i]);
    else if (x->dtype == NN_DTYPE_U64)
      outputs->i64[i] = functions->of_int == int_sign ? x->i64[i] != 0 : x->i64[i];
    else
      outputs->i64[i] = nn_op_wrap (x->dtype, functions->of_int (x->i64[i]));
  }
  return TRUE;
}

#define UNARY(type, since, types, ...)                                                                                 \
  {                                                                                                                    \
    type, since, 0, 1, 1, 1, types, 1, 0, FALSE, NULL, NULL, nn_op_same_type, run, &(const Functions) { __VA_ARGS__ }  \
  }

const NnOpSpec nn_ops_unary[] = {
  UNARY ("Relu", 1, NN_OP_NUMBER, relu, int_relu),
  UNARY ("Sigmoid", 1, NN_OP_FLOAT, sigmoid),
  UNARY ("HardSwish", 14, NN_OP_FLOAT, hard_swish),
  UNARY ("Softplus", 1, NN_OP_FLOAT, softplus),
  UNARY ("Softsign", 1, NN_OP_FLOAT, softsign),
  UNARY ("Mish", 18, NN_OP_FLOAT, mish),
  UNARY ("Tanh", 1, NN_OP_FLOAT, tanh),
  UNARY ("Erf", 9, NN_OP_FLOAT, erf),
  UNARY ("Exp", 1, NN_OP_FLOAT, exp),
  UNARY ("Log", 1, NN_OP_FLOAT, log),
  UNARY ("Sqrt", 1, NN_OP_FLOAT, sqrt),
  UNARY ("Sin", 7, NN_OP_FLOAT, sin),
  UNARY ("Cos", 7, NN_OP_FLOAT, cos),
  UNARY ("Floor", 1, NN_OP_FLOAT, floor),
  UNARY ("Ceil", 1, NN_OP_FLOAT, ceil),
  UNARY ("Round", 11, NN_OP_FLOAT, nearbyint),
  UNARY ("Reciprocal", 1, NN_OP_FLOAT, reciprocal),
  UNARY ("Abs", 1, NN_OP_NUMBER, fabs, int_absolute),
  UNARY ("Neg", 1, NN_OP_NUMBER, negative, int_negative),
  UNARY ("Sign", 9, NN_OP_NUMBER, sign, int_sign),
  UNARY ("Not", 1, NN_OP_BOOL, NULL, not ),
  { NULL },
};
