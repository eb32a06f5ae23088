/* gst-resnet: reductions over axes, ArgMax, ArgMin
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <string.h>

#include "ops/op-rows.h"
#include "ops/op-settings.h"
#include "ops/op-spec.h"
#include "ops/op-types.h"

typedef enum { SUM, MEAN, MAX_OF, MIN_OF, PROD, L1, L2, SUM_SQUARE, LOG_SUM, LOG_SUM_EXP } Kind;

static const NnOpAttribute axes_attributes[] = {
  { "axes", NN_ATTRIBUTE_INTS },
  { "keepdims", NN_ATTRIBUTE_INT, .number = 1 },
  { NULL },
};

static const NnOpAttribute input_attributes[] = {
  { "keepdims", NN_ATTRIBUTE_INT, .number = 1 },
  { "noop_with_empty_axes", NN_ATTRIBUTE_INT },
  { NULL },
};

/* The axes are an attribute or, from some opset on, an input. If there are none, all axes are reduced, or nothing is
 * reduced at all. */
static gboolean
find_axes (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, gboolean *reduced, GError **error)
{
  guint rank = inputs[0]->n_dims, n;
  const gint64 *axes;

  if (nn_op_has (op, "axes")) {
    axes = nn_op_setting (op, "axes")->ints;
    n = nn_op_setting (op, "axes")->n;
  } else if (!nn_op_shape_input (op, inputs, n_inputs, 1, &axes, &n, error)) {
    return FALSE;
  }
  if (!nn_op_axes (op, axes, n, rank, reduced, error))
    return FALSE;
  for (guint d = 0; d < rank && n == 0; d++)
    reduced[d] = !nn_op_int (op, "noop_with_empty_axes");
  return TRUE;
}

static gboolean
set_reduced (const NnOperator *op, const NnValue *x, const gboolean *reduced, NnDType dtype, NnValue *output,
             GError **error)
{
  guint64 dims[NN_TENSOR_MAX_DIMS];
  guint n = 0;

  for (guint d = 0; d < x->n_dims; d++) {
    if (!reduced[d])
      dims[n++] = x->dims[d];
    else if (nn_op_int (op, "keepdims"))
      dims[n++] = 1;
  }
  return nn_op_set_type (op, output, dtype, n, dims, error);
}

static gboolean
infer (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  gboolean reduced[NN_TENSOR_MAX_DIMS];

  return find_axes (op, inputs, n_inputs, reduced, error)
         && set_reduced (op, inputs[0], reduced, inputs[0]->dtype, outputs, error);
}

/* Outputs whose sums are made at a time where they lie beside each other. */
#define BESIDE 256

/* Splits a tensor's dimensions into those that stay and those that go. */
typedef struct {
  guint n_kept, n_gone;
  guint64 kept[NN_TENSOR_MAX_DIMS], gone[NN_TENSOR_MAX_DIMS];
  gssize kept_strides[NN_TENSOR_MAX_DIMS], gone_strides[NN_TENSOR_MAX_DIMS];
  gsize count; /* the number of elements that go into one */
} Parts;

static void
part (const NnValue *x, const gboolean *reduced, Parts *p)
{
  gssize strides[NN_TENSOR_MAX_DIMS];

  memset (p, 0, sizeof *p);
  p->count = 1;
  nn_op_strides (x->n_dims, x->dims, strides);
  for (guint d = 0; d < x->n_dims; d++) {
    if (reduced[d]) {
      p->gone[p->n_gone] = x->dims[d];
      p->gone_strides[p->n_gone++] = strides[d];
      p->count *= (gsize)x->dims[d];
    } else {
      p->kept[p->n_kept] = x->dims[d];
      p->kept_strides[p->n_kept++] = strides[d];
    }
  }
}

static gdouble
add_float (Kind kind, gdouble sum, gdouble v)
{
  switch (kind) {
  case MAX_OF:
    return isnan (sum) || sum > v ? sum : v;
  case MIN_OF:
    return isnan (sum) || sum < v ? sum : v;
  case PROD:
    return sum * v;
  case L1:
    return sum + fabs (v);
  case L2:
  case SUM_SQUARE:
    return sum + v * v;
  default:
    return sum + v;
  }
}

static gdouble
start_float (Kind kind)
{
  return kind == MAX_OF ? -INFINITY : kind == MIN_OF ? INFINITY : kind == PROD ? 1 : 0;
}

static gdouble
finish_float (Kind kind, gdouble sum, gsize count)
{
  return kind == MEAN ? sum / (gdouble)count : kind == L2 ? sqrt (sum) : kind == LOG_SUM ? log (sum) : sum;
}

static gfloat
reduce_floats (Kind kind, const gfloat *x, gssize offset, const Parts *p)
{
  gdouble max = 0, sum = start_float (kind);
  NnOpRows rows;

  /* LogSumExp takes the largest element out first, so that nothing overflows. */
  for (guint pass = kind == LOG_SUM_EXP ? 0 : 1; pass < 2; pass++) {
    gdouble v = pass ? start_float (kind) : -INFINITY;

    nn_op_rows_init (&rows, p->n_gone, p->gone);
    nn_op_rows_tensor (&rows, 0, offset, p->gone_strides);
    for (; !rows.done; nn_op_rows_next (&rows)) {
      const gfloat *row = x + rows.offset[0];

      for (gsize i = 0; i < rows.row; i++) {
        gdouble element = row[(gssize)i * rows.step[0]];

        if (kind == LOG_SUM_EXP)
          v = pass ? v + exp (element - max) : add_float (MAX_OF, v, element);
        else
          v = add_float (kind, v, element);
      }
    }
    if (pass)
      sum = v;
    else
      max = isfinite (v) ? v : 0;
  }
  return (gfloat)(kind == LOG_SUM_EXP ? max + log (sum) : finish_float (kind, sum, p->count));
}

/* Sums or means of @n outputs that lie beside each other, as the elements that go into them do: some at a time, so that
 * memory is read in its order. Each output adds the same elements in the same order as by itself. */
static void
reduce_beside (Kind kind, const gfloat *x, gssize offset, gsize n, const Parts *p, gfloat *out)
{
  for (gsize first = 0; first < n; first += BESIDE) {
    const gsize width = MIN (BESIDE, n - first);
    gdouble sums[BESIDE] = { 0 };
    NnOpRows rows;

    nn_op_rows_init (&rows, p->n_gone, p->gone);
    nn_op_rows_tensor (&rows, 0, offset + (gssize)first, p->gone_strides);
    for (; !rows.done; nn_op_rows_next (&rows)) {
      for (gsize i = 0; i < rows.row; i++) {
        const gfloat *elements = x + rows.offset[0] + (gssize)i * rows.step[0];

        for (gsize j = 0; j < width; j++)
          sums[j] += elements[j];
      }
    }
    for (gsize j = 0; j < width; j++)
      out[first + j] = (gfloat)finish_float (kind, sums[j], p->count);
  }
}

static gint64
reduce_ints (Kind kind, NnDType dtype, const gint64 *x, gssize offset, const Parts *p)
{
  gint64 low, high, sum;
  NnOpRows rows;

  nn_op_int_range (dtype, &low, &high);
  /* uint64 values compare as int64 once their highest bit is flipped. */
  sum = kind == MAX_OF ? low : kind == MIN_OF ? high : kind == PROD ? 1 : 0;
  nn_op_rows_init (&rows, p->n_gone, p->gone);
  nn_op_rows_tensor (&rows, 0, offset, p->gone_strides);
  for (; !rows.done; nn_op_rows_next (&rows)) {
    for (gsize i = 0; i < rows.row; i++) {
      gint64 v = x[rows.offset[0] + (gssize)i * rows.step[0]];

      if (kind == MAX_OF || kind == MIN_OF) {
        gint64 ordered = dtype == NN_DTYPE_U64 ? (gint64)((guint64)v ^ (guint64)G_MININT64) : v;

        sum = kind == MAX_OF ? MAX (sum, ordered) : MIN (sum, ordered);
      } else if (kind == PROD) {
        sum = (gint64)((guint64)sum * (guint64)v);
      } else if (kind == L1) {
        sum = (gint64)((guint64)sum + (v < 0 && dtype != NN_DTYPE_U64 ? 0 - (guint64)v : (guint64)v));
      } else {
        sum = (gint64)((guint64)sum + (guint64)(kind == SUM_SQUARE ? (gint64)((guint64)v * (guint64)v) : v));
      }
    }
  }
  if ((kind == MAX_OF || kind == MIN_OF) && dtype == NN_DTYPE_U64)
    return (gint64)((guint64)sum ^ (guint64)G_MININT64);
  if (kind == MEAN && p->count)
    sum = dtype == NN_DTYPE_U64 ? (gint64)((guint64)sum / p->count) : sum / (gint64)p->count;
  return nn_op_wrap (dtype, sum);
}

static gboolean
run (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  const NnValue *x = inputs[0];
  Kind kind = (Kind)GPOINTER_TO_INT (op->spec->data);
  gboolean reduced[NN_TENSOR_MAX_DIMS];
  NnOpRows rows;
  gsize o = 0;
  Parts p;

  if (!find_axes (op, inputs, n_inputs, reduced, error))
    return FALSE;
  part (x, reduced, &p);
  if (!nn_dtype_is_float (x->dtype) && (kind == L2 || kind == LOG_SUM || kind == LOG_SUM_EXP))
    return nn_op_fail (op, error, NN_ERROR_UNSUPPORTED, "not taken for %s", nn_dtype_name (x->dtype));
  nn_op_rows_init (&rows, p.n_kept, p.kept);
  nn_op_rows_tensor (&rows, 0, 0, p.kept_strides);
  for (; !rows.done; nn_op_rows_next (&rows)) {
    if (nn_dtype_is_float (x->dtype) && (kind == SUM || kind == MEAN) && rows.step[0] == 1) {
      reduce_beside (kind, x->f32, rows.offset[0], rows.row, &p, outputs->f32 + o);
      o += rows.row;
      continue;
    }
    for (gsize i = 0; i < rows.row; i++, o++) {
      gssize offset = rows.offset[0] + (gssize)i * rows.step[0];

      if (nn_dtype_is_float (x->dtype))
        outputs->f32[o] = reduce_floats (kind, x->f32, offset, &p);
      else
        outputs->i64[o] = reduce_ints (kind, x->dtype, x->i64, offset, &p);
    }
  }
  return TRUE;
}

/* --- ArgMax, ArgMin --- */

static const NnOpAttribute arg_attributes[] = {
  { "axis", NN_ATTRIBUTE_INT },
  { "keepdims", NN_ATTRIBUTE_INT, .number = 1 },
  { "select_last_index", NN_ATTRIBUTE_INT, .since = 12 },
  { NULL },
};

static gboolean
find_axis (const NnOperator *op, const NnValue *x, gboolean *reduced, GError **error)
{
  guint axis;

  memset (reduced, 0, NN_TENSOR_MAX_DIMS * sizeof *reduced);
  if (!nn_op_axis (op, nn_op_int (op, "axis"), x->n_dims, &axis, error))
    return FALSE;
  if (x->dims[axis] == 0)
    return nn_op_fail (op, error, NN_ERROR_FORMAT, "dimension %u has no elements", axis);
  reduced[axis] = TRUE;
  return TRUE;
}

static gboolean
infer_arg (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  gboolean reduced[NN_TENSOR_MAX_DIMS];

  (void)n_inputs;
  return find_axis (op, inputs[0], reduced, error)
         && set_reduced (op, inputs[0], reduced, NN_DTYPE_I64, outputs, error);
}

/* Whether element @a comes before @b: it is larger for ArgMax and smaller for ArgMin. NaN comes before all numbers. */
static gboolean
precedes (const NnValue *x, gssize a, gssize b, gboolean max)
{
  if (nn_dtype_is_float (x->dtype)) {
    if (isnan (x->f32[a]) || isnan (x->f32[b]))
      return isnan (x->f32[a]) && !isnan (x->f32[b]);
    return max ? x->f32[a] > x->f32[b] : x->f32[a] < x->f32[b];
  }
  if (x->dtype == NN_DTYPE_U64)
    return max ? (guint64)x->i64[a] > (guint64)x->i64[b] : (guint64)x->i64[a] < (guint64)x->i64[b];
  return max ? x->i64[a] > x->i64[b] : x->i64[a] < x->i64[b];
}

static gboolean
run_arg (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  const NnValue *x = inputs[0];
  gboolean max = op->spec->data != NULL, last = nn_op_int (op, "select_last_index") != 0;
  gboolean reduced[NN_TENSOR_MAX_DIMS];
  NnOpRows rows;
  gsize o = 0;
  Parts p;

  (void)n_inputs;
  if (!find_axis (op, x, reduced, error))
    return FALSE;
  part (x, reduced, &p);
  nn_op_rows_init (&rows, p.n_kept, p.kept);
  nn_op_rows_tensor (&rows, 0, 0, p.kept_strides);
  for (; !rows.done; nn_op_rows_next (&rows)) {
    for (gsize i = 0; i < rows.row; i++, o++) {
      gssize first = rows.offset[0] + (gssize)i * rows.step[0], step = p.gone_strides[0];
      gsize best = 0;

      for (gsize k = 1; k < p.count; k++) {
        gssize a = first + (gssize)k * step, b = first + (gssize)best * step;

        if (last ? !precedes (x, b, a, max) : precedes (x, a, b, max))
          best = k;
      }
      outputs->i64[o] = (gint64)best;
    }
  }
  return TRUE;
}

/* @input_since is the first opset in which the axes are an input. */
#define REDUCE(type, input_since, types, kind)                                                                         \
  {                                                                                                                    \
    type, 1, (input_since)-1, 1, 1, 1, types, 1, 0, FALSE, axes_attributes, NULL, infer, run, GINT_TO_POINTER (kind)   \
  },                                                                                                                   \
  {                                                                                                                    \
    type, input_since, 0, 1, 2, 1, types, 1, 2, FALSE, input_attributes, NULL, infer, run, GINT_TO_POINTER (kind)      \
  }

const NnOpSpec nn_ops_reduce[] = {
  REDUCE ("ReduceMean", 18, NN_OP_NUMBER, MEAN),
  REDUCE ("ReduceSum", 13, NN_OP_NUMBER, SUM),
  REDUCE ("ReduceMax", 18, NN_OP_ANY, MAX_OF),
  REDUCE ("ReduceMin", 18, NN_OP_ANY, MIN_OF),
  REDUCE ("ReduceProd", 18, NN_OP_NUMBER, PROD),
  REDUCE ("ReduceL1", 18, NN_OP_NUMBER, L1),
  REDUCE ("ReduceL2", 18, NN_OP_FLOAT, L2),
  REDUCE ("ReduceSumSquare", 18, NN_OP_NUMBER, SUM_SQUARE),
  REDUCE ("ReduceLogSum", 18, NN_OP_FLOAT, LOG_SUM),
  REDUCE ("ReduceLogSumExp", 18, NN_OP_FLOAT, LOG_SUM_EXP),
  { "ArgMax", 1, 0, 1, 1, 1, NN_OP_NUMBER, 1, 0, FALSE, arg_attributes, NULL, infer_arg, run_arg, "max" },
  { "ArgMin", 1, 0, 1, 1, 1, NN_OP_NUMBER, 1, 0, FALSE, arg_attributes, NULL, infer_arg, run_arg, NULL },
  { NULL },
};
