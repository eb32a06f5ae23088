/* gst-resnet: what the network is given: channel order, inputs that are not square
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "classify-fixture.h"

/* A frame of @width × @height of this format, cut from number @n of 64 × 40: @left, @top. */
static GstBuffer *
cut_frame (guint n, guint left, guint top, guint width, guint height)
{
  GstVideoInfo whole, part;
  GstBuffer *source, *buffer;
  GstVideoFrame from, to;
  guint y;

  gst_video_info_set_format (&whole, GST_VIDEO_FORMAT_RGB, 64, 40);
  gst_video_info_set_format (&part, GST_VIDEO_FORMAT_RGB, width, height);
  source = fixture_frame_new (&whole, n);
  buffer = fixture_frame_new (&part, n);
  fail_unless (gst_video_frame_map (&from, &whole, source, GST_MAP_READ));
  fail_unless (gst_video_frame_map (&to, &part, buffer, GST_MAP_WRITE));
  for (y = 0; y < height; y++)
    memcpy ((guint8 *) to.data[0] + y * GST_VIDEO_FRAME_PLANE_STRIDE (&to, 0),
        (guint8 *) from.data[0] + (top + y) *
        GST_VIDEO_FRAME_PLANE_STRIDE (&from, 0) + left * 3, width * 3);
  gst_video_frame_unmap (&from);
  gst_video_frame_unmap (&to);
  gst_buffer_unref (source);
  return buffer;
}

static GstHarness *
harness_new (const gchar * format, guint width, guint height)
{
  g_autofree gchar *caps =
      g_strdup_printf ("video/x-raw,format=%s,width=%u,height=%u,"
      "framerate=25/1", format, width, height);

  return fixture_harness_new (FIXTURE_CIFAR, caps);
}

static void
get_answer (GstHarness * harness, GstBuffer * frame,
    gdouble confidences[FIXTURE_MAX_CLASSES])
{
  GstBuffer *buffer = gst_harness_push_and_pull (harness, frame);

  fail_unless_equals_int (fixture_get_confidences (buffer, confidences), 10);
  gst_buffer_unref (buffer);
}

static void
assert_same (const gdouble * a, const gdouble * b)
{
  guint i;

  for (i = 0; i < 10; i++)
    fail_unless_equals_float (a[i], b[i]);
}

/* One side alone, or a size that the network cannot take, is refused and named; the frames go on. */
GST_START_TEST (test_bad_sizes)
{
  static const struct
  {
    const gchar *name;
    gint value;
    const gchar *says;
  } bad[] = {
    {"resize-height", 48, "resize-height=48"},
    {"resize-width", 48, "resize-width=48"},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (bad); i++) {
    GstHarness *harness = harness_new ("RGB", 64, 40);
    GstBus *bus = fixture_add_bus (harness->element);
    gdouble before[FIXTURE_MAX_CLASSES], after[FIXTURE_MAX_CLASSES];

    get_answer (harness, cut_frame (0, 0, 0, 64, 40), before);
    g_object_set (harness->element, bad[i].name, bad[i].value, NULL);
    get_answer (harness, cut_frame (0, 0, 0, 64, 40), after);
    assert_same (before, after);
    fixture_assert_message (bus, GST_MESSAGE_WARNING, GST_LIBRARY_ERROR,
        GST_LIBRARY_ERROR_SETTINGS, bad[i].says, NULL);
    gst_element_set_bus (harness->element, NULL);
    gst_object_unref (bus);
    gst_harness_teardown (harness);
  }
}

GST_END_TEST;

/* The same bytes, called BGR: what is red becomes blue, and channel-order turns it back, with the numbers in that
 * order. */
GST_START_TEST (test_channel_order)
{
  GstHarness *rgb = harness_new ("RGB", 64, 40);
  GstHarness *bgr = harness_new ("BGR", 64, 40);
  gdouble a[FIXTURE_MAX_CLASSES], b[FIXTURE_MAX_CLASSES];
  guint i;

  g_object_set (rgb->element, "mean", "0.5,0.4,0.3", "std", "0.2,0.25,0.3",
      NULL);
  g_object_set (bgr->element, "mean", "127.5,102,76.5", "std", "51,63.75,76.5",
      NULL);
  gst_util_set_object_arg (G_OBJECT (bgr->element), "channel-order", "bgr");
  get_answer (rgb, cut_frame (3, 0, 0, 64, 40), a);
  get_answer (bgr, cut_frame (3, 0, 0, 64, 40), b);
  for (i = 0; i < 10; i++)
    fail_unless (ABS (a[i] - b[i]) < 1e-5);
  gst_util_set_object_arg (G_OBJECT (bgr->element), "channel-order", "rgb");
  get_answer (bgr, cut_frame (3, 0, 0, 64, 40), b);
  fail_if (ABS (a[0] - b[0]) + ABS (a[1] - b[1]) + ABS (a[2] - b[2]) < 1e-3);
  gst_harness_teardown (rgb);
  gst_harness_teardown (bgr);
}

GST_END_TEST;

/* What is cut from the middle gives what the middle alone gives; crop holds for the side that is not said. */
GST_START_TEST (test_not_square)
{
  GstHarness *whole = harness_new ("RGB", 64, 40);
  GstHarness *middle = harness_new ("RGB", 48, 24);
  gdouble a[FIXTURE_MAX_CLASSES], b[FIXTURE_MAX_CLASSES];
  GstClassificationMeta *meta;
  GstBuffer *buffer;
  gint x, y, width, height;

  g_object_set (whole->element, "resize", 40, "crop", 24, "crop-width", 48,
      "heatmap", TRUE, NULL);
  g_object_set (middle->element, "resize-height", 24, "resize-width", 48,
      "crop-height", 24, "crop-width", 48, "heatmap", TRUE, NULL);
  get_answer (whole, cut_frame (5, 0, 0, 64, 40), a);
  get_answer (middle, cut_frame (5, 8, 8, 48, 24), b);
  assert_same (a, b);

  buffer = gst_harness_push_and_pull (whole, cut_frame (5, 0, 0, 64, 40));
  meta = gst_buffer_get_classification_meta (buffer);
  fail_unless (meta != NULL);
  fail_unless (gst_classification_meta_get_heatmap (meta, NULL, NULL, NULL, &x,
          &y, &width, &height));
  fail_unless_equals_int (x, 8);
  fail_unless_equals_int (y, 8);
  fail_unless_equals_int (width, 48);
  fail_unless_equals_int (height, 24);
  gst_buffer_unref (buffer);

  /* Another shape while it plays. */
  g_object_set (whole->element, "crop-width", 0, NULL);
  get_answer (whole, cut_frame (5, 0, 0, 64, 40), b);
  fail_if (memcmp (a, b, 10 * sizeof (*a)) == 0);
  gst_harness_teardown (whole);
  gst_harness_teardown (middle);
}

GST_END_TEST;

/* A region is seen as a frame of its own is. */
GST_START_TEST (test_region_not_square)
{
  GstHarness *whole = harness_new ("RGB", 64, 40);
  GstHarness *alone = harness_new ("RGB", 20, 30);
  gdouble a[FIXTURE_MAX_CLASSES];
  GstBuffer *buffer = cut_frame (7, 0, 0, 64, 40);
  GstVideoRegionOfInterestMeta *roi;
  const GstStructure *result;
  gint index;
  gdouble confidence;

  g_object_set (alone->element, "resize", 0, "crop-height", 48, "crop-width",
      32, NULL);
  get_answer (alone, cut_frame (7, 30, 6, 20, 30), a);
  g_object_set (whole->element, "resize", 0, "crop-height", 48, "crop-width",
      32, NULL);
  gst_util_set_object_arg (G_OBJECT (whole->element), "region", "roi");
  gst_buffer_add_video_region_of_interest_meta (buffer, "person", 30, 6, 20,
      30);
  buffer = gst_harness_push_and_pull (whole, buffer);
  roi = gst_buffer_get_video_region_of_interest_meta_id (buffer, 0);
  fail_unless (roi != NULL);
  result = gst_video_region_of_interest_meta_get_param (roi,
      GST_CLASSIFICATION_PARAM_NAME);
  fail_unless (result != NULL);
  fail_unless (gst_classification_structure_get_entry (result, 0, NULL, &index,
          &confidence));
  fail_unless (ABS (a[index] - confidence) < 1e-6);
  gst_buffer_unref (buffer);
  gst_harness_teardown (whole);
  gst_harness_teardown (alone);
}

GST_END_TEST;

static Suite *
network_inputs_suite (void)
{
  Suite *suite = suite_create ("network-inputs");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_bad_sizes);
  tcase_add_test (tc, test_channel_order);
  tcase_add_test (tc, test_not_square);
  tcase_add_test (tc, test_region_not_square);
  return suite;
}

GST_CHECK_MAIN (network_inputs);
