/* gst-resnet: a graph as an ONNX file
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "graph/graph.h"
#include "save/save-file.h"

/* The names of the network's input and output. */
#define NN_ONNX_INPUT "input"
#define NN_ONNX_OUTPUT "logits"

/**
 * nn_onnx_write: writes a graph with opset 17, IR version 8
 * @name: the graph's name
 * @height, @width: the size of the input; 0: it is symbolic
 * @metadata: the metadata_props, string → string
 *
 * The one input is N × channels × height × width, with a symbolic N ("batch"). Initializers have the names of a state
 * dict: the node's name, followed by .weight, .bias, .running_mean or .running_var.
 *
 * Errors: NN_ERROR_UNSUPPORTED where the file would be over protobuf's limit of 2 GiB, and where the writer has no
 * operator for a node
 */
gboolean nn_onnx_write (NnSaveFile *file, const NnGraph *graph, const gchar *name, guint height, guint width,
                        GHashTable *metadata, GError **error);
