/* gst-resnet: ONNX files by hand, good and bad
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "load/onnx/onnx.h"
#include "save/protobuf-write.h"

enum {
  MODEL_IR_VERSION = 1,
  MODEL_GRAPH = 7,
  MODEL_OPSET_IMPORT = 8,
  MODEL_METADATA_PROPS = 14,
  MODEL_TRAINING_INFO = 20,
  MODEL_FUNCTIONS = 25,
  GRAPH_NODE = 1,
  GRAPH_INITIALIZER = 5,
  GRAPH_INPUT = 11,
  GRAPH_OUTPUT = 12,
  GRAPH_SPARSE_INITIALIZER = 15,
};

/* Adds a string field @number for each of the names in @names, which commas separate. */
static inline void
maker_names (GByteArray *out, guint number, const gchar *names)
{
  g_auto (GStrv) list = g_strsplit (names, ",", -1);

  for (guint i = 0; list[i]; i++)
    nn_pb_string (out, number, list[i]);
}

static inline GByteArray *
maker_node (const gchar *op, const gchar *name, const gchar *inputs, const gchar *outputs)
{
  GByteArray *node = g_byte_array_new ();

  maker_names (node, 1, inputs);
  maker_names (node, 2, outputs);
  nn_pb_string (node, 3, name);
  nn_pb_string (node, 4, op);
  return node;
}

static inline GByteArray *
maker_entry (const gchar *key, const gchar *value)
{
  GByteArray *entry = g_byte_array_new ();

  nn_pb_string (entry, 1, key);
  nn_pb_string (entry, 2, value);
  return entry;
}

/* Makes a tensor without data. A −1 ends @dims, so the test itself must add a negative dimension. */
static inline GByteArray *
maker_tensor (const gchar *name, gint type, const gint64 *dims)
{
  GByteArray *tensor = g_byte_array_new ();

  for (; *dims >= 0; dims++)
    nn_pb_int (tensor, 1, *dims);
  nn_pb_int (tensor, 2, type);
  nn_pb_string (tensor, 8, name);
  return tensor;
}

static inline void
maker_raw (GByteArray *tensor, gsize n)
{
  g_autofree guint8 *zeros = g_malloc0 (n + 1);

  nn_pb_length (tensor, 9, n);
  g_byte_array_append (tensor, zeros, (guint)n);
}

/* Makes a float32 value with the one dimension @dim. */
static inline GByteArray *
maker_value (const gchar *name, gint64 dim)
{
  GByteArray *value = g_byte_array_new (), *type = g_byte_array_new (), *tensor = g_byte_array_new ();
  GByteArray *shape = g_byte_array_new (), *dimension = g_byte_array_new ();

  nn_pb_int (dimension, 1, dim);
  nn_pb_message (shape, 1, dimension);
  nn_pb_int (tensor, 1, 1);
  nn_pb_message (tensor, 2, shape);
  nn_pb_message (type, 1, tensor);
  nn_pb_string (value, 1, name);
  nn_pb_message (value, 2, type);
  return value;
}

/* Makes a graph with the input x and the output y. */
static inline GByteArray *
maker_graph (void)
{
  GByteArray *graph = g_byte_array_new ();

  nn_pb_message (graph, GRAPH_INPUT, maker_value ("x", 4));
  nn_pb_message (graph, GRAPH_OUTPUT, maker_value ("y", 4));
  return graph;
}

/* Makes a model without a graph. The test adds the graph, and other fields before or after it. */
static inline GByteArray *
maker_model_open (gint64 ir_version, gint64 opset)
{
  GByteArray *model = g_byte_array_new (), *import = g_byte_array_new ();

  nn_pb_int (model, MODEL_IR_VERSION, ir_version);
  nn_pb_string (import, 1, "");
  nn_pb_int (import, 2, opset);
  nn_pb_message (model, MODEL_OPSET_IMPORT, import);
  return model;
}

/* Makes a model of @graph, which is freed. */
static inline GBytes *
maker_model (GByteArray *graph)
{
  GByteArray *model = maker_model_open (8, 17);

  nn_pb_message (model, MODEL_GRAPH, graph);
  return g_byte_array_free_to_bytes (model);
}
