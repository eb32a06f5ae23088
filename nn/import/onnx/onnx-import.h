/* gst-resnet: an ONNX file's graph as the engine's
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "graph/graph.h"
#include "import/onnx/onnx-facts.h"
#include "load/onnx/onnx.h"

/**
 * nn_onnx_import: makes a graph that has each operator that the output needs as a PLAIN node; what depends on
 * constants and on the input's size alone is computed
 * @onnx: the file; initializers that have been read are gone from it afterwards
 * @warnings: gchar * are appended
 * The batch is 1. Errors: NN_ERROR_UNSUPPORTED and NN_ERROR_FORMAT, which name the node, the operator and the reason,
 * and NN_ERROR_TOO_LARGE.
 */
NnGraph *nn_onnx_import (NnOnnx *onnx, NnOnnxImport *import, GPtrArray *warnings, GError **error);
