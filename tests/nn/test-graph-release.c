/* gst-resnet: what of a file's memory is given back while its weights are replaced
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "base/nn-memory.h"
#include "graph-reference.h"
#include "graph/graph-release.h"

#define WEIGHTS ((gsize)64 * 64 * 9)
#define BYTES (WEIGHTS * sizeof (gfloat))

/* Makes two convolutions whose weights begin at floats @first and @second of the file's memory. */
static NnGraph *
make (gfloat *file, gsize first, gsize second)
{
  const gsize at[] = { first, second };
  NnGraph *graph = nn_graph_new ();
  guint last = test_add_input (graph, 64);

  for (guint i = 0; i < 2; i++) {
    NnNode *node;

    last = test_add_conv (graph, "conv", last, 64, 3, 1, 1, TRUE);
    node = nn_graph_node (graph, last);
    g_bytes_unref (node->weight);
    node->weight = g_bytes_new_static (file + at[i], BYTES);
  }
  return graph;
}

static gfloat *
make_file (void)
{
  gfloat *file = nn_aligned_alloc (3 * BYTES);

  for (gsize i = 0; i < 3 * WEIGHTS; i++)
    file[i] = (gfloat)(i + 1);
  return file;
}

static void
assert_all_there (const gfloat *file, gsize first, gsize end)
{
  for (gsize i = first; i < end; i++)
    g_assert_cmpfloat (file[i], ==, (gfloat)(i + 1));
}

/* Two weights are the same bytes or share some of them, in both orders. */
static void
test_shared (void)
{
  static const gsize places[][2] = { { 0, 0 }, { 0, WEIGHTS - 1 }, { WEIGHTS - 1, 0 }, { 5, 0 } };
  gfloat *file = make_file ();

  for (guint i = 0; i < G_N_ELEMENTS (places); i++) {
    g_autoptr (NnGraph) graph = make (file, places[i][0], places[i][1]);

    nn_graph_own_file (graph, file, 3 * BYTES);
    nn_node_drop_weight (nn_graph_node (graph, 1));
    nn_node_drop_weight (nn_graph_node (graph, 2));
    g_assert_null (nn_graph_node (graph, 1)->weight);
    assert_all_there (file, 0, 3 * WEIGHTS);
  }
  nn_aligned_free (file);
}

/* The bias lies in another node's weight. */
static void
test_shared_with_bias (void)
{
  gfloat *file = make_file ();
  g_autoptr (NnGraph) graph = make (file, 0, WEIGHTS);
  NnNode *second = nn_graph_node (graph, 2);

  g_bytes_unref (second->bias);
  second->bias = g_bytes_new_static (file + 4096, 64 * sizeof (gfloat));
  nn_graph_own_file (graph, file, 3 * BYTES);
  nn_node_drop_weight (nn_graph_node (graph, 1));
  assert_all_there (file, 0, 3 * WEIGHTS);
  nn_aligned_free (file);
}

/* The memory is not the file's, or the graph was told of no file. */
static void
test_not_the_file (void)
{
  gfloat *file = make_file ();

  for (guint i = 0; i < 2; i++) {
    g_autoptr (NnGraph) graph = make (file, 0, 2 * WEIGHTS);

    if (i == 1)
      nn_graph_own_file (graph, file + 16, 3 * BYTES - 32 * sizeof (gfloat));
    nn_node_drop_weight (nn_graph_node (graph, 1));
    nn_node_drop_weight (nn_graph_node (graph, 2));
    assert_all_there (file, 0, 3 * WEIGHTS);
  }
  nn_aligned_free (file);
}

/* What lies before and after a weight stays, even where the weight begins and ends inside a page. */
static void
test_given_back (void)
{
  const gsize first = WEIGHTS / 2 + 3;
  gfloat *file = make_file ();
  g_autoptr (NnGraph) graph = make (file, first, 2 * WEIGHTS);

  nn_graph_own_file (graph, file, 3 * BYTES);
  nn_node_drop_weight (nn_graph_node (graph, 1));
  g_assert_null (nn_graph_node (graph, 1)->weight);
  assert_all_there (file, 0, first);
  assert_all_there (file, first + WEIGHTS, 3 * WEIGHTS);
#ifdef __linux__
  g_assert_cmpfloat (file[first + WEIGHTS / 2], ==, 0);
#endif
  nn_aligned_free (file);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/graph-release/shared", test_shared);
  g_test_add_func ("/graph-release/shared-with-bias", test_shared_with_bias);
  g_test_add_func ("/graph-release/not-the-file", test_not_the_file);
  g_test_add_func ("/graph-release/given-back", test_given_back);
  return g_test_run ();
}
