/* gst-resnet tests: ONNX graphs: refused ones, the same network as a state dict and as ONNX, each pass
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <glib/gstdio.h>
#include <math.h>
#include <nn/convert.h>
#include <nn/session.h>
#include <string.h>

#include "graph/fold-batch-norm.h"
#include "graph/fuse.h"
#include "import/onnx/onnx-import.h"
#include "import/onnx/onnx-layout.h"
#include "import/onnx/onnx-lower.h"
#include "model/model-private.h"
#include "model/model-struct.h"
#include "onnx-text.h"

static const gchar *const networks[] = {
  "networks/resnet18-thin.pth",          "family/timm-seresnet.safetensors",
  "family/timm-resnet-d.safetensors",    "family/timm-resnetv2-basic.safetensors",
  "family/timm-ecaresnet-d.safetensors",
};

static gchar *
path_of (const gchar *name)
{
  return g_build_filename (TEST_DATA_DIR, name, NULL);
}

/* Writes the network as an ONNX file whose BatchNorm is not folded. Free it with g_bytes_unref(). */
static GBytes *
as_onnx (const gchar *name)
{
  g_autofree gchar *path = path_of (name), *folder = g_dir_make_tmp ("onnx-import-XXXXXX", NULL);
  g_autofree gchar *file = g_build_filename (folder, "model.onnx", NULL);
  static const NnSaveOptions options = { .any_size = TRUE };
  GError *error = NULL;
  g_autoptr (NnModel) model = nn_model_load_unfolded (path, &error);
  gchar *data = NULL;
  gsize size;

  g_assert_no_error (error);
  nn_model_save (model, file, NN_SAVE_ONNX, &options, &error);
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (file, &data, &size, &error));
  g_unlink (file);
  g_rmdir (folder);
  return g_bytes_new_take (data, size);
}

static gfloat *
run (NnModel *model, guint threads, GString *kernels)
{
  const NnSessionOptions options = { .threads = threads, .height = 64, .width = 64 };
  gfloat *logits = g_new0 (gfloat, nn_model_get_n_outputs (model));
  g_autofree gfloat *x = g_new (gfloat, 3 * 64 * 64);
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);
  GError *error = NULL;
  g_autoptr (NnSession) session = nn_session_new (model, &options, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < 3 * 64 * 64; i++)
    x[i] = (gfloat)g_rand_double_range (rand, -2, 2);
  nn_session_set_profiling (session, TRUE);
  nn_session_run (session, x, 1, logits);
  if (kernels) {
    g_autoptr (GArray) profile = nn_session_get_profile (session);

    for (guint i = 0; i < profile->len; i++)
      g_string_append_printf (kernels, "%s\n", g_array_index (profile, NnLayerTime, i).kernel);
  }
  return logits;
}

/* The engine makes the same steps with the same kernels of both files, and so gives the same bits. */
static void
test_same_plan (void)
{
  for (guint n = 0; n < G_N_ELEMENTS (networks); n++) {
    g_autofree gchar *path = path_of (networks[n]);
    g_autoptr (GBytes) bytes = as_onnx (networks[n]);
    g_autoptr (GString) a_kernels = g_string_new (NULL), b_kernels = g_string_new (NULL);
    g_autofree gfloat *a_logits = NULL, *b_logits = NULL;
    GError *error = NULL;
    g_autoptr (NnModel) a = nn_model_load (path, &error), b = nn_model_load_bytes (bytes, "bytes", &error);

    g_assert_no_error (error);
    g_assert_cmpstr (nn_model_get_format (b), ==, "ONNX");
    g_assert_cmpuint (nn_model_get_n_outputs (a), ==, nn_model_get_n_outputs (b));
    a_logits = run (a, 1, a_kernels);
    b_logits = run (b, 2, b_kernels);
    g_assert_cmpstr (a_kernels->str, ==, b_kernels->str);
    g_assert_cmpmem (a_logits, nn_model_get_n_outputs (a) * sizeof (gfloat), b_logits,
                     nn_model_get_n_outputs (b) * sizeof (gfloat));
  }
}

static guint
count_plain (const NnGraph *graph)
{
  guint n = 0;

  for (guint i = 0; i < graph->nodes->len; i++)
    n += nn_graph_node (graph, i)->op == NN_OP_PLAIN;
  return n;
}

static void
assert_close (const gfloat *a, const gfloat *b, guint n)
{
  gfloat largest = 0, worst = 0;

  for (guint i = 0; i < n; i++) {
    largest = fmaxf (largest, fabsf (a[i]));
    worst = fmaxf (worst, fabsf (a[i] - b[i]));
  }
  g_assert_cmpfloat (largest, >, 0);
  g_assert_cmpfloat (worst, <=, 1e-5f * largest);
}

/* Compares the graph after each number of passes with the operators by their definitions. */
static void
test_passes (void)
{
  for (guint n = 0; n < G_N_ELEMENTS (networks); n++) {
    g_autoptr (GBytes) bytes = as_onnx (networks[n]);
    g_autofree gfloat *plain = NULL;

    for (guint passes = 0; passes < 5; passes++) {
      guint n_classes;
      NnGraph *graph = onnx_import_bytes (bytes, 64, &n_classes);
      g_autofree gfloat *logits = NULL;
      g_autoptr (NnModel) model = NULL;
      GError *error = NULL;

      g_assert_cmpuint (count_plain (graph), ==, graph->nodes->len - 1);
      if (passes > 0)
        g_assert_true (nn_graph_sink_transposes (graph, &error));
      if (passes > 1) {
        g_assert_true (nn_graph_lower (graph, &error));
        g_assert_cmpuint (count_plain (graph), ==, 0);
      }
      if (passes > 2)
        g_assert_true (nn_graph_fold_batch_norm (graph, NULL));
      if (passes > 3)
        nn_graph_fuse (graph);
      g_assert_no_error (error);
      /* The engine does not run a BatchNorm that stands alone. */
      if (passes == 2) {
        nn_graph_free (graph);
        continue;
      }
      model = nn_model_new_from_graph (graph, n_classes);
      logits = run (model, 1, NULL);
      if (passes == 0)
        plain = g_steal_pointer (&logits);
      else
        assert_close (plain, logits, n_classes);
    }
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/onnx-import/same-plan", test_same_plan);
  g_test_add_func ("/onnx-import/passes", test_passes);
  return g_test_run ();
}
