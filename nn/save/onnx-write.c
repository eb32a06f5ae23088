/* gst-resnet: a graph as an ONNX file
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The field numbers are those of onnx.proto of the ONNX project; the operators are those of its Operators.md at opset
 * 17. */
#include "save/onnx-write.h"

#include <string.h>

#include "base/nn-hash.h"
#include "save/protobuf-write.h"

#define OPSET 17
#define IR_VERSION 8
/* The limit that protocol buffers have for a message. */
#define MAX_BYTES G_GUINT64_CONSTANT (0x7fffffff)

enum { MODEL_IR_VERSION = 1, MODEL_PRODUCER = 2, MODEL_GRAPH = 7, MODEL_OPSET = 8, MODEL_METADATA = 14 };
enum { GRAPH_NODE = 1, GRAPH_NAME = 2, GRAPH_INITIALIZER = 5, GRAPH_INPUT = 11, GRAPH_OUTPUT = 12 };
enum { NODE_INPUT = 1, NODE_OUTPUT = 2, NODE_NAME = 3, NODE_OP_TYPE = 4, NODE_ATTRIBUTE = 5 };
enum { ATTRIBUTE_NAME = 1, ATTRIBUTE_F = 2, ATTRIBUTE_I = 3, ATTRIBUTE_S = 4, ATTRIBUTE_INTS = 8, ATTRIBUTE_TYPE = 20 };
enum { KIND_FLOAT = 1, KIND_INT = 2, KIND_STRING = 3, KIND_INTS = 7 };
enum { TENSOR_DIMS = 1, TENSOR_TYPE = 2, TENSOR_NAME = 8, TENSOR_RAW = 9 };
enum { ELEMENT_FLOAT = 1 };

/* An initializer: @head is its TensorProto up to the elements, @floats are the elements. */
typedef struct {
  GByteArray *head;
  GBytes *floats;
} Initializer;

/**
 * Writer: the graph under construction
 * @small: everything of the GraphProto but the initializers
 * @names: the set of all names that values and initializers have so far
 * @values: the name of each node's output
 * @flat: whether that output is N × channels instead of N × channels × height × width
 */
typedef struct {
  const NnGraph *graph;
  GByteArray *small;
  GArray *initializers;
  GHashTable *names;
  gchar **values;
  gboolean *flat;
} Writer;

/* Returns @wanted, with a number appended where that name is already used. The string belongs to the writer. */
static const gchar *
unique_name (Writer *writer, const gchar *wanted)
{
  gchar *name = g_strdup (wanted);
  guint n = 1;

  while (g_hash_table_contains (writer->names, name)) {
    g_free (name);
    name = g_strdup_printf ("%s_%u", wanted, ++n);
  }
  g_hash_table_add (writer->names, name);
  return name;
}

static void
initializer_clear (gpointer data)
{
  Initializer *initializer = data;

  g_byte_array_unref (initializer->head);
  g_bytes_unref (initializer->floats);
}

/* Returns the initializer's name. */
static const gchar *
add_initializer (Writer *writer, const NnNode *node, const gchar *suffix, GBytes *floats, guint n_dims,
                 const guint *dims)
{
  g_autofree gchar *wanted = g_strconcat (node->name, suffix, NULL);
  const gchar *name = unique_name (writer, wanted);
  Initializer initializer = { g_byte_array_new (), g_bytes_ref (floats) };
  guint i;

  for (i = 0; i < n_dims; i++)
    nn_pb_int (initializer.head, TENSOR_DIMS, dims[i]);
  nn_pb_int (initializer.head, TENSOR_TYPE, ELEMENT_FLOAT);
  nn_pb_string (initializer.head, TENSOR_NAME, name);
  nn_pb_length (initializer.head, TENSOR_RAW, g_bytes_get_size (floats));
  g_array_append_val (writer->initializers, initializer);
  return name;
}

static GByteArray *
attribute_new (const gchar *name, gint kind)
{
  GByteArray *attribute = g_byte_array_new ();

  nn_pb_string (attribute, ATTRIBUTE_NAME, name);
  nn_pb_int (attribute, ATTRIBUTE_TYPE, kind);
  return attribute;
}

static void
add_int (GByteArray *node, const gchar *name, gint64 value)
{
  GByteArray *attribute = attribute_new (name, KIND_INT);

  nn_pb_int (attribute, ATTRIBUTE_I, value);
  nn_pb_message (node, NODE_ATTRIBUTE, attribute);
}

static void
add_float (GByteArray *node, const gchar *name, gfloat value)
{
  GByteArray *attribute = attribute_new (name, KIND_FLOAT);

  nn_pb_float (attribute, ATTRIBUTE_F, value);
  nn_pb_message (node, NODE_ATTRIBUTE, attribute);
}

static void
add_string (GByteArray *node, const gchar *name, const gchar *value)
{
  GByteArray *attribute = attribute_new (name, KIND_STRING);

  nn_pb_string (attribute, ATTRIBUTE_S, value);
  nn_pb_message (node, NODE_ATTRIBUTE, attribute);
}

static void
add_ints (GByteArray *node, const gchar *name, guint n, const guint *values)
{
  GByteArray *attribute = attribute_new (name, KIND_INTS);
  guint i;

  for (i = 0; i < n; i++)
    nn_pb_int (attribute, ATTRIBUTE_INTS, values[i]);
  nn_pb_message (node, NODE_ATTRIBUTE, attribute);
}

/* Returns a NodeProto with its inputs, which are a NULL-terminated list. The caller adds the attributes and the output.
 */
static GByteArray *
node_new (const gchar *name, const gchar *type, const gchar *input, ...)
{
  GByteArray *node = g_byte_array_new ();
  va_list args;

  va_start (args, input);
  for (; input; input = va_arg (args, const gchar *))
    nn_pb_string (node, NODE_INPUT, input);
  va_end (args);
  nn_pb_string (node, NODE_NAME, name);
  nn_pb_string (node, NODE_OP_TYPE, type);
  return node;
}

/* Gives the node an output and adds it to the graph. Returns the output's name. */
static const gchar *
finish_node (Writer *writer, GByteArray *node, const gchar *wanted)
{
  const gchar *name = unique_name (writer, wanted);

  nn_pb_string (node, NODE_OUTPUT, name);
  nn_pb_message (writer->small, GRAPH_NODE, node);
  return name;
}

static void
add_window (GByteArray *out, const NnNode *node)
{
  const guint pads[]
      = { node->pad[0], node->pad[1], node->pad[0] + node->pad_more[0], node->pad[1] + node->pad_more[1] };

  add_ints (out, "kernel_shape", 2, node->kernel);
  add_ints (out, "strides", 2, node->stride);
  if (node->same == NN_PAD_GIVEN)
    add_ints (out, "pads", 4, pads);
  else
    add_string (out, "auto_pad", node->same == NN_PAD_SAME_UPPER ? "SAME_UPPER" : "SAME_LOWER");
  /* AveragePool has dilations only from opset 19 on. */
  if (node->op != NN_OP_AVG_POOL)
    add_ints (out, "dilations", 2, node->dilation);
}

static GByteArray *
new_conv (Writer *writer, const NnNode *node, const gchar *input)
{
  const guint dims[] = { node->out_channels, node->in_channels / node->groups, node->kernel[0], node->kernel[1] };
  const gchar *weight = add_initializer (writer, node, ".weight", node->weight, 4, dims);
  const gchar *bias = node->bias ? add_initializer (writer, node, ".bias", node->bias, 1, dims) : NULL;
  GByteArray *out = node_new (node->name, "Conv", input, weight, bias, NULL);

  add_window (out, node);
  add_int (out, "group", node->groups);
  return out;
}

static GByteArray *
new_batch_norm (Writer *writer, const NnNode *node, const gchar *input)
{
  const gchar *gamma = add_initializer (writer, node, ".weight", node->bn_gamma, 1, &node->out_channels);
  const gchar *beta = add_initializer (writer, node, ".bias", node->bn_beta, 1, &node->out_channels);
  const gchar *mean = add_initializer (writer, node, ".running_mean", node->bn_mean, 1, &node->out_channels);
  const gchar *variance = add_initializer (writer, node, ".running_var", node->bn_variance, 1, &node->out_channels);
  GByteArray *out = node_new (node->name, "BatchNormalization", input, gamma, beta, mean, variance, NULL);

  add_float (out, "epsilon", (gfloat)node->bn_epsilon);
  return out;
}

static GByteArray *
new_linear (Writer *writer, const NnNode *node, const gchar *input)
{
  const guint dims[] = { node->out_channels, node->in_channels };
  const gchar *weight = add_initializer (writer, node, ".weight", node->weight, 2, dims);
  const gchar *bias = node->bias ? add_initializer (writer, node, ".bias", node->bias, 1, dims) : NULL;
  GByteArray *out = node_new (node->name, "Gemm", input, weight, bias, NULL);

  add_int (out, "transB", 1);
  return out;
}

/* Makes a row of channels out of channels × 1 × 1. Returns its name. */
static const gchar *
flatten (Writer *writer, const NnNode *node, const gchar *input)
{
  g_autofree gchar *name = g_strconcat (node->name, ".flatten", NULL);
  GByteArray *out = node_new (name, "Flatten", input, NULL);

  add_int (out, "axis", 1);
  return finish_node (writer, out, name);
}

/* Writes weight[c] · x + bias[c] as Mul and Add. Their operands of [channels, 1, 1] or [channels] are broadcast. */
static GByteArray *
new_affine (Writer *writer, const NnNode *node, const gchar *input, gboolean flat)
{
  const guint dims[] = { node->out_channels, 1, 1 };
  const gchar *weight = add_initializer (writer, node, ".weight", node->weight, flat ? 1 : 3, dims);
  const gchar *bias = node->bias ? add_initializer (writer, node, ".bias", node->bias, flat ? 1 : 3, dims) : NULL;
  g_autofree gchar *name = g_strconcat (node->name, ".mul", NULL);
  GByteArray *mul = node_new (bias ? name : node->name, "Mul", input, weight, NULL);

  return bias ? node_new (node->name, "Add", finish_node (writer, mul, name), bias, NULL) : mul;
}

static GByteArray *
new_concat (Writer *writer, const NnNode *node)
{
  GByteArray *out = node_new (node->name, "Concat", NULL);
  guint i;

  for (i = 0; i < nn_node_n_slots (node); i++)
    nn_pb_string (out, NODE_INPUT, writer->values[nn_node_get_input (node, i)]);
  add_int (out, "axis", 1);
  return out;
}

/* Whether all inputs have the form of the first one: either N × channels or images. */
static gboolean
inputs_agree (const Writer *writer, const NnNode *node)
{
  guint i;

  for (i = 1; i < nn_node_n_slots (node); i++)
    if (nn_node_get_input (node, i) == NN_NO_NODE
        || writer->flat[nn_node_get_input (node, i)] != writer->flat[node->inputs[0]])
      return FALSE;
  return TRUE;
}

static gboolean
add_node (Writer *writer, guint index, const gchar *output, GError **error)
{
  const NnNode *node = nn_graph_node (writer->graph, index);
  const gchar *input = node->inputs[0] == NN_NO_NODE ? NULL : writer->values[node->inputs[0]];
  const gchar *other = node->inputs[1] == NN_NO_NODE ? NULL : writer->values[node->inputs[1]];
  GByteArray *out = NULL;

  writer->flat[index] = input && writer->flat[node->inputs[0]];
  switch (node->op) {
  case NN_OP_CONV:
    if (!node->relu && !other && !writer->flat[index])
      out = new_conv (writer, node, input);
    break;
  case NN_OP_BATCH_NORM:
    out = new_batch_norm (writer, node, input);
    break;
  case NN_OP_RELU:
    out = node_new (node->name, "Relu", input, NULL);
    break;
  case NN_OP_ADD:
    if (!node->relu && inputs_agree (writer, node))
      out = node_new (node->name, "Add", input, other, NULL);
    break;
  case NN_OP_MAX_POOL:
    out = node_new (node->name, "MaxPool", input, NULL);
    add_window (out, node);
    break;
  case NN_OP_AVG_POOL:
    if (node->dilation[0] == 1 && node->dilation[1] == 1) {
      out = node_new (node->name, "AveragePool", input, NULL);
      add_window (out, node);
      add_int (out, "count_include_pad", node->count_pad);
    }
    break;
  case NN_OP_GLOBAL_MAX_POOL:
    out = node_new (node->name, "GlobalMaxPool", input, NULL);
    break;
  case NN_OP_SIGMOID:
    out = node_new (node->name, "Sigmoid", input, NULL);
    break;
  case NN_OP_SCALE:
    if (inputs_agree (writer, node))
      out = node_new (node->name, "Mul", input, other, NULL);
    break;
  case NN_OP_GLOBAL_AVG_POOL:
    out = node_new (node->name, "GlobalAveragePool", input, NULL);
    break;
  case NN_OP_AFFINE:
    if (!node->relu)
      out = new_affine (writer, node, input, writer->flat[index]);
    break;
  case NN_OP_CONCAT:
    if (inputs_agree (writer, node))
      out = new_concat (writer, node);
    break;
  case NN_OP_LINEAR:
    if (!writer->flat[index])
      input = flatten (writer, node, input);
    out = new_linear (writer, node, input);
    writer->flat[index] = TRUE;
    break;
  default:
    break;
  }
  if (!out) {
    g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED,
                 "%s: its operator is not written once it was read; convert without --fold", node->name);
    return FALSE;
  }
  writer->values[index] = (gchar *)finish_node (writer, out, output ? output : node->name);
  return TRUE;
}

/* Adds a ValueInfoProto. A dimension of 0 is written as the symbol with the same index. */
static void
add_value_info (Writer *writer, guint number, const gchar *name, guint n_dims, const guint *dims,
                const gchar *const *symbols)
{
  GByteArray *shape = g_byte_array_new (), *tensor = g_byte_array_new (), *type = g_byte_array_new ();
  GByteArray *value = g_byte_array_new ();
  guint i;

  for (i = 0; i < n_dims; i++) {
    GByteArray *dim = g_byte_array_new ();

    if (dims[i])
      nn_pb_int (dim, 1, dims[i]);
    else
      nn_pb_string (dim, 2, symbols[i]);
    nn_pb_message (shape, 1, dim);
  }
  nn_pb_int (tensor, 1, ELEMENT_FLOAT);
  nn_pb_message (tensor, 2, shape);
  nn_pb_message (type, 1, tensor);
  nn_pb_string (value, 1, name);
  nn_pb_message (value, 2, type);
  nn_pb_message (writer->small, number, value);
}

static gboolean
add_graph (Writer *writer, const gchar *name, guint height, guint width, GError **error)
{
  static const gchar *const symbols[] = { "batch", "channels", "height", "width" };
  guint last = writer->graph->nodes->len - 1, i;
  const NnNode *output = nn_graph_node (writer->graph, last);
  const guint in_dims[] = { 0, nn_graph_node (writer->graph, 0)->out_channels, height, width };
  const guint out_dims[] = { 0, output->out_channels };

  nn_pb_string (writer->small, GRAPH_NAME, name);
  writer->values[0] = (gchar *)unique_name (writer, NN_ONNX_INPUT);
  add_value_info (writer, GRAPH_INPUT, writer->values[0], 4, in_dims, symbols);
  for (i = 1; i <= last; i++)
    if (!add_node (writer, i, i == last ? NN_ONNX_OUTPUT : NULL, error))
      return FALSE;
  if (!writer->flat[last]) {
    g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED, "%s: the network does not end in a linear layer", output->name);
    return FALSE;
  }
  add_value_info (writer, GRAPH_OUTPUT, writer->values[last], 2, out_dims, symbols);
  return TRUE;
}

static guint64
varint_size (guint64 value)
{
  guint64 n = 1;

  for (; value > 0x7f; value >>= 7)
    n++;
  return n;
}

/* Returns the length of an initializer's TensorProto. */
static guint64
initializer_size (const Initializer *initializer)
{
  return initializer->head->len + g_bytes_get_size (initializer->floats);
}

static void
write_array (NnSaveFile *file, GByteArray *array)
{
  nn_save_file_write (file, array->data, array->len);
  g_byte_array_set_size (array, 0);
}

static gboolean
write_model (const Writer *writer, NnSaveFile *file, GHashTable *metadata, GError **error)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autoptr (GList) keys = g_list_sort (g_hash_table_get_keys (metadata), (GCompareFunc)strcmp);
  GByteArray *opset = g_byte_array_new ();
  guint64 graph_size = writer->small->len;
  const GList *l;
  guint i;

  nn_pb_int (out, MODEL_IR_VERSION, IR_VERSION);
  nn_pb_string (out, MODEL_PRODUCER, "gst-resnet");
  nn_pb_int (opset, 2, OPSET);
  nn_pb_message (out, MODEL_OPSET, opset);
  for (l = keys; l; l = l->next) {
    GByteArray *entry = g_byte_array_new ();

    nn_pb_string (entry, 1, l->data);
    nn_pb_string (entry, 2, g_hash_table_lookup (metadata, l->data));
    nn_pb_message (out, MODEL_METADATA, entry);
  }
  for (i = 0; i < writer->initializers->len; i++) {
    guint64 size = initializer_size (&g_array_index (writer->initializers, Initializer, i));

    graph_size += 1 + varint_size (size) + size;
  }
  if (graph_size + out->len + 16 > MAX_BYTES) {
    g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED,
                 "the network takes %" G_GUINT64_FORMAT " bytes as ONNX, whose files have at most 2 GiB", graph_size);
    return FALSE;
  }
  nn_pb_length (out, MODEL_GRAPH, graph_size);
  write_array (file, out);
  write_array (file, writer->small);
  for (i = 0; i < writer->initializers->len; i++) {
    const Initializer *initializer = &g_array_index (writer->initializers, Initializer, i);
    gsize size;
    const gfloat *floats = g_bytes_get_data (initializer->floats, &size);

    nn_pb_length (out, GRAPH_INITIALIZER, initializer_size (initializer));
    write_array (file, out);
    nn_save_file_write (file, initializer->head->data, initializer->head->len);
    nn_save_file_write_floats (file, floats, size / sizeof (gfloat), FALSE);
  }
  return TRUE;
}

gboolean
nn_onnx_write (NnSaveFile *file, const NnGraph *graph, const gchar *name, guint height, guint width,
               GHashTable *metadata, GError **error)
{
  Writer writer = { .graph = graph };
  gboolean ok;

  writer.small = g_byte_array_new ();
  writer.initializers = g_array_new (FALSE, FALSE, sizeof (Initializer));
  g_array_set_clear_func (writer.initializers, initializer_clear);
  writer.names = g_hash_table_new_full (nn_name_hash, g_str_equal, g_free, NULL);
  writer.values = g_new0 (gchar *, graph->nodes->len);
  writer.flat = g_new0 (gboolean, graph->nodes->len);
  ok = add_graph (&writer, name, height, width, error) && write_model (&writer, file, metadata, error);
  g_byte_array_unref (writer.small);
  g_array_unref (writer.initializers);
  g_hash_table_unref (writer.names);
  g_free (writer.values);
  g_free (writer.flat);
  return ok;
}
