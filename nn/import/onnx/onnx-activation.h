/* gst-resnet: activations that a graph spells out in several operators
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <nn/error.h>

#include "graph/graph.h"

/* A pass over a graph of PLAIN nodes: x · sigmoid (x), x · min (max (x + 3, 0), 6) / 6, x / 2 · (1 + erf (x / √2))
 * and their like become one operator (Swish, HardSwish, Gelu …), in whatever form they are written. Groups of
 * operators with one tensor among their inputs are evaluated on some numbers. If the results are within 3e-6 of a
 * known function, the group is that function. */
gboolean nn_graph_join_activations (NnGraph *graph, GError **error);
