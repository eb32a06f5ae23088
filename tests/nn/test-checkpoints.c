/* gst-resnet tests: checkpoints as people have them, with PyTorch's logits (tests/data/checkpoints): what is taken of
 * them, what is said, what is refused
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <nn/model.h>
#include <nn/npy.h>
#include <nn/session.h>
#include <string.h>

#define TOLERANCE 1e-4

/* A line of cases.txt. */
typedef struct {
  gchar **fields; /* name, file, weights, architecture, logits or refusal, warning */
} Case;

static gfloat *
load_npy (const gchar *name, const gchar *suffix, gsize dims[NN_NPY_MAX_DIMS], guint n)
{
  g_autofree gchar *file = g_strconcat (TEST_DATA_DIR "/checkpoints/", name, suffix, NULL);
  GError *error = NULL;
  guint n_dims;
  gfloat *values = nn_npy_load (file, dims, &n_dims, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (n_dims, ==, n);
  return values;
}

static void
check_warning (const NnModel *model, const gchar *says)
{
  const gchar *const *warnings = nn_model_get_warnings (model);
  gboolean found = FALSE;

  for (guint i = 0; warnings[i]; i++) {
    if (!strcmp (says, "-"))
      g_error ("warns: \"%s\"", warnings[i]);
    found |= strstr (warnings[i], says) != NULL;
    g_assert_true (g_utf8_validate (warnings[i], -1, NULL));
  }
  if (!found && strcmp (says, "-"))
    g_error ("no warning says \"%s\", the first is \"%s\"", says, warnings[0] ? warnings[0] : "");
}

static void
check_logits (NnModel *model, const gchar *name)
{
  gsize in[NN_NPY_MAX_DIMS], out[NN_NPY_MAX_DIMS];
  g_autofree gfloat *input = load_npy ("input", ".npy", in, 4), *expected = load_npy (name, "-logits.npy", out, 2);
  g_autofree gfloat *logits = g_new (gfloat, out[0] * out[1]);
  NnSessionOptions options = { .max_batch = (guint)in[0],
                               .height = (guint)in[2],
                               .width = (guint)in[3],
                               .threads = 1,
                               .precision = NN_PRECISION_HIGHEST };
  GError *error = NULL;
  g_autoptr (NnSession) session = nn_session_new (model, &options, &error);
  gdouble largest = 0, worst = 0;

  g_assert_no_error (error);
  g_assert_cmpuint (nn_model_get_n_outputs (model), ==, out[1]);
  nn_session_run (session, input, (guint)in[0], logits);
  for (gsize i = 0; i < out[0] * out[1]; i++) {
    largest = MAX (largest, fabs (expected[i]));
    worst = MAX (worst, fabs ((gdouble)expected[i] - logits[i]));
  }
  if (worst > TOLERANCE * largest)
    g_error ("error %g of %g", worst, largest);
}

static void
test_case (gconstpointer data)
{
  gchar *const *f = ((const Case *)data)->fields;
  g_autofree gchar *path = g_build_filename (TEST_DATA_DIR, "checkpoints", f[1], NULL);
  const NnModelOptions options
      = { .weights = strcmp (f[2], "-") ? f[2] : NULL, .architecture = strcmp (f[3], "-") ? f[3] : NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (NnModel) model = nn_model_load_with (path, &options, &error);

  if (strcmp (f[4], "logits")) {
    if (model || !strstr (error->message, f[4]) || !strstr (error->message, f[1]) || strchr (error->message, '\n'))
      g_error ("\"%s\" should be one line that says \"%s\" and \"%s\"", model ? "loaded" : error->message, f[1], f[4]);
    return;
  }
  g_assert_no_error (error);
  check_warning (model, f[5]);
  check_logits (model, f[0]);
}

static void
case_free (gpointer data)
{
  g_strfreev (((Case *)data)->fields);
  g_free (data);
}

int
main (int argc, char **argv)
{
  g_autofree gchar *text = NULL;
  g_auto (GStrv) lines = NULL;
  GError *error = NULL;
  guint i;

  g_test_init (&argc, &argv, NULL);
  g_file_get_contents (TEST_DATA_DIR "/checkpoints/cases.txt", &text, NULL, &error);
  g_assert_no_error (error);
  lines = g_strsplit (text, "\n", -1);
  for (i = 0; lines[i] && *lines[i]; i++) {
    Case *c = g_new (Case, 1);
    g_autofree gchar *name = NULL;

    c->fields = g_strsplit (lines[i], "\t", -1);
    g_assert_cmpuint (g_strv_length (c->fields), ==, 6);
    name = g_strconcat ("/checkpoints/", c->fields[0], NULL);
    g_test_add_data_func_full (name, c, test_case, case_free);
  }
  g_assert_cmpuint (i, >=, 30);
  return g_test_run ();
}
