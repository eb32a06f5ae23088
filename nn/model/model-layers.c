/* gst-resnet: the layers of a model, for people
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <nn/model.h>

#include "graph/graph-shapes.h"
#include "graph/shape.h"
#include "model/model-private.h"

/* Returns 2 × multiply-adds. Each output element of a convolution takes in / groups · kernel h · kernel w
 * multiply-adds. Shapes have at most 2^31 elements and weights at most what a file holds, so this cannot overflow. */
static guint64
count_flops (const NnNode *node, const NnShape *out)
{
  guint64 elements = (guint64)out->channels * out->height * out->width;

  switch (node->op) {
  case NN_OP_CONV:
    return 2 * elements * (node->in_channels / node->groups) * node->kernel[0] * node->kernel[1];
  case NN_OP_LINEAR:
    return 2 * elements * node->in_channels;
  default:
    return 0;
  }
}

/* This computes the count from the shapes and does not read the weights, because sessions may be packing them. */
static guint64
count_parameters (const NnNode *node)
{
  guint64 bias = node->bias ? node->out_channels : 0;

  switch (node->op) {
  case NN_OP_CONV:
  case NN_OP_LINEAR:
    return (guint64)node->out_channels * (node->in_channels / node->groups) * node->kernel[0] * node->kernel[1] + bias;
  case NN_OP_AFFINE:
  case NN_OP_CHANNEL_NORM:
    return node->out_channels + bias;
  default:
    return 0;
  }
}

GArray *
nn_model_get_layers (const NnModel *model, guint height, guint width, GError **error)
{
  const NnGraph *graph = nn_model_get_graph (model);
  g_autofree NnShape *shapes = nn_graph_infer_shapes (graph, height, width, error);
  GArray *layers;
  guint i;

  if (!shapes)
    return NULL;
  layers = g_array_new (FALSE, TRUE, sizeof (NnLayerInfo));
  for (i = 1; i < graph->nodes->len; i++) {
    const NnNode *node = nn_graph_node (graph, i);
    const NnShape *in = &shapes[nn_node_first_input (node)], *out = &shapes[i];
    NnLayerInfo info = {
      .name = node->name,
      .op = node->op_string,
      .in = { in->channels, in->height, in->width },
      .out = { out->channels, out->height, out->width },
      .n_parameters = count_parameters (node),
      .flops = count_flops (node, out),
    };

    g_array_append_val (layers, info);
  }
  return layers;
}
