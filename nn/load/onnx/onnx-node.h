/* gst-resnet: nodes, attributes and the types of inputs and outputs of an ONNX file
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <nn/error.h>

#include "load/onnx/onnx-model.h"
#include "load/onnx/onnx-reader.h"

NnOnnxNode *nn_onnx_read_node (NnOnnxReader *reader, const guint8 *bytes, gsize size, guint index, GError **error);
/* Makes a node without a name, inputs and outputs. */
NnOnnxNode *nn_onnx_node_new (const gchar *op_type);
void nn_onnx_node_free (NnOnnxNode *node);
/* The budget's estimate of the bytes that a node takes with its attributes and with what is built from it. */
guint64 nn_onnx_node_size (const NnOnnxNode *node);
/* Reads an AttributeProto and adds it to @node. */
gboolean nn_onnx_read_attribute (NnOnnxReader *reader, NnOnnxNode *node, const guint8 *bytes, gsize size,
                                 GError **error);
/* The copy of a tensor shares the values with the original. */
NnAttribute *nn_onnx_attribute_copy (const NnAttribute *attribute, const gchar *name);
/* The bytes that an attribute takes, without a tensor's values. */
guint64 nn_onnx_attribute_size (const NnAttribute *attribute);
NnOnnxValue *nn_onnx_read_value (NnOnnxReader *reader, const guint8 *bytes, gsize size, const gchar *kind,
                                 GError **error);
void nn_onnx_value_free (NnOnnxValue *value);
/* Returns NULL if the node has no attribute of that name. */
const NnAttribute *nn_onnx_node_get_attribute (const NnOnnxNode *node, const gchar *name);
