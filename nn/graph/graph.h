/* gst-resnet: the network as a list of nodes in execution order
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "graph/node.h"

/**
 * NnGraph: nodes in execution order; node 0 is the input, the last one the output
 * @height, @width: the input's size that constants in PLAIN nodes were computed for; 0: there are none
 */
typedef struct {
  GPtrArray *nodes;
  guint height, width;
} NnGraph;

NnGraph *nn_graph_new (void);
void nn_graph_free (NnGraph *graph);
/* Adds a node whose groups, strides, dilations and kernel sides are 1 and whose inputs are NN_NO_NODE. @name is
 * copied. Returns the node's index. */
guint nn_graph_add (NnGraph *graph, NnOp op, const gchar *name);
NnNode *nn_graph_node (const NnGraph *graph, guint index);

/* Returns how many inputs point to each node, one entry for each node, for the passes; free it with g_free(). The last
 * node has one more reader: whoever wants the network's output. */
guint *nn_graph_count_readers (const NnGraph *graph);

/* Frees node @into and moves node @from, which only @into may read, to its place. The place that @from had is empty
 * (NULL) until nn_graph_compact(). The later place is always valid, because all that @from reads comes before it. */
void nn_graph_absorb (NnGraph *graph, guint from, guint into);

/* Drops empty places and renumbers inputs; no node left may read an empty place. */
void nn_graph_compact (NnGraph *graph);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NnGraph, nn_graph_free)
