/* gst-resnet: class activation maps: which networks have one; map, bias and logit agree
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <nn/npy.h>
#include <nn/session.h>

#include "model/model-private.h"

static NnModel *
load (const gchar *name)
{
  g_autofree gchar *path = g_build_filename (TEST_DATA_DIR, "networks", name, NULL);
  g_autoptr (GError) error = NULL;
  NnModel *model = nn_model_load (path, &error);

  g_assert_no_error (error);
  return model;
}

/* The last layer of this network is not fed by a global average pool. A map is refused with a sentence, and the network
 * still runs. */
static void
test_other_end (void)
{
  NnModel *model = load ("cifar-resnet8.pth");
  NnGraph *graph = (NnGraph *)nn_model_get_graph (model);
  NnNode *fc = nn_graph_node (graph, graph->nodes->len - 1);
  NnNode *pool = nn_graph_node (graph, fc->inputs[0]);
  const NnSessionOptions options = { .threads = 1, .height = 16, .width = 16 };
  g_autoptr (GError) error = NULL;
  NnSession *session;
  guint height, width;

  g_assert_cmpint (pool->op, ==, NN_OP_GLOBAL_AVG_POOL);
  pool->op = NN_OP_GLOBAL_MAX_POOL;
  session = nn_session_new (model, &options, &error);
  g_assert_no_error (error);
  g_assert_false (nn_session_set_feature_map (session, TRUE, &error));
  g_assert_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, "global average pool"));
  nn_session_get_feature_map_size (session, &height, &width);
  g_assert_cmpuint (height, ==, 0);
  g_assert_cmpuint (width, ==, 0);
  nn_session_free (session);
  nn_model_unref (model);
}

/* For each class of each image of a batch, mean (map) + bias = logit. The logits keep their bits. */
static void
check_network (const gchar *name, guint side)
{
  NnModel *model = load (name);
  const NnGraph *graph = nn_model_get_graph (model);
  const NnNode *fc = nn_graph_node (graph, graph->nodes->len - 1);
  const gfloat *bias = fc->bias ? g_bytes_get_data (fc->bias, NULL) : NULL;
  const guint batch = 5, n = nn_model_get_n_outputs (model);
  const NnSessionOptions options
      = { .threads = 2, .max_batch = batch, .height = side, .width = side, .precision = NN_PRECISION_HIGHEST };
  const gsize size = (gsize)batch * 3 * side * side;
  g_autofree gfloat *input = g_new (gfloat, size);
  g_autofree gfloat *plain = g_new (gfloat, batch * n), *logits = g_new (gfloat, batch * n);
  g_autofree gfloat *map = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (NnSession) session = nn_session_new (model, &options, &error);
  gfloat largest = 0;
  guint height, width;

  g_assert_no_error (error);
  for (gsize i = 0; i < size; i++)
    input[i] = (gfloat)g_test_rand_double_range (-2, 2);
  nn_session_run (session, input, batch, plain);
  g_assert_true (nn_session_set_feature_map (session, TRUE, &error));
  nn_session_run (session, input, batch, logits);
  g_assert_cmpmem (logits, batch * n * sizeof (gfloat), plain, batch * n * sizeof (gfloat));
  for (guint i = 0; i < batch * n; i++)
    largest = MAX (largest, fabsf (logits[i]));
  nn_session_get_feature_map_size (session, &height, &width);
  g_assert_cmpuint (height * width, >, 1);
  map = g_new (gfloat, height * width);
  for (guint i = 0; i < batch; i++) {
    for (guint c = 0; c < n; c++) {
      gdouble sum = 0;

      nn_session_get_activation_map (session, i, c, map);
      for (guint j = 0; j < height * width; j++)
        sum += map[j];
      g_assert_cmpfloat (fabs (sum / (height * width) + (bias ? bias[c] : 0) - logits[i * n + c]), <=, 1e-4 * largest);
    }
  }
  g_assert_true (nn_session_set_feature_map (session, FALSE, &error));
  nn_session_run (session, input, batch, logits);
  g_assert_cmpmem (logits, batch * n * sizeof (gfloat), plain, batch * n * sizeof (gfloat));
  nn_model_unref (model);
}

static void
test_map_is_logit (void)
{
  check_network ("cifar-resnet8.pth", 32);
  check_network ("resnet20-cifar10.safetensors", 40);
  check_network ("resnet18-thin.pth", 64);
  check_network ("resnet50-thin.pth", 64);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/activation-map/other-end", test_other_end);
  g_test_add_func ("/activation-map/is-logit", test_map_is_logit);
  return g_test_run ();
}
