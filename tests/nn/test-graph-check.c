/* gst-resnet tests: what nn_graph_check() lets pass
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "graph-reference.h"
#include "graph/graph-check.h"
#include "graph/graph-describe.h"

/* Makes the graph input → conv → relu → pool → + → average → linear. */
static NnGraph *
small_graph (void)
{
  NnGraph *graph = nn_graph_new ();
  guint conv, add;

  test_add_input (graph, 3);
  conv = test_add_conv (graph, "conv", 0, 4, 3, 1, 1, TRUE);
  test_add_batch_norm (graph, "bn", conv);
  test_add_simple (graph, NN_OP_RELU, "relu", 2, NN_NO_NODE);
  test_add_max_pool (graph, "pool", 3, 3, 1, 1);
  add = test_add_simple (graph, NN_OP_ADD, "add", 4, conv);
  test_add_simple (graph, NN_OP_GLOBAL_AVG_POOL, "avgpool", add, NN_NO_NODE);
  test_add_linear (graph, "fc", 6, 2);
  return graph;
}

static void
refused (NnGraph *graph, const gchar *name)
{
  GError *error = NULL;

  g_assert_false (nn_graph_check (graph, &error));
  g_assert_true (error && error->domain == NN_ERROR);
  g_assert_nonnull (strstr (error->message, name));
  g_error_free (error);
  nn_graph_free (graph);
}

static void
test_order (void)
{
  NnGraph *graph = nn_graph_new ();

  refused (graph, "no nodes");
  graph = small_graph ();
  nn_graph_node (graph, 3)->inputs[0] = 3;
  refused (graph, "relu");
  graph = small_graph ();
  nn_graph_node (graph, 3)->inputs[0] = 4;
  refused (graph, "relu");
  graph = small_graph ();
  nn_graph_node (graph, 5)->inputs[1] = NN_NO_NODE;
  refused (graph, "add");
  graph = small_graph ();
  nn_graph_node (graph, 3)->inputs[1] = 1;
  refused (graph, "relu");
  graph = small_graph ();
  nn_graph_node (graph, 0)->op = NN_OP_RELU;
  refused (graph, "node 0");
  graph = small_graph ();
  nn_graph_node (graph, 2)->op = NN_OP_INPUT;
  refused (graph, "node 2");
}

static void
test_channels (void)
{
  NnGraph *graph = small_graph ();

  nn_graph_node (graph, 1)->in_channels = 4;
  refused (graph, "conv");
  graph = small_graph ();
  nn_graph_node (graph, 3)->out_channels = 5;
  refused (graph, "relu");
  graph = small_graph ();
  nn_graph_node (graph, 5)->inputs[1] = 0;
  refused (graph, "add");
  graph = small_graph ();
  nn_graph_node (graph, 0)->out_channels = 0;
  refused (graph, "input");
  graph = small_graph ();
  nn_graph_node (graph, 1)->groups = 2;
  refused (graph, "conv");
  graph = small_graph ();
  nn_graph_node (graph, 1)->groups = 0;
  refused (graph, "conv");
}

static void
test_parameters (void)
{
  NnGraph *graph = small_graph ();

  nn_graph_node (graph, 1)->kernel[0] = 5;
  refused (graph, "conv: the weight");
  graph = small_graph ();
  nn_graph_node (graph, 1)->kernel[1] = 0;
  refused (graph, "conv");
  graph = small_graph ();
  nn_graph_node (graph, 1)->stride[1] = 0;
  refused (graph, "conv");
  graph = small_graph ();
  nn_graph_node (graph, 1)->dilation[0] = 0;
  refused (graph, "conv");
  graph = small_graph ();
  nn_graph_node (graph, 4)->pad[0] = 2;
  refused (graph, "pool");
  graph = small_graph ();
  nn_graph_node (graph, 1)->kernel[0] = nn_graph_node (graph, 1)->kernel[1] = G_MAXUINT;
  refused (graph, "conv");
  graph = small_graph ();
  g_clear_pointer (&nn_graph_node (graph, 1)->weight, g_bytes_unref);
  refused (graph, "conv: the weight");
  graph = small_graph ();
  g_clear_pointer (&nn_graph_node (graph, 2)->bn_variance, g_bytes_unref);
  refused (graph, "bn: the variance");
  graph = small_graph ();
  g_clear_pointer (&nn_graph_node (graph, 7)->bias, g_bytes_unref);
  nn_graph_node (graph, 7)->bias = test_random_floats (1, 3, 0, 1);
  refused (graph, "fc: the bias");
  graph = small_graph ();
  nn_graph_node (graph, 4)->relu = TRUE;
  refused (graph, "pool");
}

/* Makes the graph input → conv, its average, sigmoid → scale. */
static NnGraph *
gated_graph (void)
{
  NnGraph *graph = nn_graph_new ();

  test_add_input (graph, 3);
  test_add_conv (graph, "conv", 0, 4, 3, 1, 1, TRUE);
  test_add_simple (graph, NN_OP_GLOBAL_AVG_POOL, "squeeze", 1, NN_NO_NODE);
  test_add_simple (graph, NN_OP_SIGMOID, "sigmoid", 2, NN_NO_NODE);
  test_add_simple (graph, NN_OP_SCALE, "scale", 1, 3);
  return graph;
}

static void
test_gate (void)
{
  NnGraph *graph = gated_graph ();

  test_assert_valid (graph);
  nn_graph_node (graph, 4)->inputs[1] = NN_NO_NODE;
  refused (graph, "scale");
  graph = gated_graph ();
  nn_graph_node (graph, 4)->inputs[1] = 0;
  refused (graph, "scale");
  graph = gated_graph ();
  nn_graph_node (graph, 3)->inputs[1] = 1;
  refused (graph, "sigmoid");
}

/* There may be more padding at the bottom and at the right. A convolution takes it while it is no more than the largest
 * input, and a pool while each window has a pixel in it. */
static void
test_more_padding (void)
{
  NnGraph *graph = small_graph ();

  nn_graph_node (graph, 4)->pad_more[0] = 1;
  test_assert_valid (graph);
  nn_graph_node (graph, 4)->op = NN_OP_AVG_POOL;
  test_assert_valid (graph);
  nn_graph_node (graph, 4)->pad_more[0] = 2;
  refused (graph, "pool");
  graph = small_graph ();
  nn_graph_node (graph, 4)->pad_more[1] = G_MAXUINT;
  refused (graph, "pool");
  graph = small_graph ();
  nn_graph_node (graph, 1)->pad_more[0] = 1;
  test_assert_valid (graph);
  nn_graph_node (graph, 1)->pad_more[0] = 65536;
  refused (graph, "conv");
  graph = small_graph ();
  nn_graph_node (graph, 1)->pad[1] = G_MAXUINT;
  refused (graph, "conv");
}

static void
test_good (void)
{
  g_autoptr (NnGraph) graph = small_graph ();

  test_assert_valid (graph);
  g_clear_pointer (&nn_graph_node (graph, 7)->bias, g_bytes_unref);
  nn_graph_node (graph, 1)->relu = TRUE;
  test_assert_valid (graph);
}

static void
test_words (void)
{
  g_autoptr (NnGraph) graph = small_graph ();
  NnNode *conv = nn_graph_node (graph, 1);

  nn_graph_finish (graph);
  g_assert_cmpstr (conv->op_string, ==, "conv 3x3");
  g_assert_cmpstr (nn_graph_node (graph, 2)->op_string, ==, "batch norm");
  g_assert_cmpstr (nn_graph_node (graph, 4)->op_string, ==, "max pool 3x3");
  g_assert_cmpstr (nn_graph_node (graph, 6)->op_string, ==, "global average pool");
  g_assert_cmpstr (nn_graph_node (graph, 7)->op_string, ==, "linear");
  nn_graph_node (graph, 4)->op = NN_OP_AVG_POOL;
  nn_graph_node (graph, 6)->op = NN_OP_GLOBAL_MAX_POOL;
  nn_graph_finish (graph);
  g_assert_cmpstr (nn_graph_node (graph, 4)->op_string, ==, "average pool 3x3");
  g_assert_cmpstr (nn_graph_node (graph, 6)->op_string, ==, "global max pool");
  conv->stride[0] = conv->stride[1] = 2;
  conv->groups = 32;
  conv->relu = TRUE;
  conv->inputs[1] = 0;
  nn_graph_finish (graph);
  g_assert_cmpstr (conv->op_string, ==, "conv 3x3/2 g32 + add + relu");
  conv->stride[1] = 1;
  conv->kernel[1] = 5;
  conv->dilation[0] = conv->dilation[1] = 2;
  conv->groups = 1;
  conv->inputs[1] = NN_NO_NODE;
  nn_graph_finish (graph);
  g_assert_cmpstr (conv->op_string, ==, "conv 3x5/2x1 d2 + relu");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/graph/check/order", test_order);
  g_test_add_func ("/graph/check/channels", test_channels);
  g_test_add_func ("/graph/check/parameters", test_parameters);
  g_test_add_func ("/graph/check/gate", test_gate);
  g_test_add_func ("/graph/check/more-padding", test_more_padding);
  g_test_add_func ("/graph/check/good", test_good);
  g_test_add_func ("/graph/finish/words", test_words);
  return g_test_run ();
}
