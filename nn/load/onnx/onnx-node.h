/* gst-resnet: nodes, attributes and the types of inputs and outputs of an ONNX file
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <nn/error.h>

#include "load/onnx/onnx-model.h"
#include "load/onnx/onnx-reader.h"

NnOnnxNode *nn_onnx_read_node (NnOnnxReader *reader, const guint8 *bytes, gsize size, guint index, GError **error);
/* Without a name, inputs or outputs. */
NnOnnxNode *nn_onnx_node_new (const gchar *op_type);
void nn_onnx_node_free (NnOnnxNode *node);
/* Bytes that it takes, with its attributes, and what is made of it. */
guint64 nn_onnx_node_size (const NnOnnxNode *node);
/* An AttributeProto more for @node. */
gboolean nn_onnx_read_attribute (NnOnnxReader *reader, NnOnnxNode *node, const guint8 *bytes, gsize size,
                                 GError **error);
/* Tensors' values are shared. */
NnAttribute *nn_onnx_attribute_copy (const NnAttribute *attribute, const gchar *name);
/* Bytes that it takes, but for a tensor's values. */
guint64 nn_onnx_attribute_size (const NnAttribute *attribute);
NnOnnxValue *nn_onnx_read_value (NnOnnxReader *reader, const guint8 *bytes, gsize size, const gchar *kind,
                                 GError **error);
void nn_onnx_value_free (NnOnnxValue *value);
/* NULL when the node has none of that name. */
const NnAttribute *nn_onnx_node_get_attribute (const NnOnnxNode *node, const gchar *name);
