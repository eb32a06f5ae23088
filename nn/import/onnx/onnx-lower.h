/* gst-resnet: ONNX's operators as the engine's own
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <nn/error.h>

#include "graph/graph.h"

/* A pass over a graph of PLAIN nodes: a node that the engine has an operation of its own for becomes that operation. */
gboolean nn_graph_lower (NnGraph *graph, GError **error);
