/* gst-resnet: ONNX files that are damaged, contradict themselves or were made to do harm
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * This file is long because it has a case for each kind of damage, and the helpers that build the files. */
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cpu-limit.h"
#include "load/onnx/protobuf-wire.h"
#include "onnx-maker.h"

/* All messages that the tests of this file have seen. docs/formats.md quotes some of them. */
static GPtrArray *messages;

static void
expect_bytes (GBytes *bytes, const gchar *folder, gint code, const gchar *says)
{
  g_autoptr (NnOnnx) onnx = NULL;
  g_autoptr (GError) error = NULL;
  const gdouble start = cpu_seconds ();

  onnx = nn_onnx_load_bytes (bytes, "x.onnx", folder, &error);
  if (cpu_over_limit (start, 1))
    g_error ("\"%s\" took %g s", says, cpu_seconds () - start);
  if (onnx)
    g_error ("was taken; expected \"%s\"", says);
  if (!g_error_matches (error, NN_ERROR, code) || !strstr (error->message, "x.onnx: ")
      || !strstr (error->message, says))
    g_error ("code %d, \"%s\"; expected code %d, the file and \"%s\"", error->code, error->message, code, says);
  g_assert_cmpuint (strlen (error->message), <, 2000);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_ptr_array_add (messages, g_strdup (error->message));
}

static void
expect_model (GByteArray *model, gint code, const gchar *says)
{
  g_autoptr (GBytes) bytes = g_byte_array_free_to_bytes (model);

  expect_bytes (bytes, NULL, code, says);
}

/* Expects that the loader refuses a model of @graph, which is freed. */
static void
expect_graph (GByteArray *graph, gint code, const gchar *says)
{
  g_autoptr (GBytes) bytes = maker_model (graph);

  expect_bytes (bytes, NULL, code, says);
}

/* Expects that the loader refuses a graph that is good except for @tensor, which is freed. */
static void
expect_tensor (GByteArray *tensor, gint code, const gchar *says)
{
  GByteArray *graph = maker_graph ();

  nn_pb_message (graph, GRAPH_INITIALIZER, tensor);
  nn_pb_message (graph, GRAPH_NODE, maker_node ("Add", "n", "x,w", "y"));
  expect_graph (graph, code, says);
}

static void
test_model (void)
{
  GByteArray *model = maker_model_open (8, 17), *graph;

  expect_model (model, NN_ERROR_FORMAT, "has no graph");
  for (guint i = 0; i < 4; i++) {
    static const struct {
      gint64 ir_version, opset;
      const gchar *says;
    } versions[] = {
      { 2, 17, "is of version 2 of the format; versions from 3" },
      { 8, 6, "has operators of opset 6; opsets 7 to 28 are taken" },
      { 8, 29, "has operators of opset 29" },
      { 8, -1, "has operators of opset -1" },
    };

    model = maker_model_open (versions[i].ir_version, versions[i].opset);
    graph = maker_graph ();
    nn_pb_message (graph, GRAPH_NODE, maker_node ("Relu", "", "x", "y"));
    nn_pb_message (model, MODEL_GRAPH, graph);
    expect_model (model, NN_ERROR_UNSUPPORTED, versions[i].says);
  }
  model = g_byte_array_new ();
  nn_pb_int (model, MODEL_IR_VERSION, 8);
  nn_pb_message (model, MODEL_GRAPH, maker_graph ());
  expect_model (model, NN_ERROR_UNSUPPORTED, "does not use ONNX's own operators");

  model = maker_model_open (8, 17);
  nn_pb_message (model, MODEL_GRAPH, maker_graph ());
  nn_pb_message (model, MODEL_GRAPH, maker_graph ());
  expect_model (model, NN_ERROR_FORMAT, "has two graphs");
  model = maker_model_open (8, 17);
  nn_pb_int (model, MODEL_GRAPH, 1);
  expect_model (model, NN_ERROR_FORMAT, "field 7 of the model has wire type 0");
  model = maker_model_open (8, 17);
  nn_pb_length (model, MODEL_GRAPH, G_MAXUINT64);
  expect_model (model, NN_ERROR_FORMAT, "is damaged or cut off");
  model = maker_model_open (8, 17);
  nn_pb_string (model, MODEL_METADATA_PROPS, "\x0a\x05x");
  expect_model (model, NN_ERROR_FORMAT, "an entry of metadata_props is not a message of ONNX");
  /* a varint of more than ten bytes, and a group */
  model = maker_model_open (8, 17);
  g_byte_array_append (model, (const guint8 *)"\x28\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 12);
  expect_model (model, NN_ERROR_FORMAT, "is damaged or cut off");
  model = maker_model_open (8, 17);
  g_byte_array_append (model, (const guint8 *)"\x0b\x0c", 2);
  expect_model (model, NN_ERROR_FORMAT, "is damaged or cut off");
}

static void
test_graph (void)
{
  GByteArray *graph, *value, *sequence = g_byte_array_new ();
  static const gint64 none[] = { -1 };
  const gint64 bad_dims[] = { -2, G_MININT64, G_MAXINT64, (gint64)G_MAXINT32 + 1 };

  nn_pb_message (sequence, 4, g_byte_array_new ());
  expect_graph (maker_graph (), NN_ERROR_FORMAT, "has a graph without nodes");
  graph = g_byte_array_new ();
  nn_pb_message (graph, GRAPH_NODE, maker_node ("Constant", "", "", "y"));
  expect_graph (graph, NN_ERROR_FORMAT, "has a graph without outputs");
  graph = maker_graph ();
  nn_pb_message (graph, GRAPH_INPUT, maker_value ("x", 4));
  nn_pb_message (graph, GRAPH_NODE, maker_node ("Relu", "", "x", "y"));
  expect_graph (graph, NN_ERROR_FORMAT, "has two inputs of the name \"x\"");
  graph = maker_graph ();
  nn_pb_message (graph, GRAPH_NODE, maker_node ("Relu", "", "x", "z"));
  expect_graph (graph, NN_ERROR_FORMAT, "the graph's output \"y\" is made by no node");
  for (guint i = 0; i < 2; i++) {
    GByteArray *tensor = maker_tensor ("w", 1, none);

    if (i == 0)
      graph = maker_graph ();
    maker_raw (tensor, 4);
    nn_pb_message (graph, GRAPH_INITIALIZER, tensor);
  }
  expect_graph (graph, NN_ERROR_FORMAT, "has two initializers of the name \"w\"");
  graph = maker_graph ();
  nn_pb_message (graph, GRAPH_SPARSE_INITIALIZER, g_byte_array_new ());
  expect_graph (graph, NN_ERROR_UNSUPPORTED, "has sparse initializers; only dense ones are taken");
  graph = maker_graph ();
  nn_pb_int (graph, GRAPH_NODE, 3);
  expect_graph (graph, NN_ERROR_FORMAT, "field 1 of the graph has wire type 0");
  graph = maker_graph ();
  g_byte_array_append (graph, (const guint8 *)"\x0a\x7f", 2);
  expect_graph (graph, NN_ERROR_FORMAT, "is no field");

  for (guint i = 0; i < G_N_ELEMENTS (bad_dims); i++) {
    graph = g_byte_array_new ();
    nn_pb_message (graph, GRAPH_INPUT, maker_value ("x", bad_dims[i]));
    expect_graph (graph, NN_ERROR_FORMAT, "an input \"x\" has the impossible dimension");
  }
  graph = g_byte_array_new ();
  nn_pb_message (graph, GRAPH_OUTPUT, g_byte_array_new ());
  expect_graph (graph, NN_ERROR_FORMAT, "an output of the graph has no name");
  graph = g_byte_array_new ();
  value = g_byte_array_new ();
  nn_pb_string (value, 1, "x");
  nn_pb_message (value, 2, maker_entry ("", "")); /* no tensor_type, but an empty field that looks like one */
  nn_pb_message (graph, GRAPH_INPUT, value);
  nn_pb_message (graph, GRAPH_OUTPUT, maker_value ("y", 1));
  nn_pb_message (graph, GRAPH_NODE, maker_node ("Relu", "", "z", "y"));
  expect_graph (graph, NN_ERROR_FORMAT, "its input \"z\" is made by no node");
  graph = g_byte_array_new ();
  value = g_byte_array_new ();
  nn_pb_string (value, 1, "x");
  nn_pb_message (value, 2, sequence);
  nn_pb_message (graph, GRAPH_INPUT, value);
  expect_graph (graph, NN_ERROR_UNSUPPORTED, "an input \"x\" of the graph is no tensor");
}

static void
test_order (void)
{
  static const struct {
    const gchar *nodes[4][2]; /* inputs, outputs */
    const gchar *says;
  } bad[] = {
    { { { "x,a", "a" }, { "a", "y" } }, "node \"n0\" (Add): its input \"a\" is its own output" },
    { { { "x,b", "a" }, { "a", "b" }, { "b", "y" } }, "is needed to make itself: the graph has a cycle" },
    { { { "b", "y" }, { "c", "b" }, { "b", "c" } }, "node \"n1\" (Add): its output \"b\" is needed to make itself" },
    { { { "x", "y" }, { "x", "y" } }, "node \"n1\" (Add): its output \"y\" is also the output of another node" },
    { { { "x", "y,y" } }, "node \"n0\" (Add): its output \"y\" is also the output of another node, or twice its own" },
    { { { "x", "x" }, { "x", "y" } }, "node \"n0\" (Add): its output \"x\" is also an input or an initializer" },
    { { { "x,q", "y" } }, "its input \"q\" is made by no node, and is no input and no initializer of the graph" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    GByteArray *graph = maker_graph ();

    for (guint k = 0; k < 4 && bad[i].nodes[k][0]; k++) {
      gchar name[] = { 'n', (gchar)('0' + k), 0 };

      nn_pb_message (graph, GRAPH_NODE, maker_node ("Add", name, bad[i].nodes[k][0], bad[i].nodes[k][1]));
    }
    expect_graph (graph, NN_ERROR_FORMAT, bad[i].says);
  }
}

/* A hundred thousand nodes hang on a cycle, or the cycle has that length. */
static void
test_long_cycle (void)
{
  enum { N = 100000 };

  for (guint whole = 0; whole < 2; whole++) {
    GByteArray *graph = maker_graph ();

    for (guint i = 0; i < N; i++) {
      g_autofree gchar *from = g_strdup_printf ("v%u", i ? i : whole ? N : 2);
      g_autofree gchar *to = g_strdup_printf ("v%u", i + 1);

      nn_pb_message (graph, GRAPH_NODE, maker_node ("Relu", "", from, to));
    }
    nn_pb_message (graph, GRAPH_NODE, maker_node ("Relu", "", "v7", "y"));
    expect_graph (graph, NN_ERROR_FORMAT, "the graph has a cycle");
  }
}

static GByteArray *
attribute (const gchar *name, gint type)
{
  GByteArray *a = g_byte_array_new ();

  if (name)
    nn_pb_string (a, 1, name);
  if (type)
    nn_pb_int (a, 20, type);
  return a;
}

static void
expect_attribute (GByteArray *a, gint code, const gchar *says)
{
  GByteArray *graph = maker_graph (), *node = maker_node ("If", "n", "x", "y");

  nn_pb_message (node, 5, a);
  nn_pb_message (graph, GRAPH_NODE, node);
  expect_graph (graph, code, says);
}

static void
test_nodes (void)
{
  static const gint refused[] = { 5, 9, 10, 11, 12, 13, 14 };
  GByteArray *a, *graph, *node, *deep;
  g_autofree gchar *long_name = g_strnfill (5000, 'a');

  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    expect_attribute (attribute ("a", refused[i]), NN_ERROR_UNSUPPORTED, "attribute \"a\" of node \"n\" (If) is a");
  expect_attribute (attribute ("a", 99), NN_ERROR_FORMAT, "has a type that ONNX does not have");
  expect_attribute (attribute ("a", -1), NN_ERROR_FORMAT, "has a type that ONNX does not have");
  expect_attribute (attribute ("a", 0), NN_ERROR_FORMAT, "has no value");
  expect_attribute (attribute (NULL, 2), NN_ERROR_FORMAT, "has an attribute without a name");
  expect_attribute (attribute ("a", 4), NN_ERROR_FORMAT, "is a tensor, but has none");
  a = attribute ("a", 2);
  nn_pb_string (a, 21, "other");
  expect_attribute (a, NN_ERROR_FORMAT,
                    "refers to a function's attribute, which only a node inside of a function can do");
  a = attribute ("a", 4);
  nn_pb_string (a, 5, "\x08\x05\x10\x01"); /* dims 5, FLOAT, and no data */
  expect_attribute (a, NN_ERROR_FORMAT, "tensor \"a\" has 0 values; its shape asks for 5");

  graph = maker_graph ();
  node = maker_node ("Conv", "n", "x", "y");
  nn_pb_message (node, 5, attribute ("a", 2));
  nn_pb_message (node, 5, attribute ("a", 2));
  nn_pb_message (graph, GRAPH_NODE, node);
  expect_graph (graph, NN_ERROR_FORMAT, "node \"n\" (Conv) has attribute \"a\" twice");
  graph = maker_graph ();
  node = maker_node ("Conv", "n", "x", "y");
  for (guint i = 0; i < 300; i++) {
    gchar name[8];

    g_snprintf (name, sizeof name, "a%u", i);
    nn_pb_message (node, 5, attribute (name, 2));
  }
  nn_pb_message (graph, GRAPH_NODE, node);
  expect_graph (graph, NN_ERROR_TOO_LARGE, "has 300 attributes; up to 256 are taken");

  graph = maker_graph ();
  nn_pb_message (graph, GRAPH_NODE, maker_node ("", "n", "x", "y"));
  expect_graph (graph, NN_ERROR_FORMAT, "node 0 has no operator (op_type)");
  graph = maker_graph ();
  nn_pb_message (graph, GRAPH_NODE, maker_node ("a b\n", "n", "x", "y"));
  expect_graph (graph, NN_ERROR_FORMAT, "node 0 has \"a b\\x0a\" for an operator");
  graph = maker_graph ();
  nn_pb_message (graph, GRAPH_NODE, maker_node (long_name, "n", "x", "y"));
  expect_graph (graph, NN_ERROR_FORMAT, "for an operator; a name of up to 128 letters is right");
  graph = maker_graph ();
  nn_pb_message (graph, GRAPH_NODE, maker_node ("Relu", long_name, "x", "y"));
  expect_graph (graph, NN_ERROR_TOO_LARGE, "node 0 has a name of 5000 bytes; up to 4096 are taken");
  graph = maker_graph ();
  nn_pb_message (graph, GRAPH_NODE, maker_node ("Relu", "\xff\xfe", "x", "y"));
  expect_graph (graph, NN_ERROR_FORMAT, "node 0 has a name that is not UTF-8");
  graph = maker_graph ();
  nn_pb_string (graph, GRAPH_NODE, "\x0a\x7fx");
  expect_graph (graph, NN_ERROR_FORMAT, "node 0 is not a message of ONNX: its bytes are damaged");

  /* nested graphs in nodes in graphs, which nothing follows down */
  deep = g_byte_array_new ();
  for (guint i = 0; i < 2000; i++) {
    GByteArray *inner_node = maker_node ("If", "", "", ""), *inner = g_byte_array_new ();

    a = attribute ("then_branch", 5);
    nn_pb_message (a, 6, deep);
    nn_pb_message (inner_node, 5, a);
    nn_pb_message (inner, GRAPH_NODE, inner_node);
    deep = inner;
  }
  a = attribute ("then_branch", 5);
  nn_pb_message (a, 6, deep);
  expect_attribute (a, NN_ERROR_UNSUPPORTED,
                    "is a graph; networks with control flow, sequences or sparse tensors are not taken");
}

/* These small fields become much memory in protobuf-c, or are messages that it would merge again and again. */
static void
test_amplification (void)
{
  GByteArray *graph = maker_graph (), *node = maker_node ("Relu", "n", "x", "y"), *value = g_byte_array_new ();
  static const guint8 two[] = { 0x2a, 0x00 }; /* an empty attribute */

  for (guint i = 0; i < 1000000; i++)
    g_byte_array_append (node, two, sizeof two);
  nn_pb_message (graph, GRAPH_NODE, node);
  expect_graph (graph, NN_ERROR_TOO_LARGE, "node 0 needs more memory than is left");

  /* the type of a value is given 100,000 times, and each adds a dimension */
  nn_pb_string (value, 1, "x");
  for (guint i = 0; i < 100000; i++) {
    static const guint8 type[] = { 0x12, 0x06, 0x0a, 0x04, 0x12, 0x02, 0x0a, 0x00 };

    g_byte_array_append (value, type, sizeof type);
  }
  graph = g_byte_array_new ();
  nn_pb_message (graph, GRAPH_INPUT, value);
  expect_graph (graph, NN_ERROR_TOO_LARGE, "an input needs more memory than is left");
}

/* The name of the file goes on behind a NUL. */
static void
test_nul (void)
{
  static const guint8 name[] = "w.bin\0.txt";
  const gint64 dims[] = { 2, -1 };
  GByteArray *tensor = maker_tensor ("w", 1, dims), *entry = g_byte_array_new ();

  nn_pb_string (entry, 1, "location");
  nn_pb_length (entry, 2, sizeof name - 1);
  g_byte_array_append (entry, name, sizeof name - 1);
  nn_pb_message (tensor, 13, entry);
  nn_pb_int (tensor, 14, 1);
  expect_tensor (tensor, NN_ERROR_FORMAT, "a name with a NUL in it, after \"w.bin\"");
}

/* "Ez" and "FY" have one number in g_str_hash(), so that these 2^17 names all collide there. */
static void
test_colliding_names (void)
{
  GByteArray *graph = maker_graph ();
  gchar names[2][2 * 17 + 1] = { { 0 } };

  for (guint i = 0; i < 1u << 17; i++) {
    gchar *name = names[i % 2];

    for (guint bit = 0; bit < 17; bit++)
      memcpy (name + 2 * bit, i >> bit & 1 ? "Ez" : "FY", 2);
    if (i < 2)
      g_assert_cmpuint (g_str_hash (name), ==, g_str_hash ("FYFYFYFYFYFYFYFYFYFYFYFYFYFYFYFYFY"));
    nn_pb_message (graph, GRAPH_NODE, maker_node ("Relu", "", i ? names[(i + 1) % 2] : "x", name));
  }
  nn_pb_message (graph, GRAPH_NODE, maker_node ("Relu", "", "absent", "y"));
  expect_graph (graph, NN_ERROR_FORMAT, "its input \"absent\" is made by no node");
}

static void
test_tensors (void)
{
  static const gint64 two[] = { 2, -1 }, huge[] = { G_MAXINT64, -1 }, product[] = { 1ll << 32, 1ll << 32, -1 };
  static const gint64 large[] = { 1ll << 40, -1 }, scalar[] = { -1 }, nine[] = { 1, 1, 1, 1, 1, 1, 1, 1, 1, -1 };
  static const gint unsupported[] = { 0, 8, 14, 15, 17, 20, 21, 22, 28, 29, 99, -1 };
  static const struct {
    gint type;
    guint field;
    gint64 value;
    const gchar *says;
  } outside[] = {
    { 2, 5, 256, "tensor \"w\" has the value 256, which is outside uint8" },
    { 2, 5, -1, "outside uint8" },
    { 3, 5, 128, "outside int8" },
    { 4, 5, 65536, "outside uint16" },
    { 5, 5, -32769, "outside int16" },
    { 6, 5, 1ll << 31, "outside int32" },
    { 9, 5, 2, "outside bool" },
    { 10, 5, 65536, "outside float16" },
    { 12, 11, 1ll << 32, "outside uint32" },
    { 13, 11, -1, "outside uint64" },
  };
  GByteArray *t;

  for (guint i = 0; i < G_N_ELEMENTS (unsupported); i++)
    expect_tensor (maker_tensor ("w", unsupported[i], scalar), NN_ERROR_UNSUPPORTED, "tensor \"w\" is of type ");
  t = maker_tensor ("w", 8, scalar);
  expect_tensor (t, NN_ERROR_UNSUPPORTED, "is of type STRING; taken are FLOAT, FLOAT16, BFLOAT16, DOUBLE");
  for (guint i = 0; i < G_N_ELEMENTS (outside); i++) {
    t = maker_tensor ("w", outside[i].type, scalar);
    nn_pb_int (t, outside[i].field, outside[i].value);
    expect_tensor (t, NN_ERROR_FORMAT, outside[i].says);
  }
  t = maker_tensor ("w", 13, scalar);
  nn_pb_length (t, 9, 8);
  nn_pb_float (t, 0, 0); /* four of the eight bytes, which are replaced */
  g_byte_array_set_size (t, t->len - 5);
  g_byte_array_append (t, (const guint8 *)"\0\0\0\0\0\0\0\x80", 8);
  expect_tensor (t, NN_ERROR_UNSUPPORTED, "has a value of 2⁶³ or more");

  t = maker_tensor ("w", 1, two);
  maker_raw (t, 7);
  expect_tensor (t, NN_ERROR_FORMAT, "tensor \"w\" has 7 bytes of data; its shape and type ask for 8");
  t = maker_tensor ("w", 1, two);
  nn_pb_float (t, 4, 1);
  expect_tensor (t, NN_ERROR_FORMAT, "tensor \"w\" has 1 values; its shape asks for 2");
  expect_tensor (maker_tensor ("w", 1, two), NN_ERROR_FORMAT, "has 0 values; its shape asks for 2");
  expect_tensor (maker_tensor ("w", 1, huge), NN_ERROR_FORMAT, "has a shape whose product is beyond all memory");
  expect_tensor (maker_tensor ("w", 1, product), NN_ERROR_FORMAT, "has a shape whose product is beyond all memory");
  expect_tensor (maker_tensor ("w", 1, large), NN_ERROR_FORMAT, "its shape asks for 1099511627776");
  expect_tensor (maker_tensor ("w", 1, nine), NN_ERROR_UNSUPPORTED, "has more than 8 dimensions");
  t = maker_tensor ("w", 1, two);
  nn_pb_int (t, 1, -2);
  expect_tensor (t, NN_ERROR_FORMAT, "tensor \"w\" has the negative dimension -2");
  t = maker_tensor ("w", 1, two);
  nn_pb_int (t, 1, G_MININT64);
  expect_tensor (t, NN_ERROR_FORMAT, "has the negative dimension");
  t = maker_tensor ("w", 1, scalar);
  nn_pb_float (t, 4, 1);
  maker_raw (t, 4);
  expect_tensor (t, NN_ERROR_FORMAT, "has both raw data and typed data");
  t = maker_tensor ("w", 1, scalar);
  nn_pb_int (t, 5, 1);
  expect_tensor (t, NN_ERROR_FORMAT, "is of type FLOAT, and its values are in a field of another type");
  t = maker_tensor ("w", 7, scalar);
  nn_pb_int (t, 7, 1);
  nn_pb_int (t, 5, 1);
  expect_tensor (t, NN_ERROR_FORMAT, "is of type INT64, and its values are in a field of another type");
  t = maker_tensor ("w", 7, scalar);
  nn_pb_string (t, 7, "\xff");
  expect_tensor (t, NN_ERROR_FORMAT, "a value of its field 7 is cut off");
  t = maker_tensor ("w", 11, scalar);
  nn_pb_string (t, 10, "1234567");
  expect_tensor (t, NN_ERROR_FORMAT, "a value of its field 10 is cut off");
  t = maker_tensor ("w", 11, scalar);
  nn_pb_float (t, 10, 1);
  expect_tensor (t, NN_ERROR_FORMAT, "its field 10 has wire type 5");
  t = maker_tensor ("w", 1, scalar);
  nn_pb_int (t, 9, 1);
  expect_tensor (t, NN_ERROR_FORMAT, "its field 9 has wire type 0");
  t = maker_tensor ("w", 1, scalar);
  nn_pb_message (t, 3, g_byte_array_new ());
  expect_tensor (t, NN_ERROR_UNSUPPORTED, "is stored in segments");
  t = maker_tensor ("w", 1, scalar);
  nn_pb_length (t, 9, 100);
  expect_tensor (t, NN_ERROR_FORMAT, "tensor \"w\" is damaged or cut off");
  t = maker_tensor ("", 1, scalar);
  maker_raw (t, 4);
  expect_tensor (t, NN_ERROR_FORMAT, "an initializer has no name");
}

static GByteArray *
external_tensor (const gchar *location, const gchar *offset, const gchar *length)
{
  static const gint64 dims[] = { 2, -1 };
  GByteArray *t = maker_tensor ("w", 1, dims);

  if (location)
    nn_pb_message (t, 13, maker_entry ("location", location));
  if (offset)
    nn_pb_message (t, 13, maker_entry ("offset", offset));
  if (length)
    nn_pb_message (t, 13, maker_entry ("length", length));
  nn_pb_int (t, 14, 1);
  return t;
}

static void
test_external (void)
{
  static const struct {
    const gchar *location, *offset, *length;
    gint code;
    const gchar *says;
  } bad[] = {
    { NULL, NULL, NULL, NN_ERROR_FORMAT, "does not say which" },
    { "", NULL, NULL, NN_ERROR_FORMAT, "does not say which" },
    { "/etc/passwd", NULL, NULL, NN_ERROR_UNSAFE,
      "wants its data from \"/etc/passwd\"; only files in the model's folder" },
    { "../w.bin", NULL, NULL, NN_ERROR_UNSAFE, "only files in the model's folder are read" },
    { "sub/../../w.bin", NULL, NULL, NN_ERROR_UNSAFE, "only files in the model's folder are read" },
    { "..\\w.bin", NULL, NULL, NN_ERROR_UNSAFE, "only files in the model's folder are read" },
    { "C:\\w.bin", NULL, NULL, NN_ERROR_UNSAFE, "only files in the model's folder are read" },
    { "out.bin", NULL, NULL, NN_ERROR_UNSAFE, "a link that leads out of the model's folder" },
    { "up/w.bin", NULL, NULL, NN_ERROR_UNSAFE, "a link that leads out of the model's folder" },
    { "loop", NULL, NULL, NN_ERROR_IO, "cannot be opened" },
    { "absent.bin", NULL, NULL, NN_ERROR_IO,
      "which cannot be opened: No such file or directory; it belongs beside the model" },
    { ".", NULL, NULL, NN_ERROR_UNSAFE, "leads out of" },
    { "sub", NULL, NULL, NN_ERROR_IO, "which is no regular file" },
    { "pipe", NULL, NULL, NN_ERROR_IO, "which is no regular file" },
    { "w.bin", "3", NULL, NN_ERROR_FORMAT, "reaches past the end of the file \"w.bin\": 8 bytes from 3, of 10" },
    { "w.bin", "9223372036854775807", NULL, NN_ERROR_FORMAT, "reaches past the end" },
    { "w.bin", "9223372036854775808", NULL, NN_ERROR_FORMAT, "external data of offset" },
    { "w.bin", "-1", NULL, NN_ERROR_FORMAT, "external data of offset" },
    { "w.bin", "two", NULL, NN_ERROR_FORMAT, "external data of offset \"two\"; a whole number of bytes is right" },
    { "w.bin", NULL, "7", NN_ERROR_FORMAT, "has 7 bytes of data in the file \"w.bin\"; its shape and type ask for 8" },
    { "w.bin", NULL, "9", NN_ERROR_FORMAT, "its shape and type ask for 8" },
  };
  g_autofree gchar *top = g_dir_make_tmp ("onnx-XXXXXX", NULL), *folder = g_build_filename (top, "model", NULL);
  g_autofree gchar *outside = g_build_filename (top, "w.bin", NULL), *data = g_build_filename (folder, "w.bin", NULL);
  g_autofree gchar *out = g_build_filename (folder, "out.bin", NULL), *up = g_build_filename (folder, "up", NULL);
  g_autofree gchar *loop = g_build_filename (folder, "loop", NULL), *pipe = g_build_filename (folder, "pipe", NULL);
  g_autofree gchar *sub = g_build_filename (folder, "sub", NULL);

  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  g_assert_cmpint (g_mkdir (sub, 0700), ==, 0);
  g_assert_true (g_file_set_contents (outside, "secretsecret", 12, NULL));
  g_assert_true (g_file_set_contents (data, "0123456789", 10, NULL));
  g_assert_cmpint (symlink ("../w.bin", out), ==, 0);
  g_assert_cmpint (symlink ("..", up), ==, 0);
  g_assert_cmpint (symlink ("loop", loop), ==, 0);
  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    GByteArray *graph = maker_graph ();
    g_autoptr (GBytes) bytes = NULL;

    nn_pb_message (graph, GRAPH_INITIALIZER, external_tensor (bad[i].location, bad[i].offset, bad[i].length));
    nn_pb_message (graph, GRAPH_NODE, maker_node ("Add", "n", "x,w", "y"));
    bytes = maker_model (graph);
    expect_bytes (bytes, folder, bad[i].code, bad[i].says);
  }
  expect_tensor (external_tensor ("w.bin", NULL, NULL), NN_ERROR_UNSUPPORTED, "there is no folder to look in");

  g_unlink (out);
  g_unlink (up);
  g_unlink (loop);
  g_unlink (pipe);
  g_unlink (data);
  g_unlink (outside);
  g_rmdir (sub);
  g_rmdir (folder);
  g_rmdir (top);
}

/* A small model must not load the data of one file a thousand times. */
static void
test_external_again (void)
{
  static const gint64 dims[] = { 16 << 20, -1 };
  g_autofree gchar *folder = g_dir_make_tmp ("onnx-XXXXXX", NULL), *path = g_build_filename (folder, "w", NULL);
  GByteArray *graph = maker_graph ();
  g_autoptr (GBytes) bytes = NULL;

  g_assert_true (g_file_set_contents (path, "", 0, NULL));
  g_assert_cmpint (truncate (path, 16 << 20), ==, 0); /* a hole, which takes no room on the disk */
  for (guint i = 0; i < 1000; i++) {
    g_autofree gchar *name = g_strdup_printf ("w%u", i);
    GByteArray *t = maker_tensor (name, 3, dims);

    nn_pb_message (t, 13, maker_entry ("location", "w"));
    nn_pb_int (t, 14, 1);
    nn_pb_message (graph, GRAPH_INITIALIZER, t);
  }
  bytes = maker_model (graph);
  expect_bytes (bytes, folder, NN_ERROR_TOO_LARGE, "more than is left of the");
  g_unlink (path);
  g_rmdir (folder);
}

/* Returns whether the bytes end where a field ends. Then the loader cannot know that something is missing after it. */
static gboolean
ends_with_a_field (const gchar *data, gsize n)
{
  NnCursor cursor;
  NnWireField field;

  nn_cursor_init (&cursor, (const guint8 *)data, n);
  while (nn_wire_next (&cursor, &field))
    ;
  return nn_cursor_left (&cursor) == 0;
}

/* Whatever is cut off or changed, there is an error or a model and no crash. The sanitizers watch. */
static void
test_damage (void)
{
  static const gchar *const names[] = { "types.onnx", "graph.onnx", "shuffled.onnx", "external.onnx" };
  guint n_good = 0, n_bad = 0;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree gchar *path = g_build_filename (TEST_DATA_DIR "/onnx", names[i], NULL), *data = NULL;
    gsize size;

    g_assert_true (g_file_get_contents (path, &data, &size, NULL));
    for (gsize k = 0; k < 9 * size; k++) {
      /* first each length, and then each bit */
      const gsize n = k < size ? k : size, at = (k - size) / 8;
      g_autofree gchar *copy = g_malloc (MAX (n, 1));
      g_autoptr (GBytes) bytes = NULL;
      g_autoptr (NnOnnx) onnx = NULL;
      g_autoptr (GError) error = NULL;

      memcpy (copy, data, n);
      if (k >= size)
        copy[at] ^= (gchar)(1u << (k - size) % 8);
      bytes = g_bytes_new_take (g_steal_pointer (&copy), n);
      onnx = nn_onnx_load_bytes (bytes, "x.onnx", TEST_DATA_DIR "/onnx", &error);
      g_assert_true ((onnx != NULL) == (error == NULL));
      if (k < size && onnx && !ends_with_a_field (data, n))
        g_error ("%s was taken when cut at byte %" G_GSIZE_FORMAT, names[i], k);
      if (error) {
        g_assert_true (error->domain == NN_ERROR && g_utf8_validate (error->message, -1, NULL));
        g_assert_nonnull (strstr (error->message, "x.onnx: "));
      }
      *(onnx ? &n_good : &n_bad) += 1;
    }
  }
  g_assert_cmpuint (n_good, >, 0);
  g_assert_cmpuint (n_bad, >, n_good / 10);
}

/* docs/formats.md quotes messages of the loader, with … in the place of what differs. This test runs last, because it
 * needs the messages of the others. */
static void
test_documented (void)
{
  g_autofree gchar *text = NULL;
  g_auto (GStrv) lines = NULL;
  gboolean inside = FALSE;
  guint n = 0;

  g_assert_true (g_file_get_contents (DOCS_DIR "/formats.md", &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i]; i++) {
    const gchar *quote;

    if (g_str_has_prefix (lines[i], "#"))
      inside = strcmp (lines[i], "### ONNX files that are refused while they are read") == 0;
    if (!inside || !g_str_has_prefix (lines[i], "| ") || !(quote = strchr (lines[i], '"')))
      continue;
    {
      g_autofree gchar *end = g_strdup (quote + 1);
      g_auto (GStrv) parts = NULL;
      gboolean found = FALSE;

      g_assert_nonnull (strstr (end, "\" |"));
      *strstr (end, "\" |") = '\0';
      parts = g_strsplit (end, "…", -1);
      for (guint m = 0; m < messages->len && !found; m++) {
        const gchar *at = g_ptr_array_index (messages, m);

        for (guint p = 0; at && parts[p]; p++)
          if ((at = strstr (at, parts[p])))
            at += strlen (parts[p]);
        found = at != NULL;
      }
      if (!found)
        g_error ("docs/formats.md quotes \"%s\", which no file of this test got", end);
      n++;
    }
  }
  g_assert_cmpuint (n, >, 10);
}

int
main (int argc, char **argv)
{
  gint status;

  g_test_init (&argc, &argv, NULL);
  messages = g_ptr_array_new_with_free_func (g_free);
  g_test_add_func ("/onnx/hostile/model", test_model);
  g_test_add_func ("/onnx/hostile/graph", test_graph);
  g_test_add_func ("/onnx/hostile/order", test_order);
  g_test_add_func ("/onnx/hostile/long-cycle", test_long_cycle);
  g_test_add_func ("/onnx/hostile/nodes", test_nodes);
  g_test_add_func ("/onnx/hostile/amplification", test_amplification);
  g_test_add_func ("/onnx/hostile/nul", test_nul);
  g_test_add_func ("/onnx/hostile/colliding-names", test_colliding_names);
  g_test_add_func ("/onnx/hostile/tensors", test_tensors);
  g_test_add_func ("/onnx/hostile/external", test_external);
  g_test_add_func ("/onnx/hostile/external-again", test_external_again);
  g_test_add_func ("/onnx/hostile/damage", test_damage);
  g_test_add_func ("/onnx/hostile/documented", test_documented);
  status = g_test_run ();
  g_ptr_array_unref (messages);
  return status;
}
