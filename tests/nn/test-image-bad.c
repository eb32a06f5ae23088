/* gst-resnet: bad input to nn/image is refused with a sentence; strange input is computed
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "image-test-common.h"

#include <math.h>
#include <nn/error.h>
#include <string.h>

static void
test_specs (void)
{
  static const struct {
    const gchar *spec;
    gsize size;
    const gchar *says;
  } bad[] = {
    { "", 12, "FORMAT:WIDTHxHEIGHT" },
    { "RGB", 12, "FORMAT:WIDTHxHEIGHT" },
    { "RGB:2x2:bt601:mpeg2:more", 12, "FORMAT:WIDTHxHEIGHT" },
    { "rgb:2x2", 12, "unknown raw format \"rgb\"; known are RGB BGR" },
    { "P010_10LE:2x2", 12, "NV12" },
    { "RGB:2", 12, "\"2\" is no frame size" },
    { "RGB:2x", 12, "frame size" },
    { "RGB:x2", 12, "frame size" },
    { "RGB:2x2x2", 12, "frame size" },
    { "RGB:0x2", 12, "frame size" },
    { "RGB:-2x2", 12, "frame size" },
    { "RGB:+2x2", 12, "frame size" },
    { "RGB: 2x2", 12, "frame size" },
    { "RGB:65536x2", 12, "1 to 65535" },
    { "RGB:18446744073709551617x1", 12, "frame size" },
    { "NV12:2x2:bt470", 6, "unknown colorimetry \"bt470\"; known are bt601" },
    { "NV12:2x2:full-", 6, "unknown colorimetry" },
    { "NV12:2x2:bt601:left", 6, "unknown chroma siting \"left\"; known are mpeg2" },
    { "RGB:2x2", 11, "has 12 bytes (rows without padding), here are 11" },
    { "RGB:2x2", 13, "has 12 bytes" },
    { "NV12:3x3", 16, "has 17 bytes" },
    { "YUY2:3x1", 7, "has 8 bytes" },
    { "Y41B:5x1", 8, "has 9 bytes" },
    { "RGBA:65535x65535", 1, "has 17179344900 bytes" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;
    guint8 data[32] = { 0 };
    NnImage image;

    g_assert_false (nn_image_from_raw (bad[i].spec, data, bad[i].size, &image, &error));
    g_assert_error (error, NN_ERROR, NN_ERROR_ARGUMENT);
    g_test_message ("%s: %s", bad[i].spec, error->message);
    g_assert_nonnull (strstr (error->message, bad[i].says));
  }
}

static void
test_spec_defaults (void)
{
  g_autofree guint8 *data = g_malloc (600 * 577 * 3);
  NnImage small = test_image ("NV12:600x576", data, 600 * 576 * 3 / 2);
  NnImage large = test_image ("NV12:2x577", data, 2 * 577 + 2 * 289);
  NnImage full = test_image ("I420:2x2:full-bt2020:jpeg", data, 6);

  g_assert_cmpfloat (small.kr, ==, 0.299);
  g_assert_false (small.full_range);
  g_assert_true (small.chroma_left);
  g_assert_false (small.chroma_top);
  g_assert_cmpfloat (large.kr, ==, 0.2126);
  g_assert_cmpfloat (full.kb, ==, 0.0593);
  g_assert_true (full.full_range);
  g_assert_false (full.chroma_left);
}

static void
test_params (void)
{
  const NnPreprocess good = NN_PREPROCESS_IMAGENET;
  NnPreprocess bad[20];
  guint n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    bad[i] = good;
  bad[n++].resize = NN_PREPROCESS_MAX_SIZE + 1;
  bad[n++].crop_height = 0;
  bad[n++].crop_width = 0;
  bad[n++].crop_height = NN_PREPROCESS_MAX_SIZE + 1;
  bad[n++].crop_width = NN_PREPROCESS_MAX_SIZE + 1;
  bad[n++].std[0] = 0;
  bad[n++].std[1] = -1;
  bad[n++].std[2] = NAN;
  bad[n++].std[2] = INFINITY;
  bad[n++].mean[0] = NAN;
  bad[n++].mean[1] = -INFINITY;
  bad[n++].interpolation = (NnInterpolation)3;
  bad[n++].interpolation = (NnInterpolation)-1;
  bad[n++].resize = G_MAXUINT;
  bad[n++].resize_height = 256;
  bad[n++].resize_width = 256;
  bad[n].resize_width = NN_PREPROCESS_MAX_SIZE + 1;
  bad[n++].resize_height = 1;
  bad[n++].channels = 0;
  bad[n++].channels = 2;
  bad[n++].channel_order = (NnChannelOrder)2;
  g_assert_cmpuint (n, ==, G_N_ELEMENTS (bad));
  for (guint i = 0; i < n; i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GError) again = NULL;

    g_assert_false (nn_preprocess_validate (&bad[i], &error));
    g_assert_error (error, NN_ERROR, NN_ERROR_ARGUMENT);
    g_assert_null (nn_preprocessor_new (&bad[i], NULL, &again));
    g_assert_error (again, NN_ERROR, NN_ERROR_ARGUMENT);
  }
  g_assert_true (nn_preprocess_validate (&good, NULL));
}

static void
test_triples (void)
{
  static const gchar *const bad[]
      = { " ",       "1",      "1,2",    "1,2,3,4", "1,,2,3",   "1,2,3,",  "a,b,c",  "1,2,nan", "1,2,inf", "1,2,1e99",
          "0x1,2,3", "<1,2,3", "1,2,3>", "<1,2,3]", "(1,2,3))", "1,2,3 x", ",1,2,3", "1.2.3",   "--1,2,3" };
  static const struct {
    const gchar *string;
    gfloat values[3];
  } good[] = {
    { "0.485, 0.456, 0.406", { 0.485f, 0.456f, 0.406f } },
    { "0.485,0.456,0.406", { 0.485f, 0.456f, 0.406f } },
    { "1 .5 .25", { 1, .5f, .25f } },
    { " < 1 ; .5 ;.25 > ", { 1, .5f, .25f } },
    { "[-1e-3,+.5,1.]", { -1e-3f, .5f, 1 } },
    { "(1\t.5\n.25)", { 1, .5f, .25f } },
  };
  NnPreprocess p = NN_PREPROCESS_IMAGENET;

  p.mean[0] = 7;
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;

    g_test_message ("%s", bad[i]);
    g_assert_false (nn_preprocess_set_statistics (&p, "mean", bad[i], "std", NULL, &error));
    g_assert_error (error, NN_ERROR, NN_ERROR_ARGUMENT);
    g_assert_true (g_str_has_prefix (error->message, "mean \""));
    g_assert_false (nn_preprocess_set_statistics (&p, "mean", "1, 1, 1", "std", bad[i], NULL));
    g_assert_cmpfloat (p.mean[0], ==, 7);
  }
  g_assert_true (nn_preprocess_set_statistics (&p, "mean", "", "std", NULL, NULL));
  g_assert_cmpfloat (p.mean[0], ==, 7);
  for (guint i = 0; i < G_N_ELEMENTS (good); i++) {
    g_test_message ("%s", good[i].string);
    g_assert_true (nn_preprocess_set_statistics (&p, "mean", good[i].string, "std", NULL, NULL));
    for (guint c = 0; c < 3; c++)
      g_assert_cmpfloat (p.mean[c], ==, good[i].values[c]);
  }
}

/* Where one of the given numbers is above 1, all of them are taken as numbers of 0 to 255. The mean or std that is not
 * given stays as it is. */
static void
test_statistics_of_255 (void)
{
  static const struct {
    const gchar *mean, *std;
    gdouble mean0, std0;
  } cases[] = {
    { "103.939,116.779,123.68", "1,1,1", 103.939 / 255, 1. / 255 },
    { "103.939,116.779,123.68", NULL, 103.939 / 255, 0.25 },
    { NULL, "58.4,57.1,57.4", 0.75, 58.4 / 255 },
    { "0,0,0", "255,255,255", 0, 1 },
    { "0,0,0", "1,1,1", 0, 1 },
    { "0,0,-2", "0.5,1,1", 0, 0.5 / 255 },
    { "0.5,0.5,0.5", "2,1,1", 0.5, 2 },
    { "-1,-1,-1", "1,1,1", -1, 1 },
    { NULL, NULL, 0.75, 0.25 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    NnPreprocess p = { .channels = 3, .mean = { 0.75f }, .std = { 0.25f } };
    NnPreprocess again = { .channels = 3 };
    g_autofree gchar *mean = NULL, *std = NULL;

    g_assert_true (nn_preprocess_set_statistics (&p, "mean", cases[i].mean, "std", cases[i].std, NULL));
    g_assert_cmpfloat (p.mean[0], ==, (gfloat)cases[i].mean0);
    g_assert_cmpfloat (p.std[0], ==, (gfloat)cases[i].std0);
    nn_preprocess_statistics_to_strings (&p, &mean, &std);
    g_assert_true (nn_preprocess_set_statistics (&again, "mean", mean, "std", std, NULL));
    for (guint c = 0; c < 3; c++) {
      g_assert_cmpfloat_with_epsilon (again.mean[c], p.mean[c], 1e-7);
      g_assert_cmpfloat_with_epsilon (again.std[c], p.std[c], 1e-7);
    }
  }
}

/* There are as many numbers as channels. */
static void
test_statistics_of_grey (void)
{
  NnPreprocess p = { .channels = 1 };
  g_autoptr (GError) error = NULL;

  g_assert_true (nn_preprocess_set_statistics (&p, "mean", "33.3", "std", "78.6", NULL));
  g_assert_cmpfloat (p.mean[0], ==, (gfloat)(33.3 / 255));
  g_assert_cmpfloat (p.std[0], ==, (gfloat)(78.6 / 255));
  g_assert_false (nn_preprocess_set_statistics (&p, "mean", "0.1,0.1,0.1", "std", NULL, &error));
  g_assert_error (error, NN_ERROR, NN_ERROR_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "grey"));
}

static void
test_sizes (void)
{
  static const gchar *const bad[] = { "",    " ",   "x",    "1x",   "x1",     "1x2x3",  "-1",  "1.5",         "0x5",
                                      "5x0", "1 x", "1x-2", "4097", "1x4097", "4097x1", "1e2", "99999999999", "0X5" };
  NnPreprocess p = NN_PREPROCESS_IMAGENET;
  g_autofree gchar *crop = NULL, *resize = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;

    g_test_message ("%s", bad[i]);
    g_assert_false (nn_preprocess_set_crop (&p, "crop", bad[i], &error));
    g_assert_error (error, NN_ERROR, NN_ERROR_ARGUMENT);
    g_assert_false (nn_preprocess_set_resize (&p, "resize", bad[i], NULL));
  }
  g_assert_false (nn_preprocess_set_crop (&p, "crop", "0", NULL));
  g_assert_cmpuint (p.crop_height, ==, 224);
  g_assert_true (nn_preprocess_set_crop (&p, "crop", "256x128", NULL));
  g_assert_cmpuint (p.crop_height, ==, 256);
  g_assert_cmpuint (p.crop_width, ==, 128);
  g_assert_true (nn_preprocess_set_resize (&p, "resize", "288x144", NULL));
  g_assert_cmpuint (p.resize_height, ==, 288);
  g_assert_cmpuint (p.resize_width, ==, 144);
  crop = nn_preprocess_crop_to_string (&p);
  resize = nn_preprocess_resize_to_string (&p);
  g_assert_cmpstr (crop, ==, "256x128");
  g_assert_cmpstr (resize, ==, "288x144");
  g_assert_true (nn_preprocess_set_resize (&p, "resize", "0", NULL));
  g_assert_true (nn_preprocess_set_crop (&p, "crop", " 96 ", NULL));
  g_assert_cmpuint (p.resize + p.resize_height + p.resize_width, ==, 0);
  g_assert_cmpuint (p.crop_height, ==, 96);
  g_assert_cmpuint (p.crop_width, ==, 96);
}

static void
test_interpolation_names (void)
{
  NnInterpolation value = NN_INTERPOLATION_BICUBIC;

  g_assert_false (nn_interpolation_from_string ("lanczos", &value));
  g_assert_false (nn_interpolation_from_string ("", &value));
  g_assert_null (nn_interpolation_to_string ((NnInterpolation)3));
  g_assert_null (nn_interpolation_to_string ((NnInterpolation)-1));
  for (guint i = 0; i < 3; i++) {
    g_assert_true (nn_interpolation_from_string (nn_interpolation_to_string ((NnInterpolation)i), &value));
    g_assert_cmpuint (value, ==, i);
  }
}

static void
test_images (void)
{
  const NnPreprocess params = TEST_PREPROCESS (8, 8, NN_INTERPOLATION_BILINEAR);
  guint8 data[4 * 4 * 3] = { 0 }, rgb[8 * 8 * 3];
  const NnImage good = test_image ("NV12:4x4", data, 24);
  NnImage bad[25];
  NnPreprocessor *p = nn_preprocessor_new (&params, NULL, NULL);
  guint n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    bad[i] = good;
  bad[n++].width = 0;
  bad[n++].height = 0;
  bad[n++].width = NN_IMAGE_MAX_SIZE + 1;
  bad[n++].height = G_MAXUINT;
  bad[n++].kind = (NnImageKind)3;
  bad[n].roi_width = 5, bad[n++].roi_height = 4;
  bad[n++].roi_width = 4; /* height 0 */
  bad[n].roi_x = 1, bad[n].roi_width = 4, bad[n++].roi_height = 4;
  bad[n].roi_y = G_MAXUINT, bad[n].roi_width = 4, bad[n++].roi_height = 4;
  bad[n].roi_x = G_MAXUINT - 1, bad[n].roi_width = 4, bad[n++].roi_height = 4;
  bad[n++].component[0].data = NULL;
  bad[n++].component[2].data = NULL;
  bad[n++].component[1].pixel_stride = 0;
  bad[n++].component[1].pixel_stride = G_MAXSSIZE;
  bad[n++].component[1].pixel_stride = G_MINSSIZE;
  bad[n++].par_n = 1;
  bad[n++].par_d = 1;
  bad[n].par_n = 33;
  bad[n++].par_d = 1;
  bad[n].par_n = 1;
  bad[n++].par_d = G_MAXUINT;
  bad[n++].component[0].row_stride = G_MAXSSIZE;
  bad[n++].component[0].row_stride = G_MINSSIZE;
  bad[n++].chroma_shift_x = 3;
  bad[n++].chroma_shift_y = 32;
  bad[n++].kr = NAN;
  bad[n++].kb = 0.8;
  g_assert_cmpuint (n, ==, G_N_ELEMENTS (bad));
  for (guint i = 0; i < n; i++) {
    g_autoptr (GError) error = NULL;

    g_assert_false (nn_preprocessor_run_u8 (p, &bad[i], rgb, &error));
    g_assert_error (error, NN_ERROR, NN_ERROR_ARGUMENT);
    g_test_message ("%u: %s", i, error->message);
  }
  g_assert_true (nn_preprocessor_run_u8 (p, &good, rgb, NULL));
  nn_preprocessor_free (p);
}

/* These are the longest panoramas and the tallest towers. Only what the crop keeps is computed, so the test is quick
 * and takes little memory. */
static void
test_extremes (void)
{
  static const guint sizes[][2] = { { 65535, 1 }, { 1, 65535 }, { 65535, 2 }, { 3, 65535 }, { 8000, 3 } };
  static const guint resizes[] = { 0, 1, 256, 4096 };

  for (guint s = 0; s < G_N_ELEMENTS (sizes); s++) {
    const guint width = sizes[s][0], height = sizes[s][1];
    const gsize size = (gsize)width * height;
    g_autofree guint8 *data = g_malloc (3 * size);
    static const gchar *const formats[] = { "RGB", "GBR", "GRAY8", "I420" };

    for (gsize i = 0; i < 3 * size; i++)
      data[i] = 200;
    for (guint f = 0; f < G_N_ELEMENTS (formats); f++) {
      g_autofree gchar *spec = g_strdup_printf ("%s:%ux%u:full-bt601:jpeg", formats[f], width, height);
      gsize chroma = (gsize)((width + 1) / 2) * ((height + 1) / 2);
      gsize bytes = f < 2 ? 3 * size : f == 2 ? size : size + 2 * chroma;
      NnImage image;

      if (f == 3)
        memset (data + size, 128, 2 * chroma);
      image = test_image (spec, data, bytes);
      for (guint r = 0; r < G_N_ELEMENTS (resizes); r++) {
        for (guint i = 0; i < 3; i++) {
          const NnPreprocess params = TEST_PREPROCESS (resizes[r], 16, (NnInterpolation)i);
          g_autofree guint8 *rgb = test_run_u8 (&params, NULL, &image);
          guint middle = (7 * 16 + 7) * 3; /* a single row or column lies here, too */

          /* One even colour stays, but a rounded filter may lose one step in each pass. */
          for (guint c = 0; c < 3; c++) {
            g_assert_cmpuint (rgb[middle + c], >=, 198);
            g_assert_cmpuint (rgb[middle + c], <=, 202);
          }
        }
      }
    }
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/image/bad/statistics-of-255", test_statistics_of_255);
  g_test_add_func ("/image/bad/statistics-of-grey", test_statistics_of_grey);
  g_test_add_func ("/image/bad/sizes", test_sizes);
  g_test_add_func ("/image/bad/specs", test_specs);
  g_test_add_func ("/image/bad/params", test_params);
  g_test_add_func ("/image/bad/triples", test_triples);
  g_test_add_func ("/image/bad/interpolation-names", test_interpolation_names);
  g_test_add_func ("/image/bad/images", test_images);
  g_test_add_func ("/image/spec-defaults", test_spec_defaults);
  g_test_add_func ("/image/extremes", test_extremes);
  return g_test_run ();
}
