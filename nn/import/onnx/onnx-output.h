/* gst-resnet: which tensor of an ONNX file holds the classes
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "load/onnx/onnx.h"

/**
 * nn_onnx_choose_output: the name of the tensor that has one number for each class; it belongs to @onnx
 * @warnings: gchar * are appended where there was a choice
 * It is the output that is called logits, otherwise the first one that can be a row of classes. The result of a TopK
 * or an ArgMax is no such row: another output is taken or, if there is none, the input of that operator. NULL with
 * NN_ERROR_FORMAT means that the graph has no output.
 */
const gchar *nn_onnx_choose_output (const NnOnnx *onnx, GPtrArray *warnings, GError **error);
