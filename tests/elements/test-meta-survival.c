/* gst-resnet: the meta behind converters, scalers, queues, tees and encoders
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "classify-fixture.h"

static const struct
{
  const gchar *elements, *plugins;
} chains[] = {
  {"queue", ""},
  {"identity", ""},
  {"videoconvert ! video/x-raw,format=NV12", "video"},
  {"videoconvert ! video/x-raw,format=RGB16", "video"},
  {"videoscale ! video/x-raw,width=30,height=70", "video"},
  {"videoconvert ! videoscale ! video/x-raw,format=RGB,width=16,height=16 ! "
        "queue ! videoconvert ! video/x-raw,format=I420", "video"},
  {"tee ! queue", ""},
  {"videocrop left=3 top=5", "video videocrop"},
  {"videoflip method=clockwise", "video videofilter"},
  {"jpegenc", "jpeg"},
  {"jpegenc ! jpegdec", "jpeg"},
  {"videoconvert ! pngenc", "video png"},
  {"vp8enc deadline=1", "vpx"},
  {"x264enc tune=zerolatency", "x264"},
};

static gboolean
load_plugins (const gchar * names)
{
  gchar **split = g_strsplit (names, " ", -1);
  gboolean found = fixture_load_plugin ("coreelements")
      && fixture_load_plugin ("videotestsrc") && fixture_load_plugin ("app");
  guint i;

  for (i = 0; split[i]; i++) {
    /* These are one plugin since GStreamer 1.22 and were two before. */
    if (g_str_equal (split[i], "video"))
      found &= fixture_load_plugin ("videoconvertscale")
          || (fixture_load_plugin ("videoconvert")
          && fixture_load_plugin ("videoscale"));
    else if (*split[i])
      found &= fixture_load_plugin (split[i]);
  }
  g_strfreev (split);
  return found;
}

/* Each buffer at the end of the chain carries the result of its own frame. */
GST_START_TEST (test_chain)
{
  GstElement *pipeline, *sink;
  GstBuffer *buffer;
  GstSample *sample = NULL;
  gchar *path, *line;
  guint n = 0;

  if (!load_plugins (chains[__i__].plugins)) {
    GST_WARNING ("skipped: %s is not installed", chains[__i__].elements);
    return;
  }
  path = fixture_path (FIXTURE_CIFAR);
  line = g_strdup_printf ("videotestsrc num-buffers=5 pattern=ball ! "
      "video/x-raw,format=I420,width=64,height=48,framerate=25/1 ! "
      "resnetclassify name=first threads=1 model=\"%s\" ! %s ! "
      "appsink name=sink sync=false", path, chains[__i__].elements);
  pipeline = gst_parse_launch (line, NULL);
  fail_unless (pipeline != NULL, "%s", line);
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  while (g_signal_emit_by_name (sink, "try-pull-sample", 60 * GST_SECOND,
          &sample), sample) {
    GstClassificationMeta *meta;
    const gchar *label;
    gdouble confidence;

    buffer = gst_sample_get_buffer (sample);
    meta = gst_buffer_get_classification_meta (buffer);
    fail_unless (meta != NULL, "lost in %s", chains[__i__].elements);
    fail_unless_equals_int (gst_classification_meta_get_n_entries (meta), 5);
    fail_unless (gst_classification_meta_get_entry (meta, 0, &label, NULL,
            &confidence));
    fail_unless (*label && confidence > 0);
    fail_unless_equals_string (gst_classification_meta_get_element (meta),
        "first");
    fail_unless_equals_uint64 (gst_classification_meta_get_source_pts (meta),
        n * 40 * GST_MSECOND);
    gst_sample_unref (sample);
    n++;
  }
  fail_unless_equals_int (n, 5);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (sink);
  gst_object_unref (pipeline);
  g_free (line);
  g_free (path);
}

GST_END_TEST;

/* A copy can be changed without changing the original. */
GST_START_TEST (test_copy)
{
  GstHarness *harness = fixture_harness_new (FIXTURE_CIFAR,
      "video/x-raw,format=RGB,width=40,height=40,framerate=25/1");
  GstVideoInfo info;
  GstBuffer *buffer, *copy;
  GstClassificationMeta *meta;

  gst_video_info_set_format (&info, GST_VIDEO_FORMAT_RGB, 40, 40);
  buffer = gst_harness_push_and_pull (harness, fixture_frame_new (&info, 0));
  copy = gst_buffer_copy_deep (buffer);
  meta = gst_buffer_get_classification_meta (copy);
  fail_unless (meta != NULL);
  gst_structure_set (gst_custom_meta_get_structure (meta), "model-sha256",
      G_TYPE_STRING, "changed", NULL);
  meta = gst_buffer_get_classification_meta (buffer);
  fail_if (g_str_equal (gst_classification_meta_get_model_sha256 (meta),
          "changed"));
  gst_buffer_unref (buffer);
  /* The meta outlives the buffer and the element that made it. */
  gst_harness_teardown (harness);
  meta = gst_buffer_get_classification_meta (copy);
  fail_unless_equals_int (gst_classification_meta_get_n_entries (meta), 10);
  gst_buffer_unref (copy);
}

GST_END_TEST;

static Suite *
meta_survival_suite (void)
{
  Suite *s = suite_create ("meta-survival");
  TCase *tc = tcase_create ("chains");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, test_chain, 0, G_N_ELEMENTS (chains));
  tcase_add_test (tc, test_copy);
  return s;
}

GST_CHECK_MAIN (meta_survival);
