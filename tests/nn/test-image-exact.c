/* gst-resnet: preprocessing of generated images against Pillow, torchvision's rules and PyTorch, to the bit
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "image-test-common.h"

#include <string.h>

/* Makes the same bytes as generate() in tests/data/make-image-vectors.py. */
static guint8 *
generate (gboolean rgb, guint width, guint height, guint32 seed)
{
  const guint channels = rgb ? 3 : 1;
  const guint32 n = width * height * channels;
  guint8 *data = g_malloc (n);

  for (guint32 i = 0; i < n; i++) {
    guint32 h = i + seed * 0x9E3779B9u;

    h = (h ^ (h >> 16)) * 0x45D9F3Bu;
    h = (h ^ (h >> 15)) * 0x2C1B3C6Du;
    h = h ^ (h >> 16);
    h >>= 24;
    if (seed % 3 == 1) {
      h = (h >> 7) * 255;
    } else if (seed % 3 == 2) {
      guint32 x = i / channels % width, y = i / channels / width;

      h = (((x * 3 + y * 5) & 255) * 7 + h) / 8;
    }
    data[i] = (guint8)h;
  }
  return data;
}

static gchar *
checksum (gconstpointer data, gsize size)
{
  gchar *hex = g_compute_checksum_for_data (G_CHECKSUM_SHA256, data, size);

  hex[16] = 0;
  return hex;
}

static gchar *
hex_string (gconstpointer data, gsize size)
{
  GString *hex = g_string_sized_new (2 * size);

  for (gsize i = 0; i < size; i++)
    g_string_append_printf (hex, "%02x", ((const guint8 *)data)[i]);
  return g_string_free (hex, FALSE);
}

/* Checks one line of the vectors. @f: KIND WIDTH HEIGHT SEED RESIZE CROP INTERPOLATION U8 F32 */
static void
check_case (gchar **f, gboolean whole, const gchar *isa)
{
  NnPreprocess params = NN_PREPROCESS_IMAGENET;
  gboolean rgb = strcmp (f[0], "RGB") == 0;
  guint width = (guint)g_ascii_strtoull (f[1], NULL, 10), height = (guint)g_ascii_strtoull (f[2], NULL, 10);
  g_autofree guint8 *data = generate (rgb, width, height, (guint32)g_ascii_strtoull (f[3], NULL, 10));
  g_autofree gchar *spec = g_strdup_printf ("%s:%ux%u", rgb ? "RGB" : "GRAY8", width, height);
  g_autofree guint8 *bytes = NULL;
  g_autofree gfloat *tensor = NULL;
  g_autofree gchar *found_u8 = NULL, *found_f32 = NULL;
  gsize n;
  NnImage image;
  NnPreprocessor *p;

  params.resize = (guint)g_ascii_strtoull (f[4], NULL, 10);
  params.crop_height = params.crop_width = (guint)g_ascii_strtoull (f[5], NULL, 10);
  g_assert_true (nn_interpolation_from_string (f[6], &params.interpolation));
  n = (gsize)params.crop_height * params.crop_width * 3;
  bytes = g_malloc (n);
  tensor = g_new (gfloat, n);
  image = test_image (spec, data, (gsize)width * height * (rgb ? 3 : 1));
  p = nn_preprocessor_new (&params, isa, NULL);
  g_assert_nonnull (p);
  g_assert_true (nn_preprocessor_run_u8 (p, &image, bytes, NULL));
  g_assert_true (nn_preprocessor_run (p, &image, tensor, NULL));
  nn_preprocessor_free (p);

  found_u8 = whole ? hex_string (bytes, n) : checksum (bytes, n);
  found_f32 = whole ? hex_string (tensor, n * sizeof *tensor) : checksum (tensor, n * sizeof *tensor);
  if (strcmp (found_u8, f[7]) != 0 || strcmp (found_f32, f[8]) != 0) {
    g_test_message ("%s %s seed %s resize %s crop %s %s on %s: uint8 %s, expected %s; float %s, expected %s", f[0],
                    spec, f[3], f[4], f[5], f[6], isa, found_u8, f[7], found_f32, f[8]);
    g_test_fail ();
  }
}

static void
test_vectors (gconstpointer isa)
{
  g_autofree gchar *path = g_build_filename (g_getenv ("NN_TEST_DATA"), "image", "image-vectors.txt", NULL);
  g_autofree gchar *text = NULL;
  g_auto (GStrv) lines = NULL;
  g_autoptr (GHashTable) sizes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  guint n_whole = 0;

  if (!test_has_isa (isa))
    return;
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", 0);
  for (gchar **line = lines; *line; line++) {
    g_auto (GStrv) fields = NULL;
    gboolean whole;

    if (!**line || **line == '#')
      continue;
    fields = g_strsplit (*line, " ", 0);
    whole = strcmp (fields[0], "whole") == 0;
    g_assert_cmpuint (g_strv_length (fields), ==, whole ? 10 : 9);
    check_case (fields + whole, whole, isa);
    n_whole += whole;
    g_hash_table_add (sizes, g_strdup_printf ("%s %s", fields[1], fields[2]));
  }
  g_assert_cmpuint (g_hash_table_size (sizes), >=, 200);
  g_assert_cmpuint (n_whole, >=, 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#if G_BYTE_ORDER == G_LITTLE_ENDIAN
  g_test_add_data_func ("/image/exact/c", "c", test_vectors);
  g_test_add_data_func ("/image/exact/avx2", "avx2", test_vectors);
#endif
  return g_test_run ();
}
