/* gst-resnet: Pads of zeros that the layer behind them can add itself
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "import/onnx/onnx-lower-pad.h"

#include "ops/operator-attributes.h"

/* This is the largest padding of one side, the limit that a graph is checked for. */
#define MAX_PAD 4096

gboolean
nn_lower_find_pad (const NnLowering *lowering, NnLowerPad *pad)
{
  const NnConstant *counts = nn_lower_constant (lowering, 1), *value = nn_lower_constant (lowering, 2);
  const NnConstant *axes = nn_lower_constant (lowering, 3);
  const gchar *mode = nn_operator_get_string (lowering->node->onnx, "mode");
  gint64 begin[4] = { 0 }, end[4] = { 0 };
  gdouble constant = 0;
  guint n_slots = nn_node_n_slots (lowering->node);

  if (!nn_lower_is_image (lowering, 0) || (mode && strcmp (mode, "constant") != 0))
    return FALSE;
  for (guint slot = 1; slot < n_slots; slot++)
    if (lowering->in[slot])
      return FALSE;
  if (counts) {
    const guint n = axes ? (guint)axes->value.n_elements : 4;

    if (!counts->value.i64 || counts->value.n_elements != 2 * n || (axes && !axes->value.i64))
      return FALSE;
    for (guint i = 0; i < n; i++) {
      const gint64 axis = axes ? axes->value.i64[i] : i;

      if (axis < -4 || axis > 3)
        return FALSE;
      begin[axis < 0 ? axis + 4 : axis] = counts->value.i64[i];
      end[axis < 0 ? axis + 4 : axis] = counts->value.i64[n + i];
    }
  } else {
    guint n = 0;
    const gint64 *pads = nn_operator_get_ints (lowering->node->onnx, "pads", &n);

    if (!pads || n != 8)
      return FALSE;
    memcpy (begin, pads, sizeof begin);
    memcpy (end, pads + 4, sizeof end);
    nn_operator_get_float (lowering->node->onnx, "value", &constant);
  }
  if (value && (!value->value.f32 || value->value.n_elements != 1))
    return FALSE;
  if (value)
    constant = value->value.f32[0];
  if (constant != 0 || begin[0] || end[0] || begin[1] || end[1])
    return FALSE;
  for (guint i = 0; i < 2; i++) {
    if (begin[i + 2] < 0 || begin[i + 2] > MAX_PAD || end[i + 2] < 0 || end[i + 2] > MAX_PAD)
      return FALSE;
    pad->begin[i] = (guint)begin[i + 2];
    pad->end[i] = (guint)end[i + 2];
  }
  return TRUE;
}
