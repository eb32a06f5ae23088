/* gst-resnet: BatchNorm becomes part of the convolution before it
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "graph/graph.h"

/* Folds each BatchNorm into the convolution or the linear layer before it. The arithmetic is float64 and is rounded
 * once. Returns FALSE when there was no memory for a layer's weights; the layers before that one are then folded. */
gboolean nn_graph_fold_batch_norm (NnGraph *graph, GError **error);
