/* gst-resnet tests: a max pool in the loop of the convolution before it gives the bits of the two apart
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <nn/session.h>
#include <string.h>

#include "bf16-kernels-emulated.h"
#include "graph-reference.h"
#include "model/model-private.h"
#include "model/model-struct.h"
#include "run/session-choose.h"
#include "test-levels.h"

#define CLASSES 5
#define MAX_BATCH 5

typedef struct {
  guint channels, kernel, stride, groups;
} Conv;

typedef struct {
  guint kernel[2], stride[2], pad[2], dilation, more;
} Pool;

static const Conv convs[] = { { 40, 7, 2, 1 }, { 64, 1, 1, 1 }, { 80, 3, 2, 1 }, { 33, 5, 3, 1 }, { 48, 3, 2, 3 } };
static const Pool pools[] = {
  { { 3, 3 }, { 2, 2 }, { 1, 1 }, 1, 0 }, { { 3, 3 }, { 2, 2 }, { 1, 1 }, 1, 1 },
  { { 2, 2 }, { 2, 2 }, { 0, 0 }, 1, 1 }, { { 3, 3 }, { 1, 1 }, { 1, 1 }, 1, 0 },
  { { 3, 2 }, { 3, 1 }, { 0, 1 }, 1, 0 }, { { 2, 3 }, { 3, 2 }, { 1, 0 }, 1, 0 },
  { { 3, 3 }, { 1, 2 }, { 1, 1 }, 2, 0 }, { { 3, 3 }, { 2, 1 }, { 1, 1 }, 3, 0 },
  { { 1, 1 }, { 2, 3 }, { 0, 0 }, 1, 0 },
};
static const guint sizes[][2] = { { 1, 1 }, { 1, 9 }, { 13, 7 }, { 37, 19 }, { 70, 33 } };

/* Replaces weights that depend on the node's place, because the place is not the same in both networks. */
static void
set_weight (NnNode *node, gsize n)
{
  g_bytes_unref (node->weight);
  g_clear_pointer (&node->bias, g_bytes_unref);
  node->weight = test_random_floats (99, n, -1, 1);
}

/* @apart: whether a ReLU of numbers that are not negative keeps the two apart */
static NnModel *
make_model (const Conv *conv, const Pool *pool, gboolean apart)
{
  NnGraph *graph = nn_graph_new ();
  guint x = test_add_input (graph, 3);
  NnNode *node;

  x = test_add_conv (graph, "conv", x, conv->channels, conv->kernel, conv->stride, conv->groups, TRUE);
  nn_graph_node (graph, x)->relu = TRUE;
  if (apart)
    x = test_add_simple (graph, NN_OP_RELU, "relu", x, NN_NO_NODE);
  x = test_add_max_pool (graph, "pool", x, 1, 1, 0);
  node = nn_graph_node (graph, x);
  for (guint axis = 0; axis < 2; axis++) {
    node->kernel[axis] = pool->kernel[axis];
    node->stride[axis] = pool->stride[axis];
    node->pad[axis] = pool->pad[axis];
    node->dilation[axis] = pool->dilation;
    node->pad_more[axis] = pool->more;
  }
  /* A dilated window may lie in the padding alone, where its maximum is −∞. */
  if (pool->dilation > 1)
    x = test_add_simple (graph, NN_OP_RELU, "relu too", x, NN_NO_NODE);
  /* The border of this node's input lies where something else was before. */
  x = test_add_conv (graph, "after", x, 16, 3, 1, 1, FALSE);
  set_weight (nn_graph_node (graph, x), (gsize)16 * conv->channels * 9);
  x = test_add_simple (graph, NN_OP_GLOBAL_AVG_POOL, "mean", x, NN_NO_NODE);
  x = test_add_linear (graph, "fc", x, CLASSES);
  set_weight (nn_graph_node (graph, x), (gsize)16 * CLASSES);
  test_assert_valid (graph);
  return nn_model_new_from_graph (graph, CLASSES);
}

static NnSession *
make_session (NnModel *model, const guint *size, guint threads, guint batch, const gchar *isa, NnKernelsInit init,
              NnPrecision precision)
{
  const NnSessionOptions options = {
    .threads = threads, .max_batch = batch, .height = size[0], .width = size[1], .max_isa = isa, .precision = precision
  };
  GError *error = NULL;
  NnSession *session = nn_session_new_with_kernels (model, &options, init, FALSE, &error);

  /* There is no session where the window does not fit into the image. */
  if (!session)
    g_assert_error (error, NN_ERROR, NN_ERROR_ARGUMENT);
  g_clear_error (&error);
  return session;
}

static guint
count_pooled (const NnSession *session)
{
  guint n = 0;

  for (guint i = 0; i < nn_plan_session (session)->run.plan->steps->len; i++) {
    const NnStep *step = &g_array_index (nn_plan_session (session)->run.plan->steps, NnStep, i);

    if (step->pooled) {
      n++;
      g_assert_cmpstr (step->pooled->name, ==, "conv + pool");
      g_assert_true (step->out->in_rows && step->out->size == 0);
    }
  }
  return n;
}

/* Compares the two models, and adds to @n_pooled how often the pool was in the convolution's loop with 1, 2 and 3
 * threads. */
static void
check (const Conv *conv, const Pool *pool, const guint *size, const gchar *isa, NnKernelsInit init,
       NnPrecision precision, guint *n_pooled)
{
  g_autoptr (NnModel) model = make_model (conv, pool, FALSE), apart = make_model (conv, pool, TRUE);
  g_autoptr (NnSession) two = make_session (apart, size, 1, 1, isa, init, precision);
  const gsize image = (gsize)3 * size[0] * size[1];
  g_autoptr (GBytes) x = test_random_floats (4711, image * MAX_BATCH, -1, 1);
  const gfloat *in = g_bytes_get_data (x, NULL);
  gfloat logits[MAX_BATCH * CLASSES], expected[MAX_BATCH * CLASSES];

  if (!two)
    return;
  g_assert_cmpuint (count_pooled (two), ==, 0);
  for (guint i = 0; i < MAX_BATCH; i++)
    nn_session_run (two, in + i * image, 1, expected + i * CLASSES);
  for (guint i = 0; i < MAX_BATCH * CLASSES; i++)
    g_assert_true (isfinite (expected[i]));
  for (guint threads = 1; threads <= 3; threads++) {
    g_autoptr (NnSession) one = make_session (model, size, threads, MAX_BATCH, isa, init, precision);

    g_assert_cmpint (nn_session_get_precision (one), ==, precision);
    n_pooled[threads - 1] += count_pooled (one);
    for (guint batch = 1; batch <= MAX_BATCH; batch += batch == 2 ? 3 : 1) {
      /* What lies in memory before a run must not be used. */
      for (gsize i = 0; i < nn_plan_session (one)->run.plan->arena_size; i++)
        nn_plan_session (one)->run.arena[i] = NAN;
      for (gsize i = 0; i < nn_plan_session (one)->run.scratch_size * nn_session_get_threads (one); i++)
        nn_plan_session (one)->run.scratch[i] = NAN;
      nn_session_run (one, in, batch, logits);
      if (memcmp (logits, expected, batch * CLASSES * sizeof (gfloat)) != 0)
        g_error ("conv %u %ux%u/%u, pool %ux%u/%ux%u, %ux%u pixels, %u threads, batch %u: other bits", conv->channels,
                 conv->kernel, conv->kernel, conv->stride, pool->kernel[0], pool->kernel[1], pool->stride[0],
                 pool->stride[1], size[0], size[1], threads, batch);
    }
  }
}

/* @joins: FALSE where the two are never joined at this level */
static void
check_all (const gchar *isa, NnKernelsInit init, NnPrecision precision, gboolean joins)
{
  guint n_pooled[3] = { 0 };

  for (guint c = 0; c < G_N_ELEMENTS (convs); c++) {
    for (guint p = 0; p < G_N_ELEMENTS (pools); p++) {
      for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
        check (&convs[c], &pools[p], sizes[s], isa, init, precision, n_pooled);
    }
  }
  /* One thread computes no row twice. More threads would do so where there are few rows, so the two are joined less
   * often. */
  for (guint t = 0; t < 3; t++)
    g_assert_cmpint (n_pooled[t] > 0, ==, joins);
  g_assert_cmpuint (n_pooled[0], >=, n_pooled[1]);
  g_assert_cmpuint (n_pooled[1], >=, n_pooled[2]);
}

static gboolean
is_fixed (const gchar *isa)
{
  NnConvKernels kernels;

  nn_conv_kernels_init (&kernels, nn_cpu_level (isa));
  return kernels.variant[0].fixed;
}

static void
test_float (gconstpointer data)
{
  check_all (data, NULL, NN_PRECISION_HIGHEST, !is_fixed (data));
}

static gboolean
init_emulated (gpointer kernels, NnIsa isa, guint products)
{
  nn_bf16_kernels_init_emulated (kernels, products);
  return TRUE;
}

static void
test_high (void)
{
  check_all (NULL, init_emulated, NN_PRECISION_HIGH, TRUE);
}

static gboolean
init_vectors (gpointer kernels, NnIsa isa, guint products)
{
  nn_bf16_kernels_init_vectors_emulated (kernels, products);
  return TRUE;
}

static void
test_medium (void)
{
  check_all (NULL, init_vectors, NN_PRECISION_MEDIUM, TRUE);
}

static void
test_medium_here (void)
{
  NnBf16Kernels kernels;

  if (!nn_bf16_kernels_init (&kernels, nn_cpu_level (NULL), 1)) {
    g_test_skip ("this machine has no products of bfloat16");
    return;
  }
  check_all (NULL, NULL, NN_PRECISION_MEDIUM, TRUE);
}

/* On tiles, the windows of an average have the geometry of a pool, too. */
static void
test_dilated_average (void)
{
  const Conv conv = { 40, 3, 1, 1 };
  const Pool pool = { { 3, 2 }, { 1, 2 }, { 1, 1 }, 2, 0 };
  const guint size[] = { 13, 10 };
  const NnPrecision precisions[] = { NN_PRECISION_HIGHEST, NN_PRECISION_HIGH };
  g_autoptr (GBytes) x = test_random_floats (4711, (gsize)3 * size[0] * size[1], -1, 1);
  gfloat logits[2][CLASSES], largest = 0;

  for (guint i = 0; i < 2; i++) {
    g_autoptr (NnModel) model = make_model (&conv, &pool, FALSE);
    g_autoptr (NnSession) session = NULL;

    nn_graph_node (nn_model_get_graph (model), 2)->op = NN_OP_AVG_POOL;
    session = make_session (model, size, 1, 1, NULL, init_emulated, precisions[i]);
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
  test_add_levels ("pooled-conv", NULL, test_float);
  g_test_add_func ("/pooled-conv/high", test_high);
  g_test_add_func ("/pooled-conv/medium", test_medium);
  g_test_add_func ("/pooled-conv/medium-here", test_medium_here);
  g_test_add_func ("/pooled-conv/dilated-average", test_dilated_average);
  return g_test_run ();
}
