/* gst-resnet: Softmax, LogSoftmax, Hardmax
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <string.h>

#include "ops/op-settings.h"
#include "ops/op-spec.h"
#include "ops/op-types.h"

typedef enum { SOFTMAX, LOG_SOFTMAX, HARDMAX } Kind;

static const NnOpAttribute attributes_1[] = { { "axis", NN_ATTRIBUTE_INT, .number = 1 }, { NULL } };
static const NnOpAttribute attributes_13[] = { { "axis", NN_ATTRIBUTE_INT, .number = -1 }, { NULL } };

/* Before opset 13 all dimensions from the axis on are one row. The axis may then be the rank, which gives rows of
 * one element. */
static gboolean
find_axis (const NnOperator *op, const NnValue *x, guint *axis, GError **error)
{
  gint64 wanted = nn_op_int (op, "axis");

  if (op->opset < 13 && wanted == (gint64)x->n_dims) {
    *axis = x->n_dims;
    return TRUE;
  }
  if (x->n_dims == 0 && (wanted == -1 || wanted == 0)) {
    *axis = 0;
    return TRUE;
  }
  return nn_op_axis (op, wanted, x->n_dims, axis, error);
}

static gboolean
infer (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  guint axis;

  return find_axis (op, inputs[0], &axis, error) && nn_op_same_type (op, inputs, n_inputs, outputs, error);
}

/* Computes one row of @n elements that are @step apart. */
static void
one_row (Kind kind, gfloat *out, const gfloat *x, gsize n, gsize step)
{
  gdouble max = -INFINITY, sum = 0;
  gsize best = 0;

  for (gsize i = 0; i < n; i++) {
    if (x[i * step] > max || i == 0) {
      max = x[i * step];
      best = i;
    }
  }
  for (gsize i = 0; i < n; i++)
    sum += exp (x[i * step] - max);
  for (gsize i = 0; i < n; i++) {
    gdouble v = x[i * step] - max;

    out[i * step] = kind == HARDMAX ? i == best : (gfloat)(kind == SOFTMAX ? exp (v) / sum : v - log (sum));
  }
}

static gboolean
run (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  const NnValue *x = inputs[0];
  Kind kind = (Kind)GPOINTER_TO_INT (op->spec->data);
  gsize outer = 1, n = 1, inner = 1;
  guint axis;

  (void)n_inputs;
  if (!find_axis (op, x, &axis, error))
    return FALSE;
  for (guint d = 0; d < x->n_dims; d++) {
    if (d < axis)
      outer *= (gsize)x->dims[d];
    else if (d == axis || op->opset < 13)
      n *= (gsize)x->dims[d];
    else
      inner *= (gsize)x->dims[d];
  }
  if (!x->n_elements)
    return TRUE;
  for (gsize o = 0; o < outer; o++) {
    for (gsize i = 0; i < inner; i++)
      one_row (kind, outputs->f32 + o * n * inner + i, x->f32 + o * n * inner + i, n, inner);
  }
  return TRUE;
}

#define ROWS(type, kind)                                                                                               \
  { type, 1, 12, 1, 1, 1, NN_OP_FLOAT, 1, 0, FALSE, attributes_1, NULL, infer, run, GINT_TO_POINTER (kind) },          \
  {                                                                                                                    \
    type, 13, 0, 1, 1, 1, NN_OP_FLOAT, 1, 0, FALSE, attributes_13, NULL, infer, run, GINT_TO_POINTER (kind)            \
  }

const NnOpSpec nn_ops_softmax[] = {
  ROWS ("Softmax", SOFTMAX),
  ROWS ("LogSoftmax", LOG_SOFTMAX),
  ROWS ("Hardmax", HARDMAX),
  { NULL },
};
