/* gst-resnet tests: each pass leaves what the network computes as it was
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "graph-reference.h"
#include "graph/fold-batch-norm.h"
#include "graph/fuse.h"
#include "graph/graph-describe.h"
#include "graph/remove-dead.h"

/* float32 weights are rounded once more when BatchNorm is folded into them. */
#define FOLD_TOLERANCE 1e-6
/* Fusing and removing nodes change no number. */
#define EXACT 0.0

static NnGraph *
with_input (guint channels)
{
  NnGraph *graph = nn_graph_new ();

  test_add_input (graph, channels);
  return graph;
}

/* A convolution that another node reads, too, must stay as it is. */
static void
test_fold_shared_convolution (void)
{
  g_autoptr (NnGraph) graph = with_input (3);
  guint conv = test_add_conv (graph, "conv", 0, 4, 3, 1, 1, TRUE), bn = test_add_batch_norm (graph, "bn", conv);

  test_add_simple (graph, NN_OP_ADD, "add", conv, bn);
  test_assert_pass_keeps_output (graph, test_fold_batch_norm, 5, 7, FOLD_TOLERANCE);
  g_assert_cmpuint (test_count_op (graph, NN_OP_BATCH_NORM), ==, 0);
  g_assert_cmpuint (test_count_op (graph, NN_OP_CONV), ==, 2);
}

/* A BatchNorm cannot go into a convolution that already ends with a fused ReLU or has a sum. */
static void
test_fold_after_activation (void)
{
  g_autoptr (NnGraph) graph = with_input (3);
  guint a = test_add_conv (graph, "a", 0, 4, 3, 1, 1, TRUE), b = test_add_batch_norm (graph, "bn", a);
  guint c = test_add_conv (graph, "c", b, 4, 1, 1, 1, FALSE);

  nn_graph_node (graph, a)->relu = TRUE;
  nn_graph_node (graph, c)->inputs[1] = a;
  test_add_batch_norm (graph, "bn2", c);
  test_assert_pass_keeps_output (graph, test_fold_batch_norm, 5, 7, FOLD_TOLERANCE);
  g_assert_cmpuint (test_count_op (graph, NN_OP_BATCH_NORM), ==, 0);
  g_assert_cmpuint (test_count_op (graph, NN_OP_CONV), ==, 4);
}

static void
test_fold_without_convolution (void)
{
  g_autoptr (NnGraph) graph = with_input (3);

  test_add_batch_norm (graph, "bn0", 0);
  test_add_batch_norm (graph, "bn1", 1);
  test_add_max_pool (graph, "pool", 2, 2, 2, 0);
  test_add_batch_norm (graph, "bn2", 3);
  test_assert_pass_keeps_output (graph, test_fold_batch_norm, 5, 7, FOLD_TOLERANCE);
  g_assert_cmpuint (test_count_op (graph, NN_OP_BATCH_NORM), ==, 0);
  /* The second BatchNorm goes into the first one, which has become a convolution. */
  g_assert_cmpuint (test_count_op (graph, NN_OP_CONV), ==, 2);
}

static void
test_fold (void)
{
  guint bias;

  for (bias = 0; bias < 2; bias++) {
    g_autoptr (NnGraph) graph = with_input (6);

    test_add_conv (graph, "conv1", 0, 4, 3, 2, 2, bias);
    test_add_batch_norm (graph, "bn1", 1);
    test_add_simple (graph, NN_OP_RELU, "relu", 2, NN_NO_NODE);
    test_add_conv (graph, "conv2", 3, 8, 1, 1, 1, bias);
    test_add_batch_norm (graph, "bn2", 4);
    test_assert_pass_keeps_output (graph, test_fold_batch_norm, 9, 7, FOLD_TOLERANCE);
    g_assert_cmpuint (graph->nodes->len, ==, 4);
    g_assert_cmpstr (nn_graph_node (graph, 1)->name, ==, "conv1");
    g_assert_cmpstr (nn_graph_node (graph, 3)->name, ==, "conv2");
    g_assert_nonnull (nn_graph_node (graph, 3)->bias);
  }
}

/* A variance of 0, which a channel has that was always dead in training, leaves finite weights. */
static void
test_fold_zero_variance (void)
{
  g_autoptr (NnGraph) graph = with_input (3);
  NnNode *bn;

  test_add_conv (graph, "conv", 0, 4, 3, 1, 1, FALSE);
  test_add_batch_norm (graph, "bn", 1);
  bn = nn_graph_node (graph, 2);
  g_bytes_unref (bn->bn_variance);
  bn->bn_variance = test_random_floats (1, 4, 0, 0);
  test_assert_pass_keeps_output (graph, test_fold_batch_norm, 5, 7, FOLD_TOLERANCE);
}

/* No sum may move into a convolution that another node reads, nor into one that is both sides of the sum. */
static void
test_fuse_shared_convolution (void)
{
  g_autoptr (NnGraph) graph = with_input (3);
  guint conv = test_add_conv (graph, "conv", 0, 3, 3, 1, 1, TRUE), relu, add;

  relu = test_add_simple (graph, NN_OP_RELU, "relu", conv, NN_NO_NODE);
  add = test_add_simple (graph, NN_OP_ADD, "add", conv, conv);
  test_add_simple (graph, NN_OP_ADD, "add2", relu, add);
  test_assert_pass_keeps_output (graph, nn_graph_fuse, 5, 7, EXACT);
  g_assert_cmpuint (test_count_op (graph, NN_OP_ADD), ==, 2);
  g_assert_cmpuint (test_count_op (graph, NN_OP_RELU), ==, 1);
}

/* A convolution that ends with a ReLU or has a sum already takes no other. */
static void
test_fuse_only_once (void)
{
  g_autoptr (NnGraph) graph = with_input (3);
  guint conv = test_add_conv (graph, "conv", 0, 3, 3, 1, 1, TRUE), relu, add;

  relu = test_add_simple (graph, NN_OP_RELU, "relu", conv, NN_NO_NODE);
  add = test_add_simple (graph, NN_OP_ADD, "add", relu, 0);
  conv = test_add_conv (graph, "conv2", add, 3, 1, 1, 1, TRUE);
  add = test_add_simple (graph, NN_OP_ADD, "add2", conv, 0);
  test_add_simple (graph, NN_OP_ADD, "add3", add, add - 2);
  test_assert_pass_keeps_output (graph, nn_graph_fuse, 5, 7, EXACT);
  g_assert_cmpuint (test_count_op (graph, NN_OP_RELU), ==, 0);
  g_assert_cmpuint (test_count_op (graph, NN_OP_ADD), ==, 2);
}

/* The node is relu (conv + input), and the block's shortcut may be computed after the main path. The order must still
 * hold. */
static void
test_fuse_residual (void)
{
  guint swapped;

  for (swapped = 0; swapped < 2; swapped++) {
    g_autoptr (NnGraph) graph = with_input (3);
    guint a = test_add_conv (graph, "conv1", 0, 4, 3, 2, 1, TRUE), b, shortcut, add;
    const NnNode *fused;

    a = test_add_simple (graph, NN_OP_RELU, "relu1", a, NN_NO_NODE);
    b = test_add_conv (graph, "conv2", a, 4, 3, 1, 1, TRUE);
    shortcut = test_add_conv (graph, "shortcut", 0, 4, 1, 2, 1, FALSE);
    add = test_add_simple (graph, NN_OP_ADD, "add", swapped ? shortcut : b, swapped ? b : shortcut);
    test_add_simple (graph, NN_OP_RELU, "relu", add, NN_NO_NODE);
    test_assert_pass_keeps_output (graph, nn_graph_fuse, 9, 7, EXACT);
    g_assert_cmpuint (graph->nodes->len, ==, 4);
    fused = nn_graph_node (graph, 3);
    g_assert_cmpstr (fused->name, ==, swapped ? "shortcut" : "conv2");
    g_assert_true (fused->relu);
    g_assert_cmpuint (fused->inputs[1], !=, NN_NO_NODE);
  }
}

/* A sum of two nodes that are no convolutions keeps its node and takes the ReLU. */
static void
test_fuse_plain_sum (void)
{
  g_autoptr (NnGraph) graph = with_input (3);
  guint a = test_add_max_pool (graph, "a", 0, 3, 1, 1), b = test_add_max_pool (graph, "b", 0, 1, 1, 0), add;

  add = test_add_simple (graph, NN_OP_ADD, "add", a, b);
  test_add_simple (graph, NN_OP_RELU, "relu", add, NN_NO_NODE);
  test_assert_pass_keeps_output (graph, nn_graph_fuse, 5, 7, EXACT);
  g_assert_cmpuint (graph->nodes->len, ==, 4);
  g_assert_true (nn_graph_node (graph, 3)->relu);
}

static void
test_dead (void)
{
  g_autoptr (NnGraph) graph = with_input (3);
  guint dead, live;

  dead = test_add_conv (graph, "dead1", 0, 5, 3, 1, 1, TRUE);
  live = test_add_conv (graph, "live1", 0, 4, 3, 1, 1, TRUE);
  dead = test_add_simple (graph, NN_OP_RELU, "dead2", dead, NN_NO_NODE);
  test_add_simple (graph, NN_OP_ADD, "dead3", dead, dead);
  test_add_conv (graph, "dead4", live, 2, 1, 1, 1, TRUE);
  test_add_conv (graph, "live2", live, 2, 1, 1, 1, TRUE);
  test_assert_pass_keeps_output (graph, nn_graph_remove_dead, 5, 7, EXACT);
  g_assert_cmpuint (graph->nodes->len, ==, 3);
  g_assert_cmpstr (nn_graph_node (graph, 1)->name, ==, "live1");
  g_assert_cmpuint (nn_graph_node (graph, 2)->inputs[0], ==, 1);
  /* There is nothing left to remove. */
  test_assert_pass_keeps_output (graph, nn_graph_remove_dead, 5, 7, EXACT);
  g_assert_cmpuint (graph->nodes->len, ==, 3);
}

/* The input stays even when no node reads it. A graph may consist of the input alone. */
static void
test_dead_input_stays (void)
{
  g_autoptr (NnGraph) graph = with_input (3);

  nn_graph_remove_dead (graph);
  g_assert_cmpuint (graph->nodes->len, ==, 1);
  test_assert_valid (graph);
}

static void
all_passes (NnGraph *graph)
{
  test_fold_batch_norm (graph);
  nn_graph_fuse (graph);
  nn_graph_remove_dead (graph);
  nn_graph_finish (graph);
}

static void
test_all (void)
{
  g_autoptr (NnGraph) graph = with_input (3);
  guint stem, x, shortcut;

  x = test_add_conv (graph, "conv1", 0, 8, 7, 2, 1, FALSE);
  x = test_add_batch_norm (graph, "bn1", x);
  x = test_add_simple (graph, NN_OP_RELU, "relu", x, NN_NO_NODE);
  stem = test_add_max_pool (graph, "maxpool", x, 3, 2, 1);
  x = test_add_conv (graph, "b.conv1", stem, 8, 3, 2, 4, FALSE);
  x = test_add_batch_norm (graph, "b.bn1", x);
  x = test_add_simple (graph, NN_OP_RELU, "b.relu1", x, NN_NO_NODE);
  x = test_add_conv (graph, "b.conv2", x, 16, 3, 1, 1, TRUE);
  x = test_add_batch_norm (graph, "b.bn2", x);
  shortcut = test_add_conv (graph, "b.downsample.0", stem, 16, 1, 2, 1, FALSE);
  shortcut = test_add_batch_norm (graph, "b.downsample.1", shortcut);
  x = test_add_simple (graph, NN_OP_ADD, "b.add", x, shortcut);
  x = test_add_simple (graph, NN_OP_RELU, "b.relu", x, NN_NO_NODE);
  x = test_add_simple (graph, NN_OP_GLOBAL_AVG_POOL, "avgpool", x, NN_NO_NODE);
  test_add_linear (graph, "fc", x, 5);
  test_assert_pass_keeps_output (graph, all_passes, 33, 29, FOLD_TOLERANCE);
  g_assert_cmpuint (graph->nodes->len, ==, 8);
  g_assert_cmpuint (test_count_op (graph, NN_OP_CONV), ==, 4);
  g_assert_cmpstr (nn_graph_node (graph, 5)->op_string, ==, "conv 3x3 + add + relu");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/graph/fold/shared-convolution", test_fold_shared_convolution);
  g_test_add_func ("/graph/fold/after-activation", test_fold_after_activation);
  g_test_add_func ("/graph/fold/without-convolution", test_fold_without_convolution);
  g_test_add_func ("/graph/fold/zero-variance", test_fold_zero_variance);
  g_test_add_func ("/graph/fold/good", test_fold);
  g_test_add_func ("/graph/fuse/shared-convolution", test_fuse_shared_convolution);
  g_test_add_func ("/graph/fuse/only-once", test_fuse_only_once);
  g_test_add_func ("/graph/fuse/residual", test_fuse_residual);
  g_test_add_func ("/graph/fuse/plain-sum", test_fuse_plain_sum);
  g_test_add_func ("/graph/dead/good", test_dead);
  g_test_add_func ("/graph/dead/input-stays", test_dead_input_stays);
  g_test_add_func ("/graph/all-passes", test_all);
  return g_test_run ();
}
