/* gst-resnet: what the parts of the ONNX loader share
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "load/tensor-data.h"

/* Nor may a graph have more of these than this. */
#define NN_ONNX_MAX_NODES 500000
/* Of a node: duplicates are looked for one by one. */
#define NN_ONNX_MAX_ATTRIBUTES 256
/* Bytes of a name: those of TensorFlow's scopes are long. */
#define NN_ONNX_MAX_NAME 4096
/* Bytes of a name that a message shows. */
#define NN_ONNX_MAX_SHOWN 200

typedef struct _NnOnnxExternal NnOnnxExternal;

/**
 * NnOnnxReader: what the parts share
 * @file: what messages call the file
 * @in_function: attributes may refer to the function's
 */
typedef struct {
  const gchar *file;
  gboolean in_function;
  NnOnnxExternal *external;
} NnOnnxReader;

/* What a name takes beside its bytes: of a node, with its places in tables; of others. */
#define NN_ONNX_INPUT_BYTES 64
#define NN_ONNX_ENTRY_BYTES 256
/* What a node takes beside its names and attributes. */
#define NN_ONNX_NODE_BYTES 320
