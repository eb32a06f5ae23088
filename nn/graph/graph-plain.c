/* gst-resnet: types of what ONNX's operators give
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "base/nn-memory.h"
#include "graph/graph-plain.h"

/* Offsets inside an image have 32 bits, and an integer takes the room of two floats. */
#define MAX_ELEMENTS (G_MAXINT32 / 4)
/* No operator that is taken has more outputs than this. */
#define MAX_OUTPUTS 8

guint
nn_plain_inputs (const NnNode *node, const NnShape *shapes, NnValue *values, const NnValue **pointers)
{
  guint i, n = 0;

  for (i = 0; i < nn_node_n_slots (node); i++) {
    guint input = nn_node_get_input (node, i);

    pointers[i] = node->constants[i] ? &node->constants[i]->value : NULL;
    if (input != NN_NO_NODE) {
      const NnShape *shape = &shapes[input];
      NnValue *value = &values[i];
      guint d;

      memset (value, 0, sizeof *value);
      value->dtype = shape->dtype;
      value->n_dims = shape->n_dims;
      value->n_elements = 1;
      for (d = 0; d < shape->n_dims; d++) {
        value->dims[d] = shape->dims[d];
        value->n_elements *= (gsize)shape->dims[d];
      }
      pointers[i] = value;
    }
    if (pointers[i])
      n = i + 1;
  }
  return n;
}

gboolean
nn_plain_infer (const NnNode *node, const NnShape *shapes, NnShape *out, GError **error)
{
  guint n_slots = nn_node_n_slots (node), n, i;
  g_autofree NnValue *values = g_new (NnValue, n_slots);
  g_autofree const NnValue **pointers = g_new (const NnValue *, n_slots);
  NnValue outputs[MAX_OUTPUTS] = { 0 };

  if (nn_operator_get_n_outputs (node->onnx) > MAX_OUTPUTS) {
    g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED, "%s: %s with more than %d outputs is not taken", node->name,
                 nn_operator_get_type (node->onnx), MAX_OUTPUTS);
    return FALSE;
  }
  n = nn_plain_inputs (node, shapes, values, pointers);
  if (!nn_operator_infer (node->onnx, pointers, n, outputs, error)) {
    g_prefix_error (error, "%s (with this input size): ", node->name);
    return FALSE;
  }
  memset (out, 0, sizeof *out);
  /* float16, bfloat16 and float64 are computed in float32. */
  out->dtype = nn_dtype_is_float (outputs[0].dtype) ? NN_DTYPE_F32 : outputs[0].dtype;
  out->n_dims = outputs[0].n_dims;
  for (i = 0; i < out->n_dims; i++)
    out->dims[i] = outputs[0].dims[i];
  if (outputs[0].n_elements > MAX_ELEMENTS || !outputs[0].n_elements) {
    g_autofree gchar *shape = nn_shape_string (out);

    g_set_error (error, NN_ERROR, NN_ERROR_ARGUMENT, "%s: its output of %s is %s", node->name, shape,
                 outputs[0].n_elements ? "too large; use a smaller input" : "empty; use a larger input");
    return FALSE;
  }
  if ((out->n_dims == 4 || out->n_dims == 2) && out->dims[0] == 1 && nn_dtype_is_float (out->dtype)) {
    out->channels = (guint)out->dims[1];
    out->height = out->n_dims == 4 ? (guint)out->dims[2] : 1;
    out->width = out->n_dims == 4 ? (guint)out->dims[3] : 1;
  }
  return TRUE;
}
