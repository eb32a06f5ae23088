/* gst-resnet: ONNX file → model
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "load/onnx/onnx.h"
#include "model/model-struct.h"

/* Fills the model with what an ONNX file says. @beside is what files beside the model say, or NULL. The function frees
 * @onnx as soon as the graph has what it needs of it, also where it fails. */
gboolean nn_model_build_onnx (NnModel *model, NnOnnx *onnx, GHashTable *beside, GError **error);
