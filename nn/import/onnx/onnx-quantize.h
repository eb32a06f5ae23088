/* gst-resnet: quantization as rounding
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <nn/error.h>

#include "graph/graph.h"

/* A pass over a graph of PLAIN nodes: what is quantized and dequantized again becomes one rounding of floats, also
 * where only a MaxPool or a change of shape is in between: the same bits without integers. */
gboolean nn_graph_join_quantization (NnGraph *graph, GError **error);
