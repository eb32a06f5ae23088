/* gst-resnet: sessions: impossible sizes, one model in many threads, large batches, the same bits always
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <nn/session.h>
#include <string.h>

#include "test-levels.h"

static NnModel *
load (const gchar *name)
{
  g_autofree gchar *path = g_test_build_filename (G_TEST_DIST, "..", "data", "networks", name, NULL);
  GError *error = NULL;
  NnModel *model = nn_model_load (path, &error);

  g_assert_no_error (error);
  return model;
}

static gfloat *
random_images (guint n, guint height, guint width)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (n);
  const gsize size = (gsize)n * 3 * height * width;
  gfloat *x = g_new (gfloat, size);

  for (gsize i = 0; i < size; i++)
    x[i] = (gfloat)g_rand_double_range (rand, -2, 2);
  return x;
}

/* A size whose activations cannot be addressed is an error, and nothing is left behind. */
static void
test_too_large (void)
{
  g_autoptr (NnModel) model = load ("resnet18-thin.pth");
  static const guint sizes[] = { 65535, 1000000, G_MAXUINT };
  GError *error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    const NnSessionOptions options = { .threads = 1, .height = sizes[i], .width = sizes[i] };
    g_autofree gchar *size = g_strdup_printf ("%u", sizes[i]);

    g_assert_null (nn_session_new (model, &options, &error));
    g_assert_error (error, NN_ERROR, NN_ERROR_ARGUMENT);
    g_assert_nonnull (strstr (error->message, size));
    g_clear_error (&error);
  }
}

static void
test_tiny_inputs (void)
{
  g_autoptr (NnModel) model = load ("resnet18-thin.pth");
  const guint classes = nn_model_get_n_outputs (model);
  static const guint sizes[][2] = { { 1, 1 }, { 1, 40 }, { 7, 3 }, { 2, 65 } };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    const NnSessionOptions options = { .threads = 2, .height = sizes[i][0], .width = sizes[i][1] };
    g_autofree gfloat *x = random_images (1, sizes[i][0], sizes[i][1]);
    g_autofree gfloat *logits = g_new0 (gfloat, classes);
    GError *error = NULL;
    g_autoptr (NnSession) session = nn_session_new (model, &options, &error);
    gboolean any = FALSE;

    g_assert_no_error (error);
    nn_session_run (session, x, 1, logits);
    for (guint c = 0; c < classes; c++)
      any |= logits[c] != 0;
    g_assert_true (any);
  }
}

static gfloat *
run (NnModel *model, const gchar *isa, guint threads, guint max_batch, guint step, const gfloat *x, guint n, guint size)
{
  const NnSessionOptions options
      = { .threads = threads, .max_batch = max_batch, .height = size, .width = size, .max_isa = isa };
  const guint classes = nn_model_get_n_outputs (model);
  gfloat *logits = g_new0 (gfloat, (gsize)n * classes);
  GError *error = NULL;
  NnSession *session = nn_session_new (model, &options, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (nn_session_get_threads (session), ==, threads);
  for (guint i = 0; i < n; i += step)
    nn_session_run (session, x + (gsize)i * 3 * size * size, MIN (step, n - i), logits + (gsize)i * classes);
  nn_session_free (session);
  return logits;
}

/* The bits are the same even where a batch is cut into parts that fit into the cache, and where a run takes fewer
 * images than the session could. */
static void
test_same_bits (gconstpointer data)
{
  const gchar *isa = data;
  static const gchar *const names[] = { "resnet18-thin.pth", "resnet50-thin.pth", "resnext-4.safetensors" };
  const guint n = 23, size = 41;

  for (guint m = 0; m < G_N_ELEMENTS (names); m++) {
    g_autoptr (NnModel) model = load (names[m]);
    const gsize bytes = (gsize)n * nn_model_get_n_outputs (model) * sizeof (gfloat);
    g_autofree gfloat *x = random_images (n, size, size);
    g_autofree gfloat *expected = run (model, isa, 1, 1, 1, x, n, size);

    for (guint threads = 1; threads <= 4; threads++) {
      for (guint step = 1; step <= n; step += 11) {
        g_autofree gfloat *got = run (model, isa, threads, n, step, x, n, size);

        g_assert_cmpmem (got, bytes, expected, bytes);
      }
    }
  }
}

typedef struct {
  NnModel *model;
  const gfloat *x, *expected;
} Shared;

static gpointer
run_in_thread (gpointer data)
{
  const Shared *shared = data;
  const gsize bytes = nn_model_get_n_outputs (shared->model) * sizeof (gfloat);

  for (guint i = 0; i < 5; i++) {
    g_autofree gfloat *got = run (shared->model, NULL, 2, 1, 1, shared->x, 1, 33);

    g_assert_cmpmem (got, bytes, shared->expected, bytes);
  }
  return NULL;
}

static void
test_one_model_in_threads (void)
{
  g_autoptr (NnModel) model = load ("resnet18-thin.pth");
  g_autofree gfloat *x = random_images (1, 33, 33);
  g_autofree gfloat *expected = run (model, NULL, 1, 1, 1, x, 1, 33);
  Shared shared = { model, x, expected };
  GThread *threads[4];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("session", run_in_thread, &shared);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

static void
test_profile (void)
{
  g_autoptr (NnModel) model = load ("resnet18-thin.pth");
  const NnSessionOptions options = { .threads = 1, .height = 64, .width = 64 };
  g_autoptr (NnSession) session = nn_session_new (model, &options, NULL);
  g_autofree gfloat *x = random_images (1, 64, 64);
  g_autofree gfloat *logits = g_new0 (gfloat, nn_model_get_n_outputs (model));
  g_autoptr (GArray) profile = NULL;
  gdouble total = 0, predicted = 0;

  nn_session_set_profiling (session, TRUE);
  nn_session_run (session, x, 1, logits);
  profile = nn_session_get_profile (session);
  g_assert_cmpuint (profile->len, >, 10);
  if (!g_str_equal (nn_session_get_isa (session), "c")) /* OpenBLAS cuts the work in its own way */
    g_assert_cmpstr (g_array_index (profile, NnLayerTime, 0).name, ==, "conv1 + maxpool");
  for (guint i = 0; i < profile->len; i++) {
    const NnLayerTime *t = &g_array_index (profile, NnLayerTime, i);

    g_assert_nonnull (t->name);
    g_assert_nonnull (t->kernel);
    g_assert_cmpfloat (t->seconds, >=, 0);
    g_assert_cmpfloat (t->predicted, >=, 0);
    predicted += t->predicted;
    total += t->seconds;
  }
  g_assert_cmpfloat (total, >, 0);
  g_assert_cmpfloat (predicted, >, 0);
  g_assert_cmpfloat (nn_session_measure_peak (session), >, 1e6);
}

/* Sessions that want the same plan share one, however they come and go. Others have their own. */
static void
test_shared_plan (void)
{
  g_autoptr (NnModel) model = load ("resnet18-thin.pth");
  const NnSessionOptions options[] = { { .threads = 1, .height = 40, .width = 40 },
                                       { .threads = 1, .height = 40, .width = 40 },
                                       { .threads = 2, .height = 40, .width = 40 },
                                       { .threads = 1, .height = 40, .width = 48 },
                                       { .threads = 1, .height = 40, .width = 40, .max_batch = 2 },
                                       { .threads = 1, .height = 40, .width = 40, .max_isa = "c" } };
  static const guint sharing[] = { 1, 1, 0, 0, 0, 0 };
  const guint classes = nn_model_get_n_outputs (model);
  g_autofree gfloat *x = random_images (1, 40, 40);
  g_autofree gfloat *logits = g_new0 (gfloat, 2 * classes);
  NnSession *sessions[G_N_ELEMENTS (options)];
  GError *error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (options); i++) {
    sessions[i] = nn_session_new (model, &options[i], &error);
    g_assert_no_error (error);
  }
  for (guint i = 0; i < G_N_ELEMENTS (options); i++)
    /* On a machine that has only level C, the last session shares the plan, too. */
    if (g_strcmp0 (nn_session_get_isa (sessions[0]), "c") != 0)
      g_assert_cmpuint (nn_session_get_n_sharing (sessions[i]), ==, sharing[i]);

  nn_session_run (sessions[0], x, 1, logits);
  nn_session_free (sessions[0]);
  nn_session_run (sessions[1], x, 1, logits + classes);
  g_assert_cmpmem (logits, classes * sizeof (gfloat), logits + classes, classes * sizeof (gfloat));
  for (guint i = 2; i < G_N_ELEMENTS (options); i++)
    nn_session_free (sessions[i]);
  g_assert_cmpuint (nn_session_get_n_sharing (sessions[1]), ==, 0);
  nn_session_free (sessions[1]);
}

/* The weights that a model's first session packed stand for its weights. Sessions of other sizes, which compute some
 * layers by other algorithms, of other levels, and again of the first size must give the bits of a model that was just
 * loaded. */
static void
test_weights_given_away (void)
{
  static const gchar *const names[] = { "resnet18-thin.pth", "resnet50-thin.pth", "resnext-4.safetensors",
                                        "resnext-3x5.pth",   "cifar-resnet8.pth", "wide-thin.safetensors" };
  static const guint sizes[] = { 33, 160, 8, 33, 97 };
  static const gchar *const levels[] = { NULL, "c", NULL };

  for (guint m = 0; m < G_N_ELEMENTS (names); m++) {
    g_autoptr (NnModel) used = load (names[m]);
    const gsize bytes = nn_model_get_n_outputs (used) * sizeof (gfloat);
    g_autoptr (GArray) before = nn_model_get_layers (used, 64, 64, NULL), after = NULL;

    for (guint l = 0; l < G_N_ELEMENTS (levels); l++) {
      for (guint s = 0; s < G_N_ELEMENTS (sizes); s++) {
        g_autoptr (NnModel) fresh = load (names[m]);
        g_autofree gfloat *x = random_images (1, sizes[s], sizes[s]);
        g_autofree gfloat *expected = run (fresh, levels[l], 1, 1, 1, x, 1, sizes[s]);
        g_autofree gfloat *got = run (used, levels[l], 1, 1, 1, x, 1, sizes[s]);

        g_assert_cmpmem (got, bytes, expected, bytes);
      }
    }
    after = nn_model_get_layers (used, 64, 64, NULL);
    g_assert_cmpuint (before->len, ==, after->len);
    for (guint i = 0; i < before->len; i++)
      g_assert_cmpuint (g_array_index (before, NnLayerInfo, i).n_parameters, ==,
                        g_array_index (after, NnLayerInfo, i).n_parameters);
  }
}

typedef struct {
  NnModel *model;
  guint size;
  const gfloat *x, *expected;
} OneSize;

static gpointer
run_one_size (gpointer data)
{
  const OneSize *one = data;
  const gsize bytes = nn_model_get_n_outputs (one->model) * sizeof (gfloat);

  for (guint i = 0; i < 3; i++) {
    g_autofree gfloat *got = run (one->model, i == 1 ? "c" : NULL, 1, 1, 1, one->x, 1, one->size);

    if (i != 1)
      g_assert_cmpmem (got, bytes, one->expected, bytes);
  }
  return NULL;
}

/* Several threads pack weights for other sizes and levels at the same time, on a model that nobody used before. */
static void
test_sizes_in_threads (void)
{
  g_autoptr (NnModel) model = load ("resnet18-thin.pth");
  OneSize sizes[4];
  GThread *threads[G_N_ELEMENTS (sizes)];

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_autoptr (NnModel) fresh = load ("resnet18-thin.pth");
    const guint size = 20 + 30 * i;
    gfloat *x = random_images (1, size, size);

    sizes[i] = (OneSize){ model, size, x, run (fresh, NULL, 1, 1, 1, x, 1, size) };
  }
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    threads[i] = g_thread_new ("size", run_one_size, &sizes[i]);
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_thread_join (threads[i]);
    g_free ((gpointer)sizes[i].x);
    g_free ((gpointer)sizes[i].expected);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/session/too-large", test_too_large);
  g_test_add_func ("/session/tiny-inputs", test_tiny_inputs);
  g_test_add_func ("/session/one-model-in-threads", test_one_model_in_threads);
  g_test_add_func ("/session/profile", test_profile);
  g_test_add_func ("/session/shared-plan", test_shared_plan);
  g_test_add_func ("/session/weights-given-away", test_weights_given_away);
  g_test_add_func ("/session/sizes-in-threads", test_sizes_in_threads);
  test_add_levels ("session", "same-bits", test_same_bits);
  test_add_at_level ("session", "amx", "same-bits", nn_cpu_level (NULL) == NN_ISA_AMX, "amx", test_same_bits);
  return g_test_run ();
}
