/* gst-resnet: an ONNX file with other metadata
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "load/onnx/onnx.h"
#include "save/save-file.h"

/**
 * nn_onnx_rewrite: the model as it is, every operator and opset of it, but for its metadata_props; data that lie in
 * files beside it come inside
 * @bytes: the file; @onnx: what nn_onnx_load_bytes() made of it
 * @metadata: string → string: all of metadata_props
 * Errors: NN_ERROR_UNSUPPORTED over protobuf's limit of 2 GiB (with the data inside), and for float64 beside the model
 */
gboolean nn_onnx_rewrite (NnSaveFile *file, GBytes *bytes, const NnOnnx *onnx, GHashTable *metadata, GError **error);
