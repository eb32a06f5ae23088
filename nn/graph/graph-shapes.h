/* gst-resnet: shape inference
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <nn/error.h>

#include "graph/graph.h"
#include "graph/shape.h"

/* Returns every node's shape for an input of height × width (sizes as PyTorch's Conv2d and MaxPool2d compute them), one
 * entry for each node; free them with g_free(). Returns NULL with NN_ERROR_ARGUMENT, which names the layer, where a
 * layer would get an empty input or sizes overflow. */
NnShape *nn_graph_infer_shapes (const NnGraph *graph, guint height, guint width, GError **error);
