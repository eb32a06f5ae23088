/* gst-resnet: functions that an ONNX file defines itself
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <nn/error.h>

#include "load/onnx/onnx-model.h"
#include "load/onnx/onnx-reader.h"
#include "load/onnx/protobuf-wire.h"

typedef struct _NnOnnxFunctions NnOnnxFunctions;

NnOnnxFunctions *nn_onnx_functions_new (void);
void nn_onnx_functions_free (NnOnnxFunctions *functions);
/* Adds a FunctionProto. Its bytes must live as long as @functions. */
gboolean nn_onnx_functions_add (NnOnnxFunctions *functions, const NnOnnxReader *reader, const NnWireField *field,
                                GError **error);
/* Replaces each node that calls a function by that function's nodes. Errors: recursion, a graph that becomes too large,
 * functions of another opset than the graph's. */
gboolean nn_onnx_functions_write_out (NnOnnxFunctions *functions, NnOnnxReader *reader, NnOnnx *onnx, GError **error);
