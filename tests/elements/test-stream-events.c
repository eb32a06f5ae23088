/* gst-resnet: what a stream brings: new caps, flushes, segments, gaps, its end; and intervals across them
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "classify-fixture.h"

#define CAPS "video/x-raw,format=RGB,width=40,height=40,framerate=25/1"

/* Checks that frame @n has a result, whether it is reused, and from which frame it comes. */
static void
assert_reused (GstHarness * harness, const GstVideoInfo * info, guint n,
    gboolean reused, guint source)
{
  GstBuffer *buffer =
      gst_harness_push_and_pull (harness, fixture_frame_new (info, n));
  GstClassificationMeta *meta = gst_buffer_get_classification_meta (buffer);

  fail_unless (meta != NULL, "frame %u has no meta", n);
  fail_unless_equals_int (gst_classification_meta_is_reused (meta), reused);
  fail_unless_equals_uint64 (gst_classification_meta_get_source_pts (meta),
      source * 40 * GST_MSECOND);
  fail_unless_equals_int (gst_classification_meta_get_n_entries (meta), 10);
  gst_buffer_unref (buffer);
}

static GstHarness *
interval_harness (GstVideoInfo * info, guint interval)
{
  GstHarness *harness = fixture_harness_new (FIXTURE_CIFAR, CAPS);

  g_object_set (harness->element, "interval", interval, NULL);
  gst_video_info_set_format (info, GST_VIDEO_FORMAT_RGB, 40, 40);
  return harness;
}

GST_START_TEST (test_interval)
{
  GstVideoInfo info;
  GstHarness *harness = interval_harness (&info, 3);
  GstBus *bus = fixture_add_bus (harness->element);
  GstMessage *message;
  guint n, n_messages = 0;

  for (n = 0; n < 9; n++)
    assert_reused (harness, &info, n, n % 3 != 0, n - n % 3);

  /* Only classified frames post messages. */
  while ((message = fixture_pop_message (bus, GST_MESSAGE_ELEMENT))) {
    const GstStructure *s = gst_message_get_classification (message);

    fail_unless (s != NULL);
    fail_if (gst_classification_structure_is_reused (s));
    fail_unless_equals_uint64 (gst_classification_structure_get_source_pts (s),
        n_messages * 3 * 40 * GST_MSECOND);
    n_messages++;
    gst_message_unref (message);
  }
  fail_unless_equals_int (n_messages, 3);
  gst_element_set_bus (harness->element, NULL);
  gst_object_unref (bus);
  gst_harness_teardown (harness);
}

GST_END_TEST;

GST_START_TEST (test_flush_forgets)
{
  GstVideoInfo info;
  GstHarness *harness = interval_harness (&info, 100);
  GstSegment segment;

  assert_reused (harness, &info, 0, FALSE, 0);
  assert_reused (harness, &info, 1, TRUE, 0);
  fail_unless (gst_harness_push_event (harness, gst_event_new_flush_start ()));
  fail_unless (gst_harness_push_event (harness,
          gst_event_new_flush_stop (TRUE)));
  gst_segment_init (&segment, GST_FORMAT_TIME);
  fail_unless (gst_harness_push_event (harness,
          gst_event_new_segment (&segment)));
  assert_reused (harness, &info, 2, FALSE, 2);
  assert_reused (harness, &info, 3, TRUE, 2);
  gst_harness_teardown (harness);
}

GST_END_TEST;

GST_START_TEST (test_segment_forgets)
{
  GstVideoInfo info;
  GstHarness *harness = interval_harness (&info, 100);
  GstSegment segment;

  assert_reused (harness, &info, 0, FALSE, 0);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.start = segment.time = 1 * GST_SECOND;
  fail_unless (gst_harness_push_event (harness,
          gst_event_new_segment (&segment)));
  assert_reused (harness, &info, 25, FALSE, 25);
  gst_harness_teardown (harness);
}

GST_END_TEST;

GST_START_TEST (test_caps_forget)
{
  GstVideoInfo info;
  GstHarness *harness = interval_harness (&info, 100);

  assert_reused (harness, &info, 0, FALSE, 0);
  gst_harness_set_src_caps_str (harness,
      "video/x-raw,format=NV12,width=64,height=32,framerate=25/1");
  gst_video_info_set_format (&info, GST_VIDEO_FORMAT_NV12, 64, 32);
  assert_reused (harness, &info, 1, FALSE, 1);
  gst_harness_teardown (harness);
}

GST_END_TEST;

/* A property that is set takes effect on the next frame, not at the end of the interval. */
GST_START_TEST (test_property_forgets)
{
  GstVideoInfo info;
  GstHarness *harness = interval_harness (&info, 100);
  GstBuffer *buffer;
  GstClassificationMeta *meta;

  assert_reused (harness, &info, 0, FALSE, 0);
  assert_reused (harness, &info, 1, TRUE, 0);
  g_object_set (harness->element, "top-k", 2, NULL);
  buffer = gst_harness_push_and_pull (harness, fixture_frame_new (&info, 2));
  meta = gst_buffer_get_classification_meta (buffer);
  fail_unless_equals_int (gst_classification_meta_get_n_entries (meta), 2);
  fail_if (gst_classification_meta_is_reused (meta));
  gst_buffer_unref (buffer);
  gst_harness_teardown (harness);
}

GST_END_TEST;

/* GAP and EOS go through, and no frame is made up for them. */
GST_START_TEST (test_gap_and_eos)
{
  GstVideoInfo info;
  GstHarness *harness = interval_harness (&info, 1);
  GstEvent *event;
  gboolean gap = FALSE, eos = FALSE;

  assert_reused (harness, &info, 0, FALSE, 0);
  fail_unless (gst_harness_push_event (harness,
          gst_event_new_gap (40 * GST_MSECOND, 40 * GST_MSECOND)));
  assert_reused (harness, &info, 2, FALSE, 2);
  fail_unless (gst_harness_push_event (harness, gst_event_new_eos ()));
  while ((event = gst_harness_try_pull_event (harness))) {
    gap |= GST_EVENT_TYPE (event) == GST_EVENT_GAP;
    eos |= GST_EVENT_TYPE (event) == GST_EVENT_EOS;
    gst_event_unref (event);
  }
  fail_unless (gap && eos);
  fail_unless_equals_int (gst_harness_buffers_received (harness), 2);
  gst_harness_teardown (harness);
}

GST_END_TEST;

/* Every kind of caps comes after every other kind, in mid-stream. */
GST_START_TEST (test_renegotiation)
{
  static const struct
  {
    GstVideoFormat format;
    gint width, height;
  } kinds[] = {
    {GST_VIDEO_FORMAT_RGB, 40, 40}, {GST_VIDEO_FORMAT_NV12, 40, 40},
    {GST_VIDEO_FORMAT_NV12, 1920, 1080}, {GST_VIDEO_FORMAT_v210, 31, 17},
    {GST_VIDEO_FORMAT_v210, 64, 64}, {GST_VIDEO_FORMAT_GRAY8, 1, 1},
    {GST_VIDEO_FORMAT_ARGB64, 9, 200},
  };
  GstHarness *harness = fixture_harness_new (FIXTURE_CIFAR, CAPS);
  gdouble initial[G_N_ELEMENTS (kinds)][FIXTURE_MAX_CLASSES];
  gdouble again[FIXTURE_MAX_CLASSES];
  guint i, j, k;

  for (i = 0; i < G_N_ELEMENTS (kinds); i++) {
    for (j = 0; j < G_N_ELEMENTS (kinds); j++) {
      GstVideoInfo info;
      GstBuffer *buffer;

      gst_video_info_set_format (&info, kinds[(i + j) % G_N_ELEMENTS
              (kinds)].format, kinds[(i + j) % G_N_ELEMENTS (kinds)].width,
          kinds[(i + j) % G_N_ELEMENTS (kinds)].height);
      gst_harness_set_src_caps (harness, gst_video_info_to_caps (&info));
      buffer =
          gst_harness_push_and_pull (harness, fixture_frame_new (&info, 1));
      fail_unless_equals_int (fixture_get_confidences (buffer,
              i == 0 ? initial[j] : again), 10);
      /* The frames of earlier caps leave no trace. */
      for (k = 0; i > 0 && k < 10; k++)
        fail_unless (again[k] == initial[(i + j) % G_N_ELEMENTS (kinds)][k]);
      gst_buffer_unref (buffer);
    }
  }
  gst_harness_teardown (harness);
}

GST_END_TEST;

/* The test seeks in a running pipeline: there is a flush, a new segment, frames again, and then the end. */
GST_START_TEST (test_seek)
{
  GstElement *pipeline;
  GstMessage *message;
  gboolean eos = FALSE, again = FALSE;
  GstBus *bus;
  gchar *path, *line;
  guint n = 0;

  if (!fixture_load_plugin ("videotestsrc")
      || !fixture_load_plugin ("coreelements")) {
    GST_WARNING ("skipped: videotestsrc is not installed");
    return;
  }
  path = fixture_path (FIXTURE_CIFAR);
  line = g_strdup_printf ("videotestsrc num-buffers=50 ! "
      "video/x-raw,format=I420,width=64,height=48,framerate=10/1 ! "
      "resnetclassify threads=1 interval=1000 model=\"%s\" ! fakesink", path);
  pipeline = gst_parse_launch (line, NULL);
  bus = gst_element_get_bus (pipeline);
  gst_element_set_state (pipeline, GST_STATE_PAUSED);
  fail_unless_equals_int (gst_element_get_state (pipeline, NULL, NULL,
          60 * GST_SECOND), GST_STATE_CHANGE_SUCCESS);
  fail_unless (gst_element_seek_simple (pipeline, GST_FORMAT_TIME,
          GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE, 2 * GST_SECOND));
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  while (!eos && (message = gst_bus_timed_pop_filtered (bus, 60 * GST_SECOND,
              GST_MESSAGE_EOS | GST_MESSAGE_ELEMENT | GST_MESSAGE_ERROR))) {
    const GstStructure *s = gst_message_get_classification (message);

    fail_unless (GST_MESSAGE_TYPE (message) != GST_MESSAGE_ERROR);
    eos = GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS;
    if (s) {
      guint64 time;

      /* The first message is for the preroll's frame, the next one for the frame of the seek. */
      fail_unless (gst_structure_get_uint64 (s, "stream-time", &time));
      n++;
      again |= time == 2 * GST_SECOND;
    }
    gst_message_unref (message);
  }
  fail_unless (eos);
  fail_unless (again, "the frame after the seek was not classified");
  fail_unless_equals_int (n, 2);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (bus);
  gst_object_unref (pipeline);
  g_free (line);
  g_free (path);
}

GST_END_TEST;

static Suite *
stream_events_suite (void)
{
  Suite *s = suite_create ("stream-events");
  TCase *tc = tcase_create ("events");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_interval);
  tcase_add_test (tc, test_flush_forgets);
  tcase_add_test (tc, test_segment_forgets);
  tcase_add_test (tc, test_caps_forget);
  tcase_add_test (tc, test_property_forgets);
  tcase_add_test (tc, test_gap_and_eos);
  tcase_add_test (tc, test_renegotiation);
  tcase_add_test (tc, test_seek);
  return s;
}

GST_CHECK_MAIN (stream_events);
