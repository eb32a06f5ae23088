/* gst-resnet: model files: bad ones are refused in a sentence, good ones give the same tensors in every form
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The files are made by tests/data/make-load-fixtures.py, which also says what is in them. */
#include <math.h>
#include <string.h>

#include "load/weights-load.h"
#include "load/weights.h"

static const struct {
  const gchar *name;
  guint n_dims;
  guint64 dims[4];
  gboolean same; /* whether all elements equal element 0 */
} expected[] = {
  { "conv1.weight", 4, { 4, 3, 3, 3 }, FALSE },
  { "bn1.weight", 1, { 4 }, FALSE },
  { "bn1.bias", 1, { 4 }, FALSE },
  { "bn1.running_mean", 1, { 4 }, FALSE },
  { "bn1.running_var", 1, { 4 }, TRUE },
  { "bn1.num_batches_tracked", 0, { 0 }, FALSE },
  { "layer1.0.conv1.weight", 4, { 4, 4, 3, 3 }, FALSE },
  { "fc.weight", 2, { 5, 4 }, FALSE },
  { "fc.bias", 1, { 5 }, FALSE },
};
#define COUNTER G_GINT64_CONSTANT (12345678901)

static gchar *
path_of (const gchar *name)
{
  return g_build_filename (TEST_DATA_DIR, "load", name, NULL);
}

/* The bad files, and what the message must say besides the file's name. */
static const struct {
  const gchar *file;
  NnError code;
  const gchar *says;
} bad[] = {
  { "bad-system-zip.pth", NN_ERROR_UNSAFE, "posix.system" },
  { "bad-system-legacy.pth", NN_ERROR_UNSAFE, "posix.system" },
  { "bad-eval.pth", NN_ERROR_UNSAFE, "eval" },
  { "bad-module-own-zip.pth", NN_ERROR_UNSUPPORTED, "state_dict()" },
  { "bad-module-own-legacy.pth", NN_ERROR_UNSUPPORTED, "state_dict()" },
  { "bad-module-torch.pth", NN_ERROR_UNSUPPORTED, "whole pickled module" },
  { "bad-torchscript.pt", NN_ERROR_UNSUPPORTED, "TorchScript" },
  { "bad-optimizer.pth", NN_ERROR_UNSUPPORTED, "optimizer" },
  { "bad-optimizer-beside.pth", NN_ERROR_UNSUPPORTED, "optimizer" },
  { "bad-keras.keras", NN_ERROR_UNSUPPORTED, "Keras" },
  { "bad-arrays.npz", NN_ERROR_UNSUPPORTED, "npz" },
  { "bad-around.zip", NN_ERROR_UNSUPPORTED, "unpack" },
  { "bad-other.zip", NN_ERROR_UNSUPPORTED, "readme.txt" },
  { "bad-no-pickle.pth", NN_ERROR_UNSUPPORTED, "data.pkl" },
  { "bad-byteorder.pth", NN_ERROR_FORMAT, "byteorder" },
};

/* Loads a file that must not load. Nothing in it may have been run: every evil pickle would leave a file behind. */
static GError *
load_bad (const gchar *file)
{
  g_autofree gchar *path = path_of (file);
  GError *error = NULL;
  NnWeights *weights = nn_weights_load (path, &error);

  if (weights || !error)
    g_error ("%s was loaded", file);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_assert_nonnull (strstr (error->message, file));
  g_assert_null (strchr (error->message, '\n'));
  g_assert_false (g_file_test ("nn-load-was-run", G_FILE_TEST_EXISTS));
  return error;
}

static void
test_bad_files_named (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = load_bad (bad[i].file);

    if (!g_error_matches (error, NN_ERROR, bad[i].code) || !strstr (error->message, bad[i].says))
      g_error ("%s: code %d, message \"%s\"; expected code %d and \"%s\"", bad[i].file, error->code, error->message,
               bad[i].code, bad[i].says);
  }
}

/* Calls @func for every fixture whose name begins with @prefix and returns how many there are. */
static guint
for_each (const gchar *prefix, void (*func) (const gchar *file))
{
  g_autofree gchar *folder = path_of ("");
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const gchar *name;
  guint n = 0;

  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir))) {
    if (!g_str_has_prefix (name, prefix))
      continue;
    func (name);
    n++;
  }
  return n;
}

static void
check_bad (const gchar *file)
{
  g_autoptr (GError) error = load_bad (file);

  g_assert_true (error->domain == NN_ERROR);
}

static void
test_bad_files_all (void)
{
  g_assert_cmpuint (for_each ("bad-", check_bad), >, G_N_ELEMENTS (bad));
}

static void
test_no_files (void)
{
  static const struct {
    const gchar *path, *says;
  } none[] = { { "/nonexistent/model.pth", "model.pth" }, { "/", "directory" }, { "/dev/null", "device" } };

  for (guint i = 0; i < G_N_ELEMENTS (none); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (nn_weights_load (none[i].path, &error));
    g_assert_error (error, NN_ERROR, NN_ERROR_IO);
    g_assert_nonnull (strstr (error->message, none[i].says));
  }
}

static void
test_foreign_bytes (void)
{
  static const struct {
    const gchar *bytes;
    gsize size;
    const gchar *says;
  } files[] = {
    { "", 0, "empty" },
    { "\x89HDF\r\n\x1a\n....", 12, "HDF5" },
    { "version https://git-lfs.github.com/spec/v1\noid", 46, "Git LFS" },
    { "\n <!DOCTYPE html><html>", 23, "HTML" },
    { "\x08\x07\x12\x07pytorch", 11, "ONNX" },
    { "\x1f\x8b\x08\x00", 4, "gzip" },
    { "hello, world", 12, "not a model file" },
    { "\xff\xff\xff\xff\xff\xff\xff\xff{}", 10, "not a model file" },
    { "\x20\0\0\0\0\0\0\0{}", 10, "header" },
    { "PK\x05\x06", 4, "fuzz" },
    { "\x80\x02", 2, "pickle" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autoptr (GBytes) bytes = g_bytes_new (files[i].bytes, files[i].size);
    g_autoptr (GError) error = NULL;

    g_assert_null (nn_weights_load_bytes (bytes, "fuzz", &error));
    g_assert_nonnull (error);
    if (!strstr (error->message, files[i].says))
      g_error ("file %u: \"%s\" does not say \"%s\"", i, error->message, files[i].says);
  }
}

/* The file is cut after each byte, and each byte is changed in two ways. Each time there is at once an error or a
 * result. */
static void
damage (const gchar *file)
{
  g_autofree gchar *path = path_of (file);
  g_autofree gchar *contents = NULL;
  guint refused = 0;
  gsize size;

  g_assert_true (g_file_get_contents (path, &contents, &size, NULL));
  for (gsize n = 0; n < size; n++) {
    for (guint way = 0; way < 3; way++) {
      gchar *copy = g_memdup2 (contents, MAX (way == 0 ? n : size, 1));
      g_autoptr (GBytes) bytes = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (NnWeights) weights = NULL;

      if (way > 0)
        copy[n] ^= way == 1 ? 1 : 0xff;
      bytes = g_bytes_new_take (copy, way == 0 ? n : size);
      weights = nn_weights_load_bytes (bytes, "damaged", &error);
      g_assert_true ((weights != NULL) == (error == NULL));
      refused += error != NULL;
      if (error && !g_utf8_validate (error->message, -1, NULL)) {
        g_autofree gchar *shown = g_strescape (error->message, NULL);

        g_error ("%s, byte %" G_GSIZE_FORMAT ", way %u: \"%s\" is not UTF-8", file, n, way, shown);
      }
    }
  }
  /* All files that were cut must be refused, except perhaps the longest ones. */
  g_assert_cmpuint (refused, >, size / 2);
}

static void
test_damaged (void)
{
  g_assert_cmpuint (for_each ("tiny", damage), ==, 3);
}

static void
check_good (const gchar *file)
{
  g_autofree gchar *path = path_of (file);
  GError *error = NULL;
  g_autoptr (NnWeights) weights = nn_weights_load (path, &error);

  if (error)
    g_error ("%s", error->message);
  g_assert_cmpuint (strlen (weights->sha256), ==, 64);
  for (guint s = 0; s < G_N_ELEMENTS (expected); s++) {
    const NnTensor *t = nn_weights_get (weights, expected[s].name);
    gsize n = 1;

    if (!t)
      g_error ("%s: no tensor %s", file, expected[s].name);
    g_assert_cmpuint (t->n_dims, ==, expected[s].n_dims);
    for (guint d = 0; d < t->n_dims; d++) {
      g_assert_cmpuint (t->dims[d], ==, expected[s].dims[d]);
      n *= t->dims[d];
    }
    g_assert_cmpuint (t->n_elements, ==, n);
    if (t->n_dims == 0) {
      g_assert_cmpint (t->i64[0], ==, COUNTER);
      continue;
    }
    for (gsize k = 0; k < n; k++) {
      const gdouble want = (gdouble)((gint)((37 * (expected[s].same ? 0 : k) + 11 * s) % 255) - 127) / 16;

      if (t->f32[k] != want)
        g_error ("%s: %s[%" G_GSIZE_FORMAT "] is %g, not %g", file, t->name, k, t->f32[k], want);
    }
  }
}

static void
test_good_files (void)
{
  g_assert_cmpuint (for_each ("good-", check_good), >, 25);
}

static void
test_warnings_and_metadata (void)
{
  g_autofree gchar *crc_path = path_of ("good-wrong-crc.pth");
  g_autofree gchar *metadata_path = path_of ("good-bf16.safetensors");
  g_autoptr (NnWeights) crc = nn_weights_load (crc_path, NULL);
  g_autoptr (NnWeights) metadata = nn_weights_load (metadata_path, NULL);

  g_assert_cmpuint (crc->warnings->len, >, 0);
  g_assert_cmpstr (crc->format, ==, "PyTorch zip");
  g_assert_cmpuint (metadata->warnings->len, ==, 0);
  g_assert_cmpstr (metadata->format, ==, "safetensors");
  g_assert_cmpstr (g_hash_table_lookup (metadata->metadata, "labels"), ==, "[\"a\",\"b\"]");
  g_assert_cmpstr (g_hash_table_lookup (metadata->metadata, "über"), ==, "ä\n\"");
}

static void
check_types (const gchar *file)
{
  static const struct {
    const gchar *name;
    gint64 values[2];
  } whole[] = { { "i8", { -128, 127 } },
                { "u8", { 0, 255 } },
                { "i16", { -32768, 32767 } },
                { "i32", { G_MININT32, G_MAXINT32 } },
                { "i64", { G_MININT64, G_MAXINT64 } },
                { "bool", { 0, 1 } } };
  g_autofree gchar *path = path_of (file);
  GError *error = NULL;
  g_autoptr (NnWeights) weights = nn_weights_load (path, &error);
  const NnTensor *half, *brain, *wide;

  if (error)
    g_error ("%s", error->message);
  for (guint i = 0; i < G_N_ELEMENTS (whole); i++) {
    const NnTensor *t = nn_weights_get (weights, whole[i].name);

    g_assert_nonnull (t);
    g_assert_cmpint (t->i64[0], ==, whole[i].values[0]);
    g_assert_cmpint (t->i64[1], ==, whole[i].values[1]);
  }
  half = nn_weights_get (weights, "f16");
  g_assert_cmpfloat (half->f32[0], ==, ldexpf (1, -24));
  g_assert_cmpfloat (half->f32[1], ==, -65504);
  g_assert_true (isinf (half->f32[2]) && half->f32[2] > 0);
  g_assert_true (isnan (half->f32[3]));
  brain = nn_weights_get (weights, "bf16");
  g_assert_cmpfloat (brain->f32[0], ==, ldexpf (1, -126));
  g_assert_true (isinf (brain->f32[1]) && brain->f32[1] < 0);
  wide = nn_weights_get (weights, "f64");
  g_assert_true (isinf (wide->f32[0]));
  g_assert_cmpfloat (wide->f32[1], ==, 0.1f);
  g_assert_cmpuint (nn_weights_get (weights, "none")->n_elements, ==, 0);
  g_assert_cmpfloat (nn_weights_get (weights, "scalar")->f32[0], ==, -2.5f);
}

static void
test_types (void)
{
  g_assert_cmpuint (for_each ("types", check_types), ==, 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/load/bad-files-named", test_bad_files_named);
  g_test_add_func ("/load/bad-files-all", test_bad_files_all);
  g_test_add_func ("/load/no-files", test_no_files);
  g_test_add_func ("/load/foreign-bytes", test_foreign_bytes);
  g_test_add_func ("/load/damaged", test_damaged);
  g_test_add_func ("/load/good-files", test_good_files);
  g_test_add_func ("/load/warnings-and-metadata", test_warnings_and_metadata);
  g_test_add_func ("/load/types", test_types);
  return g_test_run ();
}
