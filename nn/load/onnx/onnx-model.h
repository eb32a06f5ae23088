/* gst-resnet: an ONNX file as it was written: nodes, attributes, initializers
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "load/tensor.h"

typedef enum {
  NN_ATTRIBUTE_FLOAT,
  NN_ATTRIBUTE_INT,
  NN_ATTRIBUTE_STRING,
  NN_ATTRIBUTE_TENSOR,
  NN_ATTRIBUTE_FLOATS,
  NN_ATTRIBUTE_INTS,
  NN_ATTRIBUTE_STRINGS,
} NnAttributeKind;

/**
 * NnAttribute: one attribute of a node
 * @reference: only inside a function: the name of the function's attribute whose value this one has; NULL if it has its
 * own value, as all attributes of a loaded graph do
 * @floats, @ints, @strings: n entries of the kind (n is 1 for the single kinds); strings are NUL-terminated, valid
 * UTF-8
 * Read an attribute through onnx-attribute.h.
 */
typedef struct {
  gchar *name, *reference;
  NnAttributeKind kind;
  guint n;
  gfloat *floats;
  gint64 *ints;
  gchar **strings;
  NnTensor *tensor;
} NnAttribute;

/**
 * NnOnnxNode: one use of an operator
 * @name: the name in the file; if that is empty, a name made from the operator and the node's place ("Conv #12")
 * @domain: "" for ONNX's own operators (also if the file says "ai.onnx")
 * @inputs, @outputs: the names; "" for an optional one that is absent
 */
typedef struct {
  gchar *name, *op_type, *domain;
  guint n_inputs, n_outputs;
  gchar **inputs, **outputs;
  GPtrArray *attributes; /* NnAttribute * */
} NnOnnxNode;

/* The type of a graph's input or output. A dim is −1 if it is symbolic or not given; n_dims is −1 if no shape is
 * given. */
typedef struct {
  gchar *name;
  NnDType dtype;
  gint n_dims;
  gint64 dims[NN_TENSOR_MAX_DIMS];
} NnOnnxValue;

/**
 * NnOnnx: one file
 * @opset: the version of ONNX's own domain
 * @nodes: NnOnnxNode *, each after the nodes that make its inputs (they are sorted if the file has them in another
 * order); functions that the file defines have been replaced by their nodes
 * @initializers: name → NnTensor *, external data has been read. The values are converted as in NnWeights (f32 for
 * floating types, i64 for others), aligned for their type, and each tensor has memory of its own.
 * @inputs: NnOnnxValue *, without those that are initializers; @outputs: NnOnnxValue *
 * @metadata: string → string, metadata_props
 */
typedef struct {
  gint64 ir_version, opset;
  gchar *name, *sha256, *producer;
  GPtrArray *nodes, *inputs, *outputs;
  GHashTable *initializers, *metadata;
  GPtrArray *warnings; /* gchar * */
} NnOnnx;
