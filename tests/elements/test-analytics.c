/* gst-resnet: the result in GStreamer's analytics library (built where that is found)
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "classify-fixture.h"

#include <gst/analytics/analytics.h>

#define CAPS "video/x-raw,format=RGB,width=40,height=40,framerate=25/1"

static GstBuffer *
push_frame (GstHarness * harness, guint n)
{
  GstVideoInfo info;

  gst_video_info_set_format (&info, GST_VIDEO_FORMAT_RGB, 40, 40);
  return gst_harness_push_and_pull (harness, fixture_frame_new (&info, n));
}

static guint
count_classifications (GstBuffer * buffer, GstAnalyticsClsMtd * last)
{
  GstAnalyticsRelationMeta *relations =
      gst_buffer_get_analytics_relation_meta (buffer);
  gpointer state = NULL;
  GstAnalyticsMtd mtd;
  guint n = 0;

  while (relations && gst_analytics_relation_meta_iterate (relations, &state,
          gst_analytics_cls_mtd_get_mtd_type (), &mtd)) {
    *last = mtd;
    n++;
  }
  return n;
}

/* An empty result and a switched-off meta leave nothing. */
GST_START_TEST (test_nothing)
{
  GstHarness *harness = fixture_harness_new (FIXTURE_CIFAR, CAPS);
  GstAnalyticsClsMtd mtd;
  GstBuffer *buffer;

  g_object_set (harness->element, "threshold", 1.0, NULL);
  gst_util_set_object_arg (G_OBJECT (harness->element), "activation",
      "sigmoid");
  buffer = push_frame (harness, 0);
  fail_unless_equals_int (count_classifications (buffer, &mtd), 0);
  gst_buffer_unref (buffer);
  g_object_set (harness->element, "threshold", 0.0, "attach-meta", FALSE, NULL);
  buffer = push_frame (harness, 0);
  fail_unless_equals_int (count_classifications (buffer, &mtd), 0);
  gst_buffer_unref (buffer);
  gst_harness_teardown (harness);
}

GST_END_TEST;

/* The same entries as in GstClassificationMeta. */
GST_START_TEST (test_same_entries)
{
  GstHarness *harness = fixture_harness_new (FIXTURE_CIFAR, CAPS);
  GstClassificationMeta *meta;
  GstAnalyticsClsMtd mtd;
  GstBuffer *buffer;
  guint i, n, frame;

  g_object_set (harness->element, "interval", 2, NULL);
  for (frame = 0; frame < 4; frame++) {
    buffer = push_frame (harness, frame);
    meta = gst_buffer_get_classification_meta (buffer);
    fail_unless (meta != NULL);
    fail_unless_equals_int (count_classifications (buffer, &mtd), 1);
    n = gst_classification_meta_get_n_entries (meta);
    fail_unless_equals_int (n, 10);
    fail_unless_equals_int (gst_analytics_cls_mtd_get_length (&mtd), n);
    for (i = 0; i < n; i++) {
      const gchar *label;
      gdouble confidence;

      fail_unless (gst_classification_meta_get_entry (meta, i, &label, NULL,
              &confidence));
      fail_unless_equals_string (g_quark_to_string
          (gst_analytics_cls_mtd_get_quark (&mtd, i)), label);
      fail_unless (gst_analytics_cls_mtd_get_level (&mtd, i) ==
          (gfloat) confidence);
    }
    gst_buffer_unref (buffer);
  }
  gst_harness_teardown (harness);
}

GST_END_TEST;

/* Two classifiers in a row share one relation meta. */
GST_START_TEST (test_two_in_a_row)
{
  GstHarness *one = fixture_harness_new (FIXTURE_CIFAR, CAPS);
  GstHarness *other = fixture_harness_new (FIXTURE_SMALL, CAPS);
  GstAnalyticsClsMtd mtd;
  GstBuffer *buffer;

  buffer = gst_harness_push_and_pull (other, push_frame (one, 0));
  fail_unless_equals_int (count_classifications (buffer, &mtd), 2);
  gst_buffer_unref (buffer);
  gst_harness_teardown (other);
  gst_harness_teardown (one);
}

GST_END_TEST;

static Suite *
analytics_suite (void)
{
  Suite *s = suite_create ("analytics");
  TCase *tc = tcase_create ("analytics");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_nothing);
  tcase_add_test (tc, test_same_entries);
  tcase_add_test (tc, test_two_in_a_row);
  return s;
}

GST_CHECK_MAIN (analytics);
