/* gst-resnet: Gather
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "ops/op-settings.h"
#include "ops/op-spec.h"
#include "ops/op-types.h"

static const NnOpAttribute attributes[] = { { "axis", NN_ATTRIBUTE_INT }, { NULL } };

static gboolean
infer (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  const NnValue *x = inputs[0], *at = inputs[1];
  guint64 dims[2 * NN_TENSOR_MAX_DIMS];
  guint axis, n = 0;

  (void)n_inputs;
  if (nn_dtype_is_float (at->dtype) || at->dtype == NN_DTYPE_BOOL)
    return nn_op_fail (op, error, NN_ERROR_FORMAT, "indices are of %s", nn_dtype_name (at->dtype));
  if (!nn_op_axis (op, nn_op_int (op, "axis"), x->n_dims, &axis, error))
    return FALSE;
  for (guint d = 0; d < axis; d++)
    dims[n++] = x->dims[d];
  for (guint d = 0; d < at->n_dims; d++)
    dims[n++] = at->dims[d];
  for (guint d = axis + 1; d < x->n_dims; d++)
    dims[n++] = x->dims[d];
  return nn_op_set_type (op, outputs, x->dtype, n, dims, error);
}

static gboolean
run (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  const NnValue *x = inputs[0], *at = inputs[1];
  gsize outer = 1, inner = 1, o = 0;
  gint64 size;
  guint axis;

  (void)n_inputs;
  if (!nn_op_axis (op, nn_op_int (op, "axis"), x->n_dims, &axis, error))
    return FALSE;
  size = (gint64)x->dims[axis];
  for (gsize i = 0; i < at->n_elements; i++) {
    if (at->i64[i] < -size || at->i64[i] >= size)
      return nn_op_fail (op, error, NN_ERROR_FORMAT, "index %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT, at->i64[i],
                         size);
  }
  if (!outputs->n_elements)
    return TRUE;
  for (guint d = 0; d < axis; d++)
    outer *= (gsize)x->dims[d];
  for (guint d = axis + 1; d < x->n_dims; d++)
    inner *= (gsize)x->dims[d];
  for (gsize a = 0; a < outer; a++) {
    for (gsize i = 0; i < at->n_elements; i++, o += inner) {
      gsize index = (gsize)(at->i64[i] < 0 ? at->i64[i] + size : at->i64[i]), from = (a * (gsize)size + index) * inner;

      if (nn_dtype_is_float (x->dtype))
        memcpy (outputs->f32 + o, x->f32 + from, inner * sizeof (gfloat));
      else
        memcpy (outputs->i64 + o, x->i64 + from, inner * sizeof (gint64));
    }
  }
  return TRUE;
}

const NnOpSpec nn_ops_gather[] = {
  { "Gather", 1, 0, 2, 2, 1, NN_OP_ANY, 1, 0, FALSE, attributes, NULL, infer, run, NULL },
  { NULL },
};
