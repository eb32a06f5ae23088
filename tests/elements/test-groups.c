/* gst-resnet: elements that share a model, and groups whose frames run together
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "classify-fixture.h"

#define CAPS "video/x-raw,format=RGB,width=40,height=40,framerate=25/1"
#define N_STREAMS 4
/* A batch-timeout in milliseconds that shows in the test's time where an element waits for it. It is longer than
 * anything else here takes on any machine, and shorter than a test may take. */
#define LONG_TIMEOUT 50000

typedef gdouble Confidences[FIXTURE_MAX_CLASSES];

typedef struct
{
  GstHarness *harness;
  guint n_frames;
  Confidences *confidences;
  gboolean eos;                 /* whether the stream ends after its frames */
} Stream;

static GstBuffer *
frame (guint n)
{
  GstVideoInfo info;

  gst_video_info_set_format (&info, GST_VIDEO_FORMAT_RGB, 40, 40);
  return fixture_frame_new (&info, n);
}

static void
push (GstHarness * harness, guint n, gdouble * confidences)
{
  GstBuffer *buffer = gst_harness_push_and_pull (harness, frame (n));

  fail_unless (buffer != NULL);
  fail_unless_equals_uint64 (GST_BUFFER_PTS (buffer), n * 40 * GST_MSECOND);
  fail_unless_equals_int (fixture_get_confidences (buffer, confidences), 10);
  gst_buffer_unref (buffer);
}

static gpointer
push_all (gpointer data)
{
  Stream *stream = data;
  guint n;

  for (n = 0; n < stream->n_frames; n++)
    push (stream->harness, n, stream->confidences[n]);
  if (stream->eos)
    fail_unless (gst_harness_push_event (stream->harness,
            gst_event_new_eos ()));
  return NULL;
}

static GstHarness *
member_new (const gchar * model, const gchar * group, guint batch,
    guint timeout)
{
  GstElement *element = fixture_element_new (model);
  GstHarness *harness;

  g_object_set (element, "group", group, "batch-size", batch, "batch-timeout",
      timeout, NULL);
  harness = gst_harness_new_with_element (element, "sink", "src");
  gst_object_unref (element);
  gst_harness_set_src_caps_str (harness, CAPS);
  return harness;
}

static guint64
get_stat (GstHarness * harness, const gchar * name)
{
  GstStructure *stats;
  guint64 value = 0;
  guint number;

  g_object_get (harness->element, "stats", &stats, NULL);
  if (gst_structure_get_uint (stats, name, &number))
    value = number;
  else
    fail_unless (gst_structure_get_uint64 (stats, name, &value));
  gst_structure_free (stats);
  return value;
}

static void
assert_same (Confidences * a, Confidences * b, guint n)
{
  guint i, k;

  for (i = 0; i < n; i++)
    for (k = 0; k < 10; k++)
      fail_unless (a[i][k] == b[i][k], "frame %u, class %u: %.9g, alone %.9g",
          i, k, a[i][k], b[i][k]);
}

/* Each frame has the answer that it has alone, whatever ran beside it. The streams have different lengths, so that the
 * last frames run alone. */
GST_START_TEST (test_same_results)
{
  guint n_frames = fixture_get_number ("GST_RESNET_TEST_FRAMES", 1600) / 16;
  Confidences *alone = g_new0 (Confidences, n_frames);
  Stream streams[N_STREAMS];
  GThread *threads[N_STREAMS];
  GstHarness *harness = fixture_harness_new (FIXTURE_CIFAR, CAPS);
  guint64 runs, images;
  guint i, total = 0;

  for (i = 0; i < n_frames; i++)
    push (harness, i, alone[i]);
  gst_harness_teardown (harness);

  for (i = 0; i < N_STREAMS; i++) {
    streams[i].harness = member_new (FIXTURE_CIFAR, "all", 3, LONG_TIMEOUT);
    streams[i].n_frames = n_frames * (i + 1) / N_STREAMS;
    streams[i].confidences = g_new0 (Confidences, n_frames);
    streams[i].eos = TRUE;
    total += streams[i].n_frames;
  }
  for (i = 0; i < N_STREAMS; i++)
    threads[i] = g_thread_new ("stream", push_all, &streams[i]);
  for (i = 0; i < N_STREAMS; i++)
    g_thread_join (threads[i]);
  for (i = 0; i < N_STREAMS; i++)
    assert_same (streams[i].confidences, alone, streams[i].n_frames);

  runs = get_stat (streams[N_STREAMS - 1].harness, "group-runs");
  images = get_stat (streams[N_STREAMS - 1].harness, "group-images");
  fail_unless_equals_uint64 (images, total);
  fail_unless (runs < total, "%" G_GUINT64_FORMAT " runs for %u frames", runs,
      total);
  for (i = 0; i < N_STREAMS; i++) {
    fail_unless (get_stat (streams[i].harness, "shared-with") <= N_STREAMS - 1);
    gst_harness_teardown (streams[i].harness);
    g_free (streams[i].confidences);
  }
  g_free (alone);
}

GST_END_TEST;

/* There is one model in the process for all elements, with or without a group. An element with another model or another
 * size does not share it. */
GST_START_TEST (test_shared_model)
{
  GstHarness *one = fixture_harness_new (FIXTURE_CIFAR, CAPS);
  GstHarness *another = fixture_harness_new (FIXTURE_CIFAR, CAPS);
  GstHarness *other = fixture_harness_new (FIXTURE_SMALL, CAPS);
  gdouble confidences[FIXTURE_MAX_CLASSES];

  push (one, 0, confidences);
  push (another, 0, confidences);
  push (other, 0, confidences);
  fail_unless_equals_uint64 (get_stat (one, "shared-with"), 1);
  fail_unless_equals_uint64 (get_stat (another, "shared-with"), 1);
  fail_unless_equals_uint64 (get_stat (other, "shared-with"), 0);
  gst_harness_teardown (another);
  push (one, 1, confidences);
  fail_unless_equals_uint64 (get_stat (one, "shared-with"), 0);
  g_object_set (one->element, "crop", 24, NULL);
  push (one, 2, confidences);
  gst_harness_teardown (one);
  gst_harness_teardown (other);
}

GST_END_TEST;

/* The others wait for a member that is silent. */
GST_START_TEST (test_silent_member)
{
  GstHarness *busy = member_new (FIXTURE_SMALL, "pair", 2, 500);
  GstHarness *silent = member_new (FIXTURE_SMALL, "pair", 2, 500);
  gdouble confidences[FIXTURE_MAX_CLASSES];
  gint64 start;

  push (silent, 0, confidences);
  start = g_get_monotonic_time ();
  push (busy, 0, confidences);
  fail_unless (g_get_monotonic_time () - start >= 450 * 1000);
  gst_harness_teardown (silent);
  gst_harness_teardown (busy);
}

GST_END_TEST;

static void
push_without_waiting (GstHarness * harness, guint first)
{
  gint64 start = g_get_monotonic_time ();
  gdouble confidences[FIXTURE_MAX_CLASSES];
  guint i;

  for (i = first; i < first + 20; i++)
    push (harness, i, confidences);
  fail_unless (g_get_monotonic_time () - start < LONG_TIMEOUT * 1000);
}

/* A member that let several runs wait in vain is not waited for until it has a frame again. */
GST_START_TEST (test_stalled_member)
{
  GstHarness *busy = member_new (FIXTURE_SMALL, "pair", 2, 300);
  GstHarness *stalled = member_new (FIXTURE_SMALL, "pair", 2, 300);
  gdouble confidences[FIXTURE_MAX_CLASSES];
  guint i, round, waited;
  gint64 start;

  for (round = 0; round < 2; round++) {
    push (stalled, round, confidences);
    waited = 0;
    for (i = 0; i < 20; i++) {
      start = g_get_monotonic_time ();
      push (busy, i, confidences);
      waited += g_get_monotonic_time () - start >= 290 * 1000;
    }
    /* One wait is not enough to leave the member out, because it may only have been late. */
    fail_unless (waited >= 2 && waited <= 5, "%u of 20 frames waited", waited);
  }
  gst_harness_teardown (stalled);
  gst_harness_teardown (busy);
}

GST_END_TEST;

static gpointer
push_into_flush (gpointer data)
{
  GstHarness *harness = data;

  return GINT_TO_POINTER (gst_harness_push (harness, frame (1)));
}

/* A flush, and the change to state NULL, wake a frame that waits for others. */
GST_START_TEST (test_wakes)
{
  GstHarness *busy = member_new (FIXTURE_SMALL, "pair", 2, LONG_TIMEOUT);
  GstHarness *other = member_new (FIXTURE_SMALL, "pair", 2, LONG_TIMEOUT);
  GstBus *bus = fixture_add_bus (busy->element);
  gint64 start = g_get_monotonic_time ();
  gdouble confidences[FIXTURE_MAX_CLASSES];
  GThread *thread;

  if (__i__ >= 2)
    g_object_set (busy->element, "mode", 1, NULL);
  push (other, 0, confidences);
  thread = g_thread_new ("stream", push_into_flush, busy);
  g_usleep (300 * 1000);
  if (__i__ % 2 == 0) {
    gst_harness_push_event (busy, gst_event_new_flush_start ());
    g_thread_join (thread);
    gst_harness_push_event (busy, gst_event_new_flush_stop (TRUE));
  } else {
    gst_element_set_state (busy->element, GST_STATE_NULL);
    g_thread_join (thread);
  }
  fail_unless (g_get_monotonic_time () - start < LONG_TIMEOUT * 1000 / 4);
  /* Nothing is posted about the frame that was dropped. */
  fail_unless (fixture_pop_message (bus, GST_MESSAGE_WARNING |
          GST_MESSAGE_ELEMENT) == NULL);
  gst_element_set_bus (busy->element, NULL);
  gst_object_unref (bus);
  gst_harness_teardown (busy);
  gst_harness_teardown (other);
}

GST_END_TEST;

/* The others do not wait for a member that has ended or left. */
GST_START_TEST (test_ended_member)
{
  GstHarness *busy = member_new (FIXTURE_SMALL, "pair", 2, LONG_TIMEOUT);
  GstHarness *other = member_new (FIXTURE_SMALL, "pair", 2, LONG_TIMEOUT);
  gdouble confidences[FIXTURE_MAX_CLASSES];

  push (other, 0, confidences);
  fail_unless (gst_harness_push_event (other, gst_event_new_eos ()));
  push_without_waiting (busy, 0);
  /* The flush brings the member back, and then it leaves. */
  gst_harness_push_event (other, gst_event_new_flush_start ());
  gst_harness_push_event (other, gst_event_new_flush_stop (TRUE));
  gst_harness_teardown (other);
  push_without_waiting (busy, 20);
  gst_harness_teardown (busy);
}

GST_END_TEST;

/* Groups do not mix: elements with different names, models or batch sizes are in different groups. */
GST_START_TEST (test_two_groups)
{
  GstHarness *a = member_new (FIXTURE_SMALL, "a", 2, 0);
  GstHarness *b = member_new (FIXTURE_SMALL, "b", 2, 0);
  GstHarness *larger = member_new (FIXTURE_SMALL, "a", 3, 0);
  GstHarness *model = member_new (FIXTURE_CIFAR, "a", 2, 0);
  GstHarness *all[] = { a, b, larger, model };
  gdouble confidences[FIXTURE_MAX_CLASSES];
  guint i;

  for (i = 0; i < G_N_ELEMENTS (all); i++) {
    push (all[i], i, confidences);
    fail_unless_equals_uint64 (get_stat (all[i], "group-images"), 1);
  }
  for (i = 0; i < G_N_ELEMENTS (all); i++)
    gst_harness_teardown (all[i]);
}

GST_END_TEST;

/* Members come and go while others run. */
GST_START_TEST (test_come_and_go)
{
  guint i, loops = fixture_get_number ("GST_RESNET_TEST_LOOPS", 40);
  guint n_frames = fixture_get_number ("GST_RESNET_TEST_FRAMES", 1600) / 8;
  Confidences *confidences = g_new0 (Confidences, n_frames);
  Stream stream =
      { member_new (FIXTURE_SMALL, "g", 4, 5), n_frames, confidences,
    TRUE
  };
  GThread *thread = g_thread_new ("stream", push_all, &stream);

  for (i = 0; i < loops; i++) {
    GstHarness *guest = member_new (FIXTURE_SMALL, "g", 4, 5);
    gdouble guests[FIXTURE_MAX_CLASSES];

    push (guest, i, guests);
    gst_harness_push_event (guest, gst_event_new_flush_start ());
    gst_harness_push_event (guest, gst_event_new_flush_stop (TRUE));
    gst_harness_teardown (guest);
  }
  g_thread_join (thread);
  gst_harness_teardown (stream.harness);
  g_free (confidences);
}

GST_END_TEST;

static Suite *
groups_suite (void)
{
  Suite *s = suite_create ("groups");
  TCase *tc = tcase_create ("groups");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_test (tc, test_silent_member);
  tcase_add_test (tc, test_stalled_member);
  tcase_add_loop_test (tc, test_wakes, 0, 4);
  tcase_add_test (tc, test_ended_member);
  tcase_add_test (tc, test_two_groups);
  tcase_add_test (tc, test_come_and_go);
  tcase_add_test (tc, test_shared_model);
  tcase_add_test (tc, test_same_results);
  return s;
}

GST_CHECK_MAIN (groups);
