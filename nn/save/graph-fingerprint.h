/* gst-resnet: what a graph computes, as a number
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "graph/graph.h"

/* SHA-256 of all that the output depends on, names and the order of nodes apart: equal for graphs that compute the same
 * by the same operations, none of which may be an ONNX operator. Free with g_free(). */
gchar *nn_graph_fingerprint (const NnGraph *graph);
