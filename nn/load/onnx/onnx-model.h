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
 * @reference: inside a function: the function's attribute whose value it has; NULL: it has its own, as all attributes
 * of a loaded graph
 * @floats, @ints, @strings: n entries of the kind (n is 1 for the singular kinds); strings are NUL-terminated, valid
 * UTF-8
 * Read it through onnx-attribute.h.
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
 * NnOnnxNode: one operator's use
 * @name: the file's, or made up from its operator and place where that is empty ("Conv #12")
 * @domain: "" for ONNX's own operators ("ai.onnx" is "")
 * @inputs, @outputs: names; "" where an optional one is absent
 */
typedef struct {
  gchar *name, *op_type, *domain;
  guint n_inputs, n_outputs;
  gchar **inputs, **outputs;
  GPtrArray *attributes; /* NnAttribute * */
} NnOnnxNode;

/* A graph input's or output's type; dims −1: symbolic or not said; n_dims −1: no shape said. */
typedef struct {
  gchar *name;
  NnDType dtype;
  gint n_dims;
  gint64 dims[NN_TENSOR_MAX_DIMS];
} NnOnnxValue;

/**
 * NnOnnx: one file
 * @opset: of ONNX's own domain
 * @nodes: NnOnnxNode *, each after the nodes that make its inputs (sorted when the file was not); the file's own
 *   functions written out
 * @initializers: name → NnTensor *, external data read; values as nn_weights' (f32 for floating types, i64 for others);
 * aligned for their type, each in memory of its own
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
