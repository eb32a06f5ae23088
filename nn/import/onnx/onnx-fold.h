/* gst-resnet: nodes of an ONNX file that depend on constants alone, computed while the file is loaded
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "import/onnx/onnx-importer.h"

/* How many elements folding may read and make for that file. */
gdouble nn_onnx_fold_limit (const NnOnnx *onnx);
/**
 * nn_onnx_fold: computes a node, whose outputs become constants of their names
 * @types: those of the outputs, as nn_operator_infer() gives them
 * NN_ERROR_TOO_LARGE: that is too much for the file.
 */
gboolean nn_onnx_fold (NnOnnxImporter *importer, const NnOnnxNode *node, const NnOperator *op,
                       const NnValue *const *inputs, guint n_inputs, NnValue *types, guint n_outputs, GError **error);
