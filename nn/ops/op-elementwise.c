/* gst-resnet: operators of two and more broadcast tensors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <string.h>

#include "ops/op-rows.h"
#include "ops/op-settings.h"
#include "ops/op-spec.h"
#include "ops/op-types.h"

typedef enum {
  ADD,
  SUB,
  MUL,
  DIV,
  MOD,
  FMOD,
  MAX_OF,
  MIN_OF,
  EQUAL,
  LESS,
  LESS_EQUAL,
  GREATER,
  GREATER_EQUAL,
  AND,
  OR,
  XOR,
  PRELU,
  POW,
} Kind;

/* Whether the result is a truth value. */
#define IS_TEST(kind) ((kind) >= EQUAL && (kind) <= XOR)

static gfloat
float_modulo (gfloat a, gfloat b)
{
  gfloat r = fmodf (a, b);

  return r == 0 ? copysignf (0, b) : (r < 0) != (b < 0) ? r + b : r;
}

static gfloat
float_op (Kind kind, gfloat a, gfloat b)
{
  switch (kind) {
  case ADD:
    return a + b;
  case SUB:
    return a - b;
  case MUL:
    return a * b;
  case DIV:
    return a / b;
  case MOD: /* the result has the divisor's sign, as in Python */
    return float_modulo (a, b);
  case FMOD:
    return fmodf (a, b);
  case MAX_OF: /* NaN wins, as in NumPy's maximum */
    return isnan (a) || a > b ? a : b;
  case MIN_OF:
    return isnan (a) || a < b ? a : b;
  case PRELU:
    return a < 0 ? a * b : a;
  default: /* POW */
    return (gfloat)pow (a, b);
  }
}

static gboolean
float_test (Kind kind, gfloat a, gfloat b)
{
  switch (kind) {
  case EQUAL:
    return a == b;
  case LESS:
    return a < b;
  case LESS_EQUAL:
    return a <= b;
  case GREATER:
    return a > b;
  default:
    return a >= b;
  }
}

/* uint64 is held as the bits of int64. */
static gboolean
int_less (NnDType dtype, gint64 a, gint64 b)
{
  return dtype == NN_DTYPE_U64 ? (guint64)a < (guint64)b : a < b;
}

/* Divides by @b, which is not 0, and rounds towards zero. The smallest int64 divided by −1 wraps. */
static gint64
int_divide (NnDType dtype, gint64 a, gint64 b)
{
  if (dtype == NN_DTYPE_U64)
    return (gint64)((guint64)a / (guint64)b);
  return b == -1 ? (gint64)(0 - (guint64)a) : a / b;
}

/* The result has the divisor's sign (as Python's %) or, with fmod, the dividend's (as C's). */
static gint64
int_modulo (NnDType dtype, gint64 a, gint64 b, gboolean c_sign)
{
  gint64 r;

  if (dtype == NN_DTYPE_U64)
    return (gint64)((guint64)a % (guint64)b);
  r = b == -1 ? 0 : a % b;
  return r && !c_sign && (r < 0) != (b < 0) ? r + b : r;
}

/* Computes the power by squaring, with wrapping. A negative exponent gives the fraction rounded towards zero. */
static gint64
int_power (gint64 a, gint64 b)
{
  guint64 base = (guint64)a, result = 1;

  if (b < 0)
    return a == 1 ? 1 : a == -1 ? (b % 2 ? -1 : 1) : 0;
  for (; b; b >>= 1, base *= base) {
    if (b & 1)
      result *= base;
  }
  return (gint64)result;
}

static gint64
int_op (Kind kind, NnDType dtype, gint64 a, gint64 b)
{
  switch (kind) {
  case ADD:
    return (gint64)((guint64)a + (guint64)b);
  case SUB:
    return (gint64)((guint64)a - (guint64)b);
  case MUL:
    return (gint64)((guint64)a * (guint64)b);
  case DIV:
    return int_divide (dtype, a, b);
  case MOD:
  case FMOD:
    return int_modulo (dtype, a, b, kind == FMOD);
  case MAX_OF:
    return int_less (dtype, a, b) ? b : a;
  case MIN_OF:
    return int_less (dtype, b, a) ? b : a;
  case EQUAL:
    return a == b;
  case LESS:
    return int_less (dtype, a, b);
  case LESS_EQUAL:
    return !int_less (dtype, b, a);
  case GREATER:
    return int_less (dtype, b, a);
  case GREATER_EQUAL:
    return !int_less (dtype, a, b);
  case AND:
    return a && b;
  case OR:
    return a || b;
  case XOR:
    return !a != !b;
  case PRELU:
    return a < 0 ? (gint64)((guint64)a * (guint64)b) : a;
  default:
    return int_power (a, b);
  }
}

static Kind
kind_of (const NnOperator *op)
{
  Kind kind = (Kind)GPOINTER_TO_INT (op->spec->data);

  return kind == MOD && nn_op_int (op, "fmod") ? FMOD : kind;
}

static gboolean
infer (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  guint64 dims[NN_TENSOR_MAX_DIMS];
  guint n_dims = 0;

  for (guint i = 0; i < n_inputs; i++) {
    if (!nn_op_broadcast (op, n_dims, dims, inputs[i]->n_dims, inputs[i]->dims, &n_dims, dims, error))
      return FALSE;
  }
  if (kind_of (op) == PRELU
      && (n_dims != inputs[0]->n_dims || memcmp (dims, inputs[0]->dims, n_dims * sizeof *dims) != 0))
    return nn_op_fail (op, error, NN_ERROR_FORMAT, "its slope is larger than its input");
  return nn_op_set_type (op, outputs, IS_TEST (kind_of (op)) ? NN_DTYPE_BOOL : inputs[0]->dtype, n_dims, dims, error);
}

static gboolean
infer_mod (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  if (op->opset < 28 && nn_dtype_is_float (inputs[0]->dtype) && !nn_op_int (op, "fmod"))
    return nn_op_fail (op, error, NN_ERROR_FORMAT, "fmod must be 1 for %s", nn_dtype_name (inputs[0]->dtype));
  return infer (op, inputs, n_inputs, outputs, error);
}

/* Computes out = a ∘ b. @out may be @a. */
static gboolean
apply (const NnOperator *op, Kind kind, NnValue *out, const NnValue *a, const NnValue *b, GError **error)
{
  gssize strides[NN_TENSOR_MAX_DIMS];
  NnOpRows rows;

  nn_op_rows_init (&rows, out->n_dims, out->dims);
  nn_op_strides (out->n_dims, out->dims, strides);
  nn_op_rows_tensor (&rows, 0, 0, strides);
  nn_op_broadcast_strides (a, out->n_dims, strides);
  nn_op_rows_tensor (&rows, 1, 0, strides);
  nn_op_broadcast_strides (b, out->n_dims, strides);
  nn_op_rows_tensor (&rows, 2, 0, strides);
  for (; !rows.done; nn_op_rows_next (&rows)) {
    gssize o = rows.offset[0], i = rows.offset[1], j = rows.offset[2];

    for (gsize k = 0; k < rows.row; k++, o += rows.step[0], i += rows.step[1], j += rows.step[2]) {
      if (nn_dtype_is_float (a->dtype)) {
        if (IS_TEST (kind))
          out->i64[o] = float_test (kind, a->f32[i], b->f32[j]);
        else
          out->f32[o] = float_op (kind, a->f32[i], b->f32[j]);
        continue;
      }
      if ((kind == DIV || kind == MOD || kind == FMOD) && b->i64[j] == 0)
        return nn_op_fail (op, error, NN_ERROR_FORMAT, "an integer division by zero");
      out->i64[o] = nn_op_wrap (out->dtype, int_op (kind, a->dtype, a->i64[i], b->i64[j]));
    }
  }
  return TRUE;
}

static gboolean
run (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  (void)n_inputs;
  return apply (op, kind_of (op), outputs, inputs[0], inputs[1], error);
}

static void
broadcast_into (NnValue *out, const NnValue *in)
{
  gssize out_strides[NN_TENSOR_MAX_DIMS], in_strides[NN_TENSOR_MAX_DIMS];

  nn_op_strides (out->n_dims, out->dims, out_strides);
  nn_op_broadcast_strides (in, out->n_dims, in_strides);
  nn_op_copy (out, 0, out_strides, in, 0, in_strides, out->n_dims, out->dims);
}

/* Max, Min, Sum and Mean go through their inputs from left to right. */
static gboolean
run_many (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  gboolean mean = strcmp (op->spec->type, "Mean") == 0;

  broadcast_into (outputs, inputs[0]);
  for (guint i = 1; i < n_inputs; i++) {
    if (!apply (op, kind_of (op), outputs, outputs, inputs[i], error))
      return FALSE;
  }
  for (gsize i = 0; mean && i < outputs->n_elements; i++)
    outputs->f32[i] /= (gfloat)n_inputs;
  return TRUE;
}

/* Pow's exponent may be of another type than its base. The base's type decides the result's. */
static gboolean
run_power (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  const NnValue *a = inputs[0], *b = inputs[1];
  gboolean a_float = nn_dtype_is_float (a->dtype), b_float = nn_dtype_is_float (b->dtype);
  gssize strides[NN_TENSOR_MAX_DIMS];
  NnOpRows rows;

  (void)n_inputs;
  if (a_float == b_float)
    return apply (op, POW, outputs, a, b, error);
  nn_op_rows_init (&rows, outputs->n_dims, outputs->dims);
  nn_op_strides (outputs->n_dims, outputs->dims, strides);
  nn_op_rows_tensor (&rows, 0, 0, strides);
  nn_op_broadcast_strides (a, outputs->n_dims, strides);
  nn_op_rows_tensor (&rows, 1, 0, strides);
  nn_op_broadcast_strides (b, outputs->n_dims, strides);
  nn_op_rows_tensor (&rows, 2, 0, strides);
  for (; !rows.done; nn_op_rows_next (&rows)) {
    gssize o = rows.offset[0], i = rows.offset[1], j = rows.offset[2];

    for (gsize k = 0; k < rows.row; k++, o += rows.step[0], i += rows.step[1], j += rows.step[2]) {
      if (a_float)
        outputs->f32[o] = (gfloat)pow (a->f32[i], (gdouble)b->i64[j]);
      else
        outputs->i64[o] = nn_op_saturate (outputs->dtype, pow ((gdouble)a->i64[i], b->f32[j]));
    }
  }
  return TRUE;
}

static gboolean
infer_where (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  guint64 dims[NN_TENSOR_MAX_DIMS];
  guint n_dims = 0;

  if (inputs[1]->dtype != inputs[2]->dtype)
    return nn_op_fail (op, error, NN_ERROR_FORMAT, "its two choices are of %s and %s", nn_dtype_name (inputs[1]->dtype),
                       nn_dtype_name (inputs[2]->dtype));
  for (guint i = 0; i < n_inputs; i++) {
    if (!nn_op_broadcast (op, n_dims, dims, inputs[i]->n_dims, inputs[i]->dims, &n_dims, dims, error))
      return FALSE;
  }
  return nn_op_set_type (op, outputs, inputs[1]->dtype, n_dims, dims, error);
}

static gboolean
run_where (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  gssize strides[NN_TENSOR_MAX_DIMS];
  NnOpRows rows;

  (void)op;
  (void)error;
  nn_op_rows_init (&rows, outputs->n_dims, outputs->dims);
  nn_op_strides (outputs->n_dims, outputs->dims, strides);
  nn_op_rows_tensor (&rows, 0, 0, strides);
  for (guint t = 0; t < n_inputs; t++) {
    nn_op_broadcast_strides (inputs[t], outputs->n_dims, strides);
    nn_op_rows_tensor (&rows, 1 + t, 0, strides);
  }
  for (; !rows.done; nn_op_rows_next (&rows)) {
    for (gsize k = 0; k < rows.row; k++) {
      gssize o = rows.offset[0] + (gssize)k * rows.step[0];
      guint t = inputs[0]->i64[rows.offset[1] + (gssize)k * rows.step[1]] ? 1 : 2;
      gssize i = rows.offset[1 + t] + (gssize)k * rows.step[1 + t];

      if (nn_dtype_is_float (outputs->dtype))
        outputs->f32[o] = inputs[t]->f32[i];
      else
        outputs->i64[o] = inputs[t]->i64[i];
    }
  }
  return TRUE;
}

static const NnOpAttribute mod_attributes[] = { { "fmod", NN_ATTRIBUTE_INT }, { NULL } };

#define TWO(type, since, types, kind)                                                                                  \
  {                                                                                                                    \
    type, since, 0, 2, 2, 1, types, 2, 0, FALSE, NULL, NULL, infer, run, GINT_TO_POINTER (kind)                        \
  }
#define MANY(type, types, kind)                                                                                        \
  {                                                                                                                    \
    type, 1, 0, 1, NN_OP_VARIADIC, 1, types, NN_OP_VARIADIC, 0, FALSE, NULL, NULL, infer, run_many,                    \
        GINT_TO_POINTER (kind)                                                                                         \
  }

const NnOpSpec nn_ops_elementwise[] = {
  TWO ("Add", 7, NN_OP_NUMBER, ADD),
  TWO ("Sub", 7, NN_OP_NUMBER, SUB),
  TWO ("Mul", 7, NN_OP_NUMBER, MUL),
  TWO ("Div", 7, NN_OP_NUMBER, DIV),
  TWO ("PRelu", 7, NN_OP_NUMBER, PRELU),
  TWO ("Equal", 7, NN_OP_ANY, EQUAL),
  TWO ("Less", 7, NN_OP_NUMBER, LESS),
  TWO ("Greater", 7, NN_OP_NUMBER, GREATER),
  TWO ("LessOrEqual", 12, NN_OP_NUMBER, LESS_EQUAL),
  TWO ("GreaterOrEqual", 12, NN_OP_NUMBER, GREATER_EQUAL),
  TWO ("And", 7, NN_OP_BOOL, AND),
  TWO ("Or", 7, NN_OP_BOOL, OR),
  TWO ("Xor", 7, NN_OP_BOOL, XOR),
  MANY ("Max", NN_OP_NUMBER, MAX_OF),
  MANY ("Min", NN_OP_NUMBER, MIN_OF),
  MANY ("Sum", NN_OP_FLOAT, ADD),
  MANY ("Mean", NN_OP_FLOAT, ADD),
  { "Mod", 10, 0, 2, 2, 1, NN_OP_NUMBER, 2, 0, FALSE, mod_attributes, NULL, infer_mod, run, GINT_TO_POINTER (MOD) },
  { "Pow", 7, 11, 2, 2, 1, NN_OP_FLOAT, 2, 0, FALSE, NULL, NULL, infer, run_power, GINT_TO_POINTER (POW) },
  { "Pow", 12, 0, 2, 2, 1, NN_OP_NUMBER, 1, 0, FALSE, NULL, NULL, infer, run_power, GINT_TO_POINTER (POW) },
  { "Where", 9, 0, 3, 3, 1, NN_OP_BOOL, 1, 0, FALSE, NULL, NULL, infer_where, run_where, NULL },
  { NULL },
};
