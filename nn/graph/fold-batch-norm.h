/* gst-resnet: BatchNorm becomes part of the convolution before it
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "graph/graph.h"

/* A pass: it leaves a valid graph. Float64 arithmetic, rounded once. */
void nn_graph_fold_batch_norm (NnGraph *graph);
