/* gst-resnet tests: file → model: metadata, warnings, layers
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <nn/model.h>
#include <string.h>

#include "graph-reference.h"
#include "model/model-private.h"
#include "state-dict-maker.h"

static const TestResnet net = { { 1, 1 }, 4, 7, FALSE, 4, 4, 1, 3, FALSE, FALSE, FALSE };
static const TestResnet cifar = { { 1, 1, 1 }, 4, 3, FALSE, 4, 4, 1, 3, FALSE, FALSE, FALSE };

/* Makes a file with at most two metadata entries. A NULL key ends them. */
static GBytes *
file_of (const TestResnet *of, const gchar *key, const gchar *value, const gchar *key2, const gchar *value2)
{
  TestDict *dict = test_dict_new (of);
  GBytes *bytes = key2 ? test_dict_to_safetensors (dict, key, value, key2, value2, NULL)
                       : test_dict_to_safetensors (dict, key, value, NULL);

  g_ptr_array_unref (dict);
  return bytes;
}

static NnModel *
load (GBytes *bytes)
{
  GError *error = NULL;
  NnModel *model = nn_model_load_bytes (bytes, "little.safetensors", &error);

  g_assert_no_error (error);
  g_bytes_unref (bytes);
  return model;
}

static void
refused (GBytes *bytes, gint code, const gchar *part, const gchar *other)
{
  GError *error = NULL;

  g_assert_null (nn_model_load_bytes (bytes, "little.safetensors", &error));
  g_assert_error (error, NN_ERROR, code);
  g_assert_true (g_str_has_prefix (error->message, "little.safetensors: "));
  if (!strstr (error->message, part) || !strstr (error->message, other))
    g_error ("\"%s\" should say \"%s\" and \"%s\"", error->message, part, other);
  g_error_free (error);
  g_bytes_unref (bytes);
}

static void
test_bad_file (void)
{
  GError *error = NULL;

  g_assert_null (nn_model_load ("/does/not/exist.pth", &error));
  g_assert_error (error, NN_ERROR, NN_ERROR_IO);
  g_clear_error (&error);
  g_assert_null (nn_model_load ("/", &error));
  g_assert_true (error && error->domain == NN_ERROR);
  g_clear_error (&error);
}

static void
test_bad_network (void)
{
  TestDict *dict = test_dict_new (&net);

  test_dict_remove (dict, "layer2.0.conv1.weight");
  refused (test_dict_to_safetensors (dict, NULL), NN_ERROR_ARCHITECTURE, "layer2.0.conv1.weight: missing", "");
  g_ptr_array_unref (dict);
  dict = test_dict_new (&net);
  test_dict_set (dict, "bn1.running_var", 1, -1);
  refused (test_dict_to_safetensors (dict, NULL), NN_ERROR_UNFIT, "bn1.running_var[1] is -1", "");
  g_ptr_array_unref (dict);
}

/* The weights are finite, but their product with gamma is not. */
static void
test_folding_overflows (void)
{
  TestDict *dict = test_dict_new (&net);

  test_dict_set (dict, "layer1.0.bn1.weight", 2, 3e38f);
  test_dict_set (dict, "layer1.0.bn1.running_var", 2, 1e-9f);
  refused (test_dict_to_safetensors (dict, NULL), NN_ERROR_UNFIT, "layer1.0.conv1", "BatchNorm");
  g_ptr_array_unref (dict);
}

static void
test_bad_preprocess (void)
{
  static const gchar *const bad[][2] = {
    { "preprocess.resize", "" },
    { "preprocess.resize", "-1" },
    { "preprocess.resize", "4097" },
    { "preprocess.resize", "256.0" },
    { "preprocess.resize", "256px" },
    { "preprocess.resize", "18446744073709551872" },
    { "preprocess.crop", "0" },
    { "preprocess.crop", "224x" },
    { "preprocess.crop", "x224" },
    { "preprocess.crop", "224x0" },
    { "preprocess.crop", "224x224x3" },
    { "preprocess.crop", "-1x2" },
    { "preprocess.resize", "0x256" },
    { "preprocess.resize", "256x4097" },
    { "preprocess.channel_order", "grb" },
    { "preprocess.channel_order", "" },
    { "preprocess.crop", "4097" },
    { "preprocess.mean", "0.5" },
    { "preprocess.mean", "0.5, 0.5" },
    { "preprocess.mean", "0.5, 0.5, nan" },
    { "preprocess.mean", "0.5, 0.5, 0.5, 0.5" },
    { "preprocess.std", "0.5, 0, 0.5" },
    { "preprocess.std", "0.5, -0.5, 0.5" },
    { "preprocess.std", "inf, 0.5, 0.5" },
    { "preprocess.interpolation", "lanczos" },
    { "preprocess.interpolation", "" },
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autofree gchar *shown = g_strdup_printf ("\"%s\"", bad[i][1]);

    refused (file_of (&net, bad[i][0], bad[i][1], NULL, NULL), NN_ERROR_FORMAT, bad[i][0], shown);
  }
  /* What a hostile file may put into a message is cut short and made printable. */
  refused (file_of (&net, "preprocess.crop", "\x1b[31m", NULL, NULL), NN_ERROR_FORMAT, "preprocess.crop", "\\033[31m");
}

static void
test_bad_labels (void)
{
  refused (file_of (&net, "labels", "[\"a\", \"b\"]", NULL, NULL), NN_ERROR_LABELS, "2", "3");
  refused (file_of (&net, "labels", "[\"a\", \"b\", \"c\", \"d\"]", NULL, NULL), NN_ERROR_LABELS, "4", "3");
  refused (file_of (&net, "labels", "a\nb\n", NULL, NULL), NN_ERROR_LABELS, "2", "3");
  refused (file_of (&net, "labels", "[\"a\", \"b\", \"c\"", NULL, NULL), NN_ERROR_LABELS, "labels", "");
  refused (file_of (&net, "labels", "", NULL, NULL), NN_ERROR_LABELS, "labels", "");
}

static void
test_labels (void)
{
  static const gchar *const values[] = { "[\"a b\", \"c, d\", \"#e\"]", "a b\nc, d\n#e", "a b\r\nc, d\r\n#e\r\n" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (values); i++) {
    g_autoptr (NnModel) model = load (file_of (&net, "labels", values[i], NULL, NULL));
    const gchar *const *labels = nn_model_get_labels (model);

    g_assert_cmpuint (g_strv_length ((gchar **)labels), ==, 3);
    g_assert_cmpstr (labels[0], ==, "a b");
    g_assert_cmpstr (labels[1], ==, "c, d");
    g_assert_cmpstr (labels[2], ==, "#e");
    g_assert_false (nn_model_has_preprocess (model));
  }
}

static void
test_defaults (void)
{
  static const NnPreprocess imagenet = NN_PREPROCESS_IMAGENET;
  GBytes *bytes = file_of (&net, "title", "preprocess.crop", "format", "pt");
  g_autofree gchar *sha256 = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
  g_autoptr (NnModel) model = load (bytes);

  g_assert_cmpstr (nn_model_get_sha256 (model), ==, sha256);
  g_assert_cmpstr (nn_model_get_format (model), ==, "safetensors");
  g_assert_cmpstr (nn_model_get_architecture (model), ==, "ResNet (basic 1-1, width 4)");
  g_assert_cmpuint (nn_model_get_n_classes (model), ==, 3);
  g_assert_null (nn_model_get_labels (model));
  g_assert_false (nn_model_has_preprocess (model));
  g_assert_cmpmem (nn_model_get_preprocess (model), sizeof imagenet, &imagenet, sizeof imagenet);
  g_assert_null (nn_model_get_warnings (model)[0]);
}

static void
test_preprocess (void)
{
  g_autoptr (NnModel) model = load (file_of (&net, "preprocess.crop", "32", "preprocess.std", "[0.5; 0.25 0.125]"));
  g_autoptr (NnModel) other = load (file_of (&net, "preprocess.resize", " 0 ", "preprocess.interpolation", "bicubic"));
  const NnPreprocess *p = nn_model_get_preprocess (model);

  g_assert_true (nn_model_has_preprocess (model));
  g_assert_cmpuint (p->crop_height, ==, 32);
  g_assert_cmpuint (p->resize, ==, 256);
  g_assert_cmpfloat (p->mean[2], ==, 0.406f);
  g_assert_cmpfloat (p->std[1], ==, 0.25f);
  g_assert_cmpfloat (p->std[2], ==, 0.125f);
  p = nn_model_get_preprocess (other);
  g_assert_cmpuint (p->resize, ==, 0);
  g_assert_cmpuint (p->crop_height, ==, 224);
  g_assert_cmpint (p->interpolation, ==, NN_INTERPOLATION_BICUBIC);
}

static void
test_warnings (void)
{
  g_autoptr (NnModel) unknown = load (file_of (&net, "preprocess.size", "32", NULL, NULL));
  g_autoptr (NnModel) small = load (file_of (&cifar, NULL, NULL, NULL, NULL));
  g_autoptr (NnModel) told = load (file_of (&cifar, "preprocess.crop", "32", NULL, NULL));
  const gchar *const *warnings = nn_model_get_warnings (unknown);

  g_assert_cmpuint (g_strv_length ((gchar **)warnings), ==, 1);
  g_assert_nonnull (strstr (warnings[0], "preprocess.size"));
  g_assert_false (nn_model_has_preprocess (unknown));
  warnings = nn_model_get_warnings (small);
  g_assert_cmpuint (g_strv_length ((gchar **)warnings), ==, 1);
  g_assert_nonnull (strstr (warnings[0], "resize=32 crop=32"));
  g_assert_null (nn_model_get_warnings (told)[0]);
}

static void
test_folded_and_fused (void)
{
  g_autoptr (NnModel) model = load (file_of (&net, NULL, NULL, NULL, NULL));
  const NnGraph *graph = nn_model_get_graph (model);

  /* input, conv1, maxpool, 2 × 2 convolutions of blocks, 1 shortcut, avgpool and fc */
  g_assert_cmpuint (graph->nodes->len, ==, 10);
  g_assert_cmpuint (test_count_op (graph, NN_OP_BATCH_NORM), ==, 0);
  g_assert_cmpuint (test_count_op (graph, NN_OP_RELU), ==, 0);
  g_assert_cmpuint (test_count_op (graph, NN_OP_ADD), ==, 0);
}

/* ResNet-18 at 224 × 224 comes from He et al. 2015, table 1, and is counted here layer by layer. */
static void
test_layers (void)
{
  static const TestResnet resnet18 = { { 2, 2, 2, 2 }, 64, 7, FALSE, 64, 64, 1, 1000, FALSE, FALSE, FALSE };
  g_autoptr (NnModel) model = load (file_of (&resnet18, NULL, NULL, NULL, NULL));
  guint64 stage1 = 4 * G_GUINT64_CONSTANT (64) * 56 * 56 * 64 * 9;
  /* Each later stage has one 3×3 convolution from half as many channels, three more, and a 1×1 shortcut. Channels² ×
   * area is constant. */
  guint64 later = G_GUINT64_CONSTANT (128) * 28 * 28 * (64 * 9 + 3 * 128 * 9 + 64);
  guint64 macs = G_GUINT64_CONSTANT (64) * 112 * 112 * 147 + stage1 + 3 * later + 512 * 1000;
  guint64 flops = 0, n_parameters = 0;
  GError *error = NULL;
  GArray *layers;
  guint i;

  g_assert_null (nn_model_get_layers (model, 0, 224, &error));
  g_assert_error (error, NN_ERROR, NN_ERROR_ARGUMENT);
  g_clear_error (&error);
  layers = nn_model_get_layers (model, 224, 224, &error);
  g_assert_no_error (error);
  for (i = 0; i < layers->len; i++) {
    const NnLayerInfo *layer = &g_array_index (layers, NnLayerInfo, i);

    flops += layer->flops;
    n_parameters += layer->n_parameters;
    g_assert_nonnull (layer->op);
    if (!strcmp (layer->name, "layer2.0.conv1")) {
      g_assert_cmpstr (layer->op, ==, "conv 3x3/2 + relu");
      g_assert_cmpuint (layer->in[0], ==, 64);
      g_assert_cmpuint (layer->in[1], ==, 56);
      g_assert_cmpuint (layer->out[0], ==, 128);
      g_assert_cmpuint (layer->out[2], ==, 28);
    }
  }
  g_assert_cmpuint (flops, ==, 2 * macs);
  g_assert_cmpuint (nn_model_get_n_parameters (model), ==, 11689512);
  /* Gamma and beta became one bias, so half of the 2 × 4800 parameters of BatchNorm are left. */
  g_assert_cmpuint (n_parameters, ==, 11689512 - 4800);
  g_assert_cmpstr (g_array_index (layers, NnLayerInfo, layers->len - 1).name, ==, "fc");
  g_array_unref (layers);
}

static gpointer
ref_and_unref (gpointer data)
{
  NnModel *model = data;
  guint i;

  for (i = 0; i < 10000; i++) {
    nn_model_ref (model);
    nn_model_unref (model);
  }
  return NULL;
}

static void
test_shared_by_threads (void)
{
  NnModel *model = load (file_of (&net, NULL, NULL, NULL, NULL));
  GThread *threads[4];
  guint i;

  for (i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("ref", ref_and_unref, model);
  for (i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_cmpuint (nn_model_get_n_classes (model), ==, 3);
  nn_model_unref (model);
  nn_model_unref (NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/bad-file", test_bad_file);
  g_test_add_func ("/model/bad-network", test_bad_network);
  g_test_add_func ("/model/folding-overflows", test_folding_overflows);
  g_test_add_func ("/model/bad-preprocess", test_bad_preprocess);
  g_test_add_func ("/model/bad-labels", test_bad_labels);
  g_test_add_func ("/model/labels", test_labels);
  g_test_add_func ("/model/defaults", test_defaults);
  g_test_add_func ("/model/preprocess", test_preprocess);
  g_test_add_func ("/model/warnings", test_warnings);
  g_test_add_func ("/model/folded-and-fused", test_folded_and_fused);
  g_test_add_func ("/model/layers", test_layers);
  g_test_add_func ("/model/shared-by-threads", test_shared_by_threads);
  return g_test_run ();
}
