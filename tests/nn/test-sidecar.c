/* gst-resnet tests: config.json and preprocessor_config.json beside a model
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <glib/gstdio.h>
#include <math.h>
#include <nn/model.h>
#include <nn/npy.h>
#include <nn/session.h>
#include <string.h>

#include "load/modelinfo.h"
#include "load/sidecar.h"

#define FOLDER TEST_DATA_DIR "/family/hf-configured"

typedef struct {
  gchar *folder;
  GHashTable *values;
  GPtrArray *warnings;
} Beside;

static void
write_text (const gchar *folder, const gchar *name, const gchar *text)
{
  g_autofree gchar *path = g_build_filename (folder, name, NULL);
  GError *error = NULL;

  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
}

static void
remove_folder (gchar *folder)
{
  static const gchar *const names[] = { "config.json", "preprocessor_config.json", "model.safetensors" };
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree gchar *path = g_build_filename (folder, names[i], NULL);

    if (g_file_test (path, G_FILE_TEST_EXISTS))
      g_assert_cmpint (g_unlink (path), ==, 0);
  }
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  g_free (folder);
}

/* @config, @preprocessor: the texts of the two files, or NULL where there is no such file */
static Beside
beside (const gchar *config, const gchar *preprocessor)
{
  GError *error = NULL;
  Beside b = { g_dir_make_tmp ("nn-sidecar-XXXXXX", &error), NULL, g_ptr_array_new_with_free_func (g_free) };
  g_autofree gchar *model = NULL;

  g_assert_no_error (error);
  model = g_build_filename (b.folder, "model.safetensors", NULL);
  if (config)
    write_text (b.folder, "config.json", config);
  if (preprocessor)
    write_text (b.folder, "preprocessor_config.json", preprocessor);
  b.values = nn_sidecar_load (model, b.warnings);
  return b;
}

static void
clear (Beside *b)
{
  remove_folder (b->folder);
  g_hash_table_unref (b->values);
  g_ptr_array_unref (b->warnings);
}

/* @warning: a part of the only warning, or NULL where there must be none */
static void
check (const gchar *config, const gchar *preprocessor, const gchar *warning, const gchar *key, ...)
{
  Beside b = beside (config, preprocessor);
  va_list args;

  g_assert_cmpuint (b.warnings->len, ==, warning ? 1 : 0);
  if (warning && !strstr (g_ptr_array_index (b.warnings, 0), warning))
    g_error ("\"%s\" should say \"%s\"", (gchar *)g_ptr_array_index (b.warnings, 0), warning);
  va_start (args, key);
  for (; key; key = va_arg (args, const gchar *))
    g_assert_cmpstr (g_hash_table_lookup (b.values, key), ==, va_arg (args, const gchar *));
  va_end (args);
  clear (&b);
}

static void
test_bad (void)
{
  g_autofree gchar *deep = NULL;
  GString *brackets = g_string_new ("{\"a\": ");
  guint i;

  for (i = 0; i < 100000; i++)
    g_string_append_c (brackets, '[');
  deep = g_string_free (brackets, FALSE);
  check (NULL, NULL, NULL, "labels", NULL, NULL);
  check ("{\"id2label\": ", NULL, "config.json is not valid JSON", "labels", NULL, NULL);
  check ("", NULL, "config.json", NULL);
  check (deep, NULL, "nested", NULL);
  check ("[1, 2]", "\"text\"", NULL, "labels", NULL, "preprocess.crop", NULL, NULL);
  check ("{\"id2label\": [\"a\"], \"label_names\": {\"a\": 1}, \"model_type\": 7, \"pretrained_cfg\": 1}", NULL, NULL,
         "labels", NULL, "config.model_type", NULL, NULL);
  check ("{\"label_names\": [\"a\", 2]}", NULL, NULL, "labels", NULL, NULL);
  check ("{\"architecture\": \"r\", \"pretrained_cfg\": {\"input_size\": [3, 224, 200]}}", NULL, "not square",
         "preprocess.crop", "224x200", "preprocess.resize", "256x228", NULL);
  check ("{\"architecture\": \"r\", \"pretrained_cfg\": {\"input_size\": [3, 224, 0]}}", NULL, "input_size",
         "preprocess.crop", NULL, NULL);
  check ("{\"pretrained_cfg\": {\"input_size\": [3, 224, 224], \"crop_pct\": 0}}", NULL, "crop_pct", "preprocess.crop",
         NULL, NULL);
  check ("{\"pretrained_cfg\": {\"mean\": [1, 2]}}", NULL, "three numbers", "preprocess.mean", NULL, NULL);
  check ("{\"pretrained_cfg\": {\"interpolation\": \"lanczos\"}}", NULL, "interpolation", NULL);
}

static void
test_bad_preprocessor (void)
{
  check (NULL, "{\"size\": {\"height\": 3, \"width\": 0}}", "sizes", "preprocess.crop", NULL, NULL);
  check (NULL, "{\"size\": -3}", "sizes", "preprocess.crop", NULL, NULL);
  check (NULL, "{\"size\": {\"shortest_edge\": 256}}", "sizes", "preprocess.crop", NULL, NULL);
  check (NULL, "{\"size\": 1e400}", "", "preprocess.crop", NULL, NULL);
  check (NULL, "{\"do_resize\": false, \"size\": 224}", "not resized", "preprocess.crop", NULL, NULL);
  check (NULL, "{\"size\": 224, \"do_center_crop\": true, \"crop_size\": 200, \"image_std\": [1, 0, 1]}",
         "three numbers", "preprocess.std", NULL, "preprocess.crop", "200", NULL);
  check (NULL, "{\"size\": 224, \"do_center_crop\": true, \"crop_size\": 200, \"resample\": 1}", "interpolation",
         "preprocess.interpolation", NULL, NULL);
}

static void
test_good (void)
{
  check (
      "{\"id2label\": {\"0\": \"LABEL_0\", \"1\": \"LABEL_1\"}, \"hidden_act\": \"relu\", \"model_type\": \"resnet\"}",
      NULL, NULL, "labels", NULL, "config.hidden_act", "relu", "config.model_type", "resnet", NULL);
  check ("{\"downsample_in_bottleneck\": true, \"downsample_in_first_stage\": false}", NULL, NULL,
         "config.downsample_in_bottleneck", "true", "config.downsample_in_first_stage", "false", NULL);
  check ("{\"label_names\": [\"n1\", \"n2\"], \"label_descriptions\": {\"n2\": \"two\"}}", NULL, NULL, "labels",
         "[\"n1\",\"two\"]", NULL);
  check (
      "{\"architecture\": \"resnet50\", \"pretrained_cfg\": {\"input_size\": [3, 224, 224], \"crop_pct\": 0.95, "
      "\"interpolation\": \"bicubic\", \"crop_mode\": \"center\", \"mean\": [0.5, 0.25, 0.125], \"std\": [1, 1, 1]}}",
      NULL, NULL, "config.architecture", "resnet50", "preprocess.crop", "224", "preprocess.resize", "235",
      "preprocess.interpolation", "bicubic", "preprocess.mean", "0.5, 0.25, 0.125", NULL);
  check ("{\"pretrained_cfg\": {\"input_size\": [3, 64, 64], \"crop_mode\": \"squash\"}}", NULL, NULL,
         "preprocess.resize", "73x73", "preprocess.crop", "64", NULL);
  check ("{\"pretrained_cfg\": {\"input_size\": [1, 64, 32], \"crop_mode\": \"squash\", \"crop_pct\": 1.0, "
         "\"mean\": [0.5], \"std\": [0.25]}}",
         NULL, NULL, "preprocess.resize", "64x32", "preprocess.crop", "64x32", "preprocess.mean", "0.5", NULL);
  check (NULL, "{\"size\": {\"height\": 256, \"width\": 128}}", NULL, "preprocess.resize", "0", "preprocess.crop",
         "256x128", NULL);
  check (NULL,
         "{\"size\": {\"height\": 288, \"width\": 144}, \"do_center_crop\": true, \"crop_size\": {\"height\": 256, "
         "\"width\": 128}}",
         NULL, "preprocess.resize", "288x144", "preprocess.crop", "256x128", NULL);
  /* the rules of transformers: ConvNext's, its rule for large pictures, a crop, and a stretched square */
  check (NULL, "{\"feature_extractor_type\": \"ConvNextFeatureExtractor\", \"size\": 224, \"resample\": 3}", NULL,
         "preprocess.resize", "256", "preprocess.crop", "224", "preprocess.interpolation", "bicubic", NULL);
  check (NULL, "{\"crop_pct\": 0.875, \"size\": {\"shortest_edge\": 384}}", NULL, "preprocess.resize", "0",
         "preprocess.crop", "384", NULL);
  check (NULL,
         "{\"size\": {\"shortest_edge\": 256}, \"do_center_crop\": true, \"crop_size\": {\"height\": 224, \"width\": "
         "224}, \"do_normalize\": false, \"resample\": 2}",
         NULL, "preprocess.resize", "256", "preprocess.crop", "224", "preprocess.mean", "0, 0, 0",
         "preprocess.interpolation", "bilinear", NULL);
  check (NULL, "{\"size\": 96, \"do_center_crop\": true, \"crop_size\": 96, \"do_flip_channel_order\": true}", NULL,
         "preprocess.channel_order", "bgr", NULL);
  check (NULL, "{\"size\": 96, \"do_center_crop\": true, \"crop_size\": 96, \"do_flip_channel_order\": \"yes\"}", NULL,
         "preprocess.channel_order", NULL, NULL);
  check (NULL, "{\"size\": {\"height\": 96, \"width\": 96}, \"resample\": 0}", NULL, "preprocess.resize", "0",
         "preprocess.crop", "96", "preprocess.interpolation", "nearest", NULL);
}

#define INFO "[modelinfo]\nversion=1.0\n[x]\ndir=input\n"
#define OUTPUT "[y]\ndir=output\n"

/* @error_part: a part of the message, or NULL where there must be no error; then the keys and their values follow */
static void
check_modelinfo (const gchar *name, const gchar *text, const gchar *error_part, const gchar *key, ...)
{
  Beside b = beside (NULL, NULL);
  g_autofree gchar *model = g_build_filename (b.folder, "model.safetensors", NULL);
  g_autofree gchar *path = g_build_filename (b.folder, name, NULL);
  g_autofree gchar *labels = g_build_filename (b.folder, "labels.txt", NULL);
  GError *error = NULL;
  gboolean good;
  va_list args;

  write_text (b.folder, name, text);
  write_text (b.folder, "labels.txt", "one\ntwo\n");
  good = nn_modelinfo_fill (model, b.values, b.warnings, &error);
  g_assert_cmpint (good, ==, !error_part);
  if (error_part && !strstr (error->message, error_part))
    g_error ("\"%s\" should say \"%s\"", error->message, error_part);
  if (error_part)
    g_assert_true (strstr (error->message, name) && error->domain == NN_ERROR);
  g_clear_error (&error);
  va_start (args, key);
  for (; key; key = va_arg (args, const gchar *))
    g_assert_cmpstr (g_hash_table_lookup (b.values, key), ==, va_arg (args, const gchar *));
  va_end (args);
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_unlink (labels), ==, 0);
  clear (&b);
}

static void
test_bad_modelinfo (void)
{
  static const gchar *const bad_ranges[]
      = { "", "1", "1,0", "0,nan", "0,1,2", "0,1;0,1", "0,1;0,1;0,1;0,1", "0,1;a,b;0,1", "0,1e999" };
  static const gchar *const bad_labels[] = { "../labels.txt", "/etc/hostname", "..", "", "missing.txt", "." };
  gsize i;

  check_modelinfo ("model.modelinfo", "\xff\xfe", "not an ini file", "preprocess.mean", NULL, NULL);
  check_modelinfo ("model.modelinfo", "no section", "not an ini file", "preprocess.mean", NULL, NULL);
  check_modelinfo ("model.modelinfo", "[x]\ndir=input\nranges=0,1\n", "version", "preprocess.mean", NULL, NULL);
  check_modelinfo ("model.modelinfo", "[modelinfo]\nversion=2.0\n", "version", "preprocess.mean", NULL, NULL);
  for (i = 0; i < G_N_ELEMENTS (bad_ranges); i++) {
    g_autofree gchar *text = g_strconcat (INFO "ranges=", bad_ranges[i], "\n", NULL);

    check_modelinfo ("model.modelinfo", text, "[x] ranges", "preprocess.mean", NULL, NULL);
  }
  for (i = 0; i < G_N_ELEMENTS (bad_labels); i++) {
    g_autofree gchar *text = g_strconcat (INFO OUTPUT "labels-file=", bad_labels[i], "\n", NULL);

    check_modelinfo ("model.modelinfo", text, "[y] labels-file", "labels", NULL, NULL);
  }
  check_modelinfo ("model.modelinfo", INFO "dims=-1,3,224,200\n", NULL, "preprocess.crop", "224x200",
                   "preprocess.resize", "0", NULL);
  check_modelinfo ("model.modelinfo", INFO "dims=-1,3,-1,-1\n", NULL, "preprocess.crop", NULL, NULL);
  check_modelinfo ("model.modelinfo", INFO "dims=-1,3,99999,99999\n", NULL, "preprocess.crop", NULL, NULL);
  check_modelinfo ("other.modelinfo", INFO "ranges=0,1\n", NULL, "preprocess.mean", NULL, NULL);
}

static void
test_modelinfo (void)
{
  const NnPreprocess preprocess = { .resize = 40,
                                    .crop_height = 32,
                                    .crop_width = 32,
                                    .channels = 3,
                                    .mean = { 0.485f, 0.1f, 0 },
                                    .std = { 0.229f, 0.3f, 1 },
                                    .interpolation = NN_INTERPOLATION_BICUBIC };
  const NnModelInfoTensor input = { "in", NN_DTYPE_F32, 4, { -1, 3, 32, 32 } };
  const NnModelInfoTensor output = { "out", NN_DTYPE_F32, 2, { -1, 2 } };
  g_autofree gchar *text = nn_modelinfo_to_string ("group", &input, &output, TRUE, &preprocess, "labels.txt");

  check_modelinfo ("model.modelinfo", INFO "ranges=-1.0,1.0\ndims=-1,3,224,224\n", NULL, "preprocess.mean",
                   "0.5, 0.5, 0.5", "preprocess.std", "0.5, 0.5, 0.5", "preprocess.crop", "224", "preprocess.resize",
                   "256", NULL);
  check_modelinfo ("model.safetensors.modelinfo", INFO "ranges=0,1;0,255;-2,2;\ndims=1,64,64,3\n", NULL,
                   "preprocess.mean", "0, 0, 0.5", "preprocess.crop", "64", NULL);
  /* A file that we wrote reads as it was written. */
  g_assert_nonnull (strstr (text, "id=classification-generic-softmaxed-out"));
  check_modelinfo ("model.modelinfo", text, NULL, "preprocess.mean", "0.485000014, 0.100000001, 0", "preprocess.std",
                   "0.229000002, 0.300000012, 1", "preprocess.crop", "32", "preprocess.resize", "40",
                   "preprocess.interpolation", "bicubic", "labels", "one\ntwo\n", NULL);
}

/* In a folder of transformers, the strides, labels and preprocessing come from the JSON files. */
static void
test_model (void)
{
  GError *error = NULL;
  g_autoptr (NnModel) model = nn_model_load (FOLDER "/model.safetensors", &error);
  const NnPreprocess *preprocess;
  gsize dims[NN_NPY_MAX_DIMS], logits_dims[NN_NPY_MAX_DIMS], i;
  g_autofree gfloat *input = NULL, *expected = NULL, *logits = NULL;
  NnSessionOptions options = { 0 };
  NnSession *session;
  guint n_dims;
  gdouble largest = 0;

  g_assert_no_error (error);
  g_assert_nonnull (nn_model_get_labels (model));
  g_assert_cmpstr (nn_model_get_labels (model)[3], ==, "class 3, of ten");
  g_assert_true (nn_model_has_preprocess (model));
  preprocess = nn_model_get_preprocess (model);
  g_assert_cmpuint (preprocess->crop_height, ==, 64);
  g_assert_cmpuint (preprocess->resize, ==, 71);
  g_assert_cmpfloat (preprocess->mean[1], ==, 0.25f);
  g_assert_cmpfloat (preprocess->std[2], ==, 0.4f);
  g_assert_cmpint (preprocess->interpolation, ==, NN_INTERPOLATION_BICUBIC);

  input = nn_npy_load (FOLDER "/model-input.npy", dims, &n_dims, &error);
  g_assert_no_error (error);
  expected = nn_npy_load (FOLDER "/model-logits.npy", logits_dims, &n_dims, &error);
  g_assert_no_error (error);
  options.height = (guint)dims[2];
  options.width = (guint)dims[3];
  session = nn_session_new (model, &options, &error);
  g_assert_no_error (error);
  logits = g_new0 (gfloat, logits_dims[1]);
  nn_session_run (session, input, 1, logits);
  nn_session_free (session);
  for (i = 0; i < logits_dims[1]; i++)
    largest = fmax (largest, fabs (expected[i]));
  for (i = 0; i < logits_dims[1]; i++)
    g_assert_cmpfloat (fabs (logits[i] - expected[i]), <=, 1e-4 * largest);
}

/* The same weights lie beside another configuration. */
static void
check_configured (const gchar *config, gint code, const gchar *says)
{
  Beside b = beside (config, NULL);
  g_autofree gchar *path = g_build_filename (b.folder, "model.safetensors", NULL), *data = NULL;
  NnModel *model;
  gsize size;
  GError *error = NULL;
  gboolean warned = FALSE;
  guint i;

  g_file_get_contents (FOLDER "/model.safetensors", &data, &size, &error);
  g_assert_no_error (error);
  g_file_set_contents (path, data, (gssize)size, &error);
  g_assert_no_error (error);
  model = nn_model_load (path, &error);
  if (code >= 0) {
    g_assert_error (error, NN_ERROR, code);
    if (!strstr (error->message, says))
      g_error ("\"%s\" should say \"%s\"", error->message, says);
    g_error_free (error);
  } else {
    g_assert_no_error (error);
    for (i = 0; nn_model_get_warnings (model)[i]; i++)
      warned |= strstr (nn_model_get_warnings (model)[i], says) != NULL;
    g_assert_true (warned);
    g_assert_null (nn_model_get_labels (model));
    nn_model_unref (model);
  }
  clear (&b);
}

static void
test_other_configurations (void)
{
  check_configured ("{\"model_type\": \"regnet\"}", NN_ERROR_ARCHITECTURE, "regnet");
  check_configured ("{\"model_type\": \"resnet\", \"hidden_act\": \"gelu\"}", NN_ERROR_UNSUPPORTED, "gelu");
  check_configured ("{\"architecture\": \"resnetaa50d\"}", -1, "resnetaa50d");
  /* There are two labels for ten classes, so the file is another model's. */
  check_configured ("{\"id2label\": {\"0\": \"a\", \"1\": \"b\"}}", -1, "config.json beside the model are ignored");
}

/* Hubs put the model into onnx/model.onnx and its configuration one folder up. Files one folder up do not count for
 * other folders, and the nearer file wins. */
static void
test_folder_onnx (void)
{
  static const gchar up[] = "{\"id2label\": {\"0\": \"up\"}}", near[] = "{\"id2label\": {\"0\": \"near\"}}";
  static const gchar *const folders[] = { "onnx", "other" };
  GError *error = NULL;
  gchar *top = g_dir_make_tmp ("nn-sidecar-XXXXXX", &error);

  g_assert_no_error (error);
  write_text (top, "config.json", up);
  for (guint i = 0; i < G_N_ELEMENTS (folders); i++) {
    gchar *folder = g_build_filename (top, folders[i], NULL);
    g_autofree gchar *model = g_build_filename (folder, "model.onnx", NULL);
    g_autoptr (GPtrArray) warnings = g_ptr_array_new_with_free_func (g_free);
    g_autoptr (GHashTable) above = NULL, beside = NULL;

    g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
    above = nn_sidecar_load (model, warnings);
    g_assert_cmpstr (g_hash_table_lookup (above, "labels"), ==, i == 0 ? "{\"0\":\"up\"}" : NULL);
    write_text (folder, "config.json", near);
    beside = nn_sidecar_load (model, warnings);
    g_assert_cmpstr (g_hash_table_lookup (beside, "labels"), ==, "{\"0\":\"near\"}");
    g_assert_cmpuint (warnings->len, ==, 0);
    remove_folder (folder);
  }
  remove_folder (top);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sidecar/bad", test_bad);
  g_test_add_func ("/sidecar/bad-preprocessor", test_bad_preprocessor);
  g_test_add_func ("/sidecar/good", test_good);
  g_test_add_func ("/sidecar/bad-modelinfo", test_bad_modelinfo);
  g_test_add_func ("/sidecar/modelinfo", test_modelinfo);
  g_test_add_func ("/sidecar/model", test_model);
  g_test_add_func ("/sidecar/folder-onnx", test_folder_onnx);
  g_test_add_func ("/sidecar/other-configurations", test_other_configurations);
  return g_test_run ();
}
