/* gst-resnet: which ResNet's layers the nodes of a graph are
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "graph/graph.h"

/**
 * nn_graph_name_resnet: finds our name (import/resnet/resnet-names.h) of each node that has parameters
 *
 * The names are found from what the nodes compute, not from what they are called: there must be a stem, blocks of two
 * or three convolutions that end in sums, and a classifier. The names need not say all that the graph does.
 *
 * Returns: one name for each node, NULL for a node that needs none; free with nn_graph_names_free(). Where the graph is
 * no ResNet, it is NULL with NN_ERROR_UNSUPPORTED, which names the node that does not fit.
 */
gchar **nn_graph_name_resnet (const NnGraph *graph, GError **error);
void nn_graph_names_free (const NnGraph *graph, gchar **names);
