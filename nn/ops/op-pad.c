/* gst-resnet: Pad
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "ops/op-rows.h"
#include "ops/op-settings.h"
#include "ops/op-spec.h"
#include "ops/op-types.h"

static const NnOpAttribute attributes_2[] = {
  { "mode", NN_ATTRIBUTE_STRING, .string = "constant" },
  { "pads", NN_ATTRIBUTE_INTS, .required = TRUE },
  { "value", NN_ATTRIBUTE_FLOAT },
  { NULL },
};

static const NnOpAttribute attributes_11[] = { { "mode", NN_ATTRIBUTE_STRING, .string = "constant" }, { NULL } };

static gboolean
check (const NnOperator *op, GError **error)
{
  static const gchar *const modes[] = { "constant", "reflect", "edge", "wrap", NULL };
  const gchar *mode = nn_op_string (op, "mode");

  if (!g_strv_contains (modes, mode) || (op->opset < 19 && strcmp (mode, "wrap") == 0))
    return nn_op_fail (op, error, NN_ERROR_FORMAT, "mode is %s, not constant, reflect%s or edge", mode,
                       op->opset < 19 ? "" : ", wrap");
  return TRUE;
}

/* Finds the padding before and after each dimension. Negative numbers take elements away. */
static gboolean
find_pads (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, gint64 *begin, gint64 *end,
           GError **error)
{
  guint rank = inputs[0]->n_dims, n, n_axes = rank;
  const gint64 *pads, *axes = NULL;
  gboolean seen[NN_TENSOR_MAX_DIMS];

  if (op->opset < 11) {
    pads = nn_op_setting (op, "pads")->ints;
    n = nn_op_setting (op, "pads")->n;
  } else {
    if (!nn_op_shape_input (op, inputs, n_inputs, 1, &pads, &n, error))
      return FALSE;
    if (nn_op_input (inputs, n_inputs, 3)
        && (!nn_op_shape_input (op, inputs, n_inputs, 3, &axes, &n_axes, error)
            || !nn_op_axes (op, axes, n_axes, rank, seen, error)))
      return FALSE;
  }
  if (n != 2 * n_axes)
    return nn_op_fail (op, error, NN_ERROR_FORMAT, "%u pads, should be %u", n, 2 * n_axes);
  memset (begin, 0, rank * sizeof *begin);
  memset (end, 0, rank * sizeof *end);
  for (guint i = 0; i < n_axes; i++) {
    guint axis = i;

    if (nn_op_input (inputs, n_inputs, 3) && !nn_op_axis (op, axes[i], rank, &axis, error))
      return FALSE;
    begin[axis] = pads[i];
    end[axis] = pads[n_axes + i];
  }
  return TRUE;
}

static gboolean
infer (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  const NnValue *x = inputs[0], *value = nn_op_input (inputs, n_inputs, 2);
  const gint64 most = (gint64)NN_OP_MAX_ELEMENTS;
  gint64 begin[NN_TENSOR_MAX_DIMS], end[NN_TENSOR_MAX_DIMS];
  guint64 dims[NN_TENSOR_MAX_DIMS];
  const gchar *mode = nn_op_string (op, "mode");

  if (value && (value->n_elements != 1 || value->dtype != x->dtype))
    return nn_op_fail (op, error, NN_ERROR_FORMAT, "its value should be one element of %s", nn_dtype_name (x->dtype));
  if (!find_pads (op, inputs, n_inputs, begin, end, error))
    return FALSE;
  for (guint d = 0; d < x->n_dims; d++) {
    gint64 size = (gint64)x->dims[d], inner;

    if (begin[d] < -most || begin[d] > most || end[d] < -most || end[d] > most)
      return nn_op_fail (op, error, NN_ERROR_TOO_LARGE, "pads of %" G_GINT64_FORMAT " and %" G_GINT64_FORMAT, begin[d],
                         end[d]);
    inner = size + MIN (begin[d], 0) + MIN (end[d], 0);
    if (inner < 0 || size + begin[d] + end[d] < 0)
      return nn_op_fail (op, error, NN_ERROR_FORMAT,
                         "pads of %" G_GINT64_FORMAT " and %" G_GINT64_FORMAT " take more away than dimension %u has",
                         begin[d], end[d], d);
    if ((begin[d] > 0 || end[d] > 0) && inner == 0 && strcmp (mode, "constant") != 0)
      return nn_op_fail (op, error, NN_ERROR_FORMAT, "mode %s has nothing to repeat in dimension %u", mode, d);
    dims[d] = (guint64)(size + begin[d] + end[d]);
  }
  return nn_op_set_type (op, outputs, x->dtype, x->n_dims, dims, error);
}

/* The place that an element of the output comes from, within the part of the input that negative pads leave; −1 if
 * it comes from nowhere. */
static gint64
source (const gchar *mode, gint64 i, gint64 first, gint64 size)
{
  gint64 at = i - first, period;

  if (at >= 0 && at < size)
    return at;
  switch (*mode) {
  case 'e':
    return at < 0 ? 0 : size - 1;
  case 'w':
    at %= size;
    return at < 0 ? at + size : at;
  case 'r':
    if (size == 1)
      return 0;
    period = 2 * (size - 1);
    at %= period;
    at = at < 0 ? at + period : at;
    return at < size ? at : period - at;
  default:
    return -1;
  }
}

static gboolean
run (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  const NnValue *x = inputs[0], *value = nn_op_input (inputs, n_inputs, 2);
  gint64 begin[NN_TENSOR_MAX_DIMS], end[NN_TENSOR_MAX_DIMS];
  gssize in[NN_TENSOR_MAX_DIMS], out[NN_TENSOR_MAX_DIMS];
  const gchar *mode = nn_op_string (op, "mode");
  gfloat fill = op->opset < 11 ? (gfloat)nn_op_float (op, "value") : 0;

  if (!find_pads (op, inputs, n_inputs, begin, end, error))
    return FALSE;
  nn_op_strides (x->n_dims, x->dims, in);
  nn_op_strides (x->n_dims, outputs->dims, out);
  for (gsize i = 0; i < outputs->n_elements; i++) {
    gssize from = 0;

    for (guint d = 0; d < x->n_dims && from >= 0; d++) {
      gint64 index = (gint64)(i / (gsize)out[d] % outputs->dims[d]), skipped = MAX (-begin[d], 0);
      gint64 at = source (mode, index, MAX (begin[d], 0), (gint64)x->dims[d] - skipped + MIN (end[d], 0));

      from = at < 0 ? -1 : from + (at + skipped) * in[d];
    }
    if (nn_dtype_is_float (x->dtype))
      outputs->f32[i] = from >= 0 ? x->f32[from] : value ? value->f32[0] : fill;
    else
      outputs->i64[i] = from >= 0 ? x->i64[from] : value ? value->i64[0] : nn_op_saturate (x->dtype, fill);
  }
  return TRUE;
}

const NnOpSpec nn_ops_pad[] = {
  { "Pad", 2, 10, 1, 1, 1, NN_OP_FLOAT, 1, 0, FALSE, attributes_2, check, infer, run, NULL },
  { "Pad", 11, 17, 2, 3, 1, NN_OP_ANY, 1, 2, FALSE, attributes_11, check, infer, run, NULL },
  { "Pad", 18, 0, 2, 4, 1, NN_OP_ANY, 1, 0xa, FALSE, attributes_11, check, infer, run, NULL },
  { NULL },
};
