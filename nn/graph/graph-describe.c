/* gst-resnet: operations in words
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "graph/graph-describe.h"

/* Appends such as "3x3/2", "3x5/2x1", "1x1" or "3x3 d2". */
static void
append_window (GString *string, const NnNode *node)
{
  g_string_append_printf (string, " %ux%u", node->kernel[0], node->kernel[1]);
  if (node->stride[0] != node->stride[1])
    g_string_append_printf (string, "/%ux%u", node->stride[0], node->stride[1]);
  else if (node->stride[0] != 1)
    g_string_append_printf (string, "/%u", node->stride[0]);
  if (node->dilation[0] != node->dilation[1])
    g_string_append_printf (string, " d%ux%u", node->dilation[0], node->dilation[1]);
  else if (node->dilation[0] != 1)
    g_string_append_printf (string, " d%u", node->dilation[0]);
}

static const gchar *
activation_name (const NnLayerActivation *activation)
{
  static const gchar *const names[] = {
    [NN_LAYER_ACTIVATION_NONE] = "nothing",
    [NN_LAYER_ACTIVATION_CLIP] = "clip",
    [NN_LAYER_ACTIVATION_LEAKY_RELU] = "leaky relu",
    [NN_LAYER_ACTIVATION_HARD_SIGMOID] = "hard sigmoid",
    [NN_LAYER_ACTIVATION_HARD_SWISH] = "hard swish",
    [NN_LAYER_ACTIVATION_SIGMOID] = "sigmoid",
    [NN_LAYER_ACTIVATION_SWISH] = "swish",
    [NN_LAYER_ACTIVATION_TANH] = "tanh",
    [NN_LAYER_ACTIVATION_GELU] = "gelu",
    [NN_LAYER_ACTIVATION_GELU_TANH] = "gelu (tanh)",
  };

  return names[activation->kind];
}

static gchar *
describe (const NnNode *node)
{
  static const gchar *const words[] = {
    [NN_OP_INPUT] = "input",
    [NN_OP_CONV] = "conv",
    [NN_OP_BATCH_NORM] = "batch norm",
    [NN_OP_RELU] = "relu",
    [NN_OP_ADD] = "add",
    [NN_OP_MAX_POOL] = "max pool",
    [NN_OP_LINEAR] = "linear",
    [NN_OP_AVG_POOL] = "average pool",
    [NN_OP_GLOBAL_AVG_POOL] = "global average pool",
    [NN_OP_GLOBAL_MAX_POOL] = "global max pool",
    [NN_OP_SIGMOID] = "sigmoid",
    [NN_OP_SCALE] = "scale",
    [NN_OP_AFFINE] = "affine",
    [NN_OP_CHANNEL_NORM] = "channel norm",
    [NN_OP_CONCAT] = "concat",
  };
  GString *string = g_string_new (node->onnx                     ? nn_operator_get_type (node->onnx)
                                  : node->op == NN_OP_ACTIVATION ? activation_name (&node->activation)
                                                                 : words[node->op]);

  if (node->op == NN_OP_CONV || node->op == NN_OP_MAX_POOL || node->op == NN_OP_AVG_POOL)
    append_window (string, node);
  if (node->op == NN_OP_CONV && node->groups != 1)
    g_string_append_printf (string, " g%u", node->groups);
  if (node->op == NN_OP_CONV && node->inputs[1] != NN_NO_NODE)
    g_string_append (string, " + add");
  if (node->relu)
    g_string_append (string, " + relu");
  if (node->op != NN_OP_ACTIVATION && node->activation.kind)
    g_string_append_printf (string, " + %s", activation_name (&node->activation));
  return g_string_free (string, FALSE);
}

void
nn_graph_finish (NnGraph *graph)
{
  guint i;

  for (i = 0; i < graph->nodes->len; i++) {
    NnNode *node = nn_graph_node (graph, i);

    g_free (node->op_string);
    node->op_string = describe (node);
  }
}
