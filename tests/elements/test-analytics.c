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

/* An empty result leaves no relation meta, and neither does attach-meta when it is off. */
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

/* The relation meta has the same entries as GstClassificationMeta. */
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

/* The classification of an object that a detector found is related to that object. A tracked object is classified
 * once. */
GST_START_TEST (test_objects)
{
  GstHarness *harness = fixture_harness_new (FIXTURE_CIFAR, CAPS);
  GstAnalyticsRelationMeta *relations;
  GstAnalyticsTrackingMtd tracking;
  GstAnalyticsODMtd od, empty;
  GstAnalyticsMtd cls;
  GstVideoInfo info;
  GstBuffer *buffer;
  gpointer state;
  guint64 count;
  guint n;
  GstStructure *stats;

  gst_util_set_object_arg (G_OBJECT (harness->element), "region", "both");
  g_object_set (harness->element, "reclassify-interval", 0, NULL);
  gst_video_info_set_format (&info, GST_VIDEO_FORMAT_RGB, 40, 40);
  for (n = 0; n < 3; n++) {
    GstClassificationMeta *meta;

    buffer = fixture_frame_new (&info, n);
    relations = gst_buffer_add_analytics_relation_meta (buffer);
    fail_unless (gst_analytics_relation_meta_add_od_mtd (relations,
            g_quark_from_string ("face"), 100, 100, 10, 10, 0.5f, &empty));
    fail_unless (gst_analytics_relation_meta_add_od_mtd (relations,
            g_quark_from_string ("face"), 5 + n, 6, 30, 20, 0.9f, &od));
    fail_unless (gst_analytics_relation_meta_add_tracking_mtd (relations, 12,
            0, &tracking));
    fail_unless (gst_analytics_relation_meta_set_relation (relations,
            GST_ANALYTICS_REL_TYPE_RELATE_TO, od.id, tracking.id));
    buffer = gst_harness_push_and_pull (harness, buffer);

    relations = gst_buffer_get_analytics_relation_meta (buffer);
    /* One classification is the frame's and one is the object's. */
    fail_unless_equals_int (count_classifications (buffer, &cls), 2);
    state = NULL;
    fail_unless (gst_analytics_relation_meta_get_direct_related (relations,
            od.id, GST_ANALYTICS_REL_TYPE_RELATE_TO,
            gst_analytics_cls_mtd_get_mtd_type (), &state, &cls));
    fail_unless_equals_int (gst_analytics_cls_mtd_get_length (&cls), 10);
    state = NULL;
    fail_if (gst_analytics_relation_meta_get_direct_related (relations,
            empty.id, GST_ANALYTICS_REL_TYPE_RELATE_TO,
            gst_analytics_cls_mtd_get_mtd_type (), &state, &cls));
    meta = gst_buffer_get_classification_meta (buffer);
    fail_unless_equals_int (gst_value_array_get_size (gst_structure_get_value
            (gst_classification_meta_get_structure (meta), "regions")), 1);
    gst_buffer_unref (buffer);
  }
  g_object_get (harness->element, "stats", &stats, NULL);
  fail_unless (gst_structure_get_uint64 (stats, "regions-classified", &count));
  fail_unless_equals_uint64 (count, 1);
  fail_unless (gst_structure_get_uint64 (stats, "regions-reused", &count));
  fail_unless_equals_uint64 (count, 2);
  fail_unless (gst_structure_get_uint64 (stats, "regions-skipped", &count));
  fail_unless_equals_uint64 (count, 3);
  gst_structure_free (stats);
  gst_harness_teardown (harness);
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
  tcase_add_test (tc, test_objects);
  return s;
}

GST_CHECK_MAIN (analytics);
