/* gst-resnet: what the meta and the message say, and what of the frame stays as it was
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "classify-fixture.h"

#include <nn/model.h>
#include <math.h>

#define CAPS "video/x-raw,format=RGB,width=40,height=40,framerate=25/1"

static GstBuffer *
push_frame (GstHarness * harness, guint n)
{
  GstVideoInfo info;

  gst_video_info_set_format (&info, GST_VIDEO_FORMAT_RGB, 40, 40);
  return gst_harness_push_and_pull (harness, fixture_frame_new (&info, n));
}

static gchar *
get_file_sha256 (const gchar * name)
{
  gchar *path = fixture_path (name), *data, *sha256;
  gsize size;

  fail_unless (g_file_get_contents (path, &data, &size, NULL));
  sha256 = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (guchar *) data,
      size);
  g_free (data);
  g_free (path);
  return sha256;
}

/* The entries are sorted and add up to 1, and the first one also stands in the outer fields. */
static void
assert_fields (const GstStructure * s, const gchar * element)
{
  gchar *sha256 = get_file_sha256 (FIXTURE_CIFAR);
  gdouble confidence, last = 1.0, sum = 0.0, top;
  const gchar *label;
  gint index, top_index;
  gboolean reused;
  guint64 pts;
  guint i;

  fail_unless_equals_int (gst_classification_structure_get_n_entries (s), 10);
  for (i = 0; i < 10; i++) {
    fail_unless (gst_classification_structure_get_entry (s, i, &label, &index,
            &confidence));
    fail_unless (confidence <= last && confidence >= 0.0);
    fail_unless (g_utf8_validate (label, -1, NULL) && *label);
    fail_unless (index >= 0 && index < 10);
    last = confidence;
    sum += confidence;
  }
  fail_unless (fabs (sum - 1.0) < 1e-5, "probabilities add up to %f", sum);
  fail_if (gst_classification_structure_get_entry (s, 10, &label, &index,
          &confidence));

  fail_unless (gst_classification_structure_get_entry (s, 0, &label, &index,
          &confidence));
  fail_unless_equals_string (gst_structure_get_string (s, "label"), label);
  fail_unless (gst_structure_get_int (s, "index", &top_index));
  fail_unless_equals_int (top_index, index);
  fail_unless (gst_structure_get_double (s, "confidence", &top));
  fail_unless (top == confidence);

  fail_unless (gst_structure_get_boolean (s, "reused", &reused) && !reused);
  /* auto, the default, runs as one of the two precisions that equal PyTorch's float32 */
  fail_unless (g_str_equal (gst_structure_get_string (s, "precision"),
          "highest")
      || g_str_equal (gst_structure_get_string (s, "precision"), "high"));
  fail_unless (gst_structure_get_uint64 (s, "source-pts", &pts));
  fail_unless_equals_uint64 (pts, 3 * 40 * GST_MSECOND);
  fail_unless_equals_string (gst_classification_structure_get_model_sha256 (s),
      sha256);
  fail_unless (g_str_has_prefix (gst_classification_structure_get_model (s),
          "ResNet"));
  fail_unless_equals_string (gst_classification_structure_get_element (s),
      element);
  g_free (sha256);
}

GST_START_TEST (test_fields)
{
  GstHarness *harness = fixture_harness_new (FIXTURE_CIFAR, CAPS);
  GstBus *bus = fixture_add_bus (harness->element);
  GstClassificationMeta *meta;
  GstMessage *message;
  GstBuffer *buffer;
  GstSegment segment;
  const GstStructure *s;
  guint64 time;

  /* In this segment the stream time and the running time differ from the timestamp and from each other. */
  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.start = 20 * GST_MSECOND;
  segment.time = 500 * GST_MSECOND;
  segment.base = 7 * GST_SECOND;
  fail_unless (gst_harness_push_event (harness,
          gst_event_new_segment (&segment)));
  buffer = push_frame (harness, 3);
  meta = gst_buffer_get_classification_meta (buffer);
  fail_unless (meta != NULL);
  assert_fields (gst_classification_meta_get_structure (meta),
      GST_OBJECT_NAME (harness->element));

  message = fixture_pop_message (bus, GST_MESSAGE_ELEMENT);
  fail_unless (message != NULL);
  fail_unless (GST_MESSAGE_SRC (message) == GST_OBJECT (harness->element));
  s = gst_message_get_classification (message);
  fail_unless (s != NULL);
  assert_fields (s, GST_OBJECT_NAME (harness->element));
  fail_unless (gst_structure_get_uint64 (s, "timestamp", &time));
  fail_unless_equals_uint64 (time, 120 * GST_MSECOND);
  fail_unless (gst_structure_get_uint64 (s, "stream-time", &time));
  fail_unless_equals_uint64 (time, 600 * GST_MSECOND);
  fail_unless (gst_structure_get_uint64 (s, "running-time", &time));
  fail_unless_equals_uint64 (time, 7100 * GST_MSECOND);
  fail_unless (gst_structure_get_uint64 (s, "duration", &time));
  fail_unless_equals_uint64 (time, 40 * GST_MSECOND);

  gst_message_unref (message);
  gst_buffer_unref (buffer);
  gst_element_set_bus (harness->element, NULL);
  gst_object_unref (bus);
  gst_harness_teardown (harness);
}

GST_END_TEST;

/* The result of a frame without timestamps says that there are none. */
GST_START_TEST (test_no_timestamps)
{
  GstHarness *harness = fixture_harness_new (FIXTURE_CIFAR, CAPS);
  GstBus *bus = fixture_add_bus (harness->element);
  static const gchar *const names[] = {
    "timestamp", "stream-time", "running-time", "duration", "source-pts"
  };
  GstVideoInfo info;
  GstMessage *message;
  GstBuffer *buffer;
  guint64 time;
  guint i;

  gst_video_info_set_format (&info, GST_VIDEO_FORMAT_RGB, 40, 40);
  buffer = fixture_frame_new (&info, 0);
  GST_BUFFER_PTS (buffer) = GST_BUFFER_DURATION (buffer) = GST_CLOCK_TIME_NONE;
  gst_buffer_unref (gst_harness_push_and_pull (harness, buffer));
  message = fixture_pop_message (bus, GST_MESSAGE_ELEMENT);
  for (i = 0; i < G_N_ELEMENTS (names); i++) {
    fail_unless (gst_structure_get_uint64 (gst_message_get_structure (message),
            names[i], &time));
    fail_unless (time == GST_CLOCK_TIME_NONE, "%s is set", names[i]);
  }
  gst_message_unref (message);
  gst_element_set_bus (harness->element, NULL);
  gst_object_unref (bus);
  gst_harness_teardown (harness);
}

GST_END_TEST;

GST_START_TEST (test_threshold_and_activation)
{
  GstHarness *harness = fixture_harness_new (FIXTURE_CIFAR, CAPS);
  gdouble softmax[FIXTURE_MAX_CLASSES], logits[FIXTURE_MAX_CLASSES];
  gdouble sigmoid[FIXTURE_MAX_CLASSES], kept[FIXTURE_MAX_CLASSES];
  GstClassificationMeta *meta;
  GstBuffer *buffer;
  gdouble sum = 0;
  guint i, expected = 0;

  buffer = push_frame (harness, 0);
  fail_unless_equals_int (fixture_get_confidences (buffer, softmax), 10);
  gst_buffer_unref (buffer);

  /* The threshold does not apply to negative logits. */
  g_object_set (harness->element, "threshold", 0.2, NULL);
  gst_util_set_object_arg (G_OBJECT (harness->element), "activation", "none");
  buffer = push_frame (harness, 0);
  fail_unless_equals_int (fixture_get_confidences (buffer, logits), 10);
  gst_buffer_unref (buffer);

  g_object_set (harness->element, "threshold", 0.0, NULL);
  gst_util_set_object_arg (G_OBJECT (harness->element), "activation",
      "sigmoid");
  buffer = push_frame (harness, 0);
  fail_unless_equals_int (fixture_get_confidences (buffer, sigmoid), 10);
  gst_buffer_unref (buffer);
  for (i = 0; i < 10; i++)
    sum += exp (logits[i]);
  for (i = 0; i < 10; i++) {
    fail_unless (fabs (softmax[i] - exp (logits[i]) / sum) < 1e-5);
    fail_unless (fabs (sigmoid[i] - 1 / (1 + exp (-logits[i]))) < 1e-5);
    expected += softmax[i] >= 0.05;
  }

  gst_util_set_object_arg (G_OBJECT (harness->element), "activation",
      "softmax");
  g_object_set (harness->element, "threshold", 0.05, NULL);
  buffer = push_frame (harness, 0);
  fail_unless (expected >= 1 && expected < 10);
  fail_unless_equals_int (fixture_get_confidences (buffer, kept), expected);
  gst_buffer_unref (buffer);

  /* No class is sure enough, but a result with no entries is still a result. */
  g_object_set (harness->element, "threshold", 1.0, NULL);
  gst_util_set_object_arg (G_OBJECT (harness->element), "activation",
      "sigmoid");
  buffer = push_frame (harness, 0);
  meta = gst_buffer_get_classification_meta (buffer);
  fail_unless (meta != NULL);
  fail_unless_equals_int (gst_classification_meta_get_n_entries (meta), 0);
  fail_unless_equals_string (gst_structure_get_string
      (gst_classification_meta_get_structure (meta), "label"), "unknown");
  gst_buffer_unref (buffer);
  gst_harness_teardown (harness);
}

GST_END_TEST;

GST_START_TEST (test_switched_off)
{
  GstHarness *harness = fixture_harness_new (FIXTURE_CIFAR, CAPS);
  GstBus *bus = fixture_add_bus (harness->element);
  GstBuffer *buffer, *pushed;
  GstVideoInfo info;
  GstMessage *message;

  g_object_set (harness->element, "post-messages", FALSE, NULL);
  buffer = push_frame (harness, 0);
  fail_unless (gst_buffer_get_classification_meta (buffer) != NULL);
  fail_unless (fixture_pop_message (bus, GST_MESSAGE_ELEMENT) == NULL);
  gst_buffer_unref (buffer);

  /* Without the meta the buffer itself goes on, even though others hold it. */
  g_object_set (harness->element, "post-messages", TRUE, "attach-meta", FALSE,
      NULL);
  gst_video_info_set_format (&info, GST_VIDEO_FORMAT_RGB, 40, 40);
  pushed = fixture_frame_new (&info, 1);
  buffer = gst_harness_push_and_pull (harness, gst_buffer_ref (pushed));
  fail_unless (buffer == pushed);
  fail_unless (gst_buffer_get_classification_meta (buffer) == NULL);
  message = fixture_pop_message (bus, GST_MESSAGE_ELEMENT);
  fail_unless (message != NULL);
  gst_message_unref (message);
  gst_buffer_unref (buffer);
  gst_buffer_unref (pushed);
  gst_element_set_bus (harness->element, NULL);
  gst_object_unref (bus);
  gst_harness_teardown (harness);
}

GST_END_TEST;

/* A buffer that only we hold goes on itself. One that others hold is copied without its memory. */
GST_START_TEST (test_no_pixel_is_copied)
{
  GstHarness *harness = fixture_harness_new (FIXTURE_CIFAR, CAPS);
  GstVideoInfo info;
  GstBuffer *pushed, *pulled;
  GstMemory *memory;

  gst_video_info_set_format (&info, GST_VIDEO_FORMAT_RGB, 40, 40);
  pushed = fixture_frame_new (&info, 0);
  pulled = gst_harness_push_and_pull (harness, pushed);
  fail_unless (pulled == pushed);
  gst_buffer_unref (pulled);

  pushed = fixture_frame_new (&info, 0);
  memory = gst_buffer_peek_memory (pushed, 0);
  pulled = gst_harness_push_and_pull (harness, gst_buffer_ref (pushed));
  fail_unless (pulled != pushed);
  fail_unless (gst_buffer_peek_memory (pulled, 0) == memory);
  fail_unless (gst_buffer_get_classification_meta (pulled) != NULL);
  fail_unless (gst_buffer_get_classification_meta (pushed) == NULL);
  gst_buffer_unref (pulled);
  gst_buffer_unref (pushed);
  gst_harness_teardown (harness);
}

GST_END_TEST;

/* Memory that may not be written can be classified. */
GST_START_TEST (test_read_only_memory)
{
  static guint8 pixels[40 * 40 * 3];
  GstHarness *harness = fixture_harness_new (FIXTURE_CIFAR, CAPS);
  GstBuffer *buffer = gst_buffer_new_wrapped_full (GST_MEMORY_FLAG_READONLY,
      pixels, sizeof (pixels), 0, sizeof (pixels), NULL, NULL);

  buffer = gst_harness_push_and_pull (harness, buffer);
  fail_unless (gst_buffer_get_classification_meta (buffer) != NULL);
  gst_buffer_unref (buffer);
  gst_harness_teardown (harness);
}

GST_END_TEST;

/* Two classifiers in a row each add a meta, and the accessor gives the last one. */
GST_START_TEST (test_two_in_a_row)
{
  GstHarness *one = fixture_harness_new (FIXTURE_CIFAR, CAPS);
  GstHarness *other = fixture_harness_new (FIXTURE_SMALL, CAPS);
  GstClassificationMeta *meta;
  gpointer state = NULL;
  GstBuffer *buffer;

  buffer = push_frame (one, 0);
  buffer = gst_harness_push_and_pull (other, buffer);
  meta = gst_buffer_iterate_classification_meta (buffer, &state);
  fail_unless_equals_string (gst_classification_meta_get_element (meta),
      GST_OBJECT_NAME (one->element));
  meta = gst_buffer_iterate_classification_meta (buffer, &state);
  fail_unless_equals_string (gst_classification_meta_get_element (meta),
      GST_OBJECT_NAME (other->element));
  fail_unless (gst_buffer_iterate_classification_meta (buffer, &state) == NULL);
  fail_unless (gst_buffer_get_classification_meta (buffer) == meta);
  gst_buffer_unref (buffer);
  gst_harness_teardown (other);
  gst_harness_teardown (one);
}

GST_END_TEST;

/* The accessors find nothing in other messages and buffers. */
GST_START_TEST (test_accessors_of_others)
{
  GstMessage *message = gst_message_new_eos (NULL);
  GstBuffer *buffer = gst_buffer_new ();

  fail_unless (gst_message_get_classification (message) == NULL);
  gst_message_unref (message);
  message = gst_message_new_element (NULL, gst_structure_new_empty ("level"));
  fail_unless (gst_message_get_classification (message) == NULL);
  gst_message_unref (message);
  message = gst_message_new_element (NULL,
      gst_structure_new ("classification", "entries", G_TYPE_INT, 3, NULL));
  fail_unless (gst_message_get_classification (message) == NULL);
  gst_message_unref (message);
  fail_unless (gst_buffer_get_classification_meta (buffer) == NULL);
  gst_buffer_unref (buffer);
}

GST_END_TEST;

static gboolean
query_allocation (GstHarness * harness, GType api)
{
  GstPad *pad = gst_element_get_static_pad (harness->element, "sink");
  GstCaps *caps = gst_caps_from_string (CAPS);
  GstQuery *query = gst_query_new_allocation (caps, TRUE);
  gboolean found;

  fail_unless (gst_pad_query (pad, query));
  found = gst_query_find_allocation_meta (query, api, NULL);
  gst_query_unref (query);
  gst_caps_unref (caps);
  gst_object_unref (pad);
  return found;
}

/* Upstream may use the metas that downstream reads and no others, because the element hands on what it gets. */
GST_START_TEST (test_allocation)
{
  GstHarness *harness = fixture_harness_new (FIXTURE_CIFAR, CAPS);

  gst_buffer_unref (push_frame (harness, 0));
  fail_if (query_allocation (harness, GST_VIDEO_META_API_TYPE));
  gst_harness_add_propose_allocation_meta (harness, GST_VIDEO_META_API_TYPE,
      NULL);
  fail_unless (query_allocation (harness, GST_VIDEO_META_API_TYPE));
  fail_if (query_allocation (harness, GST_VIDEO_CROP_META_API_TYPE));
  gst_harness_add_propose_allocation_meta (harness,
      GST_VIDEO_CROP_META_API_TYPE, NULL);
  fail_unless (query_allocation (harness, GST_VIDEO_CROP_META_API_TYPE));
  gst_harness_teardown (harness);
}

GST_END_TEST;

static guint
count_named (GstBus * bus, const gchar * name, guint at_most)
{
  GstMessage *message;
  guint n = 0;

  while (n < at_most && (message = gst_bus_pop_filtered (bus,
              GST_MESSAGE_ELEMENT))) {
    n += gst_structure_has_name (gst_message_get_structure (message), name);
    gst_message_unref (message);
  }
  return n;
}

static guint64
get_withheld (GstHarness * harness)
{
  guint64 n = G_MAXUINT64;
  GstStructure *stats;

  g_object_get (harness->element, "stats", &stats, NULL);
  fail_unless (gst_structure_get_uint64 (stats, "messages-withheld", &n));
  gst_structure_free (stats);
  return n;
}

/* A bus that nobody reads does not grow for ever. A label that changes is always posted, and once somebody reads, all
 * is as before. */
GST_START_TEST (test_unread_messages)
{
  GstHarness *harness = fixture_harness_new (FIXTURE_SMALL, CAPS);
  GstBus *bus = fixture_add_bus (harness->element);
  const gdouble all = 0.0, none = 1.0;
  guint i;

  for (i = 0; i < 1030; i++)
    gst_buffer_unref (push_frame (harness, 0));
  fail_unless_equals_uint64 (get_withheld (harness), 30);
  /* The answer becomes "unknown". */
  g_object_set (harness->element, "threshold", none, NULL);
  gst_buffer_unref (push_frame (harness, 0));
  g_object_set (harness->element, "threshold", all, NULL);
  fail_unless_equals_uint64 (get_withheld (harness), 31);
  /* The messages that were read make room for as many new ones. */
  fail_unless_equals_int (count_named (bus, GST_CLASSIFICATION_MESSAGE_NAME,
          5), 5);
  for (i = 0; i < 7; i++)
    gst_buffer_unref (push_frame (harness, 0));
  fail_unless_equals_uint64 (get_withheld (harness), 33);
  gst_element_set_bus (harness->element, NULL);
  /* The messages outlive the element. */
  gst_harness_teardown (harness);
  i = 0;
  {
    GstMessage *message;
    guint n_changes = 0;

    while ((message = gst_bus_pop_filtered (bus, GST_MESSAGE_ELEMENT))) {
      const GstStructure *s = gst_message_get_structure (message);

      i += gst_structure_has_name (s, GST_CLASSIFICATION_MESSAGE_NAME);
      n_changes +=
          gst_structure_has_name (s, GST_CLASSIFICATION_LABEL_CHANGED_NAME);
      gst_message_unref (message);
    }
    fail_unless_equals_int (i, 1000);
    /* The label changed to "unknown" and back. */
    fail_unless (n_changes >= 2, "%u", n_changes);
  }
  gst_object_unref (bus);
}

GST_END_TEST;

static Suite *
results_suite (void)
{
  Suite *s = suite_create ("results");
  TCase *tc = tcase_create ("results");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_accessors_of_others);
  tcase_add_test (tc, test_fields);
  tcase_add_test (tc, test_no_timestamps);
  tcase_add_test (tc, test_threshold_and_activation);
  tcase_add_test (tc, test_switched_off);
  tcase_add_test (tc, test_no_pixel_is_copied);
  tcase_add_test (tc, test_read_only_memory);
  tcase_add_test (tc, test_two_in_a_row);
  tcase_add_test (tc, test_allocation);
  tcase_add_test (tc, test_unread_messages);
  return s;
}

GST_CHECK_MAIN (results);
