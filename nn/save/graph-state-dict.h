/* gst-resnet: a graph as a state dict
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "graph/graph.h"
#include "load/weights.h"

/**
 * nn_graph_to_state_dict: the tensors of a network under names from which the same network is built
 * Names are the nodes', where they are a ResNet's, or found from the graph's structure; torchvision's, or timm's where
 * torchvision has no such network. Whether the names say it all is not believed but tried: the network built from them
 * has to be the same graph, or it is NN_ERROR_UNSUPPORTED.
 */
NnWeights *nn_graph_to_state_dict (const NnGraph *graph, GError **error);
