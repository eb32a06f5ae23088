/* gst-resnet: ONNX's pools and concatenations as the engine's
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "import/onnx/onnx-lower-pool.h"

#include "ops/op-window.h"
#include "ops/operator-attributes.h"

/* Whether the engine's rule gives the pool's output size if there is @more padding at the end. */
static gboolean
gives_size (const NnOpWindow *w, guint axis, gint64 more)
{
  gint64 padded = w->in[axis] + 2 * w->begin[axis] + more, reach = w->dilation[axis] * (w->kernel[axis] - 1) + 1;

  return more >= 0 && padded >= reach && (padded - reach) / w->stride[axis] + 1 == w->out[axis]
         && w->begin[axis] <= w->kernel[axis] / 2 && w->begin[axis] + more < w->kernel[axis];
}

/* Whether an average pool counts the zeros of a Pad before it as it would count its own. */
static gboolean
takes_zeros (const NnOpWindow *w, NnPad same, gboolean count_pad)
{
  return !same && (count_pad || (!w->begin[1] && !w->begin[2] && !w->end[1] && !w->end[2]));
}

static NnLowered
lower_window (const NnLowering *l, NnOp op)
{
  NnNode *node = l->node;
  NnValue x = { .dtype = NN_DTYPE_F32, .n_dims = 4 };
  gint64 ceil_mode = 0, count_pad = 0, more[3] = { 0 };
  const NnPad same = nn_lower_same (l);
  NnOpWindow w;
  gboolean takes_pad;
  guint i;

  memcpy (x.dims, l->in[0]->dims, sizeof x.dims);
  if (!nn_operator_get_window (node->onnx, &x, NULL, &w, NULL) || w.n != 2
      || nn_operator_get_n_outputs (node->onnx) != 1)
    return NN_LOWER_KEEP;
  nn_operator_get_int (node->onnx, "ceil_mode", &ceil_mode);
  if (op == NN_OP_AVG_POOL)
    nn_operator_get_int (node->onnx, "count_include_pad", &count_pad);
  takes_pad = l->pad && op == NN_OP_AVG_POOL && takes_zeros (&w, same, count_pad != 0);
  for (i = 0; takes_pad && i < 2; i++) {
    w.in[i + 1] -= l->pad->begin[i] + l->pad->end[i];
    w.begin[i + 1] += l->pad->begin[i];
    w.end[i + 1] += l->pad->end[i];
    count_pad = 1;
  }
  for (i = 1; i < 3; i++) {
    gint64 reach = w.dilation[i] * (w.kernel[i] - 1) + 1, last = (w.out[i] - 1) * w.stride[i] + reach;

    if (w.kernel[i] > 4096 || w.stride[i] > 4096 || w.dilation[i] > 4096 || (same && w.dilation[i] != 1))
      return NN_LOWER_KEEP;
    if (same)
      continue;
    /* With ceil_mode, ceil ((n − reach) / stride) = floor ((n − reach + stride − 1) / stride), also at other input
     * sizes. */
    more[i] = w.end[i] - w.begin[i] + (ceil_mode ? w.stride[i] - 1 : 0);
    if (!gives_size (&w, i, more[i]))
      more[i] = MAX (last - w.in[i] - 2 * w.begin[i], 0);
    if (!gives_size (&w, i, more[i]))
      return NN_LOWER_KEEP;
    /* The part of a window beyond the padding never counts, so that the divisor would differ from window to window. */
    if (count_pad && last > w.in[i] + w.begin[i] + w.end[i])
      return NN_LOWER_KEEP;
  }
  if (takes_pad)
    *l->takes_pad = TRUE;
  nn_lower_become (l, op);
  node->count_pad = count_pad != 0;
  node->same = same;
  for (i = 0; i < 2; i++) {
    node->kernel[i] = (guint)w.kernel[i + 1];
    node->stride[i] = (guint)w.stride[i + 1];
    node->dilation[i] = (guint)w.dilation[i + 1];
    node->pad[i] = same ? 0 : (guint)w.begin[i + 1];
    node->pad_more[i] = (gint)more[i + 1];
  }
  return NN_LOWER_DONE;
}

/* Whether the mean is over height and width, and over nothing else. */
static gboolean
is_spatial_mean (const NnLowering *l)
{
  const NnConstant *constant = nn_lower_constant (l, 1);
  guint n = 0, i, seen = 0;
  const gint64 *axes = nn_operator_get_ints (l->node->onnx, "axes", &n);

  if (constant) {
    axes = constant->value.i64;
    n = (guint)constant->value.n_elements;
  }
  if (!axes || n != 2)
    return FALSE;
  for (i = 0; i < n; i++)
    seen |= axes[i] == 2 || axes[i] == -2 ? 1 : axes[i] == 3 || axes[i] == -1 ? 2 : 4;
  return seen == 3;
}

static NnLowered
lower_concat (const NnLowering *l)
{
  gint64 axis = 0;
  guint slot, n = 0;

  if (!nn_operator_get_int (l->node->onnx, "axis", &axis) || (axis != 1 && axis != -3))
    return NN_LOWER_KEEP;
  for (slot = 0; slot < nn_node_n_slots (l->node); slot++) {
    if (nn_lower_constant (l, slot))
      return NN_LOWER_KEEP;
    if (!l->in[slot])
      break;
    if (!nn_lower_is_image (l, slot))
      return NN_LOWER_KEEP;
    n++;
  }
  if (n < 2)
    return NN_LOWER_KEEP;
  l->node->op = NN_OP_CONCAT;
  for (slot = 0; slot < nn_node_n_slots (l->node); slot++)
    nn_constant_free (l->node->constants[slot]);
  g_clear_pointer (&l->node->constants, g_free);
  g_clear_pointer (&l->node->onnx, nn_operator_unref);
  nn_node_set_n_slots (l->node, n);
  return NN_LOWER_DONE;
}

NnLowered
nn_lower_pool (const NnLowering *lowering, const gchar *type)
{
  gboolean is_mean = strcmp (type, "GlobalAveragePool") == 0 || strcmp (type, "ReduceMean") == 0;

  if (!nn_lower_is_image (lowering, 0))
    return NN_LOWER_KEEP;
  if (strcmp (type, "MaxPool") == 0)
    return lower_window (lowering, NN_OP_MAX_POOL);
  if (strcmp (type, "AveragePool") == 0)
    return lower_window (lowering, NN_OP_AVG_POOL);
  if (strcmp (type, "Concat") == 0)
    return lower_concat (lowering);
  if (strcmp (type, "ReduceMean") == 0 && !is_spatial_mean (lowering))
    return NN_LOWER_KEEP;
  if (!is_mean && strcmp (type, "GlobalMaxPool") != 0)
    return NN_LOWER_KEEP;
  nn_lower_become (lowering, is_mean ? NN_OP_GLOBAL_AVG_POOL : NN_OP_GLOBAL_MAX_POOL);
  return NN_LOWER_DONE;
}
