/* gst-resnet: properties that a control binding sets frame by frame
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "classify-fixture.h"

#include <gst/controller/gstdirectcontrolbinding.h>
#include <gst/controller/gstinterpolationcontrolsource.h>

#define CAPS "video/x-raw,format=RGB,width=48,height=40,framerate=25/1"
#define FRAME (40 * GST_MSECOND)

static const gchar *const controllable[] = {
  "threshold", "temperature", "smoothing", "hysteresis"
};

/* Binds a property to @values, which are those at frames 0, 1, and so on. Nothing is interpolated between them. */
static void
control (GstElement * element, const gchar * property, const gdouble * values,
    guint n)
{
  GstControlSource *source = gst_interpolation_control_source_new ();
  guint i;

  g_object_set (source, "mode", GST_INTERPOLATION_MODE_NONE, NULL);
  for (i = 0; i < n; i++)
    fail_unless (gst_timed_value_control_source_set
        (GST_TIMED_VALUE_CONTROL_SOURCE (source), i * FRAME, values[i]));
  fail_unless (gst_object_add_control_binding (GST_OBJECT (element),
          gst_direct_control_binding_new_absolute (GST_OBJECT (element),
              property, source)), "%s cannot be controlled", property);
  gst_object_unref (source);
}

static GstBuffer *
push_frame (GstHarness * harness, guint n)
{
  GstVideoInfo info;
  GstBuffer *buffer;

  gst_video_info_set_format (&info, GST_VIDEO_FORMAT_RGB, 48, 40);
  /* Every frame is the same picture. */
  buffer = fixture_frame_new (&info, 0);
  GST_BUFFER_PTS (buffer) = n * FRAME;
  return gst_harness_push_and_pull (harness, buffer);
}

static gdouble
get_best (GstHarness * harness, guint n)
{
  GstBuffer *buffer = push_frame (harness, n);
  GstClassificationMeta *meta = gst_buffer_get_classification_meta (buffer);
  gdouble confidence = -1;

  fail_unless (meta != NULL);
  if (gst_classification_meta_get_n_entries (meta) > 0)
    fail_unless (gst_classification_meta_get_entry (meta, 0, NULL, NULL,
            &confidence));
  gst_buffer_unref (buffer);
  return confidence;
}

static guint64
count (GstHarness * harness, const gchar * what)
{
  GstStructure *stats;
  guint64 value = 0;

  g_object_get (harness->element, "stats", &stats, NULL);
  fail_unless (gst_structure_get_uint64 (stats, what, &value));
  gst_structure_free (stats);
  return value;
}

/* A frame without a timestamp has no controlled value: the property and the stream stay as they were. */
GST_START_TEST (test_no_time)
{
  static const gdouble values[] = { 0.5, 0.25 };
  GstHarness *harness = fixture_harness_new (FIXTURE_CIFAR, CAPS);
  GstVideoInfo info;
  GstBuffer *buffer;
  gdouble value;
  guint i;

  control (harness->element, "threshold", values, G_N_ELEMENTS (values));
  gst_video_info_set_format (&info, GST_VIDEO_FORMAT_RGB, 48, 40);
  buffer = fixture_frame_new (&info, 0);
  GST_BUFFER_PTS (buffer) = GST_CLOCK_TIME_NONE;
  gst_buffer_unref (gst_harness_push_and_pull (harness, buffer));
  g_object_get (harness->element, "threshold", &value, NULL);
  fail_unless_equals_float (value, 0.0);
  for (i = 0; i < G_N_ELEMENTS (values); i++) {
    gst_buffer_unref (push_frame (harness, i));
    g_object_get (harness->element, "threshold", &value, NULL);
    fail_unless_equals_float (value, values[i]);
  }
  fail_unless_equals_uint64 (count (harness, "classified"), 3);
  gst_harness_teardown (harness);
}

GST_END_TEST;

GST_START_TEST (test_which_are_controllable)
{
  GstElement *element = gst_element_factory_make ("resnetclassify", NULL);
  GParamSpec **specs;
  guint i, n, found = 0;

  specs = g_object_class_list_properties (G_OBJECT_GET_CLASS (element), &n);
  for (i = 0; i < n; i++)
    if (specs[i]->owner_type == G_OBJECT_TYPE (element)
        && (specs[i]->flags & GST_PARAM_CONTROLLABLE))
      found++;
  for (i = 0; i < G_N_ELEMENTS (controllable); i++)
    fail_unless (g_object_class_find_property (G_OBJECT_GET_CLASS (element),
            controllable[i])->flags & GST_PARAM_CONTROLLABLE, "%s",
        controllable[i]);
  fail_unless_equals_int (found, G_N_ELEMENTS (controllable));
  g_free (specs);
  gst_object_unref (element);
}

GST_END_TEST;

/* Each frame is classified with the value of its own time, and the answer is that of an element that has this value
 * set. */
GST_START_TEST (test_value_of_each_frame)
{
  static const gdouble temperatures[] = { 1.0, 4.0, 0.5 };
  static const gdouble thresholds[] = { 0.0, 1.0, 0.0 };
  GstHarness *harness = fixture_harness_new (FIXTURE_CIFAR, CAPS);
  GstHarness *plain = fixture_harness_new (FIXTURE_CIFAR, CAPS);
  gdouble best[3];
  guint i;

  control (harness->element, "temperature", temperatures, 3);
  for (i = 0; i < 3; i++) {
    best[i] = get_best (harness, i);
    g_object_set (plain->element, "temperature", temperatures[i], NULL);
    fail_unless (best[i] == get_best (plain, i), "frame %u", i);
  }
  fail_unless (best[1] < best[0] && best[0] < best[2]);
  gst_harness_teardown (harness);

  harness = fixture_harness_new (FIXTURE_CIFAR, CAPS);
  control (harness->element, "threshold", thresholds, 3);
  fail_unless (get_best (harness, 0) > 0);
  fail_unless (get_best (harness, 1) < 0);
  fail_unless (get_best (harness, 2) > 0);
  gst_harness_teardown (harness);
  gst_harness_teardown (plain);
}

GST_END_TEST;

/* A property that changes with each frame does not cause each frame to be classified. A change by hand still does. */
GST_START_TEST (test_interval_holds)
{
  gdouble thresholds[12], hysteresis[12], smoothing[12];
  GstHarness *harness = fixture_harness_new (FIXTURE_CIFAR, CAPS);
  guint i;

  g_object_set (harness->element, "interval", 4, NULL);
  for (i = 0; i < 12; i++) {
    thresholds[i] = 0.001 * i;
    hysteresis[i] = 0.01 * i;
    smoothing[i] = 100 + i;
  }
  control (harness->element, "threshold", thresholds, 12);
  control (harness->element, "hysteresis", hysteresis, 12);
  control (harness->element, "smoothing", smoothing, 12);
  for (i = 0; i < 9; i++) {
    guint ms;

    gst_buffer_unref (push_frame (harness, i));
    g_object_get (harness->element, "smoothing", &ms, NULL);
    fail_unless_equals_int (ms, 100 + i);
  }
  fail_unless_equals_uint64 (count (harness, "classified"), 3);
  fail_unless_equals_uint64 (count (harness, "reused"), 6);
  g_object_set (harness->element, "temperature", 2.0, NULL);
  gst_buffer_unref (push_frame (harness, 9));
  fail_unless_equals_uint64 (count (harness, "classified"), 4);
  gst_harness_teardown (harness);
}

GST_END_TEST;

static Suite *
control_suite (void)
{
  Suite *s = suite_create ("control");
  TCase *tc = tcase_create ("control");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_no_time);
  tcase_add_test (tc, test_which_are_controllable);
  tcase_add_test (tc, test_value_of_each_frame);
  tcase_add_test (tc, test_interval_holds);
  return s;
}

GST_CHECK_MAIN (control);
