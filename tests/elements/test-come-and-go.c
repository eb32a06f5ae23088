/* gst-resnet: elements that are added to and removed from a pipeline that plays
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "classify-fixture.h"

#define STREAM "videotestsrc is-live=%s ! " \
    "video/x-raw,format=I420,width=64,height=48,framerate=500/1 ! " \
    "resnetclassify name=%s model=\"%s\" resize=0 crop=16 threads=1 group=all " \
    "batch-size=2 batch-timeout=1 post-messages=false mode=%s ! " \
    "classoverlay ! fakesink name=sink async=false signal-handoffs=true"

typedef struct
{
  GMutex mutex;
  GCond cond;
  guint n_frames, n_results;
} Seen;

static void
on_handoff (GstElement * sink, GstBuffer * buffer, GstPad * pad, gpointer data)
{
  Seen *seen = data;

  g_mutex_lock (&seen->mutex);
  seen->n_frames++;
  if (gst_buffer_get_classification_meta (buffer))
    seen->n_results++;
  g_cond_broadcast (&seen->cond);
  g_mutex_unlock (&seen->mutex);
}

/* Waits until @count is one more than before. */
static void
wait_for_more (Seen * seen, guint * count)
{
  gint64 end = g_get_monotonic_time () + 60 * G_TIME_SPAN_SECOND;
  gboolean in_time = TRUE;
  guint n;

  g_mutex_lock (&seen->mutex);
  for (n = *count; *count == n && in_time;)
    in_time = g_cond_wait_until (&seen->cond, &seen->mutex, end);
  g_mutex_unlock (&seen->mutex);
  fail_unless (in_time, "nothing came in a minute");
}

static void
wait_for_frame (Seen * seen)
{
  wait_for_more (seen, &seen->n_frames);
}

static void
wait_for_result (Seen * seen)
{
  wait_for_more (seen, &seen->n_results);
}

static void
connect_sink (GstElement * bin, Seen * seen)
{
  GstElement *sink = gst_bin_get_by_name (GST_BIN (bin), "sink");

  g_signal_connect (sink, "handoff", G_CALLBACK (on_handoff), seen);
  gst_object_unref (sink);
}

/* Drops all messages, because a message holds a reference to the element that posted it. */
static void
drop_messages (GstBus * bus)
{
  GstMessage *message;

  while ((message = gst_bus_pop (bus))) {
    fail_if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR
        || GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS, "%" GST_PTR_FORMAT,
        message);
    gst_message_unref (message);
  }
}

/* The element is stopped first, because a bin keeps the messages of elements that are no longer in it. */
static void
take_out (GstElement * pipeline, GstElement * element)
{
  gst_element_set_locked_state (element, TRUE);
  fail_unless_equals_int (gst_element_set_state (element, GST_STATE_NULL),
      GST_STATE_CHANGE_SUCCESS);
  fail_unless (gst_bin_remove (GST_BIN (pipeline), element));
}

/* A second stream with the same group and model comes and goes. The first stream goes on, and nothing of the second one
 * is left. */
GST_START_TEST (test_added_and_removed)
{
  guint i, loops = fixture_get_number ("GST_RESNET_TEST_LOOPS", 1000);
  GstElement *pipeline = gst_pipeline_new (NULL), *stays, *classifier;
  gchar *path = fixture_path (FIXTURE_SMALL), *line;
  Seen seen = { 0, }, guests = { 0, };
  GstStructure *stats;
  guint64 failed = 1;
  GstBus *bus = gst_element_get_bus (pipeline);

  if (!fixture_load_plugin ("coreelements")
      || !fixture_load_plugin ("videotestsrc")) {
    gst_object_unref (bus);
    gst_object_unref (pipeline);
    g_free (path);
    return;
  }
  line = g_strdup_printf (STREAM, "true", "stays", path, "sync");
  stays = gst_parse_bin_from_description (line, FALSE, NULL);
  g_free (line);
  fail_unless (stays != NULL);
  connect_sink (stays, &seen);
  gst_bin_add (GST_BIN (pipeline), stays);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  wait_for_result (&seen);

  for (i = 0; i < loops; i++) {
    gpointer guest;
    GstElement *bin;

    line = g_strdup_printf (STREAM, "true", "guest",
        path, i % 2 ? "sync" : "latest");
    bin = gst_parse_bin_from_description (line, FALSE, NULL);
    g_free (line);
    connect_sink (bin, &guests);
    guest = bin;
    gst_bin_add (GST_BIN (pipeline), bin);
    g_object_add_weak_pointer (G_OBJECT (bin), &guest);
    fail_unless (gst_element_sync_state_with_parent (bin));
    /* Every fifth time the stream is removed before it has classified anything. */
    if (i % 5 != 0)
      wait_for_result (&guests);
    take_out (pipeline, bin);
    drop_messages (bus);
    fail_unless (guest == NULL, "guest %u is still there", i);
  }
  /* The stream that stays still classifies, and it is the only user of its model. */
  wait_for_result (&seen);
  wait_for_result (&seen);
  classifier = gst_bin_get_by_name (GST_BIN (stays), "stays");
  g_object_get (classifier, "stats", &stats, NULL);
  fail_unless (gst_structure_get_uint64 (stats, "failed", &failed));
  fail_unless_equals_uint64 (failed, 0);
  gst_structure_free (stats);
  gst_object_unref (classifier);
  drop_messages (bus);
  gst_object_unref (bus);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  fail_unless_equals_int (seen.n_results, seen.n_frames);
  gst_object_unref (pipeline);
  g_free (path);
}

GST_END_TEST;

/* The two elements are put between two others and taken out again while frames flow. */
typedef struct
{
  GstElement *pipeline, *before, *after;
  GstElement *guest;            /* the element to put in or to take out */
  gboolean in;
  GMutex mutex;
  GCond cond;
  gboolean done;
} Change;

/* Runs in the streaming thread before a frame passes, when no frame is on its way between the two neighbours. */
static GstPadProbeReturn
on_frame (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  Change *change = data;

  if (change->in) {
    gst_element_unlink (change->before, change->after);
    fail_unless (gst_bin_add (GST_BIN (change->pipeline), change->guest));
    fail_unless (gst_element_link_many (change->before, change->guest,
            change->after, NULL));
    fail_unless (gst_element_sync_state_with_parent (change->guest));
  } else {
    take_out (change->pipeline, change->guest);
    fail_unless (gst_element_link (change->before, change->after));
  }
  g_mutex_lock (&change->mutex);
  change->done = TRUE;
  g_cond_broadcast (&change->cond);
  g_mutex_unlock (&change->mutex);
  return GST_PAD_PROBE_REMOVE;
}

static void
make_change (Change * change)
{
  GstPad *pad = gst_element_get_static_pad (change->before, "src");

  change->done = FALSE;
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BLOCK | GST_PAD_PROBE_TYPE_BUFFER,
      on_frame, change, NULL);
  g_mutex_lock (&change->mutex);
  while (!change->done)
    g_cond_wait (&change->cond, &change->mutex);
  g_mutex_unlock (&change->mutex);
  gst_object_unref (pad);
}

GST_START_TEST (test_put_in_and_taken_out)
{
  guint i, loops = fixture_get_number ("GST_RESNET_TEST_LOOPS", 1000);
  gchar *path = fixture_path (FIXTURE_SMALL), *line;
  Seen seen = { 0, };
  Change change = { NULL, };
  GstBus *bus;

  if (!fixture_load_plugin ("coreelements")
      || !fixture_load_plugin ("videotestsrc")) {
    g_free (path);
    return;
  }
  change.pipeline = gst_parse_launch ("videotestsrc is-live=true ! "
      "video/x-raw,format=I420,width=64,height=48,framerate=1000/1 ! "
      "identity name=before ! identity name=after ! "
      "fakesink name=sink async=false signal-handoffs=true", NULL);
  fail_unless (change.pipeline != NULL);
  bus = gst_element_get_bus (change.pipeline);
  change.before = gst_bin_get_by_name (GST_BIN (change.pipeline), "before");
  change.after = gst_bin_get_by_name (GST_BIN (change.pipeline), "after");
  connect_sink (change.pipeline, &seen);
  gst_element_set_state (change.pipeline, GST_STATE_PLAYING);
  wait_for_frame (&seen);
  for (i = 0; i < loops; i++) {
    gpointer guest;

    line = g_strdup_printf ("resnetclassify model=\"%s\" resize=0 crop=16 "
        "threads=1 post-messages=false mode=%s ! classoverlay", path,
        i % 2 ? "sync" : "latest");
    change.guest = gst_parse_bin_from_description (line, TRUE, NULL);
    g_free (line);
    guest = change.guest;
    g_object_add_weak_pointer (guest, &guest);
    change.in = TRUE;
    make_change (&change);
    if (i % 5 != 0)
      wait_for_result (&seen);
    change.in = FALSE;
    make_change (&change);
    drop_messages (bus);
    fail_unless (guest == NULL, "guest %u is still there", i);
  }
  /* Frames go on without the two elements. */
  wait_for_frame (&seen);
  gst_element_set_state (change.pipeline, GST_STATE_NULL);
  drop_messages (bus);
  fail_unless (seen.n_results >= loops - (loops + 4) / 5);
  gst_object_unref (bus);
  gst_object_unref (change.before);
  gst_object_unref (change.after);
  gst_object_unref (change.pipeline);
  g_free (path);
}

GST_END_TEST;

static Suite *
come_and_go_suite (void)
{
  Suite *s = suite_create ("come-and-go");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_added_and_removed);
  tcase_add_test (tc, test_put_in_and_taken_out);
  return s;
}

GST_CHECK_MAIN (come_and_go);
