/* gst-resnet: checkpoints of several sets of weights, what a file cannot say, and networks of one output
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "classify-fixture.h"

#include <math.h>

#define CAPS "video/x-raw,format=RGB,width=64,height=64,framerate=25/1"
#define AVERAGED "../checkpoints/timm.pth.tar"
#define POOLED "../checkpoints/pool.pth"
#define ONE_OUTPUT "../checkpoints/one-output.pth"

static GstHarness *
harness_new (const gchar * model, const gchar * property, const gchar * value)
{
  GstElement *element = fixture_element_new (model);
  GstHarness *harness;

  g_object_set (element, "resize", 0, "crop", 64, property, value, NULL);
  harness = gst_harness_new_with_element (element, "sink", "src");
  gst_harness_set_src_caps_str (harness, CAPS);
  gst_object_unref (element);
  return harness;
}

/* Gets the confidences of frame 0. */
static guint
classify (GstHarness * harness, gdouble confidences[FIXTURE_MAX_CLASSES])
{
  GstVideoInfo info;
  GstBuffer *buffer;
  guint n;

  gst_video_info_set_format (&info, GST_VIDEO_FORMAT_RGB, 64, 64);
  buffer = gst_harness_push_and_pull (harness, fixture_frame_new (&info, 0));
  fail_unless (buffer != NULL);
  n = fixture_get_confidences (buffer, confidences);
  gst_buffer_unref (buffer);
  return n;
}

static gchar *
get_weights (GstHarness * harness)
{
  GstStructure *info = NULL;
  gchar *weights;

  g_object_get (harness->element, "model-info", &info, NULL);
  fail_unless (info != NULL);
  weights = g_strdup (gst_structure_get_string (info, "weights"));
  gst_structure_free (info);
  return weights;
}

/* A setting that cannot be taken is an error of the settings that names what was asked for. */
static void
assert_refused (const gchar * model, const gchar * property,
    const gchar * value, const gchar * word)
{
  GstElement *element = fixture_element_new (model);
  GstBus *bus = fixture_add_bus (element);

  g_object_set (element, property, value, NULL);
  fail_unless_equals_int (gst_element_set_state (element, GST_STATE_PAUSED),
      GST_STATE_CHANGE_FAILURE);
  fixture_assert_message (bus, GST_MESSAGE_ERROR, GST_LIBRARY_ERROR,
      GST_LIBRARY_ERROR_SETTINGS, word, NULL);
  gst_element_set_state (element, GST_STATE_NULL);
  gst_element_set_bus (element, NULL);
  gst_object_unref (bus);
  gst_object_unref (element);
}

GST_START_TEST (test_refused)
{
  assert_refused (AVERAGED, "weights", "ema2", "\"ema2\"");
  assert_refused (POOLED, "weights", "state_dict", "one network");
  assert_refused (POOLED, "architecture", "vgg16", "\"vgg16\"");
  assert_refused (POOLED, "architecture", "classifier=nobody", "\"nobody\"");
}

GST_END_TEST;

/* Elements with the same file share its model only where they take the same set of weights from it. */
GST_START_TEST (test_weights)
{
  GstHarness *harnesses[3] = {
    harness_new (AVERAGED, "weights", NULL),
    harness_new (AVERAGED, "weights", "state_dict"),
    harness_new (AVERAGED, "weights", "state_dict_ema"),
  };
  static const gchar *const names[3] =
      { "state_dict_ema", "state_dict", "state_dict_ema" };
  gdouble confidences[3][FIXTURE_MAX_CLASSES];
  guint i, k;

  for (i = 0; i < 3; i++) {
    gchar *weights;

    fail_unless_equals_int (classify (harnesses[i], confidences[i]), 5);
    weights = get_weights (harnesses[i]);
    fail_unless_equals_string (weights, names[i]);
    g_free (weights);
  }
  for (k = 0; k < 5; k++) {
    fail_unless (confidences[0][k] == confidences[2][k]);
    fail_unless (fabs (confidences[0][k] - confidences[1][k]) > 1e-4);
  }
  for (i = 0; i < 3; i++)
    gst_harness_teardown (harnesses[i]);
}

GST_END_TEST;

GST_START_TEST (test_architecture)
{
  GstHarness *plain = harness_new (POOLED, "architecture", NULL);
  GstHarness *said = harness_new (POOLED, "architecture", "pool=max");
  gdouble a[FIXTURE_MAX_CLASSES], b[FIXTURE_MAX_CLASSES], difference = 0.0;
  gchar *weights;
  guint k;

  fail_unless_equals_int (classify (plain, a), 5);
  fail_unless_equals_int (classify (said, b), 5);
  for (k = 0; k < 5; k++)
    difference = MAX (difference, fabs (a[k] - b[k]));
  fail_unless (difference > 1e-3);
  weights = get_weights (plain);
  fail_unless (weights == NULL);
  gst_harness_teardown (plain);
  gst_harness_teardown (said);
}

GST_END_TEST;

static gdouble
logit (gdouble p)
{
  return log (p / (1.0 - p));
}

/* A network of one output has the classes "no" and "yes". The temperature divides its logit. */
GST_START_TEST (test_one_output)
{
  GstHarness *harness = harness_new (ONE_OUTPUT, "labels-file", NULL);
  gdouble cold[FIXTURE_MAX_CLASSES], warm[FIXTURE_MAX_CLASSES];

  fail_unless_equals_int (classify (harness, cold), 2);
  fail_unless (fabs (cold[0] + cold[1] - 1.0) < 1e-6);
  fail_unless (cold[1] > 0.0 && cold[1] < 1.0);
  g_object_set (harness->element, "temperature", 4.0, NULL);
  fail_unless_equals_int (classify (harness, warm), 2);
  fail_unless (fabs (logit (warm[1]) - logit (cold[1]) / 4.0) < 1e-4);
  gst_harness_teardown (harness);
}

GST_END_TEST;

static Suite *
checkpoint_models_suite (void)
{
  Suite *suite = suite_create ("checkpoint models");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_refused);
  tcase_add_test (tcase, test_weights);
  tcase_add_test (tcase, test_architecture);
  tcase_add_test (tcase, test_one_output);
  return suite;
}

GST_CHECK_MAIN (checkpoint_models);
