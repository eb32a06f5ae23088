/* gst-resnet: nodes that nobody reads are removed
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "graph/remove-dead.h"

void
nn_graph_remove_dead (NnGraph *graph)
{
  g_autofree guint *readers = nn_graph_count_readers (graph);
  guint i, j;

  /* The loop goes backwards, so that a node that only dead nodes read is known to be dead when it is looked at. The
   * input (node 0) always stays. */
  for (i = graph->nodes->len; i-- > 1;) {
    NnNode *node = nn_graph_node (graph, i);

    if (readers[i])
      continue;
    for (j = 0; j < nn_node_n_slots (node); j++)
      if (nn_node_get_input (node, j) != NN_NO_NODE)
        readers[nn_node_get_input (node, j)]--;
    nn_node_free (node);
    graph->nodes->pdata[i] = NULL;
  }
  nn_graph_compact (graph);
}
