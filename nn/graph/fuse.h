/* gst-resnet: convolution, sum and ReLU become one node
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "graph/graph.h"

/* This is a pass: it leaves a valid graph. */
void nn_graph_fuse (NnGraph *graph);
