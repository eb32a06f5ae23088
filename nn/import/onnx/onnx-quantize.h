/* gst-resnet: quantization as rounding
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <nn/error.h>

#include "graph/graph.h"

/* A pass over a graph of PLAIN nodes: a tensor that is quantized and dequantized again becomes one rounding of
 * floats, even if a MaxPool or a change of shape is in between. The bits are the same without integers. */
gboolean nn_graph_join_quantization (NnGraph *graph, GError **error);
