/* gst-resnet: which ResNet's layers the nodes of a graph are
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "graph/graph.h"

/**
 * nn_graph_name_resnet: our name (import/resnet/resnet-names.h) of each node that has parameters, found from what the
 * nodes compute and not from what they are called: a stem, blocks of two or three convolutions around sums, a
 * classifier Returns: as many names as nodes, NULL where a node needs none; free with nn_graph_names_free(). The names
 * need not say all that the graph does. NULL with NN_ERROR_UNSUPPORTED and the node at which it is no ResNet.
 */
gchar **nn_graph_name_resnet (const NnGraph *graph, GError **error);
void nn_graph_names_free (const NnGraph *graph, gchar **names);
