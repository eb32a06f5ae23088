/* gst-resnet: gives a file's memory back while its weights are replaced
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "graph/graph.h"

/* @data: the memory of a file, which nobody but the graph's nodes reads any more and which may be written: a weight
 * that shares its bytes with nothing else gives them back to the system once it is replaced. */
void nn_graph_own_file (NnGraph *graph, gconstpointer data, gsize size);
