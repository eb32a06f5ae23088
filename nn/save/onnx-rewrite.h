/* gst-resnet: an ONNX file with other metadata
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "load/onnx/onnx.h"
#include "save/save-file.h"

/**
 * nn_onnx_rewrite: writes the model as it is, with every operator and opset, but with other metadata_props
 * @bytes: the bytes of the file; @onnx: what nn_onnx_load_bytes() made of them
 * @metadata: all of metadata_props, string → string
 *
 * Data that lie in files beside the model are written into the new file.
 *
 * Errors: NN_ERROR_UNSUPPORTED where the new file would be over protobuf's limit of 2 GiB, and where float64 data lie
 * in a file beside the model
 */
gboolean nn_onnx_rewrite (NnSaveFile *file, GBytes *bytes, const NnOnnx *onnx, GHashTable *metadata, GError **error);
