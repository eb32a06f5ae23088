/* gst-resnet: classoverlay draws what GStreamer's analytics library says (built where that is found)
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "overlay-fixture.h"

#include <gst/analytics/analytics.h>
#include <math.h>

#define CAPS "video/x-raw,format=I420,width=160,height=120,framerate=25/1"

static guint
add_classes (GstBuffer * buffer, const gchar * first, gfloat first_level,
    const gchar * second, gfloat second_level)
{
  GstAnalyticsRelationMeta *meta =
      gst_buffer_add_analytics_relation_meta (buffer);
  GQuark quarks[] = { g_quark_from_string (first),
    g_quark_from_string (second)
  };
  gfloat levels[] = { first_level, second_level };
  GstAnalyticsClsMtd mtd;

  fail_unless (gst_analytics_relation_meta_add_cls_mtd (meta, 2, levels, quarks,
          &mtd));
  return mtd.id;
}

static guint
add_object (GstBuffer * buffer, gint x, gint y, gint width, gint height,
    gfloat level)
{
  GstAnalyticsRelationMeta *meta =
      gst_buffer_add_analytics_relation_meta (buffer);
  GstAnalyticsODMtd mtd;

  fail_unless (gst_analytics_relation_meta_add_od_mtd (meta,
          g_quark_from_string ("animal"), x, y, width, height, level, &mtd));
  return mtd.id;
}

/* These entries are not UTF-8 or not a number, or lie outside the frame. */
GST_START_TEST (test_bad_input)
{
  GstHarness *harness = overlay_harness_new (CAPS);
  GstBuffer *frame = overlay_frame_new (CAPS, 0), *before, *after;

  add_classes (frame, "a\xff\xfe\xc3", 0.5f, "\xf0\x9f", 0.25f);
  after = overlay_push (harness, frame, &before);
  fail_if (overlay_equal (before, after));
  gst_buffer_unref (before);
  gst_buffer_unref (after);

  frame = overlay_frame_new (CAPS, 0);
  add_classes (frame, "cat", NAN, "dog", INFINITY);
  add_object (frame, 10, 10, 0, 50, 0.5f);
  add_object (frame, 10, 10, -50, 50, 0.5f);
  add_object (frame, G_MAXINT, G_MAXINT, G_MAXINT, G_MAXINT, 0.5f);
  add_object (frame, 10, 10, 50, 50, NAN);
  after = overlay_push (harness, frame, &before);
  fail_unless (overlay_equal (before, after));
  gst_buffer_unref (before);
  gst_buffer_unref (after);
  overlay_teardown (harness, NULL);
}

GST_END_TEST;

/* The best class comes first, whatever the order of the entries is. It is drawn like our own meta's, which hides the
 * entries of the analytics library. */
GST_START_TEST (test_classes)
{
  GstHarness *harness = overlay_harness_new (CAPS);
  GstBuffer *frame = overlay_frame_new (CAPS, 0), *theirs, *ours, *both;

  add_classes (frame, "dog", 0.25f, "cat", 0.5f);
  theirs = overlay_push (harness, frame, NULL);
  frame = overlay_frame_new (CAPS, 0);
  overlay_add_result (frame, "cat", 0.5, "dog", 0.25, NULL);
  ours = overlay_push (harness, frame, NULL);
  fail_unless (overlay_equal (theirs, ours));
  frame = overlay_frame_new (CAPS, 0);
  add_classes (frame, "owl", 0.9f, "bat", 0.1f);
  overlay_add_result (frame, "cat", 0.5, "dog", 0.25, NULL);
  both = overlay_push (harness, frame, NULL);
  fail_unless (overlay_equal (both, ours));
  gst_buffer_unref (theirs);
  gst_buffer_unref (ours);
  gst_buffer_unref (both);
  overlay_teardown (harness, NULL);
}

GST_END_TEST;

/* An object has the label of its class, in whichever direction the two are related, and else the label of its own type.
 * An object that is also a region of interest is drawn once. */
GST_START_TEST (test_objects)
{
  GstHarness *harness = overlay_harness_new (CAPS);
  GstBuffer *expected, *buffer, *frame = overlay_frame_new (CAPS, 0);
  guint i;

  overlay_add_region (frame, 30, 40, 60, 50, "cat", 0.5);
  expected = overlay_push (harness, frame, NULL);
  for (i = 0; i < 3; i++) {
    guint object, cls;

    frame = overlay_frame_new (CAPS, 0);
    object = add_object (frame, 30, 40, 60, 50, 0.75f);
    cls = add_classes (frame, "dog", 0.25f, "cat", 0.5f);
    fail_unless (gst_analytics_relation_meta_set_relation
        (gst_buffer_get_analytics_relation_meta (frame),
            GST_ANALYTICS_REL_TYPE_RELATE_TO, i == 1 ? cls : object,
            i == 1 ? object : cls));
    if (i == 2)
      overlay_add_region (frame, 30, 40, 60, 50, "cat", 0.5);
    buffer = overlay_push (harness, frame, NULL);
    fail_unless (overlay_equal (buffer, expected), "%u", i);
    gst_buffer_unref (buffer);
  }
  gst_buffer_unref (expected);

  frame = overlay_frame_new (CAPS, 0);
  overlay_add_region (frame, 30, 40, 60, 50, "animal", 0.75);
  expected = overlay_push (harness, frame, NULL);
  frame = overlay_frame_new (CAPS, 0);
  add_object (frame, 30, 40, 60, 50, 0.75f);
  buffer = overlay_push (harness, frame, NULL);
  fail_unless (overlay_equal (buffer, expected));
  gst_buffer_unref (buffer);
  gst_buffer_unref (expected);
  overlay_teardown (harness, NULL);
}

GST_END_TEST;

static Suite *
overlay_analytics_suite (void)
{
  Suite *suite = suite_create ("overlay-analytics");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_bad_input);
  tcase_add_test (tcase, test_classes);
  tcase_add_test (tcase, test_objects);
  return suite;
}

GST_CHECK_MAIN (overlay_analytics);
