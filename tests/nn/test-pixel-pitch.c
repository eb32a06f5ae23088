/* gst-resnet: numbers of channels at which pixels lie further apart than their channels: every operation, against the
 * definition, and what lies between pixels never counts
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <nn/session.h>

#include "base/nn-cpu.h"
#include "graph-reference.h"
#include "model/model-private.h"
#include "model/model-struct.h"
#include "onnx-text.h"
#include "test-levels.h"

#define CLASSES 5
#define SIZE 7
/* With the last number, pixels lie no further apart than their channels. */
static const guint counts[] = { 256, 512, 250, 64 };

/* Makes a graph of convolutions, direct and by Winograd with a residual, of pools and a gate, and of nodes that are
 * steps of their own: sums, factors and Concat. */
static NnGraph *
make (guint channels)
{
  NnGraph *graph = nn_graph_new ();
  const guint input = test_add_input (graph, 3);
  const guint first = test_add_conv (graph, "first", input, channels, 3, 1, 1, TRUE);
  const guint pool = test_add_max_pool (graph, "pool", first, 3, 1, 1);
  const guint winograd = test_add_conv (graph, "winograd", pool, channels, 3, 1, 1, TRUE);
  const guint residual = test_add_conv (graph, "residual", winograd, channels, 1, 1, 1, TRUE);
  const guint mean = test_add_simple (graph, NN_OP_GLOBAL_AVG_POOL, "mean", residual, NN_NO_NODE);
  const guint gate = test_add_simple (graph, NN_OP_SIGMOID, "gate", mean, NN_NO_NODE);
  const guint scaled = test_add_simple (graph, NN_OP_SCALE, "scaled", residual, gate);
  const guint sum = test_add_simple (graph, NN_OP_ADD, "sum", scaled, first);
  const guint affine = test_add_simple (graph, NN_OP_AFFINE, "affine", sum, NN_NO_NODE);
  const guint concat = test_add_simple (graph, NN_OP_CONCAT, "concat", affine, pool);
  guint narrow, average;
  NnNode *node = nn_graph_node (graph, residual);

  node->inputs[1] = pool;
  node->relu = TRUE;
  node = nn_graph_node (graph, affine);
  node->weight = test_random_floats (91, channels, -1, 1);
  node->bias = test_random_floats (92, channels, -1, 1);
  nn_graph_node (graph, concat)->out_channels = 2 * channels;
  narrow = test_add_conv (graph, "narrow", concat, channels, 3, 2, 1, TRUE);
  average = test_add_max_pool (graph, "average", narrow, 2, 1, 0);
  nn_graph_node (graph, average)->op = NN_OP_AVG_POOL;
  test_add_linear (graph, "fc", test_add_simple (graph, NN_OP_GLOBAL_MAX_POOL, "most", average, NN_NO_NODE), CLASSES);
  return graph;
}

static void
check (const gchar *isa, guint channels)
{
  NnGraph *graph = make (channels);
  gsize n;
  g_autofree gdouble *expected = test_run_graph (graph, SIZE, SIZE, &n);
  g_autoptr (NnModel) model = nn_model_new_from_graph (graph, CLASSES);
  const NnSessionOptions options = { .threads = 2, .max_batch = 2, .height = SIZE, .width = SIZE, .max_isa = isa };
  g_autoptr (GBytes) x = test_random_floats (4711, (gsize)3 * SIZE * SIZE, -1, 1);
  gfloat in[2 * 3 * SIZE * SIZE], logits[2 * CLASSES];
  GError *error = NULL;
  g_autoptr (NnSession) session = nn_session_new (model, &options, &error);
  gdouble largest = 0;

  g_assert_no_error (error);
  g_assert_cmpuint (n, ==, CLASSES);
  for (guint c = 0; c < CLASSES; c++)
    largest = fmax (largest, fabs (expected[c]));
  /* After the first run, nothing in the memory is finite. */
  for (guint i = 0; i < G_N_ELEMENTS (in); i++)
    in[i] = NAN;
  nn_session_run (session, in, 2, logits);
  for (guint c = 0; c < 2 * CLASSES; c++)
    g_assert_true (isnan (logits[c]));
  for (guint i = 0; i < G_N_ELEMENTS (in); i++)
    in[i] = ((const gfloat *)g_bytes_get_data (x, NULL))[i % (3 * SIZE * SIZE)];
  nn_session_run (session, in, 2, logits);
  for (guint c = 0; c < 2 * CLASSES; c++)
    if (!(fabs (logits[c] - expected[c % CLASSES]) <= 5e-6 * largest))
      g_error ("%s, %u channels: logit %u is %g instead of %g", isa, channels, c, (gdouble)logits[c],
               expected[c % CLASSES]);
}

static void
test_operations (gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (counts); i++)
    check (data, counts[i]);
}

/* Runs operators that take the rows of an image as they lie, and operators that need planes: after the way there and
 * back everything must be in its place. */
static gfloat *
run_text (const gchar *isa, const gchar *middle)
{
  g_autofree gchar *text = g_strdup_printf ("in x 1 3 7 7; f w 256 3 1 1; a = Conv x w; %s; g = GlobalAveragePool b;"
                                            "s = Flatten g; f m 5 256; f z 5; y = Gemm s m z, transB 1; out y 1 5",
                                            middle);
  g_autoptr (GBytes) file = onnx_text (text);
  guint n_classes;
  NnGraph *graph = onnx_import_bytes (file, SIZE, &n_classes);
  g_autoptr (NnModel) model = nn_model_new_from_graph (graph, n_classes);
  const NnSessionOptions options = { .threads = 1, .height = SIZE, .width = SIZE, .max_isa = isa };
  GError *error = NULL;
  g_autoptr (NnSession) session = nn_session_new (model, &options, &error);
  g_autoptr (GBytes) x = test_random_floats (4711, (gsize)3 * SIZE * SIZE, -1, 1);
  gfloat *logits = g_new (gfloat, CLASSES);

  g_assert_no_error (error);
  g_assert_cmpuint (n_classes, ==, CLASSES);
  nn_session_run (session, g_bytes_get_data (x, NULL), 1, logits);
  return logits;
}

static void
test_operators (gconstpointer data)
{
  g_autofree gfloat *plain = run_text (data, "b = Identity a");
  g_autofree gfloat *rows = run_text (data, "c = Neg a; d = Abs c; e = Abs a; f = Sub d e; h = Neg c; b = Add h f");
  g_autofree gfloat *planes
      = run_text (data, "c = Transpose a, perm [0 1 3 2]; d = Neg c; e = Transpose d, perm [0 1 3 2]; b = Neg e");

  for (guint c = 0; c < CLASSES; c++) {
    g_assert_cmpfloat (plain[c], !=, 0);
    g_assert_cmpfloat_with_epsilon (rows[c], plain[c], 1e-6);
    g_assert_cmpfloat_with_epsilon (planes[c], plain[c], 1e-6);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  test_add_levels ("pixel-pitch", "operations", test_operations);
  test_add_levels ("pixel-pitch", "operators", test_operators);
  return g_test_run ();
}
