/* gst-resnet: matrix, range and chroma siting of the caps, bit depth: the element against the engine alone
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "classify-fixture.h"

#include <nn/image.h>
#include <nn/model.h>
#include <nn/session.h>
#include <nn/topk.h>

#define WIDTH 48
#define HEIGHT 40

static const struct
{
  const gchar *name;
  GstVideoColorMatrix matrix;
} matrices[] = {
  {"bt601", GST_VIDEO_COLOR_MATRIX_BT601},
  {"bt709", GST_VIDEO_COLOR_MATRIX_BT709},
  {"bt2020", GST_VIDEO_COLOR_MATRIX_BT2020},
  {"smpte240m", GST_VIDEO_COLOR_MATRIX_SMPTE240M},
};

static const struct
{
  const gchar *name;
  GstVideoChromaSite site;
} sites[] = {
  {"mpeg2", GST_VIDEO_CHROMA_SITE_MPEG2},
  {"jpeg", GST_VIDEO_CHROMA_SITE_JPEG},
  {"cosited", GST_VIDEO_CHROMA_SITE_COSITED},
};

static GstBuffer *
noise_new (gsize size, guint32 seed)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, size, NULL);
  GRand *rand = g_rand_new_with_seed (seed);
  GstMapInfo map;
  gsize i;

  fail_unless (gst_buffer_map (buffer, &map, GST_MAP_WRITE));
  for (i = 0; i < size; i++)
    map.data[i] = g_rand_int_range (rand, 30, 226);
  gst_buffer_unmap (buffer, &map);
  g_rand_free (rand);
  return buffer;
}

/* Computes what the engine says for the same bytes, given the names of what the caps say. */
static void
classify_alone (const gchar * spec, GstBuffer * buffer, gdouble * confidences)
{
  gchar *path = fixture_path (FIXTURE_CIFAR);
  NnSessionOptions options = {.threads = 1 };
  gfloat tensor[3 * 32 * 32], logits[10];
  NnPreprocessor *preprocessor;
  NnSession *session;
  NnModel *model;
  NnImage image;
  GstMapInfo map;
  guint i;

  model = nn_model_load (path, NULL);
  fail_unless (model != NULL);
  fail_unless_equals_int (nn_model_get_preprocess (model)->crop_height, 32);
  preprocessor =
      nn_preprocessor_new (nn_model_get_preprocess (model), NULL, NULL);
  session = nn_session_new (model, &options, NULL);
  fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READ));
  fail_unless (nn_image_from_raw (spec, map.data, map.size, &image, NULL));
  fail_unless (nn_preprocessor_run (preprocessor, &image, tensor, NULL));
  gst_buffer_unmap (buffer, &map);
  nn_session_run (session, tensor, 1, logits);
  nn_activate (NN_ACTIVATION_SOFTMAX, logits, 10, logits);
  for (i = 0; i < 10; i++)
    confidences[i] = logits[i];
  nn_session_free (session);
  nn_preprocessor_free (preprocessor);
  nn_model_unref (model);
  g_free (path);
}

static void
set_caps (GstHarness * harness, GstVideoInfo * info, GstVideoFormat format,
    guint matrix, gboolean full, GstVideoChromaSite site)
{
  gst_video_info_set_format (info, format, WIDTH, HEIGHT);
  info->colorimetry.matrix = matrices[matrix].matrix;
  info->colorimetry.range = full ? GST_VIDEO_COLOR_RANGE_0_255 :
      GST_VIDEO_COLOR_RANGE_16_235;
  info->chroma_site = site;
  gst_harness_set_src_caps (harness, gst_video_info_to_caps (info));
}

static void
classify (GstHarness * harness, GstBuffer * buffer, gdouble * confidences)
{
  buffer = gst_harness_push_and_pull (harness, buffer);
  fail_unless_equals_int (fixture_get_confidences (buffer, confidences), 10);
  gst_buffer_unref (buffer);
}

static gboolean
is_same (const gdouble * a, const gdouble * b)
{
  return memcmp (a, b, 10 * sizeof (*a)) == 0;
}

GST_START_TEST (test_caps_are_used)
{
  static const GstVideoFormat formats[] = {
    GST_VIDEO_FORMAT_I420, GST_VIDEO_FORMAT_NV12
  };
  GstHarness *harness = fixture_harness_new (FIXTURE_CIFAR, NULL);
  gdouble expected[FIXTURE_MAX_CLASSES], got[FIXTURE_MAX_CLASSES];
  gdouble previous[FIXTURE_MAX_CLASSES] = { 0, };
  guint f, m, full, s;

  for (f = 0; f < G_N_ELEMENTS (formats); f++)
    for (m = 0; m < G_N_ELEMENTS (matrices); m++)
      for (full = 0; full < 2; full++)
        for (s = 0; s < G_N_ELEMENTS (sites); s++) {
          gchar *spec = g_strdup_printf ("%s:%dx%d:%s%s:%s",
              gst_video_format_to_string (formats[f]), WIDTH, HEIGHT,
              full ? "full-" : "", matrices[m].name, sites[s].name);
          GstVideoInfo info;
          GstBuffer *buffer;

          set_caps (harness, &info, formats[f], m, full, sites[s].site);
          buffer = noise_new (GST_VIDEO_INFO_SIZE (&info), 7);
          classify_alone (spec, buffer, expected);
          classify (harness, buffer, got);
          fail_unless (is_same (got, expected), "%s", spec);
          /* If two specs gave the same answer, the test could not see a difference between them. */
          fail_if (is_same (got, previous), "%s", spec);
          memcpy (previous, got, sizeof (got));
          g_free (spec);
        }
  gst_harness_teardown (harness);
}

GST_END_TEST;

/* 8-bit values in more bits are the same picture. They are shifted left where the range is limited and become v * (2^n
 * - 1) / 255 where it is full, which is exact for 16 bits. */
GST_START_TEST (test_more_bits)
{
  static const struct
  {
    GstVideoFormat narrow, wide;
    gboolean full;
    guint factor, shift;
  } pairs[] = {
    {GST_VIDEO_FORMAT_I420, GST_VIDEO_FORMAT_I420_10LE, FALSE, 1, 2},
    {GST_VIDEO_FORMAT_NV12, GST_VIDEO_FORMAT_P010_10LE, FALSE, 1, 8},
    {GST_VIDEO_FORMAT_I420, GST_VIDEO_FORMAT_I420_12LE, FALSE, 1, 4},
    {GST_VIDEO_FORMAT_GRAY8, GST_VIDEO_FORMAT_GRAY16_LE, TRUE, 257, 0},
    {GST_VIDEO_FORMAT_Y444, GST_VIDEO_FORMAT_Y444_16LE, FALSE, 1, 8},
  };
  GstHarness *harness = fixture_harness_new (FIXTURE_CIFAR, NULL);
  gdouble expected[FIXTURE_MAX_CLASSES], got[FIXTURE_MAX_CLASSES];
  guint i;

  for (i = 0; i < G_N_ELEMENTS (pairs); i++) {
    GstVideoInfo info;
    GstBuffer *narrow, *wide;
    GstMapInfo from, to;
    gsize k;

    set_caps (harness, &info, pairs[i].narrow, 1, pairs[i].full,
        GST_VIDEO_CHROMA_SITE_MPEG2);
    narrow = noise_new (GST_VIDEO_INFO_SIZE (&info), 11);
    classify (harness, gst_buffer_ref (narrow), expected);

    set_caps (harness, &info, pairs[i].wide, 1, pairs[i].full,
        GST_VIDEO_CHROMA_SITE_MPEG2);
    wide = gst_buffer_new_allocate (NULL, GST_VIDEO_INFO_SIZE (&info), NULL);
    fail_unless (gst_buffer_map (narrow, &from, GST_MAP_READ));
    fail_unless (gst_buffer_map (wide, &to, GST_MAP_WRITE));
    fail_unless_equals_int (to.size, 2 * from.size);
    for (k = 0; k < from.size; k++)
      GST_WRITE_UINT16_LE (to.data + 2 * k,
          (from.data[k] * pairs[i].factor) << pairs[i].shift);
    gst_buffer_unmap (wide, &to);
    gst_buffer_unmap (narrow, &from);
    classify (harness, wide, got);
    fail_unless (is_same (got, expected), "%s",
        gst_video_format_to_string (pairs[i].wide));
    gst_buffer_unref (narrow);
  }
  gst_harness_teardown (harness);
}

GST_END_TEST;

static Suite *
colorimetry_suite (void)
{
  Suite *s = suite_create ("colorimetry");
  TCase *tc = tcase_create ("colorimetry");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_caps_are_used);
  tcase_add_test (tc, test_more_bits);
  return s;
}

GST_CHECK_MAIN (colorimetry);
