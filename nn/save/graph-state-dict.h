/* gst-resnet: a graph as a state dict
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "graph/graph.h"
#include "load/weights.h"

/**
 * nn_graph_to_state_dict: returns the tensors of a network under names from which the same network can be built
 *
 * The names are those of the nodes where these are a ResNet's; otherwise they are found from the graph's structure.
 * They are torchvision's, or timm's where torchvision has no such network. To make sure that the names say all, a
 * network is built from them; where it is not the same graph, the error is NN_ERROR_UNSUPPORTED.
 */
NnWeights *nn_graph_to_state_dict (const NnGraph *graph, GError **error);
