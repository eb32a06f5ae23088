/* gst-resnet: HDR to SDR
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "image-test-common.h"
#include "image/tone-map.h"

#include <math.h>
#include <nn/error.h>
#include <string.h>

#define N 64

/* These are the formulas once more, straight from the recommendations and with the numbers printed there. */
static gdouble
pq (gdouble light)
{
  const gdouble y = pow (light / 10000, 0.1593017578125);

  return pow ((0.8359375 + 18.8515625 * y) / (1 + 18.6875 * y), 78.84375);
}

static gdouble
from_pq (gdouble signal)
{
  const gdouble e = pow (signal, 1 / 78.84375);

  return 10000 * pow (MAX (e - 0.8359375, 0) / (18.8515625 - 18.6875 * e), 1 / 0.1593017578125);
}

static gdouble
hlg (gdouble scene)
{
  return scene <= 1 / 12. ? sqrt (3 * scene) : 0.17883277 * log (12 * scene - 0.28466892) + 0.55991073;
}

/* Maps a light in cd/m² to the one that is displayed, in cd/m². */
static gdouble
eetf (gdouble light)
{
  const gdouble top = pq (203) / pq (1000), knee = 1.5 * top - 0.5, e = MIN (pq (light) / pq (1000), 1);
  gdouble t;

  if (e < knee)
    return light;
  t = (e - knee) / (1 - knee);
  return from_pq (pq (1000)
                  * ((2 * t * t * t - 3 * t * t + 1) * knee + (t * t * t - 2 * t * t + t) * (1 - knee)
                     + (3 * t * t - 2 * t * t * t) * top));
}

static gint
to_code (gdouble light)
{
  return (gint)lrint (255 * pow (CLAMP (light / 203, 0, 1), 1 / 2.4));
}

static NnToneMap *
map_new (NnTransfer transfer, gboolean wide)
{
  const NnImage image = { .transfer = transfer, .bt2020_primaries = wide };

  return nn_tone_map_new (&image);
}

static void
test_sdr (void)
{
  guint8 data[N * N * 3] = { 0 };
  NnPreprocess params = TEST_PREPROCESS (40, 32, NN_INTERPOLATION_BILINEAR);
  NnImage image = test_image ("RGB:64x64", data, sizeof data);
  g_autofree guint8 *expected = NULL, *found = NULL;

  for (guint i = 0; i < sizeof data; i++)
    data[i] = (guint8)(i * 37 % 251);
  g_assert_null (map_new (NN_TRANSFER_SDR, TRUE));
  expected = test_run_u8 (&params, NULL, &image);
  image.bt2020_primaries = TRUE;
  found = test_run_u8 (&params, NULL, &image);
  g_assert_cmpmem (found, 32 * 32 * 3, expected, 32 * 32 * 3);
}

static void
test_bad (void)
{
  guint8 data[N * N * 3] = { 0 }, rgb[32 * 32 * 3];
  NnPreprocess params = TEST_PREPROCESS (40, 32, NN_INTERPOLATION_BILINEAR);
  NnPreprocessor *p = nn_preprocessor_new (&params, NULL, NULL);
  NnImage image = test_image ("RGB:64x64", data, sizeof data);
  g_autoptr (GError) error = NULL;

  image.transfer = (NnTransfer)3;
  g_assert_false (nn_preprocessor_run_u8 (p, &image, rgb, &error));
  g_assert_error (error, NN_ERROR, NN_ERROR_ARGUMENT);
  nn_preprocessor_free (p);
}

/* Greys do not depend on the primaries. */
static void
test_greys (void)
{
  for (guint wide = 0; wide < 2; wide++) {
    NnToneMap *by_pq = map_new (NN_TRANSFER_PQ, wide), *by_hlg = map_new (NN_TRANSFER_HLG, wide);
    gint last[2] = { -1, -1 };

    for (guint v = 0; v < 256; v++) {
      guint8 a[3] = { v, v, v }, b[3] = { v, v, v };
      gdouble scene = 0, low = 0, high = 1;

      nn_tone_map_row (by_pq, a, 1, 3);
      nn_tone_map_row (by_hlg, b, 1, 3);
      for (guint i = 0; i < 60; i++) { /* finds HLG's inverse by halving */
        scene = (low + high) / 2;
        *(hlg (scene) < v / 255. ? &low : &high) = scene;
      }
      g_test_message ("%u: PQ %u, HLG %u", v, a[1], b[1]);
      for (guint c = 0; c < 3; c++) {
        g_assert_cmpint (ABS (a[c] - to_code (eetf (from_pq (v / 255.)))), <=, 1);
        g_assert_cmpint (ABS (b[c] - to_code (eetf (1000 * pow (scene, 1.2)))), <=, 1);
      }
      /* A brighter code stays brighter. */
      g_assert_cmpint (a[1], >=, last[0]);
      g_assert_cmpint (b[1], >=, last[1]);
      last[0] = a[1];
      last[1] = b[1];
    }
    g_assert_cmpint (last[0], ==, 255);
    g_assert_cmpint (last[1], ==, 255);
    nn_tone_map_free (by_pq);
    nn_tone_map_free (by_hlg);
  }
}

/* Colours of SDR that are dark enough to stay below the knee come back unchanged from PQ and HLG in BT.2020. */
static void
test_colours (void)
{
  /* The matrix comes from ITU-R BT.2087-0, equation 4. */
  static const gdouble to_2020[3][3]
      = { { 0.6274, 0.3293, 0.0433 }, { 0.0691, 0.9195, 0.0114 }, { 0.0164, 0.0880, 0.8956 } };
  NnToneMap *by_pq = map_new (NN_TRANSFER_PQ, TRUE), *by_hlg = map_new (NN_TRANSFER_HLG, TRUE);
  gint sum = 0;

  for (guint i = 0; i < 1000; i++) {
    const guint8 rgb[3] = { 40 + i % 10 * 14, 40 + i / 10 % 10 * 14, 40 + i / 100 * 14 };
    guint8 a[4], b[4];
    gdouble light[3], luminance;

    for (guint c = 0; c < 3; c++) {
      light[c] = 0;
      for (guint k = 0; k < 3; k++)
        light[c] += to_2020[c][k] * 203 * pow (rgb[k] / 255., 2.4);
    }
    luminance = pow ((0.2627 * light[0] + 0.6780 * light[1] + 0.0593 * light[2]) / 1000, 1 / 1.2);
    for (guint c = 0; c < 3; c++) {
      a[c] = (guint8)lrint (255 * pq (light[c]));
      b[c] = (guint8)lrint (255 * hlg (light[c] / 1000 * pow (luminance, -0.2)));
    }
    nn_tone_map_row (by_pq, a, 1, 4);
    nn_tone_map_row (by_hlg, b, 1, 4);
    for (guint c = 0; c < 3; c++) {
      g_test_message ("%u %u %u: %u, %u", rgb[0], rgb[1], rgb[2], a[c], b[c]);
      /* Codes of 8 bits are coarse, and the matrix makes their errors larger. */
      g_assert_cmpint (ABS (a[c] - rgb[c]), <=, 12);
      g_assert_cmpint (ABS (b[c] - rgb[c]), <=, 12);
      sum += ABS (a[c] - rgb[c]) + ABS (b[c] - rgb[c]);
    }
  }
  g_test_message ("on average %.2f", sum / 6000.);
  g_assert_cmpint (sum, <, 2 * 6000);
  nn_tone_map_free (by_pq);
  nn_tone_map_free (by_hlg);
}

/* Every way through the preprocessing maps the colours: a picture of one colour becomes one of the mapped colour. */
static void
test_ways (void)
{
  static const gchar *const specs[]
      = { "RGB:64x64:bt2100-pq", "BGRx:64x64:bt2100-hlg", "RGBP:64x64:bt2100-pq", "GRAY8:64x64:full-bt2100-pq" };

  for (guint f = 0; f < G_N_ELEMENTS (specs); f++)
    for (guint channels = 1; channels <= 3; channels += 2)
      for (guint i = 0; i < 3; i++) {
        NnPreprocess params = TEST_PREPROCESS (40, 32, (NnInterpolation)i);
        g_autofree guint8 *data = g_malloc (4 * N * N), *found = NULL;
        guint8 colour[3] = { 100, 100, 100 };
        NnToneMap *map;
        NnImage image;

        memset (data, 100, 4 * N * N);
        image = test_image (specs[f], data,
                            strstr (specs[f], "GRAY")   ? N * N
                            : strstr (specs[f], "x:")   ? 4 * N * N
                            : strstr (specs[f], "BGRx") ? 4 * N * N
                                                        : 3 * N * N);
        params.channels = channels;
        map = nn_tone_map_new (&image);
        nn_tone_map_row (map, colour, 1, 3);
        nn_tone_map_free (map);
        found = test_run_u8 (&params, NULL, &image);
        g_assert_cmpuint (colour[0], !=, 100);
        for (guint k = 0; k < 32 * 32 * 3; k++)
          g_assert_cmpint (ABS (found[k] - colour[k % 3]), <=, 1);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tone-map/bad", test_bad);
  g_test_add_func ("/tone-map/sdr", test_sdr);
  g_test_add_func ("/tone-map/greys", test_greys);
  g_test_add_func ("/tone-map/colours", test_colours);
  g_test_add_func ("/tone-map/ways", test_ways);
  return g_test_run ();
}
