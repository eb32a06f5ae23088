/* gst-resnet: BatchNorm becomes part of the convolution before it
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "graph/graph.h"

/* Into the convolution before it; float64 arithmetic, rounded once. FALSE: there was no memory for a layer's weights,
 * and those before it are folded. */
gboolean nn_graph_fold_batch_norm (NnGraph *graph, GError **error);
