/* gst-resnet tests: batches whose first layers run some images at a time and whose last layers run all
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <nn/session.h>
#include <string.h>

#include "model/model-private.h"
#include "model/model-struct.h"
#include "run/plan-session.h"

#define SIZE 128
#define CLASSES 5
#define IMAGES 23

static GBytes *
random_bytes (GRand *rand, gsize n, gdouble scale)
{
  gfloat *values = g_new (gfloat, n);

  for (gsize i = 0; i < n; i++)
    values[i] = (gfloat)g_rand_double_range (rand, -scale, scale);
  return g_bytes_new_take (values, n * sizeof (gfloat));
}

static guint
add_conv (NnGraph *graph, GRand *rand, const gchar *name, guint input, guint residual, guint out, guint stride)
{
  const guint in = nn_graph_node (graph, input)->out_channels, index = nn_graph_add (graph, NN_OP_CONV, name);
  NnNode *node = nn_graph_node (graph, index);

  node->inputs[0] = input;
  node->inputs[1] = residual;
  node->in_channels = in;
  node->out_channels = out;
  node->kernel[0] = node->kernel[1] = 3;
  node->stride[0] = node->stride[1] = stride;
  node->pad[0] = node->pad[1] = 1;
  node->relu = TRUE;
  node->weight = random_bytes (rand, (gsize)in * out * 9, 0.1);
  node->bias = random_bytes (rand, out, 0.1);
  return index;
}

/* Makes two layers of large images, three that make the images smaller, and two of many weights. The first of these two
 * reads what is made where the cut should be, and the residual of the second comes from there, too. */
static NnModel *
make_model (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (8);
  NnGraph *graph = nn_graph_new ();
  guint x = nn_graph_add (graph, NN_OP_INPUT, "input"), smaller, shortcut;
  NnNode *node = nn_graph_node (graph, x);

  node->out_channels = 3;
  x = add_conv (graph, rand, "large", x, NN_NO_NODE, 16, 1);
  x = add_conv (graph, rand, "large too", x, x, 16, 1);
  smaller = add_conv (graph, rand, "smaller", x, NN_NO_NODE, 64, 4);
  shortcut = add_conv (graph, rand, "shortcut", smaller, NN_NO_NODE, 256, 4);
  x = add_conv (graph, rand, "small", smaller, NN_NO_NODE, 256, 4);
  x = add_conv (graph, rand, "heavy", x, NN_NO_NODE, 256, 1);
  x = add_conv (graph, rand, "heavy too", x, shortcut, 256, 1);
  node = nn_graph_node (graph, nn_graph_add (graph, NN_OP_GLOBAL_AVG_POOL, "pool"));
  node->inputs[0] = x;
  node->in_channels = node->out_channels = 256;
  node = nn_graph_node (graph, nn_graph_add (graph, NN_OP_LINEAR, "fc"));
  node->inputs[0] = x + 1;
  node->in_channels = 256;
  node->out_channels = CLASSES;
  node->weight = random_bytes (rand, CLASSES * 256, 0.3);
  return nn_model_new_from_graph (graph, CLASSES);
}

static NnSession *
make_session (NnModel *model, const gchar *level, guint threads, guint batch)
{
  const NnSessionOptions options = { .threads = threads,
                                     .max_batch = batch,
                                     .height = SIZE,
                                     .width = SIZE,
                                     .max_isa = level,
                                     .precision = NN_PRECISION_HIGHEST };
  GError *error = NULL;
  NnSession *session = nn_session_new (model, &options, &error);

  g_assert_no_error (error);
  g_assert_true (nn_session_set_feature_map (session, TRUE, &error));
  g_assert_no_error (error);
  return session;
}

/* Checks that the logits and the map of class 1 of images @first and on are the same as when each image runs alone. */
static void
check (NnSession *session, const gfloat *x, guint first, guint n, const gfloat *expected, const gfloat *expected_map)
{
  g_autofree gfloat *logits = g_new0 (gfloat, n * CLASSES), *map = NULL;
  guint height, width;
  gsize size;

  nn_session_get_feature_map_size (session, &height, &width);
  size = (gsize)height * width;
  map = g_new0 (gfloat, size);
  nn_session_run (session, x + (gsize)first * 3 * SIZE * SIZE, n, logits);
  g_assert_cmpmem (logits, n * CLASSES * sizeof (gfloat), expected + first * CLASSES, n * CLASSES * sizeof (gfloat));
  for (guint i = 0; i < n; i++) {
    nn_session_get_activation_map (session, i, 1, map);
    g_assert_cmpmem (map, size * sizeof (gfloat), expected_map + (first + i) * size, size * sizeof (gfloat));
  }
}

static void
test_same_bits (gconstpointer data)
{
  const gchar *level = data;
  g_autoptr (NnModel) model = make_model ();
  g_autoptr (NnSession) alone = make_session (model, level, 1, 1);
  g_autoptr (GRand) rand = g_rand_new_with_seed (9);
  const gsize image = (gsize)3 * SIZE * SIZE;
  g_autoptr (GBytes) bytes = random_bytes (rand, IMAGES * image, 2);
  const gfloat *x = g_bytes_get_data (bytes, NULL);
  g_autofree gfloat *expected = g_new0 (gfloat, IMAGES * CLASSES), *maps = NULL;
  guint height, width;

  nn_session_get_feature_map_size (alone, &height, &width);
  maps = g_new0 (gfloat, (gsize)IMAGES * height * width);
  for (guint i = 0; i < IMAGES; i++) {
    nn_session_run (alone, x + i * image, 1, expected + i * CLASSES);
    nn_session_get_activation_map (alone, 0, 1, maps + (gsize)i * height * width);
  }
  /* The images differ, so that an image in another one's place shows. */
  g_assert_true (memcmp (expected, expected + CLASSES, CLASSES * sizeof (gfloat)) != 0);

  for (guint threads = 1; threads <= 3; threads += 2) {
    g_autoptr (NnSession) session = make_session (model, level, threads, IMAGES);

    check (session, x, 0, IMAGES, expected, maps);
    check (session, x, 3, 1, expected, maps);
    check (session, x, 5, nn_plan_session (session)->run.plan->inner + 1, expected, maps);
    check (session, x, 0, IMAGES - 1, expected, maps);
  }
}

/* The cut is in its place, and the buffers that lie across it have room for all images. */
static void
test_plan (void)
{
  g_autoptr (NnModel) model = make_model ();
  g_autoptr (NnSession) session = make_session (model, NULL, 2, IMAGES), one = make_session (model, NULL, 2, 1);
  const NnPlan *plan = nn_plan_session (session)->run.plan;
  const NnGraph *graph = nn_model_get_graph (model);
  guint n_whole = 0;

  g_assert_cmpuint (plan->split, >, 0);
  g_assert_cmpstr (nn_graph_node (graph, plan->split)->name, ==, "shortcut");
  g_assert_cmpuint (plan->inner, <, plan->batch);
  g_assert_cmpuint (plan->batch, <=, IMAGES);
  for (guint i = 0; i < plan->n_buffers; i++) {
    n_whole += plan->buffers[i].whole ? 1 : 0;
    g_assert_true (!plan->buffers[i].whole || strcmp (nn_graph_node (graph, i)->name, "smaller") == 0);
  }
  g_assert_cmpuint (n_whole, ==, 1);
  for (guint i = 0; i < plan->steps->len; i++)
    g_assert_cmpint (g_array_index (plan->steps, NnStep, i).index < plan->split, ==, i < plan->n_inner_steps);

  g_assert_cmpuint (nn_plan_session (one)->run.plan->split, ==, 0);
  g_assert_cmpuint (nn_plan_session (one)->run.plan->batch, ==, 1);
}

typedef struct {
  gint done[100];
  guint threads;
} Tasks;

static void
count_task (gpointer data, guint task, guint thread)
{
  Tasks *tasks = data;

  g_assert_cmpuint (thread, <, tasks->threads);
  g_atomic_int_inc (&tasks->done[task]);
}

static void
test_run_tasks (void)
{
  g_autoptr (NnModel) model = make_model ();

  for (guint threads = 1; threads <= 4; threads++) {
    g_autoptr (NnSession) session = make_session (model, NULL, threads, 1);
    Tasks tasks = { .threads = nn_session_get_threads (session) };

    nn_session_run_tasks (session, count_task, &tasks, 0);
    nn_session_run_tasks (session, count_task, &tasks, G_N_ELEMENTS (tasks.done));
    for (guint i = 0; i < G_N_ELEMENTS (tasks.done); i++)
      g_assert_cmpint (tasks.done[i], ==, 1);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/stages/run-tasks", test_run_tasks);
  g_test_add_func ("/stages/plan", test_plan);
  g_test_add_data_func ("/stages/same-bits/c", "c", test_same_bits);
  g_test_add_data_func ("/stages/same-bits/best", NULL, test_same_bits);
  return g_test_run ();
}
