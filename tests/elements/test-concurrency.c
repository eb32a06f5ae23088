/* gst-resnet: several threads: properties set while frames flow, live sources, two models in one pipeline
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "classify-fixture.h"

#define CAPS "video/x-raw,format=RGB,width=40,height=40,framerate=25/1"

static GstBuffer *
push_frame (GstHarness * harness, guint n)
{
  GstVideoInfo info;

  gst_video_info_set_format (&info, GST_VIDEO_FORMAT_RGB, 40, 40);
  return gst_harness_push_and_pull (harness, fixture_frame_new (&info, n));
}

/* The properties that are not in this table are set to the ends of their ranges. */
static FixtureValues values[] = {
  {"model", {NULL, "/nowhere", NULL}},  /* the first and the third are the networks of the test */
  {"labels-file", {"", "/nowhere"}},
  {"labels", {"", "/nowhere"}},
  {"weights", {"", "state_dict_ema"}},
  {"threads", {"0", "1", "2", "8"}},
  {"top-k", {"1", "12", "5", "2147483647"}},
  {"threshold", {"0", "0.02", "0.04", "1"}},
  {"interval", {"1", "0", "3", "2147483647"}},
  {"resize", {"-1", "0", "20", "49"}},
  {"crop", {"0", "8", "16", "24"}},
  {"mean", {"", "0.1,0.2,0.3", "wrong", "0 0 0"}},
  {"std", {"", "1,1,1", "0,0,0"}},
  {"attach-meta", {"true", "true", "false"}},
  {"temperature", {"1", "0.5", "2"}},
  {"roi-types", {"", "face", "face,cat"}},
  {"group", {"", "g"}},
  {"batch-size", {"1", "4"}},
  {"batch-timeout", {"0", "2"}},
};

typedef struct
{
  GstElement *element;
  gint stop;                    /* atomic */
  gint n_changes;               /* atomic */
} Setter;

/* Sets every property to good and bad values as fast as it can, and reads those that can be read. */
static gpointer
set_properties (gpointer data)
{
  Setter *setter = data;
  guint i;

  for (i = 0; !g_atomic_int_get (&setter->stop); i++) {
    fixture_change_property (setter->element, values, G_N_ELEMENTS (values), i);
    g_atomic_int_inc (&setter->n_changes);
    g_usleep (200);
  }
  return NULL;
}

GST_START_TEST (test_set_from_another_thread)
{
  guint n, frames = fixture_get_number ("GST_RESNET_TEST_FRAMES", 20000) / 40;
  GstHarness *harness = fixture_harness_new (FIXTURE_SMALL, CAPS);
  gchar *cifar = fixture_path (FIXTURE_CIFAR);
  gchar *small = fixture_path (FIXTURE_SMALL);
  Setter setter = { harness->element, FALSE, 0 };
  guint with_meta = 0, n_own;
  GstStructure *stats;
  guint64 failed;
  GThread *thread;

  values[0].values[0] = cifar;
  values[0].values[2] = small;
  n_own = fixture_count_properties (harness->element, values,
      G_N_ELEMENTS (values));
  thread = g_thread_new ("setter", set_properties, &setter);
  /* The loop goes on until each property has had each of its values, even where the machine is slow to start the other
   * thread. */
  for (n = 0; n < frames
      || (guint) g_atomic_int_get (&setter.n_changes) < 4 * n_own
      || (with_meta == 0 && n < 20000); n++) {
    GstBuffer *buffer = push_frame (harness, n);

    fail_unless (buffer != NULL);
    with_meta += gst_buffer_get_classification_meta (buffer) != NULL;
    gst_buffer_unref (buffer);
  }
  g_atomic_int_set (&setter.stop, TRUE);
  g_thread_join (thread);
  fail_unless (with_meta > 0);
  g_object_get (harness->element, "stats", &stats, NULL);
  fail_unless (gst_structure_get_uint64 (stats, "failed", &failed));
  fail_unless_equals_uint64 (failed, 0);
  gst_structure_free (stats);
  gst_harness_teardown (harness);
  g_free (small);
  g_free (cifar);
}

GST_END_TEST;

static void
send_late_qos (GstHarness * harness)
{
  fail_unless (gst_harness_push_upstream_event (harness,
          gst_event_new_qos (GST_QOS_TYPE_UNDERFLOW, 2.0, 10 * GST_SECOND,
              GST_SECOND)));
}

/* With qos off, which is the default, every frame is classified however late it is. With qos on, late frames go on
 * unclassified. */
GST_START_TEST (test_qos)
{
  GstHarness *harness = fixture_harness_new (FIXTURE_SMALL, CAPS);
  GstVideoInfo info;
  gboolean qos;

  g_object_get (harness->element, "qos", &qos, NULL);
  fail_if (qos);
  gst_buffer_unref (push_frame (harness, 0));
  send_late_qos (harness);
  gst_buffer_unref (push_frame (harness, 1));
  fail_unless_equals_int (gst_harness_buffers_received (harness), 2);

  g_object_set (harness->element, "qos", TRUE, NULL);
  send_late_qos (harness);
  gst_video_info_set_format (&info, GST_VIDEO_FORMAT_RGB, 40, 40);
  fail_unless_equals_int (gst_harness_push (harness,
          fixture_frame_new (&info, 2)), GST_FLOW_OK);
  fail_unless_equals_int (gst_harness_buffers_received (harness), 3);
  gst_harness_teardown (harness);
}

GST_END_TEST;

static gboolean
load_plugins (void)
{
  if (fixture_load_plugin ("coreelements")
      && fixture_load_plugin ("videotestsrc"))
    return TRUE;
  GST_WARNING ("skipped: videotestsrc is not installed");
  return FALSE;
}

/* Runs the pipeline to the end of the stream and counts the classifications of each element by its name. */
static void
run_pipeline (GstElement * pipeline, const gchar * name, guint * n_first,
    guint * n_others)
{
  GstBus *bus = gst_element_get_bus (pipeline);
  gboolean eos = FALSE;
  GstMessage *message;

  *n_first = *n_others = 0;
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  while (!eos && (message = gst_bus_timed_pop_filtered (bus, 60 * GST_SECOND,
              GST_MESSAGE_EOS | GST_MESSAGE_ELEMENT | GST_MESSAGE_ERROR))) {
    const GstStructure *s = gst_message_get_classification (message);

    fail_unless (GST_MESSAGE_TYPE (message) != GST_MESSAGE_ERROR);
    eos = GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS;
    if (s && g_str_equal (gst_classification_structure_get_element (s), name))
      (*n_first)++;
    else if (s)
      (*n_others)++;
    gst_message_unref (message);
  }
  fail_unless (eos);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (bus);
}

GST_START_TEST (test_live_source)
{
  GstElement *pipeline;
  guint n, none;
  gchar *path, *line;

  if (!load_plugins ())
    return;
  path = fixture_path (FIXTURE_CIFAR);
  line = g_strdup_printf ("videotestsrc is-live=true num-buffers=20 ! "
      "video/x-raw,format=NV12,width=320,height=240,framerate=50/1 ! "
      "resnetclassify name=live model=\"%s\" ! fakesink sync=true qos=true",
      path);
  pipeline = gst_parse_launch (line, NULL);
  run_pipeline (pipeline, "live", &n, &none);
  fail_unless_equals_int (n, 20);
  fail_unless_equals_int (none, 0);
  gst_object_unref (pipeline);
  g_free (line);
  g_free (path);
}

GST_END_TEST;

/* Two models run side by side, each with threads of its own, and a third one runs behind one of them. */
GST_START_TEST (test_two_models)
{
  gchar *cifar = fixture_path (FIXTURE_CIFAR);
  gchar *small = fixture_path (FIXTURE_SMALL);
  GstElement *pipeline;
  guint n, others;
  gchar *line;

  if (load_plugins ()) {
    line = g_strdup_printf ("videotestsrc num-buffers=30 ! "
        "video/x-raw,format=I420,width=64,height=48,framerate=25/1 ! tee name=t "
        "t. ! queue ! resnetclassify name=a threads=2 model=\"%s\" ! fakesink "
        "t. ! queue ! resnetclassify name=b threads=2 resize=0 crop=16 "
        "model=\"%s\" ! resnetclassify name=c model=\"%s\" ! fakesink", cifar,
        small, cifar);
    pipeline = gst_parse_launch (line, NULL);
    run_pipeline (pipeline, "a", &n, &others);
    fail_unless_equals_int (n, 30);
    fail_unless_equals_int (others, 60);
    gst_object_unref (pipeline);
    g_free (line);
  }
  g_free (small);
  g_free (cifar);
}

GST_END_TEST;

/* The pipeline goes down and up again while frames flow. */
GST_START_TEST (test_state_changes)
{
  gchar *path = fixture_path (FIXTURE_SMALL);
  guint i, loops = fixture_get_number ("GST_RESNET_TEST_LOOPS", 200) / 10;
  GstElement *pipeline;
  gchar *line;

  if (load_plugins ()) {
    line = g_strdup_printf ("videotestsrc is-live=true ! "
        "video/x-raw,format=I420,width=64,height=48,framerate=200/1 ! "
        "resnetclassify threads=2 resize=0 crop=16 model=\"%s\" ! "
        "fakesink sync=false", path);
    pipeline = gst_parse_launch (line, NULL);
    for (i = 0; i < loops; i++) {
      fail_unless (gst_element_set_state (pipeline, GST_STATE_PLAYING) !=
          GST_STATE_CHANGE_FAILURE);
      g_usleep (5000 + 1000 * (i % 7));
      fail_unless_equals_int (gst_element_set_state (pipeline, i % 2 ?
              GST_STATE_READY : GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
    }
    gst_element_set_state (pipeline, GST_STATE_NULL);
    gst_object_unref (pipeline);
    g_free (line);
  }
  g_free (path);
}

GST_END_TEST;

static Suite *
concurrency_suite (void)
{
  Suite *s = suite_create ("concurrency");
  TCase *tc = tcase_create ("threads");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_set_from_another_thread);
  tcase_add_test (tc, test_qos);
  tcase_add_test (tc, test_live_source);
  tcase_add_test (tc, test_two_models);
  tcase_add_test (tc, test_state_changes);
  return s;
}

GST_CHECK_MAIN (concurrency);
