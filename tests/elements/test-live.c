/* gst-resnet: live streams: late frames, mode latest, latency, interval=0
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "classify-fixture.h"

#define CAPS "video/x-raw,format=RGB,width=40,height=40,framerate=25/1"

static GstBuffer *
frame_new (guint n)
{
  GstVideoInfo info;

  gst_video_info_set_format (&info, GST_VIDEO_FORMAT_RGB, 40, 40);
  return fixture_frame_new (&info, n);
}

static GstBuffer *
push_frame (GstHarness * harness, guint n)
{
  GstBuffer *buffer = gst_harness_push_and_pull (harness, frame_new (n));

  fail_unless (buffer != NULL);
  return buffer;
}

static GstHarness *
latest_new (void)
{
  GstHarness *harness = fixture_harness_new (FIXTURE_CIFAR, CAPS);

  gst_util_set_object_arg (G_OBJECT (harness->element), "mode", "latest");
  return harness;
}

static guint64
get_count (GstHarness * harness, const gchar * name)
{
  GstStructure *stats;
  guint64 count;

  g_object_get (harness->element, "stats", &stats, NULL);
  fail_unless (gst_structure_get_uint64 (stats, name, &count), "no %s", name);
  gst_structure_free (stats);
  return count;
}

static void
wait_for_count (GstHarness * harness, const gchar * name, guint64 count)
{
  guint i;

  for (i = 0; i < 60000 && get_count (harness, name) < count; i++)
    g_usleep (1000);
  fail_unless (get_count (harness, name) >= count, "%s stays below %u", name,
      (guint) count);
}

static void
flush (GstHarness * harness)
{
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_harness_push_event (harness, gst_event_new_flush_start ());
  gst_harness_push_event (harness, gst_event_new_flush_stop (TRUE));
  gst_harness_push_event (harness, gst_event_new_segment (&segment));
}

static void
remove_bus (GstHarness * harness, GstBus * bus)
{
  gst_element_set_bus (harness->element, NULL);
  gst_object_unref (bus);
}

/* Late frames go on with the last result, and a QoS message says so. A flush forgets that frames were late. */
GST_START_TEST (test_late)
{
  GstHarness *harness = fixture_harness_new (FIXTURE_CIFAR, CAPS);
  GstBus *bus = fixture_add_bus (harness->element);
  GstClassificationMeta *meta;
  guint64 running, processed, dropped;
  GstMessage *message;
  GstBuffer *buffer;
  GstFormat format;
  gint64 jitter;
  guint n;

  g_object_set (harness->element, "qos", TRUE, NULL);
  gst_harness_push_upstream_event (harness,
      gst_event_new_qos (GST_QOS_TYPE_UNDERFLOW, 2.0, 40 * GST_MSECOND, 0));
  /* There is no result yet that this frame could carry on. */
  buffer = push_frame (harness, 0);
  fail_unless (gst_buffer_get_classification_meta (buffer) == NULL);
  gst_buffer_unref (buffer);
  buffer = push_frame (harness, 2);
  fail_if (gst_classification_meta_is_reused (gst_buffer_get_classification_meta
          (buffer)));
  gst_buffer_unref (buffer);
  gst_message_unref (fixture_pop_message (bus, GST_MESSAGE_QOS));

  gst_harness_push_upstream_event (harness,
      gst_event_new_qos (GST_QOS_TYPE_UNDERFLOW, 2.0, 40 * GST_MSECOND,
          160 * GST_MSECOND));
  for (n = 3; n <= 5; n++) {
    buffer = push_frame (harness, n);
    meta = gst_buffer_get_classification_meta (buffer);
    fail_unless (meta && gst_classification_meta_is_reused (meta));
    fail_unless_equals_uint64 (gst_classification_meta_get_source_pts (meta),
        80 * GST_MSECOND);
    gst_buffer_unref (buffer);
    message = fixture_pop_message (bus, GST_MESSAGE_QOS);
    fail_unless (message != NULL);
    gst_message_parse_qos (message, NULL, &running, NULL, NULL, NULL);
    fail_unless_equals_uint64 (running, n * 40 * GST_MSECOND);
    gst_message_parse_qos_values (message, &jitter, NULL, NULL);
    fail_unless_equals_int64 (jitter, (5 - (gint64) n) * 40 * GST_MSECOND);
    gst_message_parse_qos_stats (message, &format, &processed, &dropped);
    fail_unless_equals_int (format, GST_FORMAT_BUFFERS);
    fail_unless_equals_uint64 (processed, 1);
    fail_unless_equals_uint64 (dropped, n - 1);
    gst_message_unref (message);
  }
  fail_unless_equals_uint64 (get_count (harness, "late"), 4);
  fail_unless_equals_uint64 (get_count (harness, "frames"), 5);
  flush (harness);
  buffer = push_frame (harness, 5);
  fail_if (gst_classification_meta_is_reused (gst_buffer_get_classification_meta
          (buffer)));
  gst_buffer_unref (buffer);
  remove_bus (harness, bus);
  gst_harness_teardown (harness);
}

GST_END_TEST;

/* The first frame waits for nothing, and the frames after it carry its result on. */
GST_START_TEST (test_latest)
{
  GstHarness *harness = latest_new ();
  GstBus *bus = fixture_add_bus (harness->element);
  GstClassificationMeta *meta;
  const GstStructure *s;
  GstMessage *message;
  GstBuffer *buffer;
  guint64 time;

  buffer = push_frame (harness, 3);
  fail_unless (gst_buffer_get_classification_meta (buffer) == NULL);
  gst_buffer_unref (buffer);
  wait_for_count (harness, "classified", 1);
  message = fixture_pop_message (bus, GST_MESSAGE_ELEMENT);
  s = gst_message_get_classification (message);
  fail_unless (s && !gst_classification_structure_is_reused (s));
  fail_unless (gst_structure_get_uint64 (s, "running-time", &time));
  fail_unless_equals_uint64 (time, 120 * GST_MSECOND);
  gst_message_unref (message);
  /* A result is counted before it is there to be carried on. At the end of the stream it is there. */
  fail_unless (gst_harness_push_event (harness, gst_event_new_eos ()));
  flush (harness);
  g_object_set (harness->element, "interval", 100, NULL);
  gst_buffer_unref (push_frame (harness, 3));
  wait_for_count (harness, "classified", 2);
  do {
    buffer = push_frame (harness, 4);
    meta = gst_buffer_get_classification_meta (buffer);
    if (meta) {
      fail_unless (gst_classification_meta_is_reused (meta));
      fail_unless_equals_uint64 (gst_classification_meta_get_source_pts (meta)
          / GST_MSECOND % 40, 0);
      fail_unless_equals_int (gst_classification_meta_get_n_entries (meta), 10);
    }
    gst_buffer_unref (buffer);
  } while (!meta);
  fail_unless (get_count (harness, "waiting") >= 2);
  remove_bus (harness, bus);
  gst_harness_teardown (harness);
}

GST_END_TEST;

/* The result in mode latest has the same entries as in mode sync, for the frame that it names. */
GST_START_TEST (test_latest_is_true)
{
  GstHarness *sync = fixture_harness_new (FIXTURE_CIFAR, CAPS);
  GstHarness *harness = latest_new ();
  gdouble expected[16][FIXTURE_MAX_CLASSES], got[FIXTURE_MAX_CLASSES];
  guint n, frames = fixture_get_number ("GST_RESNET_TEST_FRAMES", 20000) / 20;
  guint seen = 0;

  for (n = 0; n < 16; n++) {
    GstBuffer *buffer = push_frame (sync, n);

    fixture_get_confidences (buffer, expected[n]);
    gst_buffer_unref (buffer);
  }
  for (n = 0; n < frames || seen == 0; n++) {
    GstBuffer *buffer = push_frame (harness, n % 16);
    GstClassificationMeta *meta = gst_buffer_get_classification_meta (buffer);

    if (meta) {
      guint source = gst_classification_meta_get_source_pts (meta)
          / (40 * GST_MSECOND);

      fail_unless_equals_int (fixture_get_confidences (buffer, got), 10);
      fail_unless (source < 16 && memcmp (got, expected[source],
              10 * sizeof (gdouble)) == 0);
      seen++;
    }
    gst_buffer_unref (buffer);
  }
  gst_harness_teardown (harness);
  gst_harness_teardown (sync);
}

GST_END_TEST;

/* After a flush, a segment or new caps there is never a result from before, even when one was being made. */
GST_START_TEST (test_nothing_crosses)
{
  static const gchar *const caps[] = { CAPS,
    "video/x-raw,format=RGB,width=40,height=40,framerate=50/1"
  };
  GstHarness *harness = latest_new ();
  GstBus *bus = fixture_add_bus (harness->element);
  guint i, j, loops = fixture_get_number ("GST_RESNET_TEST_LOOPS", 200);

  for (i = 0; i < loops; i++) {
    GstMessage *message;
    GstSegment segment;

    if (i % 3 == 0) {
      flush (harness);
    } else if (i % 3 == 1) {
      gst_segment_init (&segment, GST_FORMAT_TIME);
      segment.base = i;
      gst_harness_push_event (harness, gst_event_new_segment (&segment));
    } else {
      gst_harness_set_src_caps_str (harness, caps[i / 3 % 2]);
    }
    /* Removes all messages that were posted before. */
    while ((message = fixture_pop_message (bus, GST_MESSAGE_ELEMENT)))
      gst_message_unref (message);
    for (j = 0; j < 5; j++) {
      GstBuffer *buffer = push_frame (harness, 10 * i + j);
      GstClassificationMeta *meta = gst_buffer_get_classification_meta (buffer);

      if (meta)
        fail_unless (gst_classification_meta_get_source_pts (meta) >=
            10 * i * 40 * GST_MSECOND);
      gst_buffer_unref (buffer);
      g_usleep (i % 7 * 50);
    }
    while ((message = fixture_pop_message (bus, GST_MESSAGE_ELEMENT))) {
      const GstStructure *s = gst_message_get_classification (message);

      fail_unless (gst_classification_structure_get_source_pts (s) >=
          10 * i * 40 * GST_MSECOND);
      gst_message_unref (message);
    }
  }
  remove_bus (harness, bus);
  gst_harness_teardown (harness);
}

GST_END_TEST;

/* At the end of the stream everything that ran is done, and after a stop nothing runs. */
GST_START_TEST (test_end_and_stop)
{
  GstHarness *harness = latest_new ();
  guint i, loops = fixture_get_number ("GST_RESNET_TEST_LOOPS", 200) / 10;
  guint64 classified;

  for (i = 0; i < loops; i++) {
    gst_buffer_unref (push_frame (harness, i));
    gst_buffer_unref (push_frame (harness, i + 1));
    if (i % 2 == 0) {
      fail_unless (gst_harness_push_event (harness, gst_event_new_eos ()));
      classified = get_count (harness, "classified");
      fail_unless (classified > 0);
      g_usleep (3000);
      fail_unless_equals_uint64 (get_count (harness, "classified"), classified);
    }
    gst_element_set_state (harness->element, GST_STATE_READY);
    classified = get_count (harness, "classified");
    g_usleep (2000);
    fail_unless_equals_uint64 (get_count (harness, "classified"), classified);
    gst_element_set_state (harness->element, GST_STATE_PLAYING);
    flush (harness);
    gst_harness_set_src_caps_str (harness, CAPS);
  }
  gst_harness_teardown (harness);
}

GST_END_TEST;

/* The mode changes back and forth while frames flow. */
GST_START_TEST (test_mode_changes)
{
  static const gchar *const modes[] = { "sync", "latest" };
  GstHarness *harness = latest_new ();
  guint n;

  for (n = 0; n < 60; n++) {
    GstBuffer *buffer = push_frame (harness, n);
    GstClassificationMeta *meta = gst_buffer_get_classification_meta (buffer);

    /* In mode sync each frame has its own result. */
    if (n > 0 && n / 5 % 2 == 1)
      fail_unless (meta && !gst_classification_meta_is_reused (meta));
    gst_buffer_unref (buffer);
    gst_util_set_object_arg (G_OBJECT (harness->element), "mode",
        modes[(n + 1) / 5 % 2 == 0]);
  }
  gst_harness_teardown (harness);
}

GST_END_TEST;

/* The time for which the element holds frames is added to the latency, and the pipeline is told to ask for it again. */
GST_START_TEST (test_latency)
{
  GstHarness *harness = fixture_harness_new (FIXTURE_CIFAR, CAPS);
  GstBus *bus = fixture_add_bus (harness->element);
  GstClockTime latency;
  GstMessage *message;

  gst_harness_set_upstream_latency (harness, 70 * GST_MSECOND);
  fail_unless_equals_uint64 (gst_harness_query_latency (harness),
      70 * GST_MSECOND);
  gst_buffer_unref (push_frame (harness, 0));
  message = fixture_pop_message (bus, GST_MESSAGE_LATENCY);
  fail_unless (message != NULL);
  gst_message_unref (message);
  latency = gst_harness_query_latency (harness);
  fail_unless (latency >= 70 * GST_MSECOND + get_count (harness, "total-last"));

  gst_util_set_object_arg (G_OBJECT (harness->element), "mode", "latest");
  gst_buffer_unref (push_frame (harness, 1));
  message = fixture_pop_message (bus, GST_MESSAGE_LATENCY);
  fail_unless (message != NULL);
  gst_message_unref (message);
  fail_unless_equals_uint64 (gst_harness_query_latency (harness),
      70 * GST_MSECOND);
  remove_bus (harness, bus);
  gst_harness_teardown (harness);
}

GST_END_TEST;

/* With interval=0, frames that come faster than the machine classifies carry the last result. */
GST_START_TEST (test_interval_0)
{
  GstHarness *harness = fixture_harness_new (FIXTURE_CIFAR, CAPS);
  guint n;

  g_object_set (harness->element, "interval", 0, NULL);
  for (n = 0; n < 20; n++) {
    GstBuffer *buffer = frame_new (n);
    GstClassificationMeta *meta;

    /* Ten frames come within a microsecond, and then one comes every hundred seconds. */
    GST_BUFFER_PTS (buffer) = n < 10 ? n * 100 : n * 100 * GST_SECOND;
    buffer = gst_harness_push_and_pull (harness, buffer);
    meta = gst_buffer_get_classification_meta (buffer);
    fail_unless (meta != NULL);
    fail_unless_equals_int (gst_classification_meta_is_reused (meta),
        n > 0 && n < 10);
    gst_buffer_unref (buffer);
  }
  gst_harness_teardown (harness);
}

GST_END_TEST;

static Suite *
live_suite (void)
{
  Suite *s = suite_create ("live");
  TCase *tc = tcase_create ("live");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_late);
  tcase_add_test (tc, test_latest);
  tcase_add_test (tc, test_latest_is_true);
  tcase_add_test (tc, test_nothing_crosses);
  tcase_add_test (tc, test_end_and_stop);
  tcase_add_test (tc, test_mode_changes);
  tcase_add_test (tc, test_latency);
  tcase_add_test (tc, test_interval_0);
  return s;
}

GST_CHECK_MAIN (live);
