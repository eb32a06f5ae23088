/* gst-resnet tests: the embedded model
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <nn/model.h>
#include <string.h>

#include "default-model.h"

#define N_THREADS 8

static gpointer
get_bytes (gpointer data)
{
  return default_model_get_bytes ();
}

/* From many threads at once: the same bytes, in the binary itself, not a copy. */
static void
test_bytes (void)
{
  g_autofree gchar *path = g_test_build_filename (G_TEST_DIST, "photos200.safetensors", NULL);
  g_autofree gchar *contents = NULL;
  g_autoptr (GError) error = NULL;
  GThread *threads[N_THREADS];
  gconstpointer first = NULL;
  gsize length;

  g_file_get_contents (path, &contents, &length, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("get", get_bytes, NULL);
  for (guint i = 0; i < N_THREADS; i++) {
    g_autoptr (GBytes) bytes = g_thread_join (threads[i]);
    gsize size;
    gconstpointer data = g_bytes_get_data (bytes, &size);

    g_assert_cmpmem (data, size, contents, length);
    if (i == 0)
      first = data;
    g_assert_true (data == first);
  }
}

static void
test_model (void)
{
  g_autoptr (GBytes) bytes = default_model_get_bytes ();
  g_autoptr (GError) error = NULL;
  g_autoptr (NnModel) model = nn_model_load_bytes (bytes, DEFAULT_MODEL_NAME, &error);
  const NnPreprocess *preprocess;

  g_assert_no_error (error);
  g_assert_cmpuint (nn_model_get_n_classes (model), ==, 200);
  g_assert_cmpstr (nn_model_get_labels (model)[0], ==, "goldfish");
  g_assert_cmpstr (nn_model_get_labels (model)[199], ==, "acorn");
  g_assert_null (nn_model_get_warnings (model)[0]);

  preprocess = nn_model_get_preprocess (model);
  g_assert_true (nn_model_has_preprocess (model));
  g_assert_cmpuint (preprocess->resize, ==, 96);
  g_assert_cmpuint (preprocess->crop_height, ==, 96);
  g_assert_cmpfloat (preprocess->mean[0], ==, 0.485f);
  g_assert_cmpfloat (preprocess->std[2], ==, 0.225f);
  g_assert_cmpint (preprocess->interpolation, ==, NN_INTERPOLATION_BILINEAR);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/default-model/bytes", test_bytes);
  g_test_add_func ("/default-model/model", test_model);
  return g_test_run ();
}
