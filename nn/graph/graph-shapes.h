/* gst-resnet: shape inference
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <nn/error.h>

#include "graph/graph.h"
#include "graph/shape.h"

/* Every node's shape for a 3 × height × width input (output size as PyTorch's Conv2d and MaxPool2d compute it): n_nodes
 * entries, free with g_free(). NULL with NN_ERROR_ARGUMENT where a layer would get an empty input, or sizes overflow;
 * names the layer. */
NnShape *nn_graph_infer_shapes (const NnGraph *graph, guint height, guint width, GError **error);
