/* gst-resnet: what a graph computes, as a number
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "graph/graph.h"

/* Returns the SHA-256 of all that the output depends on, in hexadecimal; free it with g_free(). Names and the order of
 * nodes do not count, so it is equal for graphs that compute the same by the same operations. The graph may not have
 * ONNX operators. */
gchar *nn_graph_fingerprint (const NnGraph *graph);
