/* gst-resnet: the list of nodes
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "graph/graph.h"

static void
node_free_notify (gpointer node)
{
  nn_node_free (node);
}

NnGraph *
nn_graph_new (void)
{
  NnGraph *graph = g_new0 (NnGraph, 1);

  graph->nodes = g_ptr_array_new_with_free_func (node_free_notify);
  return graph;
}

void
nn_graph_free (NnGraph *graph)
{
  if (!graph)
    return;
  g_ptr_array_unref (graph->nodes);
  g_free (graph);
}

guint
nn_graph_add (NnGraph *graph, NnOp op, const gchar *name)
{
  NnNode *node = g_new0 (NnNode, 1);
  guint i;

  node->op = op;
  node->name = g_strdup (name);
  node->inputs[0] = node->inputs[1] = NN_NO_NODE;
  for (i = 0; i < 2; i++)
    node->kernel[i] = node->stride[i] = node->dilation[i] = 1;
  node->groups = 1;
  g_ptr_array_add (graph->nodes, node);
  return graph->nodes->len - 1;
}

NnNode *
nn_graph_node (const NnGraph *graph, guint index)
{
  return g_ptr_array_index (graph->nodes, index);
}

guint *
nn_graph_count_readers (const NnGraph *graph)
{
  guint *readers = g_new0 (guint, MAX (graph->nodes->len, 1));
  guint i, j;

  for (i = 0; i < graph->nodes->len; i++) {
    const NnNode *node = nn_graph_node (graph, i);

    for (j = 0; node && j < nn_node_n_slots (node); j++)
      if (nn_node_get_input (node, j) != NN_NO_NODE)
        readers[nn_node_get_input (node, j)]++;
  }
  if (graph->nodes->len)
    readers[graph->nodes->len - 1]++;
  return readers;
}

void
nn_graph_absorb (NnGraph *graph, guint from, guint into)
{
  g_return_if_fail (from < into);
  nn_node_free (nn_graph_node (graph, into));
  graph->nodes->pdata[into] = graph->nodes->pdata[from];
  graph->nodes->pdata[from] = NULL;
}

void
nn_graph_compact (NnGraph *graph)
{
  g_autofree guint *renumbered = g_new (guint, MAX (graph->nodes->len, 1));
  guint i, j, n = 0;

  for (i = 0; i < graph->nodes->len; i++) {
    NnNode *node = nn_graph_node (graph, i);

    renumbered[i] = NN_NO_NODE;
    if (!node)
      continue;
    for (j = 0; j < nn_node_n_slots (node); j++)
      if (nn_node_get_input (node, j) != NN_NO_NODE)
        nn_node_set_input (node, j, renumbered[nn_node_get_input (node, j)]);
    renumbered[i] = n;
    graph->nodes->pdata[i] = NULL;
    graph->nodes->pdata[n++] = node;
  }
  g_ptr_array_set_size (graph->nodes, n);
}
