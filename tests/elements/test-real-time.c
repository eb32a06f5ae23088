/* gst-resnet: a stream keeps real time, with a sink that says what comes late and a clock that the test moves
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "classify-fixture.h"

#define CAPS "video/x-raw,format=RGB,width=40,height=40,framerate=60/1"
#define N_FRAMES 300

/* A clock whose time passes only where the test says so, and when somebody waits. */
typedef struct
{
  GstClock parent;
  GstClockTime now;
} StepClock;
typedef GstClockClass StepClockClass;

GType step_clock_get_type (void);
G_DEFINE_TYPE (StepClock, step_clock, GST_TYPE_CLOCK);

static GstClockTime
step_clock_get_internal_time (GstClock * clock)
{
  return ((StepClock *) clock)->now;
}

static GstClockReturn
step_clock_wait (GstClock * clock, GstClockEntry * entry,
    GstClockTimeDiff * jitter)
{
  StepClock *self = (StepClock *) clock;
  GstClockTime time = GST_CLOCK_ENTRY_TIME (entry);

  *jitter = GST_CLOCK_DIFF (time, self->now);
  self->now = MAX (self->now, time);
  return *jitter > 0 ? GST_CLOCK_EARLY : GST_CLOCK_OK;
}

static void
step_clock_class_init (StepClockClass * klass)
{
  klass->get_internal_time = step_clock_get_internal_time;
  klass->wait = step_clock_wait;
}

static void
step_clock_init (StepClock * clock)
{
}

typedef struct
{
  StepClock *clock;
  GstClockTime cost;            /* the time that a classification takes */
  guint n_frames, n_classified;
  GstClockTime lag, longest_lag;        /* the delays of frames that leave the classifier */
} Stream;

static GstPadProbeReturn
on_leave (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  GstClassificationMeta *meta = gst_buffer_get_classification_meta (buffer);
  Stream *stream = data;

  stream->n_frames++;
  if (meta && !gst_classification_meta_is_reused (meta)) {
    stream->n_classified++;
    stream->clock->now += stream->cost;
  }
  stream->lag = stream->clock->now - GST_BUFFER_PTS (buffer);
  /* A sink says nothing about the first frame, so two frames may be classified before it is known that the second is
   * late. */
  if (stream->n_classified > 2)
    stream->longest_lag = MAX (stream->longest_lag, stream->lag);
  return GST_PAD_PROBE_OK;
}

/* Pushes frames like a camera: each frame is there when its time has come, and waits while others are before it. */
static void
run_stream (Stream * stream, gboolean qos)
{
  GstElement *pipeline = gst_pipeline_new (NULL);
  GstElement *classifier = fixture_element_new (FIXTURE_SMALL);
  GstElement *sink = gst_element_factory_make ("fakesink", NULL);
  GstPad *source = gst_pad_new ("source", GST_PAD_SRC), *pad;
  GstSegment segment;
  GstVideoInfo info;
  GstCaps *caps = gst_caps_from_string (CAPS);
  guint n;

  g_object_set (classifier, "qos", qos, NULL);
  g_object_set (sink, "sync", TRUE, "qos", TRUE, "async", FALSE, NULL);
  gst_bin_add_many (GST_BIN (pipeline), classifier, sink, NULL);
  fail_unless (gst_element_link (classifier, sink));
  stream->clock = g_object_new (step_clock_get_type (), NULL);
  gst_object_ref_sink (stream->clock);
  gst_pipeline_use_clock (GST_PIPELINE (pipeline), (GstClock *) stream->clock);
  pad = gst_element_get_static_pad (classifier, "src");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_leave, stream, NULL);
  gst_object_unref (pad);
  pad = gst_element_get_static_pad (classifier, "sink");
  fail_unless (gst_pad_link (source, pad) == GST_PAD_LINK_OK);
  gst_object_unref (pad);
  gst_pad_set_active (source, TRUE);
  fail_unless (gst_element_set_state (pipeline, GST_STATE_PLAYING)
      == GST_STATE_CHANGE_SUCCESS);
  gst_pad_push_event (source, gst_event_new_stream_start ("camera"));
  gst_pad_push_event (source, gst_event_new_caps (caps));
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (source, gst_event_new_segment (&segment));

  fail_unless (gst_video_info_from_caps (&info, caps));
  for (n = 0; n < N_FRAMES; n++) {
    GstBuffer *buffer = fixture_frame_new (&info, n);

    GST_BUFFER_PTS (buffer) = gst_util_uint64_scale (n, GST_SECOND, 60);
    GST_BUFFER_DURATION (buffer) = GST_SECOND / 60;
    stream->clock->now = MAX (stream->clock->now, GST_BUFFER_PTS (buffer));
    fail_unless_equals_int (gst_pad_push (source, buffer), GST_FLOW_OK);
  }
  fail_unless_equals_int (stream->n_frames, N_FRAMES);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_pad_set_active (source, FALSE);
  gst_object_unref (source);
  gst_object_unref (stream->clock);
  gst_caps_unref (caps);
  gst_object_unref (classifier);
  gst_object_unref (pipeline);
}

/* Without QoS each frame is classified, and each is later than the one before. This is what the next test must find. */
GST_START_TEST (test_falls_behind)
{
  Stream stream = { NULL, 100 * GST_MSECOND, };

  if (!fixture_load_plugin ("coreelements"))
    return;
  run_stream (&stream, FALSE);
  fail_unless_equals_int (stream.n_classified, N_FRAMES);
  fail_unless (stream.lag > 20 * GST_SECOND);
}

GST_END_TEST;

/* No frame is ever later than one classification takes, and the machine is busy most of the time. */
GST_START_TEST (test_keeps_real_time)
{
  static const GstClockTime costs[] =
      { 20 * GST_MSECOND, 30 * GST_MSECOND, 100 * GST_MSECOND, GST_SECOND };
  guint i;

  if (!fixture_load_plugin ("coreelements"))
    return;
  for (i = 0; i < G_N_ELEMENTS (costs); i++) {
    Stream stream = { NULL, costs[i], };

    run_stream (&stream, TRUE);
    fail_unless (stream.longest_lag > 0);
    fail_unless (stream.longest_lag <= costs[i] + GST_SECOND / 60,
        "%" GST_TIME_FORMAT, GST_TIME_ARGS (stream.longest_lag));
    /* The element waits for the next frame after each classification. */
    fail_unless (stream.n_classified * (costs[i] + GST_SECOND / 60) >=
        N_FRAMES * (GST_SECOND / 60), "%u classified", stream.n_classified);
  }
}

GST_END_TEST;

/* Where the machine is fast enough, QoS changes nothing. */
GST_START_TEST (test_keeps_up)
{
  Stream stream = { NULL, 10 * GST_MSECOND, };

  if (!fixture_load_plugin ("coreelements"))
    return;
  run_stream (&stream, TRUE);
  fail_unless (stream.longest_lag <= 10 * GST_MSECOND);
  fail_unless_equals_int (stream.n_classified, N_FRAMES);
}

GST_END_TEST;

static Suite *
real_time_suite (void)
{
  Suite *s = suite_create ("real-time");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_falls_behind);
  tcase_add_test (tc, test_keeps_real_time);
  tcase_add_test (tc, test_keeps_up);
  return s;
}

GST_CHECK_MAIN (real_time);
