/* gst-resnet: fusing of convolution, sum and activation into one node
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "graph/fuse.h"

/* Whether the node is a convolution that can take over a sum: only one node reads it, and it has no activation and no
 * other sum yet. */
static gboolean
can_add (const NnGraph *graph, const guint *readers, guint index)
{
  const NnNode *node = nn_graph_node (graph, index);

  return node->op == NN_OP_CONV && readers[index] == 1 && !node->relu && !node->activation.kind
         && node->inputs[1] == NN_NO_NODE;
}

static void
fuse_add (NnGraph *graph, const guint *readers, guint index)
{
  const NnNode *add = nn_graph_node (graph, index);
  guint conv, other;

  if (can_add (graph, readers, add->inputs[0])) {
    conv = add->inputs[0];
    other = add->inputs[1];
  } else if (can_add (graph, readers, add->inputs[1])) {
    conv = add->inputs[1];
    other = add->inputs[0];
  } else {
    return;
  }
  nn_graph_absorb (graph, conv, index);
  nn_graph_node (graph, index)->inputs[1] = other;
}

static void
fuse_relu (NnGraph *graph, const guint *readers, guint index)
{
  guint input = nn_graph_node (graph, index)->inputs[0];
  const NnNode *before = nn_graph_node (graph, input);

  if (readers[input] != 1 || before->activation.kind
      || (before->op != NN_OP_CONV && before->op != NN_OP_ADD && before->op != NN_OP_AFFINE))
    return;
  nn_graph_absorb (graph, input, index);
  nn_graph_node (graph, index)->relu = TRUE;
}

static void
fuse_activation (NnGraph *graph, const guint *readers, guint index)
{
  const NnLayerActivation activation = nn_graph_node (graph, index)->activation;
  const guint input = nn_graph_node (graph, index)->inputs[0];
  const NnNode *before = nn_graph_node (graph, input);

  if (readers[input] != 1 || before->op != NN_OP_CONV || before->relu || before->activation.kind)
    return;
  nn_graph_absorb (graph, input, index);
  nn_graph_node (graph, index)->activation = activation;
}

/* One walk in execution order is enough, because a sum is fused before the walk comes to the ReLU after it. The number
 * of readers of a place does not change when the node before it moves there. */
void
nn_graph_fuse (NnGraph *graph)
{
  g_autofree guint *readers = nn_graph_count_readers (graph);
  guint i;

  for (i = 0; i < graph->nodes->len; i++) {
    switch (nn_graph_node (graph, i)->op) {
    case NN_OP_ADD:
      fuse_add (graph, readers, i);
      break;
    case NN_OP_RELU:
      fuse_relu (graph, readers, i);
      break;
    case NN_OP_ACTIVATION:
      fuse_activation (graph, readers, i);
      break;
    default:
      break;
    }
  }
  nn_graph_compact (graph);
}
