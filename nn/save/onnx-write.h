/* gst-resnet: a graph as an ONNX file
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "graph/graph.h"
#include "save/save-file.h"

/* Names of the network's input and output. */
#define NN_ONNX_INPUT "input"
#define NN_ONNX_OUTPUT "logits"

/**
 * nn_onnx_write: opset 17, IR version 8, one input N × 3 × height × width, N symbolic ("batch")
 * @name: of the graph
 * @height, @width: 0: symbolic
 * @metadata: string → string: metadata_props
 * Initializers have the names of a state dict: the node's, with .weight, .bias, .running_mean, .running_var.
 * Errors: NN_ERROR_UNSUPPORTED over protobuf's limit of 2 GiB
 */
gboolean nn_onnx_write (NnSaveFile *file, const NnGraph *graph, const gchar *name, guint height, guint width,
                        GHashTable *metadata, GError **error);
