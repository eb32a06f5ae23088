/* gst-resnet: convolutions of every kind of group through the engine, against the definition
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <nn/session.h>

#include "base/nn-cpu.h"
#include "graph-reference.h"
#include "model/model-private.h"
#include "model/model-struct.h"
#include "test-levels.h"

#define CLASSES 5
#define SIZE 13

/* The numbers of inputs and of outputs per group. */
static const guint kinds[][2] = { { 1, 1 }, { 2, 2 }, { 4, 4 }, { 8, 8 }, { 16, 16 }, { 3, 3 }, { 1, 2 }, { 4, 8 } };

/* Makes a graph as a file gives it. The number of channels is no multiple of a vector, and the last block is not
 * full. */
static NnGraph *
make (guint in_group, guint out_group, guint groups, guint kernel, guint stride, guint dilation)
{
  NnGraph *graph = nn_graph_new ();
  const guint input = test_add_input (graph, 3);
  const guint first = test_add_conv (graph, "first", input, groups * in_group, 1, 1, 1, TRUE);
  const guint conv = test_add_conv (graph, "conv", first, groups * out_group, kernel, stride, groups, TRUE);
  const guint pool = test_add_simple (graph, NN_OP_GLOBAL_AVG_POOL, "pool", conv, NN_NO_NODE);
  NnNode *node = nn_graph_node (graph, conv);

  node->dilation[0] = node->dilation[1] = dilation;
  node->pad[0] = node->pad[1] = kernel / 2 * dilation;
  node->relu = TRUE;
  test_add_linear (graph, "fc", pool, CLASSES);
  return graph;
}

static void
check (const gchar *isa, guint kind, guint groups, guint kernel, guint stride, guint dilation)
{
  NnGraph *graph = make (kinds[kind][0], kinds[kind][1], groups, kernel, stride, dilation);
  gsize n;
  g_autofree gdouble *expected = test_run_graph (graph, SIZE, SIZE, &n);
  g_autoptr (NnModel) model = nn_model_new_from_graph (graph, CLASSES);
  g_autoptr (GBytes) x = test_random_floats (4711, (gsize)3 * SIZE * SIZE, -1, 1);
  gdouble largest = 0;

  g_assert_cmpuint (n, ==, CLASSES);
  for (guint c = 0; c < CLASSES; c++)
    largest = fmax (largest, fabs (expected[c]));
  /* The second session has weights that the first one packed. */
  for (guint run = 0; run < 2; run++) {
    const NnSessionOptions options = { .threads = 1, .height = SIZE, .width = SIZE, .max_isa = run ? isa : "c" };
    GError *error = NULL;
    g_autoptr (NnSession) session = nn_session_new (model, &options, &error);
    gfloat logits[CLASSES];

    g_assert_no_error (error);
    nn_session_run (session, g_bytes_get_data (x, NULL), 1, logits);
    for (guint c = 0; c < CLASSES; c++)
      if (!(fabs (logits[c] - expected[c]) <= 2e-6 * largest))
        g_error ("%s: %u groups of %u and %u, %u×%u/%u, dilation %u: logit %u is %g instead of %g", options.max_isa,
                 groups, kinds[kind][0], kinds[kind][1], kernel, kernel, stride, dilation, c, (gdouble)logits[c],
                 expected[c]);
  }
}

static void
test_groups (gconstpointer data)
{
  for (guint kind = 0; kind < G_N_ELEMENTS (kinds); kind++) {
    for (guint groups = 2; groups <= 11; groups += 3) {
      check (data, kind, groups, 3, 1, 1);
      check (data, kind, groups, 3, 2, 1);
      check (data, kind, groups, 1, 1, 1);
      check (data, kind, groups, 5, 1, 2);
    }
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  test_add_levels ("grouped-conv", NULL, test_groups);
  return g_test_run ();
}
