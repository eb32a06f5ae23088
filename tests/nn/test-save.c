/* gst-resnet tests: graphs as state dicts, float16
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <glib/gstdio.h>
#include <math.h>
#include <nn/convert.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "graph-reference.h"
#include "import/resnet/resnet-builder.h"
#include "load/tensor-data.h"
#include "model/model-private.h"
#include "save/graph-fingerprint.h"
#include "save/graph-state-dict.h"
#include "save/save-file.h"
#include "state-dict-maker.h"

static const TestResnet nets[] = {
  { { 2, 2, 2, 2 }, 4, 7, FALSE, 4, 4, 1, 10, FALSE, FALSE, FALSE },
  { { 1, 2, 1 }, 4, 7, TRUE, 4, 8, 1, 10, FALSE, FALSE, FALSE },
  { { 1, 1, 2 }, 4, 7, TRUE, 12, 8, 3, 10, FALSE, FALSE, FALSE },
  { { 3, 3, 3 }, 4, 3, FALSE, 4, 4, 1, 10, FALSE, FALSE, FALSE },
  { { 2, 1, 2 }, 4, 3, FALSE, 4, 4, 1, 10, TRUE, FALSE, FALSE },
  { { 2, 1 }, 4, 7, FALSE, 4, 4, 1, 10, FALSE, TRUE, FALSE },
};

static NnGraph *
build (TestDict *dict)
{
  g_autofree gchar *architecture = NULL;
  g_autoptr (NnWeights) weights = test_dict_to_weights (dict);
  g_autoptr (GPtrArray) warnings = g_ptr_array_new_with_free_func (g_free);
  guint64 n_parameters;
  GError *error = NULL;
  NnGraph *graph = nn_resnet_build (weights, &architecture, &n_parameters, warnings, &error);

  g_assert_no_error (error);
  g_ptr_array_unref (dict);
  return graph;
}

/* Gives the nodes the names that an importer would give them. */
static void
forget_names (NnGraph *graph)
{
  guint i;

  for (i = 0; i < graph->nodes->len; i++) {
    NnNode *node = nn_graph_node (graph, i);

    g_free (node->name);
    node->name = g_strdup_printf ("/node/%u", i);
  }
}

static void
refused (NnGraph *graph, const gchar *says)
{
  GError *error = NULL;

  g_assert_null (nn_graph_to_state_dict (graph, &error));
  g_assert_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED);
  if (!strstr (error->message, says))
    g_error ("\"%s\" should say \"%s\"", error->message, says);
  g_error_free (error);
  nn_graph_free (graph);
}

static NnNode *
last_of (NnGraph *graph, NnOp op)
{
  guint i;

  for (i = graph->nodes->len; i-- > 0;)
    if (nn_graph_node (graph, i)->op == op)
      return nn_graph_node (graph, i);
  g_error ("no such node");
}

/* Each graph is a ResNet's except for one thing. */
static void
test_refused (void)
{
  NnGraph *graph = build (test_dict_new (&nets[0]));
  NnNode *node;

  forget_names (graph);
  node = last_of (graph, NN_OP_MAX_POOL);
  node->kernel[0] = node->kernel[1] = 2;
  refused (graph, "another network would be built");

  graph = build (test_dict_new (&nets[3]));
  forget_names (graph);
  node = last_of (graph, NN_OP_BATCH_NORM);
  node->bn_epsilon = 1e-3;
  refused (graph, "another network would be built");

  /* Here the names are right, but the graph is not. */
  graph = build (test_dict_new (&nets[1]));
  last_of (graph, NN_OP_CONV)->dilation[0] = 2;
  refused (graph, "another network would be built");

  graph = build (test_dict_new (&nets[0]));
  node = last_of (graph, NN_OP_ADD);
  node->inputs[1] = node->inputs[0];
  forget_names (graph);
  refused (graph, "this sum is not");

  /* This graph lacks its classifier. */
  graph = build (test_dict_new (&nets[0]));
  g_ptr_array_set_size (graph->nodes, (gint)graph->nodes->len - 1);
  forget_names (graph);
  refused (graph, "linear layer");
}

/* This graph has no sum at all. */
static void
test_chain_refused (void)
{
  NnGraph *graph = build (test_dict_new (&nets[5])), *chain = nn_graph_new ();
  guint i;

  for (i = 0; i < graph->nodes->len; i++) {
    NnNode *node = nn_graph_node (graph, i);

    if (node->op != NN_OP_INPUT && node->op != NN_OP_GLOBAL_AVG_POOL && node->op != NN_OP_LINEAR)
      continue;
    graph->nodes->pdata[i] = NULL;
    if (chain->nodes->len)
      node->inputs[0] = chain->nodes->len - 1;
    g_ptr_array_add (chain->nodes, node);
  }
  forget_names (chain);
  refused (chain, "no sum");
  nn_graph_free (graph);
}

/* Checks that @graph has the expected tensors, each under its old name. */
static void
check_names (NnGraph *graph, const NnWeights *expected)
{
  GError *error = NULL;
  g_autoptr (NnWeights) found = NULL;
  guint i;

  forget_names (graph);
  found = nn_graph_to_state_dict (graph, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (found->tensors->len, ==, expected->tensors->len);
  for (i = 0; i < found->tensors->len; i++) {
    const NnTensor *tensor = g_ptr_array_index (found->tensors, i);
    const NnTensor *other = nn_weights_get (expected, tensor->name);

    if (!other)
      g_error ("%s is a name that the network does not have", tensor->name);
    g_assert_cmpuint (tensor->n_elements, ==, other->n_elements);
    g_assert_cmpmem (tensor->f32, tensor->n_elements * sizeof (gfloat), other->f32,
                     other->n_elements * sizeof (gfloat));
  }
}

static void
test_structure (void)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (nets); i++) {
    g_autoptr (NnGraph) graph = build (test_dict_new (&nets[i]));
    GError *error = NULL;
    g_autoptr (NnWeights) named = nn_graph_to_state_dict (graph, &error);

    g_assert_no_error (error);
    g_assert_nonnull (nn_weights_get (named, "layer1.0.conv1.weight"));
    check_names (graph, named);
  }
}

/* These networks activate before their convolutions, with both kinds of shortcuts, are wide, or have transformers'
 * names. */
static void
test_family_structure (void)
{
  static const gchar *const files[] = { "preact-shortcut.pth", "preact-downsample.pth",     "wide-blocks.pth",
                                        "hf-bottleneck.pth",   "timm-resnetv2.safetensors", "timm-resnet-c.pth" };
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autofree gchar *path = g_build_filename (TEST_DATA_DIR, "family", files[i], NULL);
    GError *error = NULL;
    g_autoptr (NnModel) model = nn_model_load_unfolded (path, &error);
    g_autoptr (NnWeights) named = NULL;

    g_assert_no_error (error);
    named = nn_graph_to_state_dict (nn_model_get_graph (model), &error);
    g_assert_no_error (error);
    check_names (nn_model_get_own_graph (model), named);
  }
}

static gchar *
fingerprint_with (void (*change) (NnGraph *graph))
{
  g_autoptr (NnGraph) graph = build (test_dict_new (&nets[0]));

  if (change)
    change (graph);
  return nn_graph_fingerprint (graph);
}

static void
swap_sum (NnGraph *graph)
{
  NnNode *add = last_of (graph, NN_OP_ADD);
  guint other = add->inputs[0];

  add->inputs[0] = add->inputs[1];
  add->inputs[1] = other;
}

static void
change_weight (NnGraph *graph)
{
  NnNode *conv = last_of (graph, NN_OP_CONV);
  gsize size;
  gfloat *copy = g_memdup2 (g_bytes_get_data (conv->weight, &size), g_bytes_get_size (conv->weight));

  copy[5] += 1;
  g_bytes_unref (conv->weight);
  conv->weight = g_bytes_new_take (copy, size);
}

static void
change_pad (NnGraph *graph)
{
  last_of (graph, NN_OP_CONV)->pad[1]++;
}

static void
drop_bias (NnGraph *graph)
{
  g_clear_pointer (&last_of (graph, NN_OP_LINEAR)->bias, g_bytes_unref);
}

static void
test_fingerprint (void)
{
  g_autofree gchar *original = fingerprint_with (NULL), *named = fingerprint_with (forget_names);
  g_autofree gchar *swapped = fingerprint_with (swap_sum), *weight = fingerprint_with (change_weight);
  g_autofree gchar *pad = fingerprint_with (change_pad), *bias = fingerprint_with (drop_bias);

  g_assert_cmpuint (strlen (original), ==, 64);
  g_assert_cmpstr (original, ==, named);
  g_assert_cmpstr (original, ==, swapped);
  g_assert_cmpstr (original, !=, weight);
  g_assert_cmpstr (original, !=, pad);
  g_assert_cmpstr (original, !=, bias);
}

/* Every float16 stays itself. A number between two neighbours becomes the nearer one, and one in the middle the even
 * one. */
static void
test_half (void)
{
  guint bits;

  for (bits = 0; bits < 0x7c00; bits++) {
    gfloat here = nn_half_to_float ((guint16)bits),
           next = bits < 0x7bff ? nn_half_to_float ((guint16)(bits + 1)) : 65536;
    gfloat middle = (here + next) / 2; /* exact, because float32 has thirteen bits more */
    guint16 even = (guint16)(bits & 1 ? bits + 1 : bits);

    g_assert_cmpuint (nn_float_to_half (here), ==, bits);
    g_assert_cmpuint (nn_float_to_half (-here), ==, bits | 0x8000);
    g_assert_cmpuint (nn_float_to_half (middle), ==, even);
    g_assert_cmpuint (nn_float_to_half (-middle), ==, even | 0x8000);
    g_assert_cmpuint (nn_float_to_half (nextafterf (middle, 0)), ==, bits);
    g_assert_cmpuint (nn_float_to_half (nextafterf (middle, INFINITY)), ==, bits + 1);
  }
  g_assert_cmpuint (nn_float_to_half (INFINITY), ==, 0x7c00);
  g_assert_cmpuint (nn_float_to_half (-FLT_MAX), ==, 0xfc00);
  g_assert_cmpuint (nn_float_to_half (FLT_MIN), ==, 0);
  g_assert_cmpuint (nn_float_to_half (NAN) & 0x7e00, ==, 0x7e00);
}

static guint
count_files (const gchar *folder)
{
  GDir *dir = g_dir_open (folder, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir))
    n++;
  g_dir_close (dir);
  return n;
}

/* Whatever ends the process while it writes, no half-written file is there. A file that was written to its end is
 * there. */
static void
test_interrupted (void)
{
  GError *error = NULL;
  g_autofree gchar *folder = g_dir_make_tmp ("nn-save-XXXXXX", &error), *path = NULL, *text = NULL;
  int status;
  pid_t child;

  g_assert_no_error (error);
  path = g_build_filename (folder, "model", NULL);
  child = fork ();
  g_assert_cmpint (child, >=, 0);
  if (child == 0) {
    NnSaveFile *file = nn_save_file_new (path, NULL);

    nn_save_file_write (file, "half of it", 10);
    kill (getpid (), SIGKILL);
    _exit (0);
  }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFSIGNALED (status) && WTERMSIG (status) == SIGKILL);
  if (count_files (folder) > 0) {
    g_test_skip ("this file system has no files without names");
    return;
  }
  for (guint i = 0; i < 2; i++) { /* a new file, and then one in the place of another */
    NnSaveFile *file = nn_save_file_new (path, &error);
    const gchar *content = i == 0 ? "first" : "second";

    g_assert_no_error (error);
    nn_save_file_write (file, content, strlen (content));
    g_assert_cmpuint (count_files (folder), ==, i);
    nn_save_file_commit (file, &error);
    g_assert_no_error (error);
    nn_save_file_free (file);
    g_assert_cmpuint (count_files (folder), ==, 1);
    g_clear_pointer (&text, g_free);
    g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
    g_assert_cmpstr (text, ==, content);
  }
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/save/refused", test_refused);
  g_test_add_func ("/save/interrupted", test_interrupted);
  g_test_add_func ("/save/chain-refused", test_chain_refused);
  g_test_add_func ("/save/structure", test_structure);
  g_test_add_func ("/save/family-structure", test_family_structure);
  g_test_add_func ("/save/fingerprint", test_fingerprint);
  g_test_add_func ("/save/half", test_half);
  return g_test_run ();
}
