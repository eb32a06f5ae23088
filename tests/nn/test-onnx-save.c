/* gst-resnet tests: ONNX files as they are written: what the loader finds in them; rewritten, with data brought inside
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <glib/gstdio.h>
#include <nn/convert.h>
#include <string.h>

#include "graph-reference.h"
#include "graph/graph.h"
#include "load/onnx/onnx-node.h"
#include "load/onnx/onnx.h"
#include "model/model-private.h"
#include "save/onnx-rewrite.h"
#include "save/onnx-write.h"
#include "save/protobuf-write.h"

static gchar *folder;

static GBytes *
contents (const gchar *path)
{
  gchar *data;
  gsize size;
  GError *error = NULL;

  g_file_get_contents (path, &data, &size, &error);
  g_assert_no_error (error);
  return g_bytes_new_take (data, size);
}

static gchar *
path_of (const gchar *name)
{
  return g_build_filename (folder, name, NULL);
}

static NnOnnx *
load (GBytes *bytes)
{
  GError *error = NULL;
  NnOnnx *onnx = nn_onnx_load_bytes (bytes, "written.onnx", folder, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (onnx->warnings->len, ==, 0);
  return onnx;
}

static guint
count (const NnOnnx *onnx, const gchar *type)
{
  guint n = 0, i;

  for (i = 0; i < onnx->nodes->len; i++)
    n += !strcmp (((NnOnnxNode *)g_ptr_array_index (onnx->nodes, i))->op_type, type);
  return n;
}

/* Writes a network of tests/data as ONNX. Free it with g_bytes_unref(). */
static GBytes *
save (const gchar *file, const NnSaveOptions *options, NnModel **model)
{
  g_autofree gchar *in = g_build_filename (TEST_DATA_DIR, file, NULL), *out = path_of ("out.onnx");
  GError *error = NULL;
  GBytes *bytes;

  *model = nn_model_load_unfolded (in, &error);
  g_assert_no_error (error);
  g_assert_true (nn_model_save (*model, out, NN_SAVE_ONNX, options, &error));
  g_assert_no_error (error);
  bytes = contents (out);
  g_assert_cmpint (g_unlink (out), ==, 0);
  return bytes;
}

static void
test_written (void)
{
  static const gchar *const files[]
      = { "networks/resnet50-thin.pth", "networks/cifar-resnet20-a.pth", "family/timm-seresnet.safetensors",
          "family/fastai.pth", "family/legacy-senet.pth" };
  gsize k;

  for (k = 0; k < G_N_ELEMENTS (files); k++) {
    const NnSaveOptions options = { .any_size = k % 2 == 0 };
    NnModel *model = NULL;
    g_autoptr (GBytes) bytes = save (files[k], &options, &model);
    g_autoptr (NnOnnx) onnx = load (bytes);
    const NnGraph *graph = nn_model_get_graph (model);
    const NnOnnxValue *input = g_ptr_array_index (onnx->inputs, 0), *output = g_ptr_array_index (onnx->outputs, 0);
    guint i;

    g_assert_true (nn_onnx_looks_like (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes)));
    g_assert_cmpint (onnx->opset, ==, 17);
    g_assert_cmpint (onnx->ir_version, ==, 8);
    g_assert_cmpuint (onnx->inputs->len, ==, 1);
    g_assert_cmpuint (onnx->outputs->len, ==, 1);
    g_assert_cmpstr (input->name, ==, "input");
    g_assert_cmpint (input->n_dims, ==, 4);
    g_assert_cmpint (input->dims[0], ==, -1);
    g_assert_cmpint (input->dims[1], ==, 3);
    g_assert_cmpint (input->dims[2], ==, options.any_size ? -1 : 224);
    g_assert_cmpint (output->n_dims, ==, 2);
    g_assert_cmpint (output->dims[1], ==, nn_model_get_n_outputs (model));
    /* Every parameter is there to the bit, under its layer's name. */
    for (i = 0; i < graph->nodes->len; i++) {
      const NnNode *node = nn_graph_node (graph, i);
      g_autofree gchar *name = g_strconcat (node->name, ".weight", NULL);
      const NnTensor *tensor = g_hash_table_lookup (onnx->initializers, name);
      GBytes *expected = node->weight ? node->weight : node->bn_gamma;

      if (!expected)
        continue;
      g_assert_nonnull (tensor);
      g_assert_cmpmem (tensor->f32, tensor->n_elements * sizeof (gfloat), g_bytes_get_data (expected, NULL),
                       g_bytes_get_size (expected));
    }
    nn_model_unref (model);
  }
}

/* Two values have the same name, because an importer may give one name to two nodes. */
static void
test_equal_names (void)
{
  NnModel *model = NULL;
  const NnSaveOptions options = { 0 };
  NnGraph *graph;
  g_autofree gchar *out = path_of ("out.onnx");
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (NnOnnx) onnx = NULL;
  GError *error = NULL;
  guint i;

  g_bytes_unref (save ("networks/one-stage.pth", &options, &model));
  graph = nn_model_get_own_graph (model);
  for (i = 0; i < graph->nodes->len; i++) {
    g_free (nn_graph_node (graph, i)->name);
    nn_graph_node (graph, i)->name = g_strdup ("logits");
  }
  g_assert_true (nn_model_save (model, out, NN_SAVE_ONNX, &options, &error));
  bytes = contents (out);
  onnx = load (bytes);
  g_assert_cmpuint (count (onnx, "Conv"), ==, 3);
  g_assert_cmpint (g_unlink (out), ==, 0);
  nn_model_unref (model);
}

/* Makes a graph that no state dict makes, but that an importer may make. */
static NnGraph *
odd_graph (void)
{
  NnGraph *graph = nn_graph_new ();
  guint conv, affine, concat, pool;
  NnNode *node;

  test_add_input (graph, 3);
  conv = test_add_conv (graph, "conv", 0, 4, 3, 1, 1, TRUE);
  affine = test_add_simple (graph, NN_OP_AFFINE, "affine", conv, NN_NO_NODE);
  node = nn_graph_node (graph, affine);
  node->weight = test_random_floats (1, 4, -1, 1);
  node->bias = test_random_floats (2, 4, -1, 1);
  concat = test_add_simple (graph, NN_OP_CONCAT, "concat", conv, affine);
  nn_graph_node (graph, concat)->out_channels = 8;
  pool = test_add_max_pool (graph, "pool", concat, 2, 2, 0);
  node = nn_graph_node (graph, pool);
  node->op = NN_OP_AVG_POOL;
  node->pad_more[1] = 1;
  node->count_pad = TRUE;
  test_add_simple (graph, NN_OP_GLOBAL_MAX_POOL, "max", pool, NN_NO_NODE);
  test_add_linear (graph, "fc", 5, 2);
  test_assert_valid (graph);
  return graph;
}

static gboolean
write_graph (const NnGraph *graph, GBytes **bytes, GError **error)
{
  g_autofree gchar *out = path_of ("graph.onnx");
  g_autoptr (GHashTable) metadata = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (NnSaveFile) file = nn_save_file_new (out, error);

  g_assert_nonnull (file);
  if (!nn_onnx_write (file, graph, "graph", 8, 8, metadata, error))
    return FALSE;
  g_assert_true (nn_save_file_commit (file, error));
  *bytes = contents (out);
  g_assert_cmpint (g_unlink (out), ==, 0);
  return TRUE;
}

static void
test_odd_graphs (void)
{
  g_autoptr (NnGraph) graph = odd_graph ();
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (NnOnnx) onnx = NULL;
  const NnAttribute *attribute;
  const NnOnnxNode *node;
  GError *error = NULL;
  guint i;

  g_assert_true (write_graph (graph, &bytes, &error));
  g_assert_no_error (error);
  onnx = load (bytes);
  g_assert_cmpuint (count (onnx, "Mul"), ==, 1);
  g_assert_cmpuint (count (onnx, "Add"), ==, 1);
  g_assert_cmpuint (count (onnx, "Concat"), ==, 1);
  for (i = 0; strcmp (((NnOnnxNode *)g_ptr_array_index (onnx->nodes, i))->op_type, "AveragePool"); i++)
    ;
  node = g_ptr_array_index (onnx->nodes, i);
  attribute = nn_onnx_node_get_attribute (node, "pads");
  g_assert_cmpuint (attribute->n, ==, 4);
  g_assert_cmpint (attribute->ints[2], ==, 0);
  g_assert_cmpint (attribute->ints[3], ==, 1);
  g_assert_cmpint (nn_onnx_node_get_attribute (node, "count_include_pad")->ints[0], ==, 1);

  /* This node has a ReLU inside, but only graphs that were not fused are written. */
  nn_graph_node (graph, 1)->relu = TRUE;
  g_assert_false (write_graph (graph, &bytes, &error));
  g_assert_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, "conv:"));
  g_clear_error (&error);
  nn_graph_node (graph, 1)->relu = FALSE;
  /* This graph does not end in a row of logits. */
  nn_node_free (g_ptr_array_steal_index (graph->nodes, 6));
  g_assert_false (write_graph (graph, &bytes, &error));
  g_assert_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED);
  g_clear_error (&error);
}

static GBytes *
rewrite (GBytes *bytes, const NnOnnx *onnx, GHashTable *metadata)
{
  g_autofree gchar *out = path_of ("rewritten.onnx");
  GError *error = NULL;
  NnSaveFile *file = nn_save_file_new (out, &error);
  GBytes *result;

  g_assert_no_error (error);
  g_assert_true (nn_onnx_rewrite (file, bytes, onnx, metadata, &error));
  g_assert_true (nn_save_file_commit (file, &error));
  nn_save_file_free (file);
  result = contents (out);
  g_assert_cmpint (g_unlink (out), ==, 0);
  return result;
}

static void
test_rewritten (void)
{
  NnModel *model = NULL;
  const gchar *const labels[] = { "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", NULL };
  const NnSaveOptions options = { .labels = labels };
  g_autoptr (GBytes) bytes = save ("networks/cifar-resnet8.pth", &options, &model);
  g_autoptr (NnOnnx) onnx = load (bytes), again = NULL;
  g_autoptr (GHashTable) metadata = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GBytes) rewritten = NULL;

  g_assert_nonnull (g_hash_table_lookup (onnx->metadata, "labels"));
  g_hash_table_insert (metadata, (gpointer) "license", (gpointer) "CC0-1.0");
  rewritten = rewrite (bytes, onnx, metadata);
  again = load (rewritten);
  g_assert_cmpuint (g_hash_table_size (again->metadata), ==, 1);
  g_assert_cmpstr (g_hash_table_lookup (again->metadata, "license"), ==, "CC0-1.0");
  g_assert_cmpuint (again->nodes->len, ==, onnx->nodes->len);
  g_assert_cmpuint (g_hash_table_size (again->initializers), ==, g_hash_table_size (onnx->initializers));
  nn_model_unref (model);
}

/* The numbers of TensorProto.DataType. */
static const struct {
  gint number;
  NnDType dtype;
} types[] = {
  { 1, NN_DTYPE_F32 }, { 10, NN_DTYPE_F16 }, { 16, NN_DTYPE_BF16 }, { 7, NN_DTYPE_I64 },
  { 6, NN_DTYPE_I32 }, { 3, NN_DTYPE_I8 },   { 2, NN_DTYPE_U8 },    { 11, NN_DTYPE_F64 },
};

/* Makes an Identity with an initializer of four elements for each type. The data lies in the file "data" beside the
 * model, or inside. */
static GBytes *
small_model (gboolean external, const guint8 *data, guint n_types)
{
  GByteArray *model = g_byte_array_new (), *graph = g_byte_array_new (), *opset = g_byte_array_new ();
  guint i, k;
  gsize at = 0;

  for (i = 0; i < 2; i++) { /* input x and output y, float32 of any shape */
    GByteArray *value = g_byte_array_new (), *type = g_byte_array_new (), *tensor = g_byte_array_new ();

    nn_pb_int (tensor, 1, 1);
    nn_pb_message (type, 1, tensor);
    nn_pb_string (value, 1, i ? "y" : "x");
    nn_pb_message (value, 2, type);
    nn_pb_message (graph, i ? 12 : 11, value);
  }
  {
    GByteArray *node = g_byte_array_new ();

    nn_pb_string (node, 1, "x");
    nn_pb_string (node, 2, "y");
    nn_pb_string (node, 4, "Identity");
    nn_pb_message (graph, 1, node);
  }
  for (i = 0; i < n_types; i++) {
    GByteArray *tensor = g_byte_array_new ();
    gchar name[] = { (gchar)('a' + i), '\0' };
    gsize size = 4 * nn_dtype_size (types[i].dtype);

    nn_pb_int (tensor, 1, 4);
    nn_pb_int (tensor, 2, types[i].number);
    nn_pb_string (tensor, 8, name);
    if (external) {
      g_autofree gchar *offset = g_strdup_printf ("%" G_GSIZE_FORMAT, at);
      const gchar *const pairs[2][2] = { { "location", "data" }, { "offset", offset } };

      for (k = 0; k < 2; k++) {
        GByteArray *entry = g_byte_array_new ();

        nn_pb_string (entry, 1, pairs[k][0]);
        nn_pb_string (entry, 2, pairs[k][1]);
        nn_pb_message (tensor, 13, entry);
      }
      nn_pb_int (tensor, 14, 1);
    } else {
      nn_pb_length (tensor, 9, size);
      g_byte_array_append (tensor, data + at, (guint)size);
    }
    at += size;
    nn_pb_message (graph, 5, tensor);
  }
  nn_pb_string (graph, 2, "graph");
  nn_pb_int (model, 1, 8);
  nn_pb_int (opset, 2, 17);
  nn_pb_message (model, 8, opset);
  nn_pb_message (model, 7, graph);
  return g_byte_array_free_to_bytes (model);
}

/* Writes bytes that make a finite number in every type. */
static void
write_data (guint8 data[256])
{
  g_autofree gchar *path = path_of ("data");
  GError *error = NULL;
  guint i;

  for (i = 0; i < 256; i++)
    data[i] = (guint8)(i % 2 ? 0x20 + i % 0x50 : i * 7);
  g_file_set_contents (path, (const gchar *)data, 256, &error);
  g_assert_no_error (error);
}

static void
test_external (void)
{
  guint8 data[256];
  const guint n_types = G_N_ELEMENTS (types) - 1;
  g_autofree gchar *path = path_of ("data");
  g_autoptr (GBytes) model = NULL, inside = NULL, rewritten = NULL;
  g_autoptr (NnOnnx) onnx = NULL, expected = NULL, found = NULL;
  g_autoptr (GHashTable) metadata = g_hash_table_new (g_str_hash, g_str_equal);
  GHashTableIter iter;
  gpointer name, value;

  write_data (data);
  model = small_model (TRUE, data, n_types);
  inside = small_model (FALSE, data, n_types);
  onnx = load (model);
  rewritten = rewrite (model, onnx, metadata);
  /* The fields are the same, in the same order, as if the data had been inside all along. */
  g_assert_cmpmem (g_bytes_get_data (rewritten, NULL), g_bytes_get_size (rewritten), g_bytes_get_data (inside, NULL),
                   g_bytes_get_size (inside));
  g_assert_cmpint (g_unlink (path), ==, 0);
  found = load (rewritten);
  expected = load (inside);
  g_hash_table_iter_init (&iter, expected->initializers);
  while (g_hash_table_iter_next (&iter, &name, &value)) {
    const NnTensor *a = value, *b = g_hash_table_lookup (found->initializers, name);

    g_assert_cmpint (a->dtype, ==, b->dtype);
    g_assert_cmpuint (b->n_elements, ==, 4);
  }
}

/* The loader has rounded the doubles. */
static void
test_external_double (void)
{
  guint8 data[256];
  g_autofree gchar *path = path_of ("data"), *out = path_of ("out.onnx");
  g_autoptr (GBytes) model = NULL;
  g_autoptr (NnOnnx) onnx = NULL;
  g_autoptr (GHashTable) metadata = g_hash_table_new (g_str_hash, g_str_equal);
  GError *error = NULL;
  NnSaveFile *file = nn_save_file_new (out, &error);

  g_assert_no_error (error);
  write_data (data);
  model = small_model (TRUE, data, G_N_ELEMENTS (types));
  onnx = load (model);
  g_assert_false (nn_onnx_rewrite (file, model, onnx, metadata, &error));
  g_assert_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, "h: float64"));
  g_error_free (error);
  nn_save_file_free (file);
  g_assert_false (g_file_test (out, G_FILE_TEST_EXISTS));
  g_assert_cmpint (g_unlink (path), ==, 0);
}

int
main (int argc, char **argv)
{
  GError *error = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("nn-onnx-save-XXXXXX", &error);
  g_assert_no_error (error);
  g_test_add_func ("/onnx-save/external-double", test_external_double);
  g_test_add_func ("/onnx-save/written", test_written);
  g_test_add_func ("/onnx-save/equal-names", test_equal_names);
  g_test_add_func ("/onnx-save/odd-graphs", test_odd_graphs);
  g_test_add_func ("/onnx-save/rewritten", test_rewritten);
  g_test_add_func ("/onnx-save/external", test_external);
  status = g_test_run ();
  g_rmdir (folder);
  g_free (folder);
  return status;
}
