/* gst-resnet: many starts and many frames take no more memory than few
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "classify-fixture.h"

#define CAPS "video/x-raw,format=%s,width=48,height=40,framerate=25/1"

/* The number of bytes that a heap may grow by without a leak. It is less than one byte for each frame. */
#define SLACK (512 * 1024)

static guint
count_threads (void)
{
  GDir *dir = g_dir_open ("/proc/self/task", 0, NULL);
  guint n = 0;

  while (dir && g_dir_read_name (dir))
    n++;
  if (dir)
    g_dir_close (dir);
  return n;
}

/* Waits until the number of threads has settled: a thread that was joined stays in the list for another moment. */
static void
wait_for_threads (guint most)
{
  guint i;

  for (i = 0; i < 6000 && count_threads () > most; i++)
    g_usleep (10000);
  fail_unless (count_threads () <= most, "%u threads, %u before",
      count_threads (), most);
}

static void
push_frame (GstHarness * harness, GstVideoFormat format, guint n)
{
  GstVideoInfo info;
  GstBuffer *buffer;

  gst_video_info_set_format (&info, format, 48, 40);
  buffer = gst_harness_push_and_pull (harness, fixture_frame_new (&info, n));
  fail_unless (gst_buffer_get_classification_meta (buffer) != NULL);
  gst_buffer_unref (buffer);
}

/* The element goes to READY and to PLAYING in turns, with frames in between. */
GST_START_TEST (test_starts)
{
  guint i, n = fixture_get_number ("GST_RESNET_TEST_LOOPS", 200);
  gchar *caps = g_strdup_printf (CAPS, "v210");
  GstElement *element = fixture_element_new (FIXTURE_SMALL);
  guint threads = 0;
  gsize early = 0;

  g_object_set (element, "threads", 2, NULL);
  for (i = 0; i < n; i++) {
    GstHarness *harness = gst_harness_new_with_element (element, "sink", "src");

    gst_harness_set_src_caps_str (harness, caps);
    push_frame (harness, GST_VIDEO_FORMAT_v210, i);
    fail_unless (gst_element_set_state (element, GST_STATE_READY) ==
        GST_STATE_CHANGE_SUCCESS);
    fail_unless (gst_element_set_state (element, GST_STATE_PLAYING) !=
        GST_STATE_CHANGE_FAILURE);
    gst_harness_teardown (harness);
    fail_unless (gst_element_set_state (element, GST_STATE_NULL) ==
        GST_STATE_CHANGE_SUCCESS);
    if (i == n / 4) {
      early = fixture_get_resident_bytes ();
      threads = count_threads ();
    }
  }
  wait_for_threads (threads);
  fail_unless (fixture_get_resident_bytes () <= early + SLACK,
      "%u starts took %" G_GSIZE_FORMAT " bytes more", n - n / 4,
      fixture_get_resident_bytes () - early);
  gst_object_unref (element);
  g_free (caps);
}

GST_END_TEST;

/* The element fails to start again and again because of its model. */
GST_START_TEST (test_failed_starts)
{
  guint i, n = fixture_get_number ("GST_RESNET_TEST_LOOPS", 200);
  gchar *whole = fixture_path (FIXTURE_SMALL), *path, *data;
  GstElement *element = fixture_element_new (FIXTURE_SMALL);
  gsize size, early = 0;

  fail_unless (g_file_get_contents (whole, &data, &size, NULL));
  path = fixture_write_file ("half.pth", data, size / 2);
  g_object_set (element, "model", path, NULL);
  for (i = 0; i < n; i++) {
    fail_unless_equals_int (gst_element_set_state (element, GST_STATE_PLAYING),
        GST_STATE_CHANGE_FAILURE);
    gst_element_set_state (element, GST_STATE_NULL);
    if (i == n / 4)
      early = fixture_get_resident_bytes ();
  }
  fail_unless (fixture_get_resident_bytes () <= early + SLACK);
  gst_object_unref (element);
  fixture_remove_file (path);
  g_free (data);
  g_free (whole);
}

GST_END_TEST;

static const GstVideoFormat formats[] = {
  GST_VIDEO_FORMAT_RGB, GST_VIDEO_FORMAT_NV12, GST_VIDEO_FORMAT_I420_10LE
};

/* The stream is long. Its messages are read, and now and then a result is carried over. */
GST_START_TEST (test_frames)
{
  guint n = fixture_get_number ("GST_RESNET_TEST_FRAMES", 20000);
  guint i, each = n / G_N_ELEMENTS (formats) + 1;
  GstVideoFormat format = formats[__i__];
  gchar *caps = g_strdup_printf (CAPS, gst_video_format_to_string (format));
  GstHarness *harness = fixture_harness_new (FIXTURE_SMALL, caps);
  GstBus *bus = fixture_add_bus (harness->element);
  gsize early = 0;

  g_object_set (harness->element, "interval", 2, NULL);
  for (i = 0; i < each; i++) {
    GstMessage *message;

    push_frame (harness, format, i);
    while ((message = gst_bus_pop (bus)))
      gst_message_unref (message);
    /* By then the ring for the 99th percentile is full and all buffers have been used. */
    if (i == each / 4)
      early = fixture_get_resident_bytes ();
  }
  fail_unless (fixture_get_resident_bytes () <= early + SLACK,
      "%u frames took %" G_GSIZE_FORMAT " bytes more", each - each / 4,
      fixture_get_resident_bytes () - early);
  gst_element_set_bus (harness->element, NULL);
  gst_object_unref (bus);
  gst_harness_teardown (harness);
  g_free (caps);
}

GST_END_TEST;

static Suite *
endurance_suite (void)
{
  Suite *s = suite_create ("endurance");
  TCase *tc = tcase_create ("memory");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_failed_starts);
  tcase_add_test (tc, test_starts);
  tcase_add_loop_test (tc, test_frames, 0, G_N_ELEMENTS (formats));
  return s;
}

GST_CHECK_MAIN (endurance);
