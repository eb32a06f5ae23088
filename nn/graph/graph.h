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
/* A node with groups, strides and dilations 1, kernel 1, inputs NN_NO_NODE; takes a copy of @name. Returns its index.
 */
guint nn_graph_add (NnGraph *graph, NnOp op, const gchar *name);
NnNode *nn_graph_node (const NnGraph *graph, guint index);

/* For the passes: how many inputs point to each node: n_nodes entries, free with g_free(). The last node has one reader
 * more: whoever wants the network's output. */
guint *nn_graph_count_readers (const NnGraph *graph);

/* node[into] becomes node[from], which nobody but it reads: what from was computes at into's place, and from's place is
 * empty (NULL) until nn_graph_compact(). The later place is always a valid one: all that from reads comes before it. */
void nn_graph_absorb (NnGraph *graph, guint from, guint into);

/* Drops empty places and renumbers inputs; no node left may read an empty place. */
void nn_graph_compact (NnGraph *graph);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NnGraph, nn_graph_free)
