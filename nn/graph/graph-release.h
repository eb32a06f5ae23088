/* gst-resnet: gives a file's memory back while its weights are replaced
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "graph/graph.h"

/* Finds the weights that share their bytes with nothing else and marks their nodes (owns_weight), so that a weight
 * gives its bytes back to the system once it is replaced. @data is the memory of a file; it must be writable, and only
 * the graph's nodes may still read it. */
void nn_graph_own_file (NnGraph *graph, gconstpointer data, gsize size);
