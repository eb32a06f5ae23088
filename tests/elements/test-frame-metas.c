/* gst-resnet: frames that lie about themselves: short buffers, metas that contradict the caps or their memory
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "classify-fixture.h"

#define CAPS "video/x-raw,format=%s,width=%d,height=%d,framerate=25/1"

typedef struct
{
  GstHarness *harness;
  GstBus *bus;
} Fixture;

static void
fixture_set_up (Fixture * f, const gchar * format, gint width, gint height)
{
  gchar *caps = g_strdup_printf (CAPS, format, width, height);

  f->harness = fixture_harness_new (FIXTURE_CIFAR, caps);
  f->bus = fixture_add_bus (f->harness->element);
  g_free (caps);
}

static void
fixture_tear_down (Fixture * f)
{
  gst_element_set_bus (f->harness->element, NULL);
  gst_object_unref (f->bus);
  gst_harness_teardown (f->harness);
}

static guint64
get_stat (GstElement * element, const gchar * name)
{
  GstStructure *stats;
  guint64 value = G_MAXUINT64;

  g_object_get (element, "stats", &stats, NULL);
  fail_unless (gst_structure_get_uint64 (stats, name, &value), "no %s", name);
  gst_structure_free (stats);
  return value;
}

/* The frame goes downstream without a classification. There is one warning, for the first such frame. */
static void
assert_passes_unclassified (Fixture * f, GstBuffer * buffer, gboolean warns)
{
  GstElement *element = f->harness->element;
  guint64 failed = get_stat (element, "failed");

  buffer = gst_harness_push_and_pull (f->harness, buffer);
  fail_unless (buffer != NULL);
  fail_unless (gst_buffer_get_classification_meta (buffer) == NULL);
  fail_unless_equals_uint64 (get_stat (element, "failed"), failed + 1);
  if (warns)
    fixture_assert_message (f->bus, GST_MESSAGE_WARNING, GST_STREAM_ERROR,
        GST_STREAM_ERROR_FORMAT, "without being classified", NULL);
  fail_unless (fixture_pop_message (f->bus, GST_MESSAGE_WARNING |
          GST_MESSAGE_ERROR) == NULL);
  gst_buffer_unref (buffer);
}

GST_START_TEST (test_short_buffer)
{
  Fixture f;
  GstVideoInfo info;
  GstBuffer *buffer;

  fixture_set_up (&f, "RGB", 40, 40);
  assert_passes_unclassified (&f, gst_buffer_new_allocate (NULL, 40 * 120 - 1,
          NULL), TRUE);
  assert_passes_unclassified (&f, gst_buffer_new_allocate (NULL, 1, NULL),
      FALSE);
  assert_passes_unclassified (&f, gst_buffer_new (), FALSE);

  /* After new caps there is a new warning. */
  gst_harness_set_src_caps_str (f.harness,
      "video/x-raw,format=NV12,width=64,height=64,framerate=25/1");
  assert_passes_unclassified (&f, gst_buffer_new_allocate (NULL, 64 * 64,
          NULL), TRUE);

  /* A whole frame that comes after them is classified. */
  gst_video_info_set_format (&info, GST_VIDEO_FORMAT_NV12, 64, 64);
  buffer = gst_harness_push_and_pull (f.harness, fixture_frame_new (&info, 0));
  fail_unless (gst_buffer_get_classification_meta (buffer) != NULL);
  gst_buffer_unref (buffer);
  fail_unless_equals_uint64 (get_stat (f.harness->element, "frames"), 5);
  fail_unless_equals_uint64 (get_stat (f.harness->element, "classified"), 1);
  fixture_tear_down (&f);
}

GST_END_TEST;

static const struct
{
  GstVideoFormat caps_format, format;
  guint width, height, n_planes;
  gsize offset[4];
  gint stride[4];
} lies[] = {
  /* a meta of another format, of another size, or with another number of planes */
  {GST_VIDEO_FORMAT_RGB, GST_VIDEO_FORMAT_BGR, 40, 40, 1, {0}, {120}},
  {GST_VIDEO_FORMAT_RGB, GST_VIDEO_FORMAT_RGB, 39, 40, 1, {0}, {120}},
  {GST_VIDEO_FORMAT_RGB, GST_VIDEO_FORMAT_RGB, 40, 39, 1, {0}, {120}},
  {GST_VIDEO_FORMAT_NV12, GST_VIDEO_FORMAT_NV12, 40, 40, 1, {0}, {40}},
  /* strides and offsets that leave the memory, forwards and backwards */
  {GST_VIDEO_FORMAT_RGB, GST_VIDEO_FORMAT_RGB, 40, 40, 1, {1}, {120}},
  {GST_VIDEO_FORMAT_RGB, GST_VIDEO_FORMAT_RGB, 40, 40, 1, {0}, {124}},
  {GST_VIDEO_FORMAT_RGB, GST_VIDEO_FORMAT_RGB, 40, 40, 1, {0}, {G_MAXINT}},
  {GST_VIDEO_FORMAT_RGB, GST_VIDEO_FORMAT_RGB, 40, 40, 1, {0}, {G_MININT}},
  {GST_VIDEO_FORMAT_RGB, GST_VIDEO_FORMAT_RGB, 40, 40, 1, {0}, {-120}},
  {GST_VIDEO_FORMAT_RGB, GST_VIDEO_FORMAT_RGB, 40, 40, 1, {38 * 120}, {-120}},
  {GST_VIDEO_FORMAT_RGB, GST_VIDEO_FORMAT_RGB, 40, 40, 1, {G_MAXSIZE}, {120}},
  {GST_VIDEO_FORMAT_NV12, GST_VIDEO_FORMAT_NV12, 40, 40, 2, {0, 1601},
      {40, 40}},
  {GST_VIDEO_FORMAT_NV12, GST_VIDEO_FORMAT_NV12, 40, 40, 2, {0, 1600},
      {40, 44}},
  /* the same for formats that are converted */
  {GST_VIDEO_FORMAT_RGB16, GST_VIDEO_FORMAT_RGB16, 40, 40, 1, {2}, {80}},
  {GST_VIDEO_FORMAT_RGB16, GST_VIDEO_FORMAT_RGB16, 40, 40, 1, {0}, {-80}},
  {GST_VIDEO_FORMAT_v210, GST_VIDEO_FORMAT_v210, 40, 40, 1, {4}, {128}},
  {GST_VIDEO_FORMAT_v210, GST_VIDEO_FORMAT_v210, 40, 40, 1, {0}, {64}},
  {GST_VIDEO_FORMAT_v210, GST_VIDEO_FORMAT_v210, 40, 40, 1, {0}, {1 << 30}},
  {GST_VIDEO_FORMAT_RGB8P, GST_VIDEO_FORMAT_RGB8P, 40, 40, 2, {0, 1604},
      {40, 1024}},
  {GST_VIDEO_FORMAT_NV12_64Z32, GST_VIDEO_FORMAT_NV12_64Z32, 40, 40, 2,
      {0, 8192}, {0x00020001, 0x7fff7fff}},
  {GST_VIDEO_FORMAT_NV12_64Z32, GST_VIDEO_FORMAT_NV12_64Z32, 40, 40, 2,
      {0, 8192}, {0, 0}},
};

GST_START_TEST (test_lying_video_meta)
{
  GstVideoInfo info;
  GstBuffer *buffer;
  gsize offset[4];
  gint stride[4];
  Fixture f;

  gst_video_info_set_format (&info, lies[__i__].caps_format, 40, 40);
  fixture_set_up (&f, gst_video_format_to_string (lies[__i__].caps_format), 40,
      40);
  buffer = fixture_frame_new (&info, 0);
  memcpy (offset, lies[__i__].offset, sizeof (offset));
  memcpy (stride, lies[__i__].stride, sizeof (stride));
  gst_buffer_add_video_meta_full (buffer, GST_VIDEO_FRAME_FLAG_NONE,
      lies[__i__].format, lies[__i__].width, lies[__i__].height,
      lies[__i__].n_planes, offset, stride);
  buffer = gst_harness_push_and_pull (f.harness, buffer);
  fail_unless (buffer != NULL);
  fail_unless (gst_buffer_get_classification_meta (buffer) == NULL,
      "case %d was classified", __i__);
  gst_buffer_unref (buffer);
  fail_unless_equals_uint64 (get_stat (f.harness->element, "failed"), 1);

  /* This is the same frame without the lie. */
  buffer = gst_harness_push_and_pull (f.harness, fixture_frame_new (&info, 0));
  fail_unless (gst_buffer_get_classification_meta (buffer) != NULL);
  gst_buffer_unref (buffer);
  fixture_tear_down (&f);
}

GST_END_TEST;

/* A frame with more pixels per side than the engine takes passes unclassified. */
GST_START_TEST (test_too_wide)
{
  Fixture f;
  GstBuffer *buffer;

  fixture_set_up (&f, "GRAY8", 70000, 1);
  buffer = gst_buffer_new_allocate (NULL, 70000, NULL);
  gst_buffer_memset (buffer, 0, 0, 70000);
  buffer = gst_harness_push_and_pull (f.harness, buffer);
  fail_unless (buffer != NULL);
  fail_unless (gst_buffer_get_classification_meta (buffer) == NULL);
  gst_buffer_unref (buffer);
  fail_unless_equals_uint64 (get_stat (f.harness->element, "failed"), 1);
  fixture_tear_down (&f);
}

GST_END_TEST;

/* With an interval, a frame that fails leaves its turn to the next one, and no stale result is carried over. */
GST_START_TEST (test_failure_within_interval)
{
  Fixture f;
  GstVideoInfo info;
  GstBuffer *buffer;

  fixture_set_up (&f, "RGB", 40, 40);
  g_object_set (f.harness->element, "interval", 3, NULL);
  gst_video_info_set_format (&info, GST_VIDEO_FORMAT_RGB, 40, 40);
  assert_passes_unclassified (&f, gst_buffer_new_allocate (NULL, 7, NULL),
      TRUE);
  buffer = gst_harness_push_and_pull (f.harness, fixture_frame_new (&info, 1));
  fail_unless (gst_buffer_get_classification_meta (buffer) != NULL);
  fail_if (gst_classification_meta_is_reused
      (gst_buffer_get_classification_meta (buffer)));
  gst_buffer_unref (buffer);
  fixture_tear_down (&f);
}

GST_END_TEST;

static Suite *
frame_metas_suite (void)
{
  Suite *s = suite_create ("frame-metas");
  TCase *tc = tcase_create ("lies");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_short_buffer);
  tcase_add_loop_test (tc, test_lying_video_meta, 0, G_N_ELEMENTS (lies));
  tcase_add_test (tc, test_too_wide);
  tcase_add_test (tc, test_failure_within_interval);
  return s;
}

GST_CHECK_MAIN (frame_metas);
