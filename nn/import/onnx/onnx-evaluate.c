/* gst-resnet: some nodes of an imported graph computed on values that the caller makes up
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "import/onnx/onnx-evaluate.h"

#include <string.h>

#include "graph/graph-plain.h"
#include "graph/graph-shapes.h"
#include "graph/shape.h"
#include "ops/op-quantize.h"
#include "ops/op-work.h"

/* No operator that is taken here has more outputs. */
#define MAX_OUTPUTS 8

struct _NnOnnxValues {
  const NnGraph *graph;
  NnShape *shapes;
  NnConstant **of_node;
};

NnOnnxValues *
nn_onnx_values_new (const NnGraph *graph)
{
  NnOnnxValues *values;
  NnShape *shapes;

  for (guint i = 0; i < graph->nodes->len; i++) {
    const NnNode *node = nn_graph_node (graph, i);

    if (node->op != NN_OP_INPUT && node->op != NN_OP_PLAIN)
      return NULL;
  }
  shapes = nn_graph_infer_shapes (graph, graph->height, graph->width, NULL);
  if (!shapes)
    return NULL;
  values = g_new0 (NnOnnxValues, 1);
  values->graph = graph;
  values->shapes = shapes;
  values->of_node = g_new0 (NnConstant *, graph->nodes->len);
  return values;
}

void
nn_onnx_values_free (NnOnnxValues *values)
{
  for (guint i = 0; i < values->graph->nodes->len; i++)
    nn_constant_free (values->of_node[i]);
  g_free (values->of_node);
  g_free (values->shapes);
  g_free (values);
}

const NnShape *
nn_onnx_values_get_shapes (const NnOnnxValues *values)
{
  return values->shapes;
}

static void
type_from_shape (const NnShape *shape, NnValue *type)
{
  memset (type, 0, sizeof *type);
  type->dtype = shape->dtype;
  type->n_dims = shape->n_dims;
  type->n_elements = 1;
  for (guint d = 0; d < shape->n_dims; d++) {
    type->dims[d] = shape->dims[d];
    type->n_elements *= (gsize)shape->dims[d];
  }
}

gsize
nn_onnx_values_count_elements (const NnOnnxValues *values, guint node)
{
  NnValue type;

  type_from_shape (&values->shapes[node], &type);
  return type.n_elements;
}

NnValue *
nn_onnx_values_give (NnOnnxValues *values, guint node)
{
  NnValue type;

  if (!values->of_node[node]) {
    type_from_shape (&values->shapes[node], &type);
    values->of_node[node] = nn_constant_new_zeros (&type);
  }
  return values->of_node[node] ? &values->of_node[node]->value : NULL;
}

const NnValue *
nn_onnx_values_get (const NnOnnxValues *values, guint node)
{
  return values->of_node[node] ? &values->of_node[node]->value : NULL;
}

gdouble
nn_onnx_values_count_products (const NnOnnxValues *values, guint index)
{
  const NnNode *node = nn_graph_node (values->graph, index);
  const guint n_slots = nn_node_n_slots (node);
  g_autofree NnValue *types = g_new (NnValue, n_slots);
  g_autofree const NnValue **inputs = g_new (const NnValue *, n_slots);
  NnValue outputs[MAX_OUTPUTS] = { 0 };
  guint n;

  if (node->op != NN_OP_PLAIN || nn_operator_get_n_outputs (node->onnx) > MAX_OUTPUTS)
    return 0;
  n = nn_plain_inputs (node, values->shapes, types, inputs);
  if (!nn_operator_infer (node->onnx, inputs, n, outputs, NULL))
    return 0;
  return nn_operator_count_products (node->onnx, inputs, n, outputs);
}

static gboolean
is_of_type (const NnNode *node, const gchar *type)
{
  return node->op == NN_OP_PLAIN && strcmp (nn_operator_get_type (node->onnx), type) == 0;
}

/* The node whose value @node only rounds; NN_NO_NODE if @node does something else. */
static guint
find_rounded (const NnGraph *graph, const NnNode *node)
{
  const guint input = node->inputs[0];

  if (input == NN_NO_NODE)
    return NN_NO_NODE;
  if (is_of_type (node, "Round") || is_of_type (node, NN_OP_TYPE_QUANTIZED))
    return input;
  if (is_of_type (node, "DequantizeLinear") && is_of_type (nn_graph_node (graph, input), "QuantizeLinear"))
    return nn_graph_node (graph, input)->inputs[0];
  return NN_NO_NODE;
}

/* Runs the operator of @node on inputs that are all known. The first output goes to @out, the others are thrown
 * away. */
static gboolean
run (const NnNode *node, const NnValue *const *inputs, guint n_inputs, NnValue *out)
{
  const guint n_outputs = nn_operator_get_n_outputs (node->onnx);
  NnConstant *others[MAX_OUTPUTS] = { NULL };
  NnValue outputs[MAX_OUTPUTS] = { 0 };
  gboolean ok;

  if (n_outputs > MAX_OUTPUTS || !nn_operator_infer (node->onnx, inputs, n_inputs, outputs, NULL)
      || outputs[0].n_elements != out->n_elements)
    return FALSE;
  ok = TRUE;
  outputs[0] = *out;
  for (guint i = 1; i < n_outputs && ok; i++) {
    if (nn_dtype_is_float (outputs[i].dtype))
      outputs[i].dtype = NN_DTYPE_F32;
    others[i] = nn_constant_new_zeros (&outputs[i]);
    ok = others[i] != NULL;
    if (ok)
      outputs[i] = others[i]->value;
  }
  ok = ok && nn_operator_run (node->onnx, inputs, n_inputs, outputs, NULL);
  for (guint i = 1; i < n_outputs; i++)
    nn_constant_free (others[i]);
  return ok;
}

gboolean
nn_onnx_values_compute (NnOnnxValues *values, guint index)
{
  const NnNode *node = nn_graph_node (values->graph, index);
  const guint n_slots = nn_node_n_slots (node), rounded = find_rounded (values->graph, node);
  g_autofree const NnValue **inputs = g_new0 (const NnValue *, n_slots);
  NnValue *out;
  guint n = 0;

  if (node->op != NN_OP_PLAIN)
    return FALSE;
  out = nn_onnx_values_give (values, index);
  if (!out)
    return FALSE;
  if (rounded != NN_NO_NODE) {
    const NnValue *in = nn_onnx_values_get (values, rounded);

    if (in && in->f32 && out->f32 && in->n_elements == out->n_elements) {
      memcpy (out->f32, in->f32, in->n_elements * sizeof (gfloat));
      return TRUE;
    }
  }
  for (guint s = 0; s < n_slots; s++) {
    const guint input = nn_node_get_input (node, s);

    inputs[s] = node->constants[s] ? &node->constants[s]->value : NULL;
    if (input != NN_NO_NODE) {
      inputs[s] = nn_onnx_values_get (values, input);
      if (!inputs[s])
        return FALSE;
    }
    if (inputs[s])
      n = s + 1;
  }
  return run (node, inputs, n, out);
}
