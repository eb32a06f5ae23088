/* gst-resnet: .npy files: bad headers are refused, good ones and what is written come back
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <glib/gstdio.h>
#include <nn/error.h>
#include <nn/npy.h>
#include <string.h>

/* Makes a file of version 1.0 with this header and this many bytes of elements. */
static GByteArray *
make (const gchar *header, gsize n_bytes)
{
  GByteArray *a = g_byte_array_new ();
  const guint8 prefix[10] = { 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (guint8)strlen (header), 0 };

  g_byte_array_append (a, prefix, sizeof prefix);
  g_byte_array_append (a, (const guint8 *)header, (guint)strlen (header));
  for (gsize i = 0; i < n_bytes; i++)
    g_byte_array_append (a, (const guint8 *)"", 1);
  return a;
}

static void
test_bad (void)
{
  static const struct {
    const gchar *header;
    gsize n_bytes;
    const gchar *says;
  } bad[] = {
    { "{'descr': '>f4', 'fortran_order': False, 'shape': (2,), }", 8, ">f4" },
    { "{'descr': '<i8', 'fortran_order': False, 'shape': (2,), }", 16, "<i8" },
    { "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 2), }", 16, "Fortran" },
    { "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", 8, "8 bytes" },
    { "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", 8, "8 bytes" },
    { "{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296), }", 0, "bytes" },
    { "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999999, 2), }", 0, "header" },
    { "{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1), }", 4, "header" },
    { "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", 4, "header" },
    { "{'descr': '<f4', 'fortran_order': False}", 4, "header" },
    { "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", 4, "header" },
    { "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,)}", 4, "header" },
    { "__import__('os').system('true')", 4, "header" },
    { "", 4, "header" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GByteArray) file = make (bad[i].header, bad[i].n_bytes);
    gsize dims[NN_NPY_MAX_DIMS];
    guint n_dims;
    GError *error = NULL;
    gfloat *values = nn_npy_parse (file->data, file->len, "x.npy", dims, &n_dims, &error);

    if (values)
      g_error ("%s was taken", bad[i].header);
    if (!strstr (error->message, "x.npy") || !strstr (error->message, bad[i].says))
      g_error ("%s: \"%s\" does not say \"%s\"", bad[i].header, error->message, bad[i].says);
    g_error_free (error);
  }
}

static void
test_truncated (void)
{
  g_autoptr (GByteArray) file = make ("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }", 16);

  for (guint n = 0; n < file->len; n++) {
    g_autofree guint8 *cut = g_memdup2 (file->data, MAX (n, 1));
    gsize dims[NN_NPY_MAX_DIMS];
    guint n_dims;
    g_autoptr (GError) error = NULL;

    g_assert_null (nn_npy_parse (cut, n, "x.npy", dims, &n_dims, &error));
    g_assert_nonnull (error);
  }
}

static void
round_trip (const gchar *path, const gsize *dims, guint n_dims, gsize n)
{
  g_autofree gfloat *values = g_new0 (gfloat, n + 1);
  g_autofree gfloat *back = NULL;
  gsize dims_back[NN_NPY_MAX_DIMS];
  guint n_dims_back;
  GError *error = NULL;

  for (gsize i = 0; i < n; i++)
    values[i] = (gfloat)i * 0.1f - 1;
  nn_npy_save (path, values, dims, n_dims, &error);
  g_assert_no_error (error);
  back = nn_npy_load (path, dims_back, &n_dims_back, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (n_dims_back, ==, n_dims);
  g_assert_cmpmem (dims_back, n_dims * sizeof *dims, dims, n_dims * sizeof *dims);
  g_assert_cmpmem (back, n * sizeof (gfloat), values, n * sizeof (gfloat));
}

static void
test_round_trips (void)
{
  g_autofree gchar *folder = g_dir_make_tmp ("gst-resnet-XXXXXX", NULL);
  g_autofree gchar *path = g_build_filename (folder, "x.npy", NULL);
  GError *error = NULL;
  const gsize dims[] = { 2, 3, 4, 5 };

  for (guint n_dims = 0; n_dims <= 4; n_dims++) {
    gsize n = 1;

    for (guint i = 0; i < n_dims; i++)
      n *= dims[i];
    round_trip (path, dims, n_dims, n);
  }
  round_trip (path, (const gsize[]){ 3, 0, 2 }, 3, 0);
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_false (nn_npy_save ("/nonexistent/x.npy", NULL, (const gsize[]){ 0 }, 1, &error));
  g_assert_error (error, NN_ERROR, NN_ERROR_IO);
  g_error_free (error);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

/* NumPy wrote these files in half and in double precision. */
static void
test_conversions (void)
{
  static const struct {
    const gchar *header;
    guint8 bytes[8];
    gsize n_bytes;
  } files[] = { { "{'descr': '<f2', 'fortran_order': False, 'shape': (1,), }", { 0x00, 0xc1 }, 2 },
                { "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }", { 0, 0, 0, 0, 0, 0, 4, 0xc0 }, 8 } };

  for (guint i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autoptr (GByteArray) file = make (files[i].header, 0);
    gsize dims[NN_NPY_MAX_DIMS];
    guint n_dims;
    GError *error = NULL;
    g_autofree gfloat *values = NULL;

    g_byte_array_append (file, files[i].bytes, (guint)files[i].n_bytes);
    values = nn_npy_parse (file->data, file->len, "x.npy", dims, &n_dims, &error);
    g_assert_no_error (error);
    g_assert_cmpfloat (values[0], ==, -2.5);
  }
}

/* Versions 2.0 and 3.0 have four bytes for the header's length. Other versions are refused by their number, and so is
 * every truncation. */
static void
test_versions (void)
{
  static const gchar header[] = "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }\n";

  for (guint8 major = 0; major < 6; major++) {
    g_autoptr (GByteArray) file = g_byte_array_new ();
    const guint8 prefix[12] = { 0x93, 'N', 'U', 'M', 'P', 'Y', major, 0, sizeof header - 1 };
    const guint8 element[4] = { 0, 0, 0x20, 0xc0 };

    g_byte_array_append (file, prefix, major == 1 ? 10 : 12);
    g_byte_array_append (file, (const guint8 *)header, sizeof header - 1);
    g_byte_array_append (file, element, sizeof element);
    for (guint n = 0; n <= file->len; n++) {
      g_autofree guint8 *cut = g_memdup2 (file->data, MAX (n, 1));
      gsize dims[NN_NPY_MAX_DIMS];
      guint n_dims;
      g_autoptr (GError) error = NULL;
      g_autofree gfloat *values = nn_npy_parse (cut, n, "x.npy", dims, &n_dims, &error);

      if (n == file->len && major >= 1 && major <= 3) {
        g_assert_no_error (error);
        g_assert_cmpfloat (values[0], ==, -2.5);
        continue;
      }
      g_assert_null (values);
      g_assert_true (error && error->domain == NN_ERROR);
      if (n == file->len)
        g_assert_nonnull (strstr (error->message, "version"));
    }
  }
}

/* These shapes fit into no memory, or nothing could read them back. */
static void
test_bad_saves (void)
{
  static const gsize huge[] = { (gsize)1 << 33, (gsize)1 << 33 }, wraps[] = { (gsize)1 << 62, 4, 1 };
  static const gsize many[NN_NPY_MAX_DIMS + 1] = { 1, 1, 1, 1, 1, 1, 1, 1, 1 };
  const gfloat value = 1;
  GError *error = NULL;

  g_assert_false (nn_npy_save ("x.npy", &value, huge, G_N_ELEMENTS (huge), &error));
  g_assert_error (error, NN_ERROR, NN_ERROR_TOO_LARGE);
  g_clear_error (&error);
  g_assert_false (nn_npy_save ("x.npy", &value, wraps, G_N_ELEMENTS (wraps), &error));
  g_assert_error (error, NN_ERROR, NN_ERROR_TOO_LARGE);
  g_clear_error (&error);
  g_assert_false (nn_npy_save ("x.npy", &value, many, G_N_ELEMENTS (many), &error));
  g_assert_error (error, NN_ERROR, NN_ERROR_ARGUMENT);
  g_clear_error (&error);
  g_assert_false (g_file_test ("x.npy", G_FILE_TEST_EXISTS));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/npy/bad", test_bad);
  g_test_add_func ("/npy/truncated", test_truncated);
  g_test_add_func ("/npy/versions", test_versions);
  g_test_add_func ("/npy/bad-saves", test_bad_saves);
  g_test_add_func ("/npy/round-trips", test_round_trips);
  g_test_add_func ("/npy/conversions", test_conversions);
  return g_test_run ();
}
