/* gst-resnet tests: a dilated average pool has the same windows on tiles as in float32
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <nn/session.h>

#include "graph-reference.h"
#include "graph/model-struct.h"
#include "run/session-private.h"
#include "tile-kernels-emulated.h"

#define CLASSES 5
#define HEIGHT 13
#define WIDTH 10

static gboolean
init_emulated (NnTileKernels *kernels, NnIsa isa, guint products)
{
  nn_tile_kernels_init_emulated (kernels, products);
  return TRUE;
}

static NnModel *
make_model (void)
{
  NnGraph *graph = nn_graph_new ();
  guint x = test_add_conv (graph, "conv", test_add_input (graph, 3), 40, 3, 1, 1, TRUE);
  NnNode *node;

  x = test_add_max_pool (graph, "pool", x, 3, 1, 1);
  node = nn_graph_node (graph, x);
  node->op = NN_OP_AVG_POOL;
  node->kernel[1] = node->stride[1] = 2;
  node->dilation[0] = node->dilation[1] = 2;
  x = test_add_simple (graph, NN_OP_GLOBAL_AVG_POOL, "mean", x, NN_NO_NODE);
  test_add_linear (graph, "fc", x, CLASSES);
  test_assert_valid (graph);
  return nn_model_new_from_graph (graph, CLASSES);
}

static void
test_high (void)
{
  const NnPrecision precisions[] = { NN_PRECISION_HIGHEST, NN_PRECISION_HIGH };
  g_autoptr (GBytes) x = test_random_floats (4711, (gsize)3 * HEIGHT * WIDTH, -1, 1);
  gfloat logits[2][CLASSES], largest = 0;

  for (guint i = 0; i < 2; i++) {
    const NnSessionOptions options = { .threads = 1, .height = HEIGHT, .width = WIDTH, .precision = precisions[i] };
    g_autoptr (NnModel) model = make_model ();
    GError *error = NULL;
    g_autoptr (NnSession) session = nn_session_new_with_tiles (model, &options, init_emulated, FALSE, &error);

    g_assert_no_error (error);
    g_assert_cmpint (nn_session_get_precision (session), ==, precisions[i]);
    nn_session_run (session, g_bytes_get_data (x, NULL), 1, logits[i]);
  }
  for (guint c = 0; c < CLASSES; c++)
    largest = fmaxf (largest, fabsf (logits[0][c]));
  g_assert_cmpfloat (largest, >, 0);
  for (guint c = 0; c < CLASSES; c++)
    g_assert_cmpfloat_with_epsilon (logits[1][c], logits[0][c], 1e-4 * largest);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dilated-average/high", test_high);
  return g_test_run ();
}
