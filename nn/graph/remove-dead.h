/* gst-resnet: nodes that nobody reads are removed
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "graph/graph.h"

/* This is a pass: it leaves a valid graph, whose nodes have new indices. */
void nn_graph_remove_dead (NnGraph *graph);
