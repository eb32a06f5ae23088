/* gst-resnet: what the parts of the ONNX loader share
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "load/tensor-data.h"

/* A graph with more nodes is refused. */
#define NN_ONNX_MAX_NODES 500000
/* The most attributes of one node: each new attribute is compared with all earlier ones to find duplicates. */
#define NN_ONNX_MAX_ATTRIBUTES 256
/* The most bytes of a name. The limit is large because names that TensorFlow makes from its scopes are long. */
#define NN_ONNX_MAX_NAME 4096
/* The most bytes of a name that a message shows. */
#define NN_ONNX_MAX_SHOWN 200

typedef struct _NnOnnxExternal NnOnnxExternal;

/**
 * NnOnnxReader: what the parts share
 * @file: what messages call the file
 * @in_function: whether the nodes that are being read belong to a function, whose attributes theirs may refer to
 */
typedef struct {
  const gchar *file;
  gboolean in_function;
  NnOnnxExternal *external;
} NnOnnxReader;

/* The bytes that a name takes besides its text: a name of a node's input or output with its places in tables, and any
 * other name. */
#define NN_ONNX_INPUT_BYTES 64
#define NN_ONNX_ENTRY_BYTES 256
/* The bytes that a node takes besides its names and attributes. */
#define NN_ONNX_NODE_BYTES 320
