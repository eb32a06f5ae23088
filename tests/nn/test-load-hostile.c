/* gst-resnet: model files that somebody made to do harm: out of bounds, out of memory, out of time
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

#include "cpu-limit.h"
#include "load/onnx/onnx.h"
#include "load/weights-load.h"
#include "load/weights.h"

#define P(literal) literal, sizeof literal - 1

static void
append (GByteArray *a, const gchar *bytes, gsize n)
{
  g_byte_array_append (a, (const guint8 *)bytes, (guint)n);
}

/* Begins a file in torch.save's older form. The macros below take @object, the pickle of what was saved, and @rest, the
 * list of keys and the storages. */
static GByteArray *
legacy_begin (void)
{
  GByteArray *a = g_byte_array_new ();

  append (a, P ("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."));
  append (a, P ("\x80\x02M\xe9\x03.\x80\x02}."));
  return a;
}

static void
expect_refused (GByteArray *a, gint code, const gchar *says)
{
  g_autoptr (GBytes) bytes = g_byte_array_free_to_bytes (a);
  g_autoptr (NnWeights) weights = NULL;
  g_autoptr (GError) error = NULL;
  const gdouble start = cpu_seconds ();

  weights = nn_weights_load_bytes (bytes, "x.pth", &error);
  if (cpu_over_limit (start, 1))
    g_error ("\"%s\" took %g s", says, cpu_seconds () - start);
  if (weights)
    g_error ("was taken; expected \"%s\"", says);
  if (!g_error_matches (error, NN_ERROR, code) || !g_str_has_prefix (error->message, "x.pth: ")
      || !strstr (error->message, says))
    g_error ("code %d, \"%s\"; expected code %d, the file and \"%s\"", error->code, error->message, code, says);
  g_assert_cmpuint (strlen (error->message), <, 2000);
}

#define STORAGE(type, numel) "(S'storage'\nctorch\n" type "\nS'0'\nS'cpu'\n" numel "tQ"
#define TENSOR(storage, offset, sizes, strides)                                                                        \
  "ctorch._utils\n_rebuild_tensor_v2\n(" storage offset "(" sizes "t(" strides "t\x89}tR"
#define TENSOR_V3(storage, offset, sizes, strides, dtype)                                                              \
  "ctorch._utils\n_rebuild_tensor_v3\n(" storage offset "(" sizes "t(" strides "t\x89}ctorch\n" dtype "\ntR"
#define ENTRY(tensor) "}S'layer1.0.w'\n" tensor "s."
#define FOUR "K\4"
#define KEYS "(lS'0'\na."
#define LENGTH(n) n "\0\0\0\0\0\0\0"
#define F32S "\0\0\x80\x3f\0\0\0\x40\0\0\x40\x40\0\0\x80\x40" /* 1, 2, 3, 4 */

/* These tensors reach outside of their storage, or the storages are not what the pickle says. */
static void
test_outside (void)
{
#define BAD(object, rest, code, says)                                                                                  \
  {                                                                                                                    \
    P (object), P (rest), code, says                                                                                   \
  }
  static const struct {
    const gchar *object;
    gsize object_size;
    const gchar *rest;
    gsize rest_size;
    NnError code;
    const gchar *says;
  } bad[] = {
    BAD (ENTRY (TENSOR (STORAGE ("FloatStorage", FOUR), "K\0", "K\5", "K\1")), KEYS LENGTH ("\4") F32S, NN_ERROR_FORMAT,
         "\"layer1.0.w\" reaches outside"),
    BAD (ENTRY (TENSOR (STORAGE ("FloatStorage", FOUR), "K\1", "K\4", "K\1")), KEYS LENGTH ("\4") F32S, NN_ERROR_FORMAT,
         "\"layer1.0.w\" reaches outside"),
    BAD (ENTRY (TENSOR (STORAGE ("FloatStorage", FOUR), "K\0", "K\2", "K\4")), KEYS LENGTH ("\4") F32S, NN_ERROR_FORMAT,
         "\"layer1.0.w\" reaches outside"),
    BAD (ENTRY (TENSOR (STORAGE ("FloatStorage", FOUR), "I-1\n", "K\1", "K\1")), KEYS LENGTH ("\4") F32S,
         NN_ERROR_FORMAT, "_rebuild_tensor_v2"),
    BAD (ENTRY (TENSOR (STORAGE ("FloatStorage", FOUR), "K\3", "K\4", "I-1\n")), KEYS LENGTH ("\4") F32S,
         NN_ERROR_FORMAT, "_rebuild_tensor_v2"),
    BAD (ENTRY (TENSOR (STORAGE ("FloatStorage", FOUR), "K\0", "I-4\n", "K\1")), KEYS LENGTH ("\4") F32S,
         NN_ERROR_FORMAT, "_rebuild_tensor_v2"),
    BAD (ENTRY (TENSOR (STORAGE ("FloatStorage", FOUR), "K\0", "K\2K\2", "K\1")), KEYS LENGTH ("\4") F32S,
         NN_ERROR_FORMAT, "_rebuild_tensor_v2"),
    BAD (ENTRY (TENSOR (STORAGE ("FloatStorage", FOUR), "K\0", "\x88", "K\1")), KEYS LENGTH ("\4") F32S,
         NN_ERROR_FORMAT, "_rebuild_tensor_v2"),
    /* the products and the sums overflow */
    BAD (ENTRY (TENSOR (STORAGE ("FloatStorage", FOUR), "K\0", "I4294967296\nI4294967296\n", "K\0K\0")),
         KEYS LENGTH ("\4") F32S, NN_ERROR_FORMAT, "\"layer1.0.w\""),
    BAD (ENTRY (TENSOR (STORAGE ("FloatStorage", FOUR), "K\0", "K\3", "\x8a\x08\0\0\0\0\0\0\0\x40")),
         KEYS LENGTH ("\4") F32S, NN_ERROR_FORMAT, "\"layer1.0.w\""),
    BAD (ENTRY (TENSOR (STORAGE ("FloatStorage", FOUR), "\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f", "K\3",
                        "\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f")),
         KEYS LENGTH ("\4") F32S, NN_ERROR_FORMAT, "\"layer1.0.w\""),
    BAD (ENTRY (TENSOR (STORAGE ("FloatStorage", FOUR), "K\0", "K\1K\1K\1K\1K\1K\1K\1K\1K\1",
                        "K\1K\1K\1K\1K\1K\1K\1K\1K\1")),
         KEYS LENGTH ("\4") F32S, NN_ERROR_FORMAT, "_rebuild_tensor_v2"),
    /* a billion elements over one element, and over none */
    BAD (ENTRY (TENSOR (STORAGE ("FloatStorage", FOUR), "K\0", "I1000000000\n", "K\0")), KEYS LENGTH ("\4") F32S,
         NN_ERROR_TOO_LARGE, "layer1.0.w"),
    BAD (ENTRY (TENSOR (STORAGE ("FloatStorage", "K\0"), "K\0", "K\1", "K\1")), KEYS LENGTH ("\0"), NN_ERROR_FORMAT,
         "\"layer1.0.w\" reaches outside"),
    /* a wider type over the bytes of a narrower one */
    BAD (ENTRY (TENSOR_V3 (STORAGE ("ByteStorage", FOUR), "K\0", "K\1", "K\1", "float64")), KEYS LENGTH ("\4") "abcd",
         NN_ERROR_FORMAT, "\"layer1.0.w\" reaches outside"),
    BAD (ENTRY (TENSOR_V3 (STORAGE ("FloatStorage", FOUR), "K\0", "K\1", "K\1", "complex64")), KEYS LENGTH ("\4") F32S,
         NN_ERROR_UNSUPPORTED, "layer1.0.w"),
    BAD (ENTRY (TENSOR_V3 (STORAGE ("FloatStorage", FOUR), "K\0", "K\1", "K\1", "device")), KEYS LENGTH ("\4") F32S,
         NN_ERROR_FORMAT, "_rebuild_tensor_v3"),
    /* bad storages */
    BAD (ENTRY (TENSOR (STORAGE ("FloatStorage", "\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f"), "K\0", "K\1", "K\1")),
         KEYS LENGTH ("\4") F32S, NN_ERROR_TOO_LARGE, "storage \"0\""),
    BAD (ENTRY (TENSOR (STORAGE ("FloatStorage", FOUR), "K\0", "K\4", "K\1")), KEYS LENGTH ("\5") F32S, NN_ERROR_FORMAT,
         "length"),
    BAD (ENTRY (TENSOR (STORAGE ("FloatStorage", FOUR), "K\0", "K\4", "K\1")),
         KEYS "\xff\xff\xff\xff\xff\xff\xff\xff" F32S, NN_ERROR_FORMAT, "length"),
    BAD (ENTRY (TENSOR (STORAGE ("FloatStorage", FOUR), "K\0", "K\4", "K\1")), KEYS LENGTH ("\4") "\0\0\x80",
         NN_ERROR_FORMAT, "cut off"),
    BAD (ENTRY (TENSOR (STORAGE ("FloatStorage", FOUR), "K\0", "K\4", "K\1")), "(l.", NN_ERROR_FORMAT, "storage \"0\""),
    BAD (ENTRY (TENSOR (STORAGE ("FloatStorage", FOUR), "K\0", "K\4", "K\1")), "(lS'1'\na.", NN_ERROR_FORMAT,
         "list of storages"),
    BAD (ENTRY (TENSOR (STORAGE ("FloatStorage", FOUR), "K\0", "K\4", "K\1")),
         "(lS'0'\naS'0'\na." LENGTH ("\4") F32S LENGTH ("\4") F32S, NN_ERROR_FORMAT, "twice"),
    BAD (ENTRY (TENSOR (STORAGE ("FloatStorage", FOUR), "K\0", "K\4", "K\1")), "}.", NN_ERROR_FORMAT, "no list"),
    BAD ("}S'a'\n" STORAGE ("FloatStorage", FOUR) "sS'b'\n" STORAGE ("FloatStorage", "K\5") "s.",
         KEYS LENGTH ("\4") F32S, NN_ERROR_FORMAT, "two sizes"),
    BAD ("}S'a'\n" STORAGE ("FloatStorage", FOUR) "sS'b'\n" STORAGE ("DoubleStorage", FOUR) "s.",
         KEYS LENGTH ("\4") F32S, NN_ERROR_FORMAT, "two sizes"),
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    GByteArray *a = legacy_begin ();

    append (a, bad[i].object, bad[i].object_size);
    append (a, bad[i].rest, bad[i].rest_size);
    expect_refused (a, (gint)bad[i].code, bad[i].says);
  }
}

/* The same helpers make a file that is right, which shows that the refusals above have the reasons that they name. */
static void
test_inside (void)
{
  GByteArray *a = legacy_begin ();
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (NnWeights) weights = NULL;
  GError *error = NULL;
  const NnTensor *t;

  append (a, P (ENTRY (TENSOR (STORAGE ("FloatStorage", FOUR), "K\1", "K\2K\2", "K\2K\0"))));
  append (a, P (KEYS LENGTH ("\4") F32S));
  bytes = g_byte_array_free_to_bytes (a);
  weights = nn_weights_load_bytes (bytes, "x.pth", &error);
  g_assert_no_error (error);
  t = nn_weights_get (weights, "layer1.0.w");
  g_assert_nonnull (t);
  g_assert_cmpfloat (t->f32[0], ==, 2);
  g_assert_cmpfloat (t->f32[1], ==, 2);
  g_assert_cmpfloat (t->f32[2], ==, 4);
  g_assert_cmpfloat (t->f32[3], ==, 4);
}

static void
test_deep (void)
{
  GByteArray *lists = legacy_begin (), *tuples = legacy_begin (), *marks = legacy_begin ();

  for (guint i = 0; i < 100000; i++)
    append (lists, P ("]"));
  for (guint i = 0; i < 99999; i++)
    append (lists, P ("a"));
  append (lists, P ("."));
  expect_refused (lists, NN_ERROR_TOO_LARGE, "nested deeper");

  append (tuples, P ("N"));
  for (guint i = 0; i < 100000; i++)
    append (tuples, P ("\x85"));
  append (tuples, P ("."));
  expect_refused (tuples, NN_ERROR_TOO_LARGE, "nested deeper");

  for (guint i = 0; i < 1000000; i++)
    append (marks, P ("("));
  append (marks, P ("."));
  expect_refused (marks, NN_ERROR_FORMAT, "empty");
}

/* A few bytes stand for very much: each file would take hours, or all memory, if it were unfolded. */
static void
test_bombs (void)
{
  GByteArray *laughs = legacy_begin (), *copies = legacy_begin (), *keys = legacy_begin (), *dicts = legacy_begin ();
  GByteArray *storages = legacy_begin ();
  g_autofree gchar *name = g_strnfill (1000000, 'n');

  /* each list holds the list before twice, which makes 2^40 leaves */
  append (laughs, P ("]q\0"));
  for (guint i = 1; i < 40; i++) {
    const gchar level[] = { ']', 'q', (gchar)i, '(', 'h', (gchar)(i - 1), 'h', (gchar)(i - 1), 'e' };

    append (laughs, level, sizeof level);
  }
  append (laughs, P (".(l."));
  expect_refused (laughs, NN_ERROR_UNSUPPORTED, "holds a list");

  /* dictionaries made of dictionaries made of dictionaries */
  for (guint i = 0; i < 20000; i++)
    append (copies, P ("ccollections\nOrderedDict\n"));
  append (copies, P ("}("));
  for (guint i = 0; i < 20000; i++)
    append (copies, P ("K\1N"));
  append (copies, P ("u"));
  for (guint i = 0; i < 20000; i++)
    append (copies, P ("\x85R"));
  append (copies, P ("."));
  expect_refused (copies, NN_ERROR_FORMAT, "OrderedDict");

  /* one long name for many tensors, and for many dictionaries */
  append (keys, P (TENSOR (STORAGE ("FloatStorage", FOUR), "K\0", "K\4", "K\1") "q\0X\x40\x42\x0f\0"));
  append (keys, name, 1000000);
  append (keys, P ("q\1}("));
  for (guint i = 0; i < 300000; i++)
    append (keys, P ("h\1h\0"));
  append (keys, P ("u." KEYS LENGTH ("\4") F32S));
  expect_refused (keys, NN_ERROR_FORMAT, "1000000 bytes");

  append (dicts, P ("}q\0X\x40\x42\x0f\0"));
  append (dicts, name, 1000000);
  append (dicts, P ("q\1}("));
  for (guint i = 0; i < 300000; i++)
    append (dicts, P ("h\1h\0"));
  append (dicts, P ("u.(l."));
  expect_refused (dicts, NN_ERROR_UNSUPPORTED, "no dictionary from names to tensors");

  /* many expanded tensors, each of which is within bounds: 70 of 4 MB each */
  append (storages, P (STORAGE ("FloatStorage", FOUR) "q\0}"));
  for (guint i = 0; i < 70; i++) {
    g_autofree gchar *key = g_strdup_printf ("S'layer1.0.w%u'\n", i);

    append (storages, key, strlen (key));
    append (storages, P (TENSOR ("h\0", "K\0", "I1000000\n", "K\0") "s"));
  }
  append (storages, P ("." KEYS LENGTH ("\4") F32S));
  expect_refused (storages, NN_ERROR_TOO_LARGE, "more than is left of the");
}

/* A deflated entry holds 160 MB of zeros in a few hundred kilobytes of file. */
static void
test_zip_bomb (void)
{
  const gsize n = 160 << 20;
  g_autofree guint8 *zeros = g_malloc0 (n), *contents = NULL;
  g_autofree gchar *path = NULL;
  GByteArray *a = g_byte_array_new ();
  const gchar pickle[] = "}S'layer1.0.w'\n" TENSOR (STORAGE ("FloatStorage", "I41943040\n"), "K\0", "K\1", "K\1") "s.";
  zip_t *zip;
  zip_int64_t index;
  gsize size;
  gint fd = g_file_open_tmp ("gst-resnet-XXXXXX.pth", &path, NULL);

  g_assert_cmpint (fd, >=, 0);
  close (fd);
  zip = zip_open (path, ZIP_CREATE | ZIP_TRUNCATE, NULL);
  g_assert_nonnull (zip);
  index = zip_file_add (zip, "a/data.pkl", zip_source_buffer (zip, pickle, sizeof pickle - 1, 0), 0);
  g_assert_cmpint (index, ==, 0);
  index = zip_file_add (zip, "a/data/0", zip_source_buffer (zip, zeros, n, 0), 0);
  g_assert_cmpint (index, ==, 1);
  g_assert_cmpint (zip_set_file_compression (zip, 1, ZIP_CM_DEFLATE, 9), ==, 0);
  g_assert_cmpint (zip_close (zip), ==, 0);
  g_assert_true (g_file_get_contents (path, (gchar **)&contents, &size, NULL));
  g_unlink (path);
  g_assert_cmpuint (size, <, 1 << 20);
  append (a, (const gchar *)contents, size);
  expect_refused (a, NN_ERROR_TOO_LARGE, "a/data/0");
}

/* Of two entries with one name the first counts, as in PyTorch, so that one file is the same model everywhere. */
static void
test_entry_twice (void)
{
  g_autofree gchar *path = g_build_filename (TEST_DATA_DIR, "load", "twice.pth", NULL);
  GError *error = NULL;
  g_autoptr (NnWeights) weights = nn_weights_load (path, &error);
  const NnTensor *t;

  g_assert_no_error (error);
  t = nn_weights_get (weights, "w");
  g_assert_nonnull (t);
  g_assert_cmpuint (t->n_elements, ==, 8);
  for (guint i = 0; i < 8; i++)
    g_assert_cmpfloat (t->f32[i], ==, i);
}

/* This is the form that was used before PyTorch 0.1.10. */
static void
test_tar (void)
{
  GByteArray *a = g_byte_array_new ();
  gchar block[1024] = "sys_info";

  memcpy (block + 257, "ustar", 5);
  append (a, block, sizeof block);
  expect_refused (a, NN_ERROR_UNSUPPORTED, "old PyTorch");
  a = g_byte_array_new ();
  memcpy (block, "resnet18.pth", 13);
  append (a, block, sizeof block);
  expect_refused (a, NN_ERROR_UNSUPPORTED, "unpack the model from it first");
}

/* Files of other programs are refused with the name of what they are. */
static void
test_other_formats (void)
{
  static const struct {
    const gchar *bytes;
    gsize size;
    const gchar *says;
  } files[] = {
    { P ("<?xml version=\"1.0\"?>\n<net name=\"resnet\" version=\"11\">\n"), "OpenVINO" },
    { P ("<?xml version=\"1.0\"?>\n<data/>\n"), "XML" },
    { P ("\x08\x04\x12\x10\x0a\x0e\x0a\x05image......."), "Core ML" },
    { P ("\x08\x01\x12\x10\x0a\x0e\x0a\x05serve......."), "saved_model.pb" },
    { P ("\x1c\0\0\0TFL3\x14\0\0\0"), "TensorFlow Lite" },
    { P ("7767517\n75 83\n"), "ncnn" },
    { P ("{\n \"metadata\": {}, \"weight_map\": {\"conv1.weight\": \"model-00001-of-00002.safetensors\"}}"),
      "several files" },
    { P ("{\"architecture\": \"resnet50\"}"), "JSON" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (files); i++) {
    GByteArray *a = g_byte_array_new ();

    append (a, files[i].bytes, files[i].size);
    g_assert_false (nn_onnx_looks_like (a->data, a->len));
    expect_refused (a, NN_ERROR_UNSUPPORTED, files[i].says);
  }
}

static void
expect_path_refused (const gchar *path, gint code, const gchar *says)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NnWeights) weights = nn_weights_load (path, &error);

  g_assert_null (weights);
  g_assert_error (error, NN_ERROR, code);
  if (!strstr (error->message, path) || !strstr (error->message, says))
    g_error ("\"%s\" does not say \"%s\" and \"%s\"", error->message, path, says);
}

/* A pipe that nobody writes to must not make the loader hang. */
static void
test_special_files (void)
{
  g_autofree gchar *folder = g_dir_make_tmp ("gst-resnet-XXXXXX", NULL);
  g_autofree gchar *pipe_path = g_build_filename (folder, "pipe.pth", NULL);
  g_autofree gchar *file_path = g_build_filename (folder, "file.pth", NULL);
  g_autofree gchar *link_path = g_build_filename (folder, "link.pth", NULL);

  expect_path_refused (folder, NN_ERROR_IO, "directory");
  g_assert_cmpint (mkfifo (pipe_path, 0600), ==, 0);
  expect_path_refused (pipe_path, NN_ERROR_IO, "pipe");
  expect_path_refused (file_path, NN_ERROR_IO, g_strerror (ENOENT));
  g_assert_cmpint (symlink ("link.pth", link_path), ==, 0);
  expect_path_refused (link_path, NN_ERROR_IO, g_strerror (ELOOP));
  g_assert_true (g_file_set_contents (file_path, "", 0, NULL));
  expect_path_refused (file_path, NN_ERROR_FORMAT, "empty");
  g_assert_cmpint (g_chmod (file_path, 0), ==, 0);
  if (g_access (file_path, R_OK) == 0)
    g_test_message ("an unreadable file cannot be tried as root");
  else
    expect_path_refused (file_path, NN_ERROR_IO, g_strerror (EACCES));
  g_unlink (pipe_path);
  g_unlink (link_path);
  g_unlink (file_path);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/load-hostile/outside", test_outside);
  g_test_add_func ("/load-hostile/inside", test_inside);
  g_test_add_func ("/load-hostile/deep", test_deep);
  g_test_add_func ("/load-hostile/bombs", test_bombs);
  g_test_add_func ("/load-hostile/zip-bomb", test_zip_bomb);
  g_test_add_func ("/load-hostile/entry-twice", test_entry_twice);
  g_test_add_func ("/load-hostile/tar", test_tar);
  g_test_add_func ("/load-hostile/other-formats", test_other_formats);
  g_test_add_func ("/load-hostile/special-files", test_special_files);
  return g_test_run ();
}
