/* gst-resnet: ONNX file → model
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "load/onnx/onnx.h"
#include "model/model-struct.h"

/* Fills what an ONNX file says; frees @onnx as soon as the graph has what it needs of it. */
gboolean nn_model_build_onnx (NnModel *model, NnOnnx *onnx, GHashTable *beside, GError **error);
