/* gst-resnet: what the passes share
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "graph/graph.h"

/* How many inputs point to each node: n_nodes entries, free with g_free(). The last node has one reader more: whoever
 * wants the network's output. */
guint *nn_graph_count_readers (const NnGraph *graph);

/* node[into] becomes node[from], which nobody but it reads: what from was computes at into's place, and from's place is
 * empty (NULL) until nn_graph_compact(). The later place is always a valid one: all that from reads comes before it. */
void nn_graph_absorb (NnGraph *graph, guint from, guint into);

/* Drops empty places and renumbers inputs; no node left may read an empty place. */
void nn_graph_compact (NnGraph *graph);

void nn_node_free (NnNode *node);

/* The output's type of a PLAIN node; @shapes: of all nodes before it. */
gboolean nn_plain_infer (const NnNode *node, const NnShape *shapes, NnShape *out, GError **error);
/* "[1, 64, 56, 56]"; free with g_free(). */
gchar *nn_shape_string (const NnShape *shape);
/* Types of an operator's inputs as nn_operator_infer() takes them: @values has room for nn_node_n_slots() values,
 * @pointers for as many pointers, which point to them or to constants. Returns how many there are. */
guint nn_plain_inputs (const NnNode *node, const NnShape *shapes, NnValue *values, const NnValue **pointers);
