/* gst-resnet: steadier answers: unknown, smoothing, hysteresis, temperature, label-changed
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "classify-fixture.h"

#include <math.h>

#define SIDE 40
#define CAPS "video/x-raw,format=RGB,width=40,height=40,framerate=25/1"

/* Makes a frame of one colour with the timestamp @pts. */
static GstBuffer *
colour_new (guint colour, GstClockTime pts)
{
  gsize size = GST_ROUND_UP_4 (3 * SIDE) * SIDE, i;
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, size, NULL);
  GstMapInfo map;

  fail_unless (gst_buffer_map (buffer, &map, GST_MAP_WRITE));
  for (i = 0; i < size; i++)
    map.data[i] = (colour >> (8 * (i % (3 * SIDE) % 3))) & 0xff;
  gst_buffer_unmap (buffer, &map);
  GST_BUFFER_PTS (buffer) = pts;
  GST_BUFFER_DURATION (buffer) = 40 * GST_MSECOND;
  return buffer;
}

static void
push_colour (GstHarness * harness, guint colour, GstClockTime pts,
    gdouble confidences[FIXTURE_MAX_CLASSES], gchar ** label)
{
  GstBuffer *buffer =
      gst_harness_push_and_pull (harness, colour_new (colour, pts));
  GstClassificationMeta *meta = gst_buffer_get_classification_meta (buffer);

  fail_unless (meta != NULL);
  if (confidences)
    fail_unless_equals_int (fixture_get_confidences (buffer, confidences), 10);
  if (label)
    *label = g_strdup (gst_structure_get_string
        (gst_classification_meta_get_structure (meta), "label"));
  gst_buffer_unref (buffer);
}

/* Finds two colours that the network takes for different things. */
static void
find_colours (guint colours[2], gchar * labels[2])
{
  GstHarness *harness = fixture_harness_new (FIXTURE_CIFAR, CAPS);
  guint i;

  colours[0] = 0;
  push_colour (harness, 0, 0, NULL, &labels[0]);
  for (i = 1; i < 512; i++) {
    guint colour =
        (i & 7) * 36 | ((i >> 3) & 7) * 36 << 8 | (i >> 6) * 36 << 16;

    push_colour (harness, colour, 0, NULL, &labels[1]);
    if (!g_str_equal (labels[0], labels[1])) {
      colours[1] = colour;
      break;
    }
    g_free (labels[1]);
  }
  fail_unless (i < 512, "the network calls every colour %s", labels[0]);
  gst_harness_teardown (harness);
}

static GstMessage *
pop_change (GstBus * bus)
{
  GstMessage *message;

  while ((message = gst_bus_pop_filtered (bus, GST_MESSAGE_ELEMENT))) {
    if (gst_structure_has_name (gst_message_get_structure (message),
            GST_CLASSIFICATION_LABEL_CHANGED_NAME))
      return message;
    gst_message_unref (message);
  }
  return NULL;
}

static void
remove_bus (GstHarness * harness, GstBus * bus)
{
  gst_element_set_bus (harness->element, NULL);
  gst_object_unref (bus);
}

/* No class reaches the threshold: there are no entries, and the answer is "unknown" everywhere. */
GST_START_TEST (test_unknown)
{
  GstHarness *harness = fixture_harness_new (FIXTURE_CIFAR, CAPS);
  GstBus *bus = fixture_add_bus (harness->element);
  gdouble confidences[FIXTURE_MAX_CLASSES], best = 0, confidence;
  const GstStructure *s;
  GstMessage *message;
  GstBuffer *buffer;
  guint i;
  gint index;

  push_colour (harness, 0x3080c0, 0, confidences, NULL);
  for (i = 0; i < 10; i++)
    best = MAX (best, confidences[i]);
  fail_unless (best < 1.0);
  g_object_set (harness->element, "threshold", 1.0, NULL);
  buffer = gst_harness_push_and_pull (harness, colour_new (0x3080c0, 1));
  s = gst_classification_meta_get_structure (gst_buffer_get_classification_meta
      (buffer));
  fail_unless_equals_int (gst_classification_structure_get_n_entries (s), 0);
  fail_unless_equals_string (gst_structure_get_string (s, "label"), "unknown");
  fail_unless (gst_structure_get_int (s, "index", &index) && index == -1);
  fail_unless (gst_structure_get_double (s, "confidence", &confidence));
  fail_unless (confidence == best);
  gst_buffer_unref (buffer);

  message = pop_change (bus);
  fail_unless (message != NULL);
  gst_message_unref (message);
  message = pop_change (bus);
  fail_unless (message != NULL);
  s = gst_message_get_structure (message);
  fail_unless_equals_string (gst_structure_get_string (s, "to"), "unknown");
  gst_message_unref (message);
  remove_bus (harness, bus);
  gst_harness_teardown (harness);
}

GST_END_TEST;

/* Without timestamps there is no time to smooth over, so every frame speaks for itself. */
GST_START_TEST (test_smoothing_without_time)
{
  GstHarness *harness = fixture_harness_new (FIXTURE_CIFAR, CAPS);
  gdouble plain[FIXTURE_MAX_CLASSES], smooth[FIXTURE_MAX_CLASSES];
  guint colours[2];
  gchar *labels[2];

  find_colours (colours, labels);
  push_colour (harness, colours[1], GST_CLOCK_TIME_NONE, plain, NULL);
  g_object_set (harness->element, "smoothing", 10000, NULL);
  push_colour (harness, colours[0], GST_CLOCK_TIME_NONE, smooth, NULL);
  push_colour (harness, colours[1], GST_CLOCK_TIME_NONE, smooth, NULL);
  fail_unless (memcmp (plain, smooth, 10 * sizeof (gdouble)) == 0);
  g_free (labels[0]);
  g_free (labels[1]);
  gst_harness_teardown (harness);
}

GST_END_TEST;

/* The step response is the filter's formula, at 2 frames a second as well as at 50. */
GST_START_TEST (test_smoothing_is_of_time)
{
  static const guint steps[] = { 20, 40, 100, 500 };
  gdouble a[FIXTURE_MAX_CLASSES], b[FIXTURE_MAX_CLASSES];
  gdouble got[FIXTURE_MAX_CLASSES];
  guint colours[2], i, j, ms;
  gchar *labels[2];
  GstHarness *harness;

  find_colours (colours, labels);
  harness = fixture_harness_new (FIXTURE_CIFAR, CAPS);
  push_colour (harness, colours[0], 0, a, NULL);
  push_colour (harness, colours[1], 0, b, NULL);
  gst_harness_teardown (harness);
  for (i = 0; i < G_N_ELEMENTS (steps); i++) {
    harness = fixture_harness_new (FIXTURE_CIFAR, CAPS);
    g_object_set (harness->element, "smoothing", 400, NULL);
    /* The first frame is taken as it is. */
    push_colour (harness, colours[0], 0, got, NULL);
    fail_unless (memcmp (a, got, 10 * sizeof (gdouble)) == 0);
    for (ms = steps[i]; ms <= 500; ms += steps[i])
      push_colour (harness, colours[1], ms * GST_MSECOND, got, NULL);
    ms -= steps[i];
    for (j = 0; j < 10; j++) {
      gdouble expected = b[j] + (a[j] - b[j]) * exp (-(gdouble) ms / 400.0);

      fail_unless (fabs (got[j] - expected) < 1e-5,
          "steps of %u ms: class %u is %f, not %f", steps[i], j, got[j],
          expected);
    }
    gst_harness_teardown (harness);
  }
  g_free (labels[0]);
  g_free (labels[1]);
}

GST_END_TEST;

/* A flush and new caps start the smoothing anew. */
GST_START_TEST (test_smoothing_resets)
{
  gdouble plain[FIXTURE_MAX_CLASSES], got[FIXTURE_MAX_CLASSES];
  guint colours[2], i;
  gchar *labels[2];
  GstHarness *harness;

  find_colours (colours, labels);
  harness = fixture_harness_new (FIXTURE_CIFAR, CAPS);
  push_colour (harness, colours[1], 0, plain, NULL);
  g_object_set (harness->element, "smoothing", 200, NULL);
  for (i = 0; i < 3; i++) {
    push_colour (harness, colours[0], (i * 3 + 1) * 40 * GST_MSECOND, got,
        NULL);
    push_colour (harness, colours[1], (i * 3 + 2) * 40 * GST_MSECOND, got,
        NULL);
    fail_if (memcmp (plain, got, 10 * sizeof (gdouble)) == 0);
    if (i == 0) {
      GstSegment segment;

      gst_segment_init (&segment, GST_FORMAT_TIME);
      gst_harness_push_event (harness, gst_event_new_flush_start ());
      gst_harness_push_event (harness, gst_event_new_flush_stop (TRUE));
      gst_harness_push_event (harness, gst_event_new_segment (&segment));
    } else {
      gst_harness_set_src_caps_str (harness,
          i % 2 ? "video/x-raw,format=RGB,width=40,height=40,framerate=50/1"
          : CAPS);
    }
    push_colour (harness, colours[1], (i * 3 + 3) * 40 * GST_MSECOND, got,
        NULL);
    fail_unless (memcmp (plain, got, 10 * sizeof (gdouble)) == 0);
  }
  g_free (labels[0]);
  g_free (labels[1]);
  gst_harness_teardown (harness);
}

GST_END_TEST;

/* The answer changes only where another class is ahead by the hysteresis. The answer is always the first entry. */
GST_START_TEST (test_hysteresis)
{
  GstHarness *harness;
  GstBus *bus;
  guint colours[2], i;
  gchar *labels[2], *label;
  GstMessage *message;

  find_colours (colours, labels);
  harness = fixture_harness_new (FIXTURE_CIFAR, CAPS);
  bus = fixture_add_bus (harness->element);
  g_object_set (harness->element, "hysteresis", 1.0, "top-k", 1, NULL);
  for (i = 0; i < 6; i++) {
    push_colour (harness, colours[i % 2], i * 40 * GST_MSECOND, NULL, &label);
    fail_unless_equals_string (label, labels[0]);
    g_free (label);
  }
  message = pop_change (bus);
  fail_if (gst_structure_has_field (gst_message_get_structure (message),
          "from"));
  gst_message_unref (message);
  fail_unless (pop_change (bus) == NULL);

  g_object_set (harness->element, "hysteresis", 0.0, NULL);
  push_colour (harness, colours[1], i * 40 * GST_MSECOND, NULL, &label);
  fail_unless_equals_string (label, labels[1]);
  g_free (label);
  message = pop_change (bus);
  fail_unless (message != NULL);
  gst_message_unref (message);
  g_free (labels[0]);
  g_free (labels[1]);
  remove_bus (harness, bus);
  gst_harness_teardown (harness);
}

GST_END_TEST;

GST_START_TEST (test_label_changed)
{
  GstHarness *harness;
  GstBus *bus;
  guint colours[2], n = 0;
  const GstStructure *s;
  gchar *labels[2];
  GstMessage *message;
  gdouble confidence;
  guint64 time;

  find_colours (colours, labels);
  harness = fixture_harness_new (FIXTURE_CIFAR, CAPS);
  bus = fixture_add_bus (harness->element);
  /* label-changed does not depend on the other message. */
  g_object_set (harness->element, "post-messages", FALSE, NULL);
  for (; n < 10; n++)
    push_colour (harness, colours[n >= 6], n * 40 * GST_MSECOND, NULL, NULL);
  message = pop_change (bus);
  s = gst_message_get_structure (message);
  fail_unless_equals_string (gst_structure_get_string (s, "to"), labels[0]);
  fail_if (gst_structure_has_field (s, "from"));
  fail_unless (gst_structure_get_uint64 (s, "held-for", &time)
      && time == GST_CLOCK_TIME_NONE);
  gst_message_unref (message);
  message = pop_change (bus);
  s = gst_message_get_structure (message);
  fail_unless_equals_string (gst_structure_get_string (s, "from"), labels[0]);
  fail_unless_equals_string (gst_structure_get_string (s, "to"), labels[1]);
  fail_unless (gst_structure_get_double (s, "confidence", &confidence));
  fail_unless (confidence > 0 && confidence <= 1);
  fail_unless (gst_structure_get_uint64 (s, "running-time", &time));
  fail_unless_equals_uint64 (time, 240 * GST_MSECOND);
  fail_unless (gst_structure_get_uint64 (s, "held-for", &time));
  fail_unless_equals_uint64 (time, 240 * GST_MSECOND);
  fail_unless_equals_string (gst_structure_get_string (s, "element"),
      GST_OBJECT_NAME (harness->element));
  gst_message_unref (message);
  fail_unless (pop_change (bus) == NULL);

  g_object_set (harness->element, "post-label-changes", FALSE, NULL);
  push_colour (harness, colours[0], n * 40 * GST_MSECOND, NULL, NULL);
  fail_unless (pop_change (bus) == NULL);
  g_free (labels[0]);
  g_free (labels[1]);
  remove_bus (harness, bus);
  gst_harness_teardown (harness);
}

GST_END_TEST;

/* The temperature computes softmax (logits / temperature). A temperature of 1 changes no bit. */
GST_START_TEST (test_temperature)
{
  static const gdouble temperatures[] = { 0.5, 3.0 };
  GstHarness *harness = fixture_harness_new (FIXTURE_CIFAR, CAPS);
  gdouble logits[FIXTURE_MAX_CLASSES], got[FIXTURE_MAX_CLASSES];
  guint i, j;

  gst_util_set_object_arg (G_OBJECT (harness->element), "activation", "none");
  push_colour (harness, 0x204080, 0, logits, NULL);
  gst_util_set_object_arg (G_OBJECT (harness->element), "activation",
      "softmax");
  for (i = 0; i < G_N_ELEMENTS (temperatures); i++) {
    gdouble sum = 0;

    for (j = 0; j < 10; j++)
      sum += exp (logits[j] / temperatures[i]);
    g_object_set (harness->element, "temperature", temperatures[i], NULL);
    push_colour (harness, 0x204080, 0, got, NULL);
    for (j = 0; j < 10; j++)
      fail_unless (fabs (got[j] - exp (logits[j] / temperatures[i]) / sum) <
          1e-5);
  }
  gst_harness_teardown (harness);
}

GST_END_TEST;

static Suite *
steadier_suite (void)
{
  Suite *s = suite_create ("steadier");
  TCase *tc = tcase_create ("steadier");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_unknown);
  tcase_add_test (tc, test_smoothing_without_time);
  tcase_add_test (tc, test_smoothing_is_of_time);
  tcase_add_test (tc, test_smoothing_resets);
  tcase_add_test (tc, test_hysteresis);
  tcase_add_test (tc, test_label_changed);
  tcase_add_test (tc, test_temperature);
  return s;
}

GST_CHECK_MAIN (steadier);
