/* gst-resnet tests: MODEL.tune.json, bad ones first; a tuned model's logits
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <glib/gstdio.h>
#include <math.h>
#include <nn/cpu.h>
#include <nn/tune.h>
#include <string.h>

#define SIZE 32
#define PIXELS (3 * SIZE * SIZE)
#define IMAGES 3
#define MAX_CLASSES 16

typedef struct {
  gchar *folder, *model, *tuning;
} Files;

static void
files_make (Files *files)
{
  g_autofree gchar *from = g_build_filename (TEST_DATA_DIR, "networks", "cifar-resnet8.pth", NULL);
  g_autofree gchar *bytes = NULL;
  gsize size;
  GError *error = NULL;

  files->folder = g_dir_make_tmp ("tune-XXXXXX", &error);
  g_assert_no_error (error);
  files->model = g_build_filename (files->folder, "m.pth", NULL);
  files->tuning = g_strconcat (files->model, NN_TUNING_SUFFIX, NULL);
  g_assert_true (g_file_get_contents (from, &bytes, &size, &error));
  g_assert_true (g_file_set_contents (files->model, bytes, (gssize)size, &error));
}

static void
files_remove (Files *files)
{
  g_remove (files->tuning);
  g_assert_cmpint (g_remove (files->model), ==, 0);
  g_assert_cmpint (g_rmdir (files->folder), ==, 0);
  g_free (files->folder);
  g_free (files->model);
  g_free (files->tuning);
}

/* @more: the number of warnings besides those that the model itself gives */
static NnModel *
load (const Files *files, guint more)
{
  static guint own = G_MAXUINT; /* the first call is made when nothing lies beside the model */
  GError *error = NULL;
  NnModel *model = nn_model_load (files->model, &error);

  g_assert_no_error (error);
  if (own == G_MAXUINT) {
    g_assert_cmpuint (more, ==, 0);
    own = g_strv_length ((gchar **)nn_model_get_warnings (model));
  }
  g_assert_cmpuint (g_strv_length ((gchar **)nn_model_get_warnings (model)), ==, own + more);
  return model;
}

/* Computes the logits of three images. Returns the kernels that ran, one per line. */
static gchar *
run (NnModel *model, guint threads, guint batch, gfloat logits[IMAGES * MAX_CLASSES])
{
  const NnSessionOptions options
      = { .threads = threads, .max_batch = batch, .height = SIZE, .width = SIZE, .precision = NN_PRECISION_HIGHEST };
  g_autofree gfloat *images = g_new (gfloat, IMAGES * PIXELS);
  g_autoptr (GArray) profile = NULL;
  g_autoptr (NnSession) session = NULL;
  const guint classes = nn_model_get_n_outputs (model);
  GString *kernels = g_string_new (NULL);
  GError *error = NULL;

  g_assert_cmpuint (classes, <=, MAX_CLASSES);
  for (guint i = 0; i < IMAGES * PIXELS; i++)
    images[i] = (gfloat)(i * 40503u % 997) / 250 - 2;
  session = nn_session_new (model, &options, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < IMAGES; i += batch)
    nn_session_run (session, images + i * PIXELS, MIN (batch, IMAGES - i), logits + i * classes);
  profile = nn_session_get_profile (session);
  for (guint i = 0; i < profile->len; i++)
    g_string_append_printf (kernels, "%s\n", g_array_index (profile, NnLayerTime, i).kernel);
  return g_string_free (kernels, FALSE);
}

static gchar *
tuning_with (NnModel *model, const gchar *layer, const gchar *algorithm)
{
  return g_strdup_printf ("{\"version\": 1, \"sha256\": \"%s\", \"isa\": \"%s\", \"height\": %d, \"width\": %d, "
                          "\"layers\": {\"%s\": \"%s\"}}",
                          nn_model_get_sha256 (model), nn_cpu_get_isa (), SIZE, SIZE, layer, algorithm);
}

/* Each bad file gives one warning that says what is wrong, and the model runs as it does without the file. */
static void
test_bad (void)
{
  static const struct {
    const gchar *from, *to, *says; /* a part of a good file, what replaces it, and the warning */
  } cases[] = {
    { NULL, "", "is empty" },
    { NULL, "{", "valid JSON" },
    { NULL, "[1]", "no JSON object" },
    { NULL, "{}", "\"version\" is 1" },
    { "\"version\": 1", "\"version\": 2", "\"version\" is 1" },
    { "\"version\": 1", "\"version\": true", "\"version\" is 1" },
    { "\"sha256\": \"", "\"sha256\": \"0", "another model file" },
    { "\"sha256\"", "\"sha\"", "\"sha256\" is" },
    { "\"height\": 32", "\"height\": 0", "\"height\" and \"width\"" },
    { "\"height\": 32", "\"height\": -1", "\"height\" and \"width\"" },
    { "\"height\": 32", "\"height\": 65536", "\"height\" and \"width\"" },
    { "\"width\": 32", "\"width\": 32.5", "\"height\" and \"width\"" },
    { "\"width\": 32", "\"width\": \"32\"", "\"height\" and \"width\"" },
    { "\"isa\": \"", "\"isa\": \"x", "the name of a level" },
    { "\"isa\"", "\"level\"", "the name of a level" },
    { "\"layers\": {", "\"layers\": 1, \"other\": {", "\"layers\" is an object" },
    { "layer1.0.conv1", "layer9.0.conv1", "no convolution named 'layer9.0.conv1'" },
    { "layer1.0.conv1", "fc", "no convolution named 'fc'" },
    { "\"direct\"", "\"fast\"", "the algorithm is" },
    { "\"direct\"", "1", "the algorithm is" },
    { "\"direct\"", "null", "the algorithm is" },
  };
  Files files;
  NnModel *model;
  gfloat want[IMAGES * MAX_CLASSES], logits[IMAGES * MAX_CLASSES];
  g_autofree gchar *good = NULL;

  files_make (&files);
  model = load (&files, 0);
  g_free (run (model, 1, 1, want));
  good = tuning_with (model, "layer1.0.conv1", "direct");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *text = NULL;
    NnModel *other;
    GError *error = NULL;
    const gchar *warning;

    if (cases[i].from) {
      g_auto (GStrv) parts = g_strsplit (good, cases[i].from, 2);

      g_assert_cmpuint (g_strv_length (parts), ==, 2);
      text = g_strjoinv (cases[i].to, parts);
    }
    g_assert_true (g_file_set_contents (files.tuning, text ? text : cases[i].to, -1, &error));
    other = load (&files, 1);
    warning = nn_model_get_warnings (other)[g_strv_length ((gchar **)nn_model_get_warnings (other)) - 1];
    if (!strstr (warning, files.tuning) || !strstr (warning, cases[i].says) || !strstr (warning, "is not used"))
      g_error ("case %u: \"%s\" should say \"%s\"", i, warning, cases[i].says);
    g_free (run (other, 1, 1, logits));
    g_assert_cmpmem (want, IMAGES * nn_model_get_n_outputs (model) * sizeof (gfloat), logits,
                     IMAGES * nn_model_get_n_outputs (model) * sizeof (gfloat));
    nn_model_unref (other);
  }
  g_remove (files.tuning);
  g_assert_cmpint (g_mkdir (files.tuning, 0700), ==, 0);
  nn_model_unref (model);
  model = load (&files, 1);
  nn_model_unref (model);
  g_assert_cmpint (g_rmdir (files.tuning), ==, 0);
  files_remove (&files);
}

static void
assert_close (const gfloat *want, const gfloat *logits, guint n)
{
  gdouble largest = 0, worst = 0;

  for (guint i = 0; i < n; i++) {
    largest = fmax (largest, fabs ((gdouble)want[i]));
    worst = fmax (worst, fabs ((gdouble)want[i] - (gdouble)logits[i]));
  }
  g_assert_cmpfloat (largest, >, 0);
  g_assert_cmpfloat (worst, <=, 1e-4 * largest);
}

/* The file decides which algorithms run, but only for its size and level. */
static void
test_applied (void)
{
  static const gchar *const algorithms[] = { "direct", "winograd-2x2", "winograd-4x4" };
  static const gchar *const kernels[] = { "direct", "winograd 2x2", "winograd 4x4" };
  Files files;
  NnModel *model;
  gfloat want[IMAGES * MAX_CLASSES], logits[IMAGES * MAX_CLASSES];
  guint classes;

  if (g_str_equal (nn_cpu_get_isa (), "c")) {
    g_test_skip ("level c has no Winograd");
    return;
  }
  files_make (&files);
  model = load (&files, 0);
  classes = nn_model_get_n_outputs (model);
  g_free (run (model, 1, 1, want));
  for (guint i = 0; i < G_N_ELEMENTS (algorithms); i++) {
    g_autofree gchar *text = tuning_with (model, "layer1.0.conv1", algorithms[i]), *ran = NULL;
    g_auto (GStrv) lines = NULL;
    NnModel *tuned;
    GError *error = NULL;

    g_assert_true (g_file_set_contents (files.tuning, text, -1, &error));
    tuned = load (&files, 0);
    ran = run (tuned, 1, 1, logits);
    lines = g_strsplit (ran, "\n", -1);
    g_assert_true (g_str_has_prefix (lines[1], kernels[i]));
    assert_close (want, logits, IMAGES * classes);
    nn_model_unref (tuned);
  }
  nn_model_unref (model);
  files_remove (&files);
}

/* The algorithms are measured, saved and loaded. The bits are the same in all runs, for any threads and batch, and stay
 * inside the contract. */
static void
test_tuned (void)
{
  const NnSessionOptions options = { .threads = 1, .height = SIZE, .width = SIZE, .precision = NN_PRECISION_HIGHEST };
  Files files;
  NnModel *model;
  gfloat want[IMAGES * MAX_CLASSES], first[IMAGES * MAX_CLASSES], logits[IMAGES * MAX_CLASSES];
  g_autofree gchar *json = NULL;
  GError *error = NULL;
  guint classes;

  files_make (&files);
  model = load (&files, 0);
  classes = nn_model_get_n_outputs (model);
  g_free (run (model, 1, 1, want));
  {
    NnSession *beside = nn_session_new (model, &options, &error);

    g_assert_no_error (error);
    g_assert_null (nn_model_tune (model, &options, 0, &error));
    g_assert_error (error, NN_ERROR, NN_ERROR_ARGUMENT);
    g_clear_error (&error);
    nn_session_free (beside);
  }
  json = nn_model_tune (model, &options, 0, &error);
  g_assert_no_error (error);
  g_assert_nonnull (json);
  g_free (run (model, 1, 1, first));
  assert_close (want, first, IMAGES * classes);
  g_assert_true (g_file_set_contents (files.tuning, json, -1, &error));
  nn_model_unref (model);

  model = load (&files, 0);
  for (guint threads = 1; threads <= 3; threads++)
    for (guint batch = 1; batch <= IMAGES; batch++) {
      g_free (run (model, threads, batch, logits));
      g_assert_cmpmem (first, IMAGES * classes * sizeof (gfloat), logits, IMAGES * classes * sizeof (gfloat));
    }
  nn_model_unref (model);
  files_remove (&files);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tune/bad", test_bad);
  g_test_add_func ("/tune/applied", test_applied);
  g_test_add_func ("/tune/tuned", test_tuned);
  return g_test_run ();
}
