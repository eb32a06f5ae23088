/* gst-resnet: caps with features: a field in each buffer, and pictures that others lay over the frame
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "overlay-fixture.h"

#define FIELDS "video/x-raw(format:Interlaced),format=%s,width=64,height=64," \
    "interlace-mode=alternate,framerate=25/1"
#define FRAMES "video/x-raw,format=%s,width=64,height=32,framerate=25/1"
#define COMPOSED "video/x-raw(memory:SystemMemory," \
    "meta:GstVideoOverlayComposition),format=RGB,width=40,height=40," \
    "framerate=25/1"
#define PLAIN "video/x-raw,format=RGB,width=40,height=40,framerate=25/1"

static GstHarness *
both_new (const gchar * caps)
{
  gchar *model = fixture_path (FIXTURE_CIFAR);
  gchar *launch = g_strdup_printf ("resnetclassify model=\"%s\" threads=1 "
      "heatmap=true ! classoverlay font-desc=Boxes", model);
  GstHarness *harness = gst_harness_new_parse (launch);

  gst_harness_set_src_caps_str (harness, caps);
  g_free (launch);
  g_free (model);
  return harness;
}

/* Both elements take a field as a picture of half the lines, like a frame of that height. */
GST_START_TEST (test_fields)
{
  static const gchar *const formats[] =
      { "I420", "RGB", "YUY2", "P010_10LE", "UYVP", "v210", "RGBA" };
  gchar *fields = g_strdup_printf (FIELDS, formats[__i__]);
  gchar *frames = g_strdup_printf (FRAMES, formats[__i__]);
  GstCaps *caps = gst_caps_from_string (fields);
  gdouble a[FIXTURE_MAX_CLASSES], b[FIXTURE_MAX_CLASSES];
  GstHarness *harness = both_new (fields), *other = both_new (frames);
  GstBuffer *frame, *field, *before, *after;
  GstVideoInfo info;

  fail_unless (gst_video_info_from_caps (&info, caps));
  gst_caps_unref (caps);
  /* This buffer is smaller than a field. */
  field = gst_buffer_new_allocate (NULL, GST_VIDEO_INFO_SIZE (&info) - 1, NULL);
  gst_buffer_memset (field, 0, 0x55, -1);
  after = overlay_push (harness, field, &before);
  fail_unless (after != NULL);
  fail_unless (gst_buffer_get_classification_meta (after) == NULL);
  fail_unless (overlay_equal (before, after));
  gst_buffer_unref (before);
  gst_buffer_unref (after);

  frame = overlay_frame_new (frames, 1);
  fail_unless (gst_buffer_get_size (frame) >= GST_VIDEO_INFO_SIZE (&info));
  field = gst_buffer_copy_region (frame, GST_BUFFER_COPY_ALL, 0,
      GST_VIDEO_INFO_SIZE (&info));
  field = gst_buffer_make_writable (field);
  GST_BUFFER_FLAG_SET (field, GST_VIDEO_BUFFER_FLAG_TOP_FIELD);
  after = overlay_push (harness, gst_buffer_copy_deep (field), &before);
  fail_if (overlay_equal (before, after), "%s: nothing is drawn",
      formats[__i__]);
  gst_buffer_unref (before);
  before = overlay_push (other, frame, NULL);
  fail_unless_equals_int (fixture_get_confidences (after, a), 5);
  fail_unless_equals_int (fixture_get_confidences (before, b), 5);
  fail_unless (overlay_equal (before, after), "%s: not as a frame",
      formats[__i__]);
  gst_buffer_unref (before);
  gst_buffer_unref (after);
  gst_buffer_unref (field);
  gst_harness_teardown (harness);
  gst_harness_teardown (other);
  g_free (fields);
  g_free (frames);
}

GST_END_TEST;

static gboolean
takes (GstElement * element, const gchar * string)
{
  GstPad *pad = gst_element_get_static_pad (element, "sink");
  GstCaps *caps = gst_caps_from_string (string);
  GstCaps *found = gst_pad_query_caps (pad, caps);
  gboolean takes_them = !gst_caps_is_empty (found);

  gst_caps_unref (found);
  gst_caps_unref (caps);
  gst_object_unref (pad);
  return takes_them;
}

/* Text that other elements lay over the frame stays beside it where downstream takes compositions, and it is not
 * classified. */
GST_START_TEST (test_composition)
{
  GstHarness *harness = fixture_harness_new (FIXTURE_CIFAR, NULL);
  GstHarness *plain = fixture_harness_new (FIXTURE_CIFAR, PLAIN);
  gdouble a[FIXTURE_MAX_CLASSES], b[FIXTURE_MAX_CLASSES];
  GstVideoOverlayComposition *composition;
  GstVideoOverlayRectangle *rectangle;
  GstBuffer *text, *frame, *after;
  guint i;

  gst_harness_set_sink_caps_str (harness, "video/x-raw");
  fail_if (takes (harness->element, COMPOSED));
  fail_unless (takes (harness->element, PLAIN));
  gst_harness_set_sink_caps_str (harness, COMPOSED);
  fail_unless (takes (harness->element, COMPOSED));
  gst_harness_set_src_caps_str (harness, COMPOSED);

  text = gst_buffer_new_allocate (NULL, 40 * 40 * 4, NULL);
  gst_buffer_memset (text, 0, 0xff, -1);
  gst_buffer_add_video_meta (text, GST_VIDEO_FRAME_FLAG_NONE,
      GST_VIDEO_OVERLAY_COMPOSITION_FORMAT_RGB, 40, 40);
  rectangle = gst_video_overlay_rectangle_new_raw (text, 0, 0, 40, 40,
      GST_VIDEO_OVERLAY_FORMAT_FLAG_PREMULTIPLIED_ALPHA);
  composition = gst_video_overlay_composition_new (rectangle);
  frame = overlay_frame_new (PLAIN, 1);
  gst_buffer_add_video_overlay_composition_meta (frame, composition);
  after = gst_harness_push_and_pull (harness, frame);
  fail_unless (gst_buffer_get_video_overlay_composition_meta (after) != NULL);
  fail_unless_equals_int (fixture_get_confidences (after, a), 10);
  gst_buffer_unref (after);
  after = gst_harness_push_and_pull (plain, overlay_frame_new (PLAIN, 1));
  fail_unless_equals_int (fixture_get_confidences (after, b), 10);
  for (i = 0; i < 10; i++)
    fail_unless (a[i] == b[i], "the text was classified");
  gst_buffer_unref (after);
  gst_video_overlay_composition_unref (composition);
  gst_video_overlay_rectangle_unref (rectangle);
  gst_buffer_unref (text);
  gst_harness_teardown (harness);
  gst_harness_teardown (plain);
}

GST_END_TEST;

static Suite *
caps_features_suite (void)
{
  Suite *suite = suite_create ("caps-features");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_fields, 0, 7);
  tcase_add_test (tcase, test_composition);
  return suite;
}

GST_CHECK_MAIN (caps_features);
