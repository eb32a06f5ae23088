/* gst-resnet tests: models whose weights cancel huge magnitudes: Winograd's sums would leave the contract, and sessions
 * notice
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <nn/cpu.h>
#include <nn/session.h>
#include <string.h>

#include "model/model-private.h"
#include "model/model-struct.h"
#include "plan/packed-weight.h"
#include "plan/packed-winograd.h"
#include "plan/plan.h"

#define SIZE 32
#define CHANNELS 64
#define CLASSES 4

static GBytes *
take (gfloat *values, gsize n)
{
  return g_bytes_new_take (values, n * sizeof (gfloat));
}

static gfloat *
random_values (GRand *rand, gsize n, gdouble scale)
{
  gfloat *values = g_new (gfloat, n);

  for (gsize i = 0; i < n; i++)
    values[i] = (gfloat)g_rand_double_range (rand, -scale, scale);
  return values;
}

/* Makes conv 1×1 3 → 64 with relu; conv 3×3 64 → 64 without padding; average; linear. The first channel of the first
 * convolution is 1 everywhere. The second convolution multiplies it by +@huge and −@huge at the first two taps and by
 * nothing else, so that sums in order cancel these before anything is added. */
static NnModel *
make_model (gfloat huge)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);
  NnGraph *graph = nn_graph_new ();
  guint input = nn_graph_add (graph, NN_OP_INPUT, "input"), first = nn_graph_add (graph, NN_OP_CONV, "first");
  guint second = nn_graph_add (graph, NN_OP_CONV, "second"), pool = nn_graph_add (graph, NN_OP_GLOBAL_AVG_POOL, "pool");
  guint fc = nn_graph_add (graph, NN_OP_LINEAR, "fc");
  NnNode *node = nn_graph_node (graph, input);
  gfloat *w = random_values (rand, CHANNELS * 3, 0.5), *bias = random_values (rand, CHANNELS, 0.5);

  node->out_channels = 3;
  for (guint c = 0; c < 3; c++)
    w[c] = 0;
  bias[0] = 1;
  node = nn_graph_node (graph, first);
  node->inputs[0] = input;
  node->in_channels = 3;
  node->out_channels = CHANNELS;
  node->relu = TRUE;
  node->weight = take (w, CHANNELS * 3);
  node->bias = take (bias, CHANNELS);

  w = random_values (rand, CHANNELS * CHANNELS * 9, 0.05);
  for (guint o = 0; huge > 0 && o < CHANNELS; o++)
    for (guint c = 0; c < CHANNELS; c++) {
      w[(o * CHANNELS + c) * 9] = c == 0 ? huge : 0;
      w[(o * CHANNELS + c) * 9 + 1] = c == 0 ? -huge : 0;
    }
  node = nn_graph_node (graph, second);
  node->inputs[0] = first;
  node->in_channels = node->out_channels = CHANNELS;
  node->kernel[0] = node->kernel[1] = 3;
  node->weight = take (w, CHANNELS * CHANNELS * 9);

  node = nn_graph_node (graph, pool);
  node->inputs[0] = second;
  node->in_channels = node->out_channels = CHANNELS;
  node = nn_graph_node (graph, fc);
  node->inputs[0] = pool;
  node->in_channels = CHANNELS;
  node->out_channels = CLASSES;
  node->weight = take (random_values (rand, CLASSES * CHANNELS, 0.3), CLASSES * CHANNELS);
  return nn_model_new_from_graph (graph, CLASSES);
}

/* Computes the same logits in float64. */
static void
reference (NnModel *model, const gfloat *image, gdouble logits[CLASSES])
{
  const NnGraph *graph = nn_model_get_graph (model);
  g_autoptr (GBytes) first = nn_plan_cache_get_weight (nn_model_get_plans (model), 1);
  g_autoptr (GBytes) second = nn_plan_cache_get_weight (nn_model_get_plans (model), 2);
  g_autoptr (GBytes) fc = nn_plan_cache_get_weight (nn_model_get_plans (model), 4);
  const gfloat *w1 = g_bytes_get_data (first, NULL), *w2 = g_bytes_get_data (second, NULL),
               *w3 = g_bytes_get_data (fc, NULL);
  const gfloat *bias = g_bytes_get_data (nn_graph_node (graph, 1)->bias, NULL);
  g_autofree gdouble *sums = g_new0 (gdouble, CHANNELS * 9), *mean = g_new0 (gdouble, CHANNELS);
  const gdouble n = (gdouble)(SIZE - 2) * (SIZE - 2);

  /* The average of a convolution's outputs is made of the sums of the windows, tap by tap. */
  for (guint y = 0; y < SIZE; y++)
    for (guint x = 0; x < SIZE; x++)
      for (guint c = 0; c < CHANNELS; c++) {
        gdouble v = (gdouble)bias[c];

        for (guint i = 0; i < 3; i++)
          v += (gdouble)w1[c * 3 + i] * (gdouble)image[(i * SIZE + y) * SIZE + x];
        v = fmax (v, 0);
        for (guint t = 0; t < 9; t++)
          if (y >= t / 3 && y - t / 3 < SIZE - 2 && x >= t % 3 && x - t % 3 < SIZE - 2)
            sums[c * 9 + t] += v;
      }
  for (guint o = 0; o < CHANNELS; o++)
    for (guint i = 0; i < CHANNELS * 9; i++)
      mean[o] += (gdouble)w2[o * CHANNELS * 9 + i] * sums[i] / n;
  for (guint k = 0; k < CLASSES; k++) {
    logits[k] = 0;
    for (guint o = 0; o < CHANNELS; o++)
      logits[k] += (gdouble)w3[k * CHANNELS + o] * mean[o];
  }
}

/* Returns the name of the kernel that the second convolution runs. Fills *@error with the error, divided by the largest
 * logit. */
static gchar *
run (NnModel *model, NnSession *session, gdouble *error)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (4);
  g_autofree gfloat *image = random_values (rand, 3 * SIZE * SIZE, 2);
  g_autoptr (GArray) profile = NULL;
  gfloat logits[CLASSES];
  gdouble want[CLASSES], largest = 0;

  nn_session_run (session, image, 1, logits);
  reference (model, image, want);
  *error = 0;
  for (guint k = 0; k < CLASSES; k++) {
    largest = fmax (largest, fabs (want[k]));
    *error = fmax (*error, fabs ((gdouble)logits[k] - want[k]));
  }
  *error /= largest;
  profile = nn_session_get_profile (session);
  return g_strdup (g_array_index (profile, NnLayerTime, 1).kernel);
}

static NnSession *
session_of (NnModel *model)
{
  const NnSessionOptions options
      = { .threads = 1, .height = SIZE, .width = SIZE, .max_isa = "avx512", .precision = NN_PRECISION_HIGHEST };
  GError *error = NULL;
  NnSession *session = nn_session_new (model, &options, &error);

  g_assert_no_error (error);
  return session;
}

/* Skips a test and returns FALSE where no level has Winograd. */
static gboolean
has_winograd (void)
{
  if (!g_str_equal (nn_cpu_get_isa (), "c"))
    return TRUE;
  g_test_skip ("level c has no Winograd");
  return FALSE;
}

static void
test_cancelling (void)
{
  const NnIsa isa = nn_cpu_level ("avx512");
  NnModel *model;
  gdouble error;

  if (!has_winograd ())
    return;
  model = make_model (1 << 20);
  /* The verdict says that Winograd was found good, so the convolution runs by Winograd, and its result is wrong. */
  nn_plan_cache_set_verdict (nn_model_get_plans (model), isa, SIZE, SIZE, NN_TRIAL_WINOGRAD, NN_VERDICT_STAYS);
  {
    g_autoptr (NnSession) session = session_of (model);
    g_autofree gchar *kernel = run (model, session, &error);

    g_assert_true (g_str_has_prefix (kernel, "winograd"));
    g_assert_cmpfloat (error, >, 1e-4);
  }
  nn_plan_cache_set_verdict (nn_model_get_plans (model), isa, SIZE, SIZE, NN_TRIAL_WINOGRAD, NN_VERDICT_UNKNOWN);
  for (guint i = 0; i < 2; i++) {
    g_autoptr (NnSession) session = session_of (model);
    g_autofree gchar *kernel = run (model, session, &error);

    g_assert_true (g_str_has_prefix (kernel, "direct"));
    g_assert_cmpfloat (error, <=, 1e-4);
    /* The verdict is kept for the sessions after this one. */
    g_assert_cmpint (nn_plan_cache_get_verdict (nn_model_get_plans (model), isa, SIZE, SIZE, NN_TRIAL_WINOGRAD), ==,
                     NN_VERDICT_LEAVES);
  }
  nn_model_unref (model);
}

/* Two sessions at once share the plan that results from the verdict. */
static void
test_shared (void)
{
  NnModel *model;

  if (!has_winograd ())
    return;
  model = make_model (1 << 20);
  {
    g_autoptr (NnSession) a = session_of (model), b = session_of (model);

    g_assert_cmpuint (nn_session_get_n_sharing (a), ==, 1);
    g_assert_cmpuint (nn_session_get_n_sharing (b), ==, 1);
  }
  nn_model_unref (model);
}

static void
test_ordinary (void)
{
  NnModel *model;
  gdouble error;

  if (!has_winograd ())
    return;
  model = make_model (0);
  {
    g_autoptr (NnSession) session = session_of (model);
    g_autofree gchar *kernel = run (model, session, &error);

    g_assert_true (g_str_has_prefix (kernel, "winograd"));
    g_assert_cmpfloat (error, <=, 1e-4);
    g_assert_cmpint (
        nn_plan_cache_get_verdict (nn_model_get_plans (model), nn_cpu_level ("avx512"), SIZE, SIZE, NN_TRIAL_WINOGRAD),
        ==, NN_VERDICT_UNKNOWN);
  }
  nn_model_unref (model);
}

/* A plan that was made before the verdict, and is still in use by another thread, is not shared afterwards. */
static void
test_older_plan (void)
{
  NnModel *model;
  gdouble error;

  if (!has_winograd ())
    return;
  model = make_model (0);
  {
    g_autoptr (NnSession) before = session_of (model), after = NULL;
    g_autofree gchar *old = run (model, before, &error), *kernel = NULL;

    nn_plan_cache_set_verdict (nn_model_get_plans (model), nn_cpu_level ("avx512"), SIZE, SIZE, NN_TRIAL_WINOGRAD,
                               NN_VERDICT_LEAVES);
    after = session_of (model);
    kernel = run (model, after, &error);
    g_assert_true (g_str_has_prefix (old, "winograd"));
    g_assert_false (g_str_has_prefix (kernel, "winograd"));
    g_assert_cmpuint (nn_session_get_n_sharing (after), ==, 0);
  }
  nn_model_unref (model);
}

/* The weights alone show where Winograd's sums may be far less exact than direct ones. */
static void
test_suspects (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);
  g_autofree gfloat *w = random_values (rand, 32 * 32 * 9, 1), *flat = g_new (gfloat, 32 * 32 * 9);

  g_assert_false (nn_winograd_is_suspect (w, 32, 32, NULL));
  memcpy (flat, w, 32 * 32 * 9 * sizeof (gfloat));
  w[17 * 9 + 4] = 1e4f; /* a weight that is a thousand times all others */
  g_assert_true (nn_winograd_is_suspect (w, 32, 32, NULL));
  for (guint i = 0; i < 32 * 32; i++) /* kernels whose taps add up to zero */
    flat[i * 9 + 8] = -(flat[i * 9] + flat[i * 9 + 1] + flat[i * 9 + 2] + flat[i * 9 + 3] + flat[i * 9 + 4]
                        + flat[i * 9 + 5] + flat[i * 9 + 6] + flat[i * 9 + 7]);
  g_assert_true (nn_winograd_is_suspect (flat, 32, 32, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/winograd-probe/cancelling", test_cancelling);
  g_test_add_func ("/winograd-probe/shared", test_shared);
  g_test_add_func ("/winograd-probe/ordinary", test_ordinary);
  g_test_add_func ("/winograd-probe/older-plan", test_older_plan);
  g_test_add_func ("/winograd-probe/suspects", test_suspects);
  return g_test_run ();
}
