/* gst-resnet: the parts of the ONNX loader
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <protobuf-c/protobuf-c.h>

#include "load/onnx/onnx.h"
#include "load/onnx/protobuf-wire.h"
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
typedef struct _NnOnnxFunctions NnOnnxFunctions;

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

/* @name for a message: quoted, escaped, cut. Free with g_free(). */
gchar *nn_onnx_shown (const gchar *name);
/* FALSE with an error that says where the name is (@what: "node 3") unless it is UTF-8 of at most NN_ONNX_MAX_NAME
 * bytes. */
gboolean nn_onnx_check_name (const NnOnnxReader *reader, const gchar *name, const gchar *what, GError **error);
/* The same for bytes of a file; NULL with an error, else to be freed with g_free(). */
gchar *nn_onnx_take_name (const NnOnnxReader *reader, const guint8 *bytes, gsize size, const gchar *what,
                          GError **error);

/**
 * nn_onnx_unpack: a small message through protobuf-c
 * What protobuf-c allocates for one message is bounded in all, freed or not: that bounds its memory, and its time where
 * it would copy again and again (a message that is given many times is merged each time).
 * @what: names the message in the error ("node 3")
 * Returns: free with protobuf_c_message_free_unpacked (message, NULL)
 */
gpointer nn_onnx_unpack (const NnOnnxReader *reader, const ProtobufCMessageDescriptor *descriptor, const guint8 *bytes,
                         gsize size, const gchar *what, GError **error);

/* TensorProto.DataType's number → ours; FALSE for those that are not taken. */
gboolean nn_onnx_dtype (gint64 data_type, NnDType *dtype);
/* "FLOAT8E4M3FN": the format's name of it; "43" for one it does not have. Free with g_free(). */
gchar *nn_onnx_data_type_name (gint64 data_type);

/* A TensorProto. @name: what the error calls the tensor; NULL: its own name, which is then needed. */
NnTensor *nn_onnx_read_tensor (NnOnnxReader *reader, const guint8 *bytes, gsize size, const gchar *name,
                               GError **error);
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

/* @folder: NULL: no data beside the model is read. */
NnOnnxExternal *nn_onnx_external_new (const gchar *folder);
void nn_onnx_external_free (NnOnnxExternal *external);
/* Where a tensor's data lie: the entries of its external_data. @length −1: not said. */
typedef struct {
  gchar *location;
  gint64 offset, length;
} NnOnnxPlace;
/* Opens the file, checks that @size bytes are where @place says, and adds a file not seen before to the load's budget.
 * @tensor: name, for messages */
gboolean nn_onnx_external_open (NnOnnxReader *reader, const gchar *tensor, const NnOnnxPlace *place, gsize size,
                                GError **error);
/* @size bytes from @offset of the file opened last. */
gboolean nn_onnx_external_read (NnOnnxReader *reader, const gchar *tensor, gint64 offset, gpointer out, gsize size,
                                GError **error);

NnOnnxFunctions *nn_onnx_functions_new (void);
void nn_onnx_functions_free (NnOnnxFunctions *functions);
/* A FunctionProto, whose bytes must live as long as @functions. */
gboolean nn_onnx_functions_add (NnOnnxFunctions *functions, const NnOnnxReader *reader, const NnWireField *field,
                                GError **error);
/* Nodes that call functions become those functions' nodes. Errors: recursion, what makes the graph too large, functions
 * of another opset than the graph's. */
gboolean nn_onnx_functions_write_out (NnOnnxFunctions *functions, NnOnnxReader *reader, NnOnnx *onnx, GError **error);

/* Names are unique, inputs exist, no cycles; reorders the nodes where the file has them out of order. */
gboolean nn_onnx_sort (NnOnnx *onnx, const gchar *file, GError **error);
