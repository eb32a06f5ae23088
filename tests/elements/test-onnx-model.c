/* gst-resnet tests: ONNX files as the element's model
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "classify-fixture.h"

#include <math.h>

/* This network takes the mean of each colour times 4 through a softmax, so its classes are red, green and blue. The
 * file comes from tests/data/make-onnx-fixtures.py. */
#define COLOURS "../onnx/colours.onnx"
#define CAPS "video/x-raw,format=RGB,width=16,height=16,framerate=30/1"

static GstBuffer *
push_colour (GstHarness * harness, const guint8 colour[3])
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, 16 * 16 * 3, NULL);
  GstMapInfo map;
  guint i;

  fail_unless (gst_buffer_map (buffer, &map, GST_MAP_WRITE));
  for (i = 0; i < map.size; i++)
    map.data[i] = colour[i % 3];
  gst_buffer_unmap (buffer, &map);
  buffer = gst_harness_push_and_pull (harness, buffer);
  fail_unless (buffer != NULL);
  return buffer;
}

/* There is one error message that names file, node and reason, and the element can be used afterwards. */
static void
assert_refused (const gchar * path, const gchar * word, const gchar * other)
{
  GstElement *element = fixture_element_new (FIXTURE_SMALL);
  GstBus *bus = fixture_add_bus (element);

  g_object_set (element, "model", path, NULL);
  fail_unless_equals_int (gst_element_set_state (element, GST_STATE_PAUSED),
      GST_STATE_CHANGE_FAILURE);
  fixture_assert_message (bus, GST_MESSAGE_ERROR, GST_STREAM_ERROR,
      GST_STREAM_ERROR_FORMAT, word, other, NULL);
  fail_unless (fixture_pop_message (bus, GST_MESSAGE_ERROR) == NULL);
  gst_element_set_state (element, GST_STATE_NULL);
  gst_element_set_bus (element, NULL);
  gst_object_unref (bus);
  gst_object_unref (element);
}

GST_START_TEST (test_cut_off)
{
  gchar *whole = fixture_path (COLOURS), *data, *path;
  gsize size;
  guint i;

  fail_unless (g_file_get_contents (whole, &data, &size, NULL));
  for (i = 1; i < 5; i++) {
    path = fixture_write_file ("cut.onnx", data, size * i / 5);
    assert_refused (path, "cut.onnx: ", "");
    fixture_remove_file (path);
  }
  g_free (data);
  g_free (whole);
}

GST_END_TEST;

GST_START_TEST (test_no_classifier)
{
  gchar *path = fixture_path ("../onnx/resize.onnx");

  assert_refused (path, "resize.onnx: ", "enlarge (Resize): ");
  g_free (path);
}

GST_END_TEST;

/* The network contains the softmax, so activation=auto adds no second one. */
GST_START_TEST (test_activation)
{
  static const guint8 red[] = { 255, 0, 0 }, violet[] = { 102, 0, 255 };
  const gdouble sum = exp (4 * 0.4) + exp (0) + exp (4);
  const gdouble expected[] = { exp (4 * 0.4) / sum, 1 / sum, exp (4) / sum };
  GstHarness *harness = fixture_harness_new (COLOURS, CAPS);
  gdouble automatic[FIXTURE_MAX_CLASSES], again[FIXTURE_MAX_CLASSES];
  GstClassificationMeta *meta;
  GstBuffer *buffer = push_colour (harness, red);
  guint i;

  meta = gst_buffer_get_classification_meta (buffer);
  fail_unless (meta != NULL);
  fail_unless_equals_string (gst_structure_get_string
      (gst_classification_meta_get_structure (meta), "label"), "red");
  gst_buffer_unref (buffer);

  buffer = push_colour (harness, violet);
  meta = gst_buffer_get_classification_meta (buffer);
  fail_unless_equals_string (gst_structure_get_string
      (gst_classification_meta_get_structure (meta), "label"), "blue");
  fail_unless_equals_int (fixture_get_confidences (buffer, automatic), 3);
  gst_buffer_unref (buffer);
  for (i = 0; i < 3; i++)
    fail_unless (fabs (automatic[i] - expected[i]) < 1e-5);

  /* The temperature halves what goes into the network's own softmax. */
  g_object_set (harness->element, "temperature", 2.0, NULL);
  buffer = push_colour (harness, violet);
  fail_unless_equals_int (fixture_get_confidences (buffer, again), 3);
  gst_buffer_unref (buffer);
  fail_unless (fabs (again[2] - exp (2) / (exp (0.8) + 1 + exp (2))) < 1e-5);

  g_object_set (harness->element, "temperature", 1.0, NULL);
  gst_util_set_object_arg (G_OBJECT (harness->element), "activation",
      "softmax");
  buffer = push_colour (harness, violet);
  fail_unless_equals_int (fixture_get_confidences (buffer, again), 3);
  gst_buffer_unref (buffer);
  fail_unless (fabs (again[2] - exp (expected[2]) / (exp (expected[0]) +
              exp (expected[1]) + exp (expected[2]))) < 1e-5);
  gst_harness_teardown (harness);
}

GST_END_TEST;

static Suite *
onnx_model_suite (void)
{
  Suite *s = suite_create ("onnx-model");
  TCase *tc = tcase_create ("onnx");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_cut_off);
  tcase_add_test (tc, test_no_classifier);
  tcase_add_test (tc, test_activation);
  return s;
}

GST_CHECK_MAIN (onnx_model);
