/* gst-resnet: MaxPool, AveragePool, GlobalMaxPool, GlobalAveragePool
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>

#include "ops/op-settings.h"
#include "ops/op-spec.h"
#include "ops/op-types.h"
#include "ops/op-window.h"

static const NnOpAttribute max_attributes[] = {
  NN_OP_WINDOW_ATTRIBUTES,
  { "kernel_shape", NN_ATTRIBUTE_INTS, .required = TRUE },
  { "storage_order", NN_ATTRIBUTE_INT, .since = 8 },
  { "dilations", NN_ATTRIBUTE_INTS, .since = 10 },
  { "ceil_mode", NN_ATTRIBUTE_INT, .since = 10 },
  { NULL },
};

static const NnOpAttribute average_attributes[] = {
  NN_OP_WINDOW_ATTRIBUTES,
  { "kernel_shape", NN_ATTRIBUTE_INTS, .required = TRUE },
  { "count_include_pad", NN_ATTRIBUTE_INT },
  { "ceil_mode", NN_ATTRIBUTE_INT, .since = 10 },
  { "dilations", NN_ATTRIBUTE_INTS, .since = 19 },
  { NULL },
};

static gboolean
check (const NnOperator *op, GError **error)
{
  if (op->n_outputs > 1 && op->opset < 8)
    return nn_op_fail (op, error, NN_ERROR_FORMAT, "opset 8 is the first one with Indices");
  return nn_op_check_window (op, error);
}

static gboolean
infer (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  const NnValue *x = inputs[0];
  guint64 dims[NN_TENSOR_MAX_DIMS];
  NnOpWindow w;

  (void)n_inputs;
  if (!nn_operator_get_window (op, x, NULL, &w, error))
    return FALSE;
  for (guint d = 0; d < 3; d++) {
    gint64 extent = (w.kernel[d] - 1) * w.dilation[d] + 1;

    if (w.begin[d] >= extent || w.end[d] >= extent)
      return nn_op_fail (op, error, NN_ERROR_FORMAT,
                         "pads of %" G_GINT64_FORMAT " and %" G_GINT64_FORMAT " for a kernel over %" G_GINT64_FORMAT
                         " elements: some windows would hold nothing but padding",
                         w.begin[d], w.end[d], extent);
  }
  dims[0] = x->dims[0];
  dims[1] = x->dims[1];
  for (guint d = 0; d < w.n; d++)
    dims[2 + d] = (guint64)w.out[3 - w.n + d];
  if (op->n_outputs > 1 && !nn_op_set_type (op, &outputs[1], NN_DTYPE_I64, x->n_dims, dims, error))
    return FALSE;
  return nn_op_set_type (op, outputs, x->dtype, x->n_dims, dims, error);
}

/* The kernel taps of an output position that fall into the input: those from first to last − 1 in each dimension. */
typedef struct {
  gint64 start[3], first[3], last[3];
} Taps;

static void
find_taps (const NnOpWindow *w, const gint64 *out, Taps *taps)
{
  for (guint d = 0; d < 3; d++) {
    gint64 start = out[d] * w->stride[d] - w->begin[d], step = w->dilation[d], left = w->in[d] - start;

    taps->start[d] = start;
    taps->first[d] = start < 0 ? MIN (w->kernel[d], (-start + step - 1) / step) : 0;
    taps->last[d] = left <= 0 ? 0 : MIN (w->kernel[d], (left + step - 1) / step);
    taps->last[d] = MAX (taps->last[d], taps->first[d]);
  }
}

/* The number of taps that lie in the padded input: with ceil_mode the last window may reach beyond it. */
static gint64
count_padded (const NnOpWindow *w, const Taps *taps)
{
  gint64 count = 1;

  for (guint d = 0; d < 3; d++) {
    gint64 left = w->in[d] + w->end[d] - taps->start[d];

    count *= MIN (w->kernel[d], (left + w->dilation[d] - 1) / w->dilation[d]);
  }
  return count;
}

static gint64
position (const NnOpWindow *w, const Taps *taps, gint64 a, gint64 b, gint64 c)
{
  gint64 d = taps->start[0] + a * w->dilation[0], h = taps->start[1] + b * w->dilation[1];

  return (d * w->in[1] + h) * w->in[2] + taps->start[2] + c * w->dilation[2];
}

/* The offset of the largest element, or −1 if there is none. Of several, the first one counts, and a NaN is larger
 * than any number. */
static gint64
find_max (const NnOpWindow *w, const Taps *taps, const gfloat *x, const gint64 *xi)
{
  gint64 best = -1;

  for (gint64 a = taps->first[0]; a < taps->last[0]; a++) {
    for (gint64 b = taps->first[1]; b < taps->last[1]; b++) {
      for (gint64 c = taps->first[2]; c < taps->last[2]; c++) {
        gint64 i = position (w, taps, a, b, c);

        if (best < 0 || (x ? x[i] > x[best] || (isnan (x[i]) && !isnan (x[best])) : xi[i] > xi[best]))
          best = i;
      }
    }
  }
  return best;
}

static gfloat
average (const NnOpWindow *w, const Taps *taps, const gfloat *x, gboolean include_pad)
{
  gdouble sum = 0;
  gint64 count = 1;

  for (gint64 a = taps->first[0]; a < taps->last[0]; a++) {
    for (gint64 b = taps->first[1]; b < taps->last[1]; b++) {
      for (gint64 c = taps->first[2]; c < taps->last[2]; c++)
        sum += x[position (w, taps, a, b, c)];
    }
  }
  for (guint d = 0; d < 3; d++)
    count *= taps->last[d] - taps->first[d];
  if (include_pad)
    count = count_padded (w, taps);
  /* Dilated taps may all miss a small input. */
  return count > 0 ? (gfloat)(sum / (gdouble)count) : 0;
}

/* With storage_order 1, indices are column-major within the image. */
static gint64
column_major (const NnOpWindow *w, gint64 i)
{
  gint64 row = w->in[2], plane = w->in[1] * row;
  gint64 d = i / plane, h = i % plane / row, c = i % row;

  /* The operator's first spatial dimension goes fastest. */
  if (w->n == 3)
    return d + w->in[0] * (h + w->in[1] * c);
  return w->n == 2 ? h + w->in[1] * c : c;
}

static gboolean
run (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  const NnValue *x = inputs[0];
  gboolean max = op->spec->data != NULL, is_float = nn_dtype_is_float (x->dtype);
  gboolean columns = max && nn_op_int (op, "storage_order") == 1;
  gboolean include_pad = !max && nn_op_int (op, "count_include_pad") != 0;
  gsize planes = (gsize)(x->dims[0] * x->dims[1]), o = 0;
  gint64 size, out[3];
  NnOpWindow w;

  (void)n_inputs;
  if (!nn_operator_get_window (op, x, NULL, &w, error))
    return FALSE;
  size = w.in[0] * w.in[1] * w.in[2];
  for (gsize p = 0; p < planes; p++) {
    const gfloat *plane = is_float ? x->f32 + p * (gsize)size : NULL;
    const gint64 *plane_int = is_float ? NULL : x->i64 + p * (gsize)size;

    for (out[0] = 0; out[0] < w.out[0]; out[0]++) {
      for (out[1] = 0; out[1] < w.out[1]; out[1]++) {
        for (out[2] = 0; out[2] < w.out[2]; out[2]++, o++) {
          gint64 best, lowest, highest;
          Taps taps;

          find_taps (&w, out, &taps);
          if (!max) {
            outputs->f32[o] = average (&w, &taps, plane, include_pad);
            continue;
          }
          best = find_max (&w, &taps, plane, plane_int);
          nn_op_int_range (x->dtype, &lowest, &highest);
          if (is_float)
            outputs->f32[o] = best < 0 ? -INFINITY : plane[best];
          else
            outputs->i64[o] = best < 0 ? lowest : plane_int[best];
          if (op->n_outputs > 1)
            outputs[1].i64[o] = (gint64)p * size + (columns && best >= 0 ? column_major (&w, best) : best);
        }
      }
    }
  }
  return TRUE;
}

static gboolean
infer_global (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  const NnValue *x = inputs[0];
  guint64 dims[NN_TENSOR_MAX_DIMS];

  (void)n_inputs;
  if (x->n_dims < 3)
    return nn_op_fail (op, error, NN_ERROR_FORMAT, "its input has %u dimensions, should have at least 3", x->n_dims);
  for (guint d = 0; d < x->n_dims; d++) {
    dims[d] = d < 2 ? x->dims[d] : 1;
    if (d >= 2 && x->dims[d] == 0)
      return nn_op_fail (op, error, NN_ERROR_FORMAT, "its input has no elements in dimension %u", d);
  }
  return nn_op_set_type (op, outputs, x->dtype, x->n_dims, dims, error);
}

static gboolean
run_global (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  const gfloat *x = inputs[0]->f32;
  gsize size = outputs->n_elements ? inputs[0]->n_elements / outputs->n_elements : 0;

  (void)n_inputs;
  (void)error;
  for (gsize p = 0; p < outputs->n_elements; p++, x += size) {
    gdouble sum = 0;
    gfloat best = x[0];

    for (gsize i = 0; i < size; i++) {
      sum += x[i];
      if (x[i] > best || isnan (x[i]))
        best = x[i];
    }
    outputs->f32[p] = op->spec->data ? best : (gfloat)(sum / (gdouble)size);
  }
  return TRUE;
}

const NnOpSpec nn_ops_pool[] = {
  { "MaxPool", 1, 11, 1, 1, 2, NN_OP_FLOAT, 1, 0, FALSE, max_attributes, check, infer, run, "max" },
  { "MaxPool", 12, 0, 1, 1, 2, NN_OP_NUMBER, 1, 0, FALSE, max_attributes, check, infer, run, "max" },
  { "AveragePool", 7, 0, 1, 1, 1, NN_OP_FLOAT, 1, 0, FALSE, average_attributes, check, infer, run, NULL },
  { "GlobalMaxPool", 1, 0, 1, 1, 1, NN_OP_FLOAT, 1, 0, FALSE, NULL, NULL, infer_global, run_global, "max" },
  { "GlobalAveragePool", 1, 0, 1, 1, 1, NN_OP_FLOAT, 1, 0, FALSE, NULL, NULL, infer_global, run_global, NULL },
  { NULL },
};
