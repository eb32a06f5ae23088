/* gst-resnet: ONNX files that are good: what the loader makes of them
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "cpu-limit.h"
#include "load/onnx/onnx-node.h"
#include "onnx-maker.h"

#define FOLDER TEST_DATA_DIR "/onnx"

static GBytes *
fixture (const gchar *name)
{
  g_autofree gchar *path = g_build_filename (FOLDER, name, NULL);
  GError *error = NULL;
  gchar *data;
  gsize size;

  g_file_get_contents (path, &data, &size, &error);
  g_assert_no_error (error);
  return g_bytes_new_take (data, size);
}

static NnOnnx *
load (GBytes *bytes, const gchar *folder)
{
  GError *error = NULL;
  NnOnnx *onnx = nn_onnx_load_bytes (bytes, "x.onnx", folder, &error);

  g_assert_no_error (error);
  g_assert_nonnull (onnx);
  return onnx;
}

static NnOnnx *
load_fixture (const gchar *name)
{
  g_autoptr (GBytes) bytes = fixture (name);

  return load (bytes, FOLDER);
}

static gdouble
value_at (const NnTensor *tensor, gsize i)
{
  g_assert_cmpuint (i, <, tensor->n_elements);
  g_assert_true (!tensor->f32 != !tensor->i64);
  return tensor->f32 ? (gdouble)tensor->f32[i] : (gdouble)tensor->i64[i];
}

static void
test_types (void)
{
  static const struct {
    const gchar *name;
    NnDType dtype;
  } types[] = {
    { "FLOAT", NN_DTYPE_F32 }, { "DOUBLE", NN_DTYPE_F64 }, { "FLOAT16", NN_DTYPE_F16 }, { "BFLOAT16", NN_DTYPE_BF16 },
    { "INT8", NN_DTYPE_I8 },   { "UINT8", NN_DTYPE_U8 },   { "INT16", NN_DTYPE_I16 },   { "UINT16", NN_DTYPE_U16 },
    { "INT32", NN_DTYPE_I32 }, { "UINT32", NN_DTYPE_U32 }, { "INT64", NN_DTYPE_I64 },   { "UINT64", NN_DTYPE_U64 },
    { "BOOL", NN_DTYPE_BOOL },
  };
  g_autoptr (NnOnnx) onnx = load_fixture ("types.onnx");

  g_assert_cmpuint (g_hash_table_size (onnx->initializers), ==, 2 * G_N_ELEMENTS (types));
  for (guint i = 0; i < 2 * G_N_ELEMENTS (types); i++) {
    const gboolean is_bool = types[i / 2].dtype == NN_DTYPE_BOOL;
    g_autofree gchar *name = g_strconcat (i % 2 ? "raw." : "typed.", types[i / 2].name, NULL);
    const NnTensor *tensor = g_hash_table_lookup (onnx->initializers, name);

    g_assert_nonnull (tensor);
    g_assert_cmpstr (tensor->name, ==, name);
    g_assert_cmpint (tensor->dtype, ==, types[i / 2].dtype);
    g_assert_cmpuint (tensor->n_dims, ==, 2);
    g_assert_cmpuint (tensor->dims[0], ==, 2);
    g_assert_cmpuint (tensor->dims[1], ==, 2);
    g_assert_cmpfloat (value_at (tensor, 0), ==, 1);
    g_assert_cmpfloat (value_at (tensor, 1), ==, is_bool ? 0 : 2);
    g_assert_cmpfloat (value_at (tensor, 2), ==, is_bool ? 1 : 3);
    g_assert_cmpfloat (value_at (tensor, 3), ==, is_bool ? 1 : 100);
  }
}

/* These values are at the edges of types that are stored in wider ones. */
static void
test_edges (void)
{
  static const gint64 dims[] = { 2, -1 };
  static const struct {
    gint type;
    guint field;
    gint64 values[2];
    gdouble expected[2];
  } edges[] = {
    { 2, 5, { 0, 255 }, { 0, 255 } },
    { 3, 5, { -128, 127 }, { -128, 127 } },
    { 4, 5, { 0, 65535 }, { 0, 65535 } },
    { 5, 5, { -32768, 32767 }, { -32768, 32767 } },
    { 6, 5, { G_MININT32, G_MAXINT32 }, { G_MININT32, G_MAXINT32 } },
    { 7, 7, { G_MININT64, G_MAXINT64 }, { (gdouble)G_MININT64, (gdouble)G_MAXINT64 } },
    { 10, 5, { 0x0001, 0xfbff }, { 0x1p-24, -65504 } },
    { 12, 11, { 0, G_MAXUINT32 }, { 0, G_MAXUINT32 } },
    { 13, 11, { 0, G_MAXINT64 }, { 0, (gdouble)G_MAXINT64 } },
    { 16, 5, { 0x3f80, 0xc2c8 }, { 1, -100 } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (edges); i++)
    for (guint packed = 0; packed < 2; packed++) {
      GByteArray *graph = maker_graph (), *tensor = maker_tensor ("w", edges[i].type, dims);
      g_autoptr (GByteArray) values = g_byte_array_new ();
      g_autoptr (GBytes) bytes = NULL;
      g_autoptr (NnOnnx) onnx = NULL;
      const NnTensor *w;

      nn_pb_varint (values, (guint64)edges[i].values[0]);
      nn_pb_varint (values, (guint64)edges[i].values[1]);
      if (packed) {
        nn_pb_length (tensor, edges[i].field, values->len);
        g_byte_array_append (tensor, values->data, values->len);
      } else {
        nn_pb_int (tensor, edges[i].field, edges[i].values[0]);
        nn_pb_int (tensor, edges[i].field, edges[i].values[1]);
      }
      nn_pb_message (graph, GRAPH_INITIALIZER, tensor);
      nn_pb_message (graph, GRAPH_NODE, maker_node ("Add", "n", "x,w", "y"));
      bytes = maker_model (graph);
      onnx = load (bytes, NULL);
      w = g_hash_table_lookup (onnx->initializers, "w");
      g_assert_cmpfloat (value_at (w, 0), ==, edges[i].expected[0]);
      g_assert_cmpfloat (value_at (w, 1), ==, edges[i].expected[1]);
    }
}

static void
test_graph (void)
{
  g_autoptr (NnOnnx) onnx = load_fixture ("graph.onnx");
  g_autoptr (GBytes) bytes = fixture ("graph.onnx");
  g_autofree gchar *sha256 = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
  const NnOnnxNode *node;
  const NnOnnxValue *value;
  const NnAttribute *attribute;

  g_assert_cmpint (onnx->ir_version, ==, 3);
  g_assert_cmpint (onnx->opset, ==, 9);
  g_assert_cmpstr (onnx->name, ==, "fixture");
  g_assert_cmpstr (onnx->producer, ==, "fixtures 1");
  g_assert_cmpstr (onnx->sha256, ==, sha256);
  g_assert_cmpuint (onnx->warnings->len, ==, 0);
  g_assert_cmpuint (g_hash_table_size (onnx->metadata), ==, 2);
  g_assert_cmpstr (g_hash_table_lookup (onnx->metadata, "labels"), ==, "[\"a\", \"b\"]");

  /* w is an initializer and so no input. */
  g_assert_cmpuint (onnx->inputs->len, ==, 1);
  value = g_ptr_array_index (onnx->inputs, 0);
  g_assert_cmpstr (value->name, ==, "x");
  g_assert_cmpint (value->n_dims, ==, 3);
  g_assert_cmpint (value->dims[0], ==, -1);
  g_assert_cmpint (value->dims[1], ==, -1);
  g_assert_cmpint (value->dims[2], ==, 4);
  value = g_ptr_array_index (onnx->outputs, 0);
  g_assert_cmpint (value->n_dims, ==, -1);

  g_assert_cmpuint (onnx->nodes->len, ==, 3);
  node = g_ptr_array_index (onnx->nodes, 0);
  g_assert_cmpstr (node->name, ==, "Constant #0");
  g_assert_cmpuint (node->n_inputs, ==, 0);
  attribute = nn_onnx_node_get_attribute (node, "value");
  g_assert_nonnull (attribute);
  g_assert_cmpint (attribute->kind, ==, NN_ATTRIBUTE_TENSOR);
  g_assert_cmpuint (attribute->n, ==, 1);
  g_assert_cmpfloat (value_at (attribute->tensor, 1), ==, -1);
  node = g_ptr_array_index (onnx->nodes, 1);
  g_assert_cmpstr (node->name, ==, "named");
  g_assert_cmpstr (node->domain, ==, "");
  g_assert_null (nn_onnx_node_get_attribute (node, "value"));

  node = g_ptr_array_index (onnx->nodes, 2);
  g_assert_cmpstr (node->name, ==, "Other #2");
  g_assert_cmpstr (node->domain, ==, "com.example");
  g_assert_cmpuint (node->n_inputs, ==, 3);
  g_assert_cmpstr (node->inputs[1], ==, "");
  g_assert_cmpuint (node->n_outputs, ==, 2);
  attribute = nn_onnx_node_get_attribute (node, "a_float");
  g_assert_cmpint (attribute->kind, ==, NN_ATTRIBUTE_FLOAT);
  g_assert_cmpfloat (attribute->floats[0], ==, 1.5);
  attribute = nn_onnx_node_get_attribute (node, "an_int");
  g_assert_cmpint (attribute->kind, ==, NN_ATTRIBUTE_INT);
  g_assert_cmpint (attribute->ints[0], ==, -7);
  attribute = nn_onnx_node_get_attribute (node, "text");
  g_assert_cmpint (attribute->kind, ==, NN_ATTRIBUTE_STRING);
  g_assert_cmpstr (attribute->strings[0], ==, "straße");
  attribute = nn_onnx_node_get_attribute (node, "floats");
  g_assert_cmpint (attribute->kind, ==, NN_ATTRIBUTE_FLOATS);
  g_assert_cmpuint (attribute->n, ==, 2);
  g_assert_cmpfloat (attribute->floats[1], ==, -2);
  attribute = nn_onnx_node_get_attribute (node, "ints");
  g_assert_cmpint (attribute->kind, ==, NN_ATTRIBUTE_INTS);
  g_assert_cmpint (attribute->ints[1], ==, -4);
  attribute = nn_onnx_node_get_attribute (node, "texts");
  g_assert_cmpint (attribute->kind, ==, NN_ATTRIBUTE_STRINGS);
  g_assert_cmpstr (attribute->strings[0], ==, "a");
  g_assert_cmpstr (attribute->strings[1], ==, "");
}

static void
test_shuffled (void)
{
  g_autoptr (NnOnnx) onnx = load_fixture ("shuffled.onnx");

  g_assert_cmpuint (onnx->nodes->len, ==, 10);
  for (guint i = 0; i < 10; i++) {
    g_autofree gchar *name = g_strdup_printf ("n%u", i);

    g_assert_cmpstr (((NnOnnxNode *)g_ptr_array_index (onnx->nodes, i))->name, ==, name);
  }
}

static void
test_external (void)
{
  g_autoptr (NnOnnx) onnx = load_fixture ("external.onnx");
  const NnTensor *a = g_hash_table_lookup (onnx->initializers, "a");
  const NnTensor *b = g_hash_table_lookup (onnx->initializers, "b");
  const NnTensor *c = g_hash_table_lookup (onnx->initializers, "c");

  for (guint i = 0; i < 4; i++) {
    g_assert_cmpfloat (value_at (a, i), ==, 2 + i);
    g_assert_cmpfloat (value_at (b, i), ==, 6 + i);
  }
  g_assert_cmpfloat (value_at (c, 0), ==, 0.5);
  g_assert_cmpfloat (value_at (c, 1), ==, -2);
}

/* The caches of model hubs consist of links. Those that stay in the folder are followed. */
static void
test_external_link (void)
{
  static const gint64 dims[] = { 2, -1 };
  g_autofree gchar *folder = g_dir_make_tmp ("onnx-XXXXXX", NULL);
  g_autofree gchar *file = g_build_filename (folder, "blob", NULL), *link = g_build_filename (folder, "w.bin", NULL);
  GByteArray *graph = maker_graph (), *tensor = maker_tensor ("w", 1, dims);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (NnOnnx) onnx = NULL;

  g_assert_true (g_file_set_contents (file, "\0\0\200?\0\0\0@", 8, NULL));
  g_assert_cmpint (symlink ("blob", link), ==, 0);
  nn_pb_message (tensor, 13, maker_entry ("location", "w.bin"));
  nn_pb_int (tensor, 14, 1);
  nn_pb_message (graph, GRAPH_INITIALIZER, tensor);
  nn_pb_message (graph, GRAPH_NODE, maker_node ("Add", "n", "x,w", "y"));
  bytes = maker_model (graph);
  onnx = load (bytes, folder);
  g_assert_cmpfloat (value_at (g_hash_table_lookup (onnx->initializers, "w"), 0), ==, 1);
  g_assert_cmpfloat (value_at (g_hash_table_lookup (onnx->initializers, "w"), 1), ==, 2);
  g_unlink (link);
  g_unlink (file);
  g_rmdir (folder);
}

/* There are 100,000 nodes one after the other, written forwards and backwards. */
static void
test_chain (void)
{
  enum { N = 100000 };

  for (guint backwards = 0; backwards < 2; backwards++) {
    GByteArray *graph = maker_graph ();
    g_autoptr (GBytes) bytes = NULL;
    g_autoptr (NnOnnx) onnx = NULL;

    for (guint k = 0; k < N; k++) {
      const guint i = backwards ? N - 1 - k : k;
      g_autofree gchar *from = i ? g_strdup_printf ("v%u", i) : g_strdup ("x");
      g_autofree gchar *to = i < N - 1 ? g_strdup_printf ("v%u", i + 1) : g_strdup ("y");

      nn_pb_message (graph, GRAPH_NODE, maker_node ("Relu", "", from, to));
    }
    bytes = maker_model (graph);
    const gdouble start = cpu_seconds ();
    onnx = load (bytes, NULL);
    g_assert_false (cpu_over_limit (start, 1));
    g_test_message ("%d nodes: %.3f s", N, cpu_seconds () - start);
    g_assert_cmpuint (onnx->nodes->len, ==, N);
    for (guint i = 1; i < N; i++) {
      const NnOnnxNode *before = g_ptr_array_index (onnx->nodes, i - 1), *node = g_ptr_array_index (onnx->nodes, i);

      g_assert_cmpstr (before->outputs[0], ==, node->inputs[0]);
    }
  }
}

/* Some parts of a file are passed over, with a warning where a user would miss something. */
static void
test_ignored (void)
{
  GByteArray *graph = maker_graph (), *model = maker_model_open (99, 17), *import = g_byte_array_new ();
  GByteArray *function = g_byte_array_new (), *value = g_byte_array_new ();
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (NnOnnx) onnx = NULL;

  nn_pb_string (import, 1, "com.microsoft");
  nn_pb_int (import, 2, 1);
  nn_pb_message (model, MODEL_OPSET_IMPORT, import);
  nn_pb_message (graph, GRAPH_NODE, maker_node ("Relu", "", "x", "y"));
  nn_pb_string (value, 1, "unused");
  nn_pb_message (graph, 13, value); /* value_info */
  nn_pb_string (graph, 10, "documentation");
  nn_pb_message (model, MODEL_GRAPH, graph);
  nn_pb_string (function, 1, "Relu"); /* this Relu is of another domain than the node's */
  nn_pb_string (function, 10, "mine");
  nn_pb_message (model, MODEL_FUNCTIONS, function);
  nn_pb_message (model, MODEL_TRAINING_INFO, g_byte_array_new ());
  nn_pb_string (model, 200, "of a later version");
  bytes = g_byte_array_free_to_bytes (model);
  onnx = load (bytes, NULL);
  g_assert_cmpint (onnx->opset, ==, 17);
  g_assert_cmpuint (onnx->warnings->len, ==, 2);
  g_assert_nonnull (strstr (g_ptr_array_index (onnx->warnings, 0), "version 99"));
  g_assert_nonnull (strstr (g_ptr_array_index (onnx->warnings, 1), "training_info"));
}

/* ONNX files are recognized by their content, even when the end is missing. Other files are not taken for ONNX. */
static void
test_looks_like (void)
{
  static const gchar *const folders[] = { TEST_DATA_DIR "/load", TEST_DATA_DIR "/networks" };
  static const gchar *const onnx[] = { "types.onnx", "graph.onnx", "shuffled.onnx", "external.onnx" };
  static const gchar text[] = "\x08 words, not a model", zeros[64] = { 0 };
  guint n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (onnx); i++) {
    g_autoptr (GBytes) bytes = fixture (onnx[i]);
    gsize size;
    const guint8 *data = g_bytes_get_data (bytes, &size);

    for (gsize k = 5; k <= size; k++)
      if (!nn_onnx_looks_like (data, k))
        g_error ("the first %" G_GSIZE_FORMAT " bytes of %s are not seen", k, onnx[i]);
  }
  for (guint i = 0; i < G_N_ELEMENTS (folders); i++) {
    g_autoptr (GDir) dir = g_dir_open (folders[i], 0, NULL);
    const gchar *name;

    g_assert_nonnull (dir);
    while ((name = g_dir_read_name (dir))) {
      g_autofree gchar *path = g_build_filename (folders[i], name, NULL), *data = NULL;
      gsize size;

      g_assert_true (g_file_get_contents (path, &data, &size, NULL));
      if (nn_onnx_looks_like (data, size))
        g_error ("%s is taken for an ONNX file", name);
      n++;
    }
  }
  g_assert_cmpuint (n, >, 20);
  g_assert_false (nn_onnx_looks_like ("", 0));
  g_assert_false (nn_onnx_looks_like ("\x08", 1));
  g_assert_false (nn_onnx_looks_like (text, sizeof text));
  g_assert_false (nn_onnx_looks_like (zeros, sizeof zeros));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/onnx/load/types", test_types);
  g_test_add_func ("/onnx/load/edges", test_edges);
  g_test_add_func ("/onnx/load/graph", test_graph);
  g_test_add_func ("/onnx/load/shuffled", test_shuffled);
  g_test_add_func ("/onnx/load/external", test_external);
  g_test_add_func ("/onnx/load/external-link", test_external_link);
  g_test_add_func ("/onnx/load/chain", test_chain);
  g_test_add_func ("/onnx/load/ignored", test_ignored);
  g_test_add_func ("/onnx/load/looks-like", test_looks_like);
  return g_test_run ();
}
