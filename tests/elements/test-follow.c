/* gst-resnet: results behind elements that change the picture's geometry
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "overlay-fixture.h"

#define WIDTH 160
#define HEIGHT 120
#define SOURCE "videotestsrc num-buffers=1 pattern=ball ! " \
    "video/x-raw,format=I420,width=160,height=120,framerate=25/1"

/* Adds a region to the frame, as a detector in front of the classifier does. */
static GstPadProbeReturn
add_region (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  GstBuffer *buffer =
      gst_buffer_make_writable (GST_PAD_PROBE_INFO_BUFFER (info));

  gst_buffer_add_video_region_of_interest_meta (buffer, "face", 40, 20, 63, 50);
  GST_PAD_PROBE_INFO_DATA (info) = buffer;
  return GST_PAD_PROBE_OK;
}

/* Runs a frame through the classifier and then through @elements, and returns what comes out. Free it with
 * gst_sample_unref(). Returns NULL where an element is not installed. */
static GstSample *
run (const gchar * elements, const gchar * more)
{
  gchar *model = fixture_path (FIXTURE_CIFAR);
  gchar *line = g_strdup_printf (SOURCE " ! identity name=start ! "
      "resnetclassify name=first threads=1 region=both heatmap=true precision=highest model=\"%s\" "
      "post-messages=false ! %s %s ! appsink name=sink sync=false", model,
      elements, more);
  GstElement *pipeline, *sink, *start;
  GstSample *sample = NULL;
  GError *error = NULL;
  GstPad *pad;

  pipeline = gst_parse_launch_full (line, NULL, GST_PARSE_FLAG_FATAL_ERRORS,
      &error);
  g_free (line);
  g_free (model);
  if (!pipeline) {
    fail_unless (g_error_matches (error, GST_PARSE_ERROR,
            GST_PARSE_ERROR_NO_SUCH_ELEMENT), "%s", error->message);
    g_error_free (error);
    return NULL;
  }
  start = gst_bin_get_by_name (GST_BIN (pipeline), "start");
  pad = gst_element_get_static_pad (start, "src");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, add_region, NULL, NULL);
  gst_object_unref (pad);
  gst_object_unref (start);
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  g_signal_emit_by_name (sink, "try-pull-sample", 60 * GST_SECOND, &sample);
  fail_unless (sample != NULL, "nothing came out of %s", elements);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (sink);
  gst_object_unref (pipeline);
  return sample;
}

static void
assert_label (const GstStructure * structure, const gchar * elements)
{
  const gchar *label;

  fail_unless (gst_classification_structure_get_entry (structure, 0, &label,
          NULL, NULL) && *label, "%s lost the classes", elements);
}

static guint
get_n_regions (const GstStructure * structure)
{
  const GValue *regions = gst_structure_get_value (structure, "regions");

  fail_unless (regions != NULL && GST_VALUE_HOLDS_ARRAY (regions));
  return gst_value_array_get_size (regions);
}

/* Compares the pixels only: nobody writes the bytes between the rows. */
static gboolean
pixels_equal (GstSample * a, GstSample * b)
{
  GstVideoFrame frames[2];
  gboolean equal = TRUE;
  GstVideoInfo info;
  guint i, c;
  gint y;

  fail_unless (gst_video_info_from_caps (&info, gst_sample_get_caps (a)));
  for (i = 0; i < 2; i++)
    fail_unless (gst_video_frame_map (&frames[i], &info,
            gst_sample_get_buffer (i == 0 ? a : b), GST_MAP_READ));
  for (c = 0; c < GST_VIDEO_INFO_N_PLANES (&info); c++) {
    gsize row = (gsize) GST_VIDEO_INFO_COMP_WIDTH (&info, c)
        * GST_VIDEO_INFO_COMP_PSTRIDE (&info, c);

    for (y = 0; y < GST_VIDEO_INFO_COMP_HEIGHT (&info, c); y++)
      equal &= memcmp ((guint8 *) frames[0].data[c] + y
          * GST_VIDEO_FRAME_PLANE_STRIDE (&frames[0], c),
          (guint8 *) frames[1].data[c] + y
          * GST_VIDEO_FRAME_PLANE_STRIDE (&frames[1], c), row) == 0;
  }
  gst_video_frame_unmap (&frames[0]);
  gst_video_frame_unmap (&frames[1]);
  return equal;
}

/* Checks that the overlay draws nothing at any place of the picture. The panel is off. */
static void
assert_nothing_placed (const gchar * elements)
{
  GstSample *with = run (elements, "! classoverlay top-k=0 font-desc=Boxes");
  GstSample *without = run (elements, "");

  fail_unless (pixels_equal (with, without), "something is drawn behind %s",
      elements);
  gst_sample_unref (with);
  gst_sample_unref (without);
}

/* Before version 1.28, GStreamer tells nobody that these elements change the geometry. Borders may be there or not. */
static const gchar *const untold[] = {
  "videoflip video-direction=horiz", "videoflip video-direction=90r",
  "videocrop left=30 top=10", "videobox left=-20 top=-10",
  "videobox left=20", "videoscale ! "
      "video/x-raw,width=120,height=120,pixel-aspect-ratio=1/1",
  "videoscale add-borders=false ! "
      "video/x-raw,width=160,height=40,pixel-aspect-ratio=1/1",
};

GST_START_TEST (test_untold)
{
  GstSample *sample = run (untold[__i__], "");
  GstClassificationMeta *meta;
  const GstStructure *structure;

  if (!sample) {
    GST_WARNING ("skipped: %s is not installed", untold[__i__]);
    return;
  }
  meta = gst_buffer_get_classification_meta (gst_sample_get_buffer (sample));
  fail_unless (meta != NULL, "%s lost the meta", untold[__i__]);
  structure = gst_classification_meta_get_structure (meta);
  assert_label (structure, untold[__i__]);
  fail_if (gst_classification_meta_get_heatmap (meta, NULL, NULL, NULL, NULL,
          NULL, NULL, NULL), "a heat map of before %s", untold[__i__]);
  fail_unless_equals_int (get_n_regions (structure), 0);
  gst_sample_unref (sample);
  assert_nothing_placed (untold[__i__]);
}

GST_END_TEST;

static void
assert_region (const GstStructure * structure, guint i, gint x, gint y,
    gint width, gint height)
{
  const GValue *regions = gst_structure_get_value (structure, "regions");
  const GstStructure *region =
      gst_value_get_structure (gst_value_array_get_value (regions, i));
  const gchar *const names[] = { "x", "y", "width", "height" };
  const gint expected[] = { x, y, width, height };
  gint value;
  guint k;

  for (k = 0; k < 4; k++) {
    fail_unless (gst_structure_get_int (region, names[k], &value));
    fail_unless_equals_int (value, expected[k]);
  }
}

/* These elements leave the places alone or scale them. */
static const struct
{
  const gchar *elements;
  gint width, height;
} told[] = {
  {"identity", 160, 120}, {"videoconvert ! video/x-raw,format=RGB", 160, 120},
  {"jpegenc ! jpegdec", 160, 120}, {"tee ! queue", 160, 120},
  {"videoscale ! video/x-raw,width=80,height=60", 80, 60},
  {"videoscale ! video/x-raw,width=333,height=250", 333, 250},
  /* the shape of the pixels makes up for the other height */
  {"videoscale ! video/x-raw,width=80,height=120", 80, 120},
  {"videoconvertscale ! video/x-raw,format=RGB,width=81,height=60", 81, 60},
  {"videoscale ! video/x-raw,width=40,height=30 ! videoconvert ! videoscale ! "
        "video/x-raw,width=80,height=60", 80, 60},
};

GST_START_TEST (test_told)
{
  const gchar *elements = told[__i__].elements;
  gint width = told[__i__].width, height = told[__i__].height;
  GstSample *sample = run (elements, ""), *drawn;
  GstVideoRegionOfInterestMeta *roi;
  GstClassificationMeta *meta;
  const GstStructure *structure;
  gint x, y, w, h, frame_width, frame_height;
  GstBuffer *buffer;

  if (!sample) {
    GST_WARNING ("skipped: %s is not installed", elements);
    return;
  }
  buffer = gst_sample_get_buffer (sample);
  meta = gst_buffer_get_classification_meta (buffer);
  fail_unless (meta != NULL, "%s", elements);
  structure = gst_classification_meta_get_structure (meta);
  assert_label (structure, elements);
  fail_unless (gst_structure_get_int (structure, "frame-width", &frame_width));
  fail_unless (gst_structure_get_int (structure, "frame-height",
          &frame_height));
  fail_unless_equals_int (frame_width, width);
  fail_unless_equals_int (frame_height, height);
  /* The network sees the 32×32 in the middle of the whole frame. */
  fail_unless (gst_classification_meta_get_heatmap (meta, NULL, NULL, NULL, &x,
          &y, &w, &h));
  fail_unless (ABS (x - width / 8) <= 1 && ABS (w - width * 3 / 4) <= 1
      && ABS (y) <= 1 && ABS (h - height) <= 1, "%s: %d, %d, %d×%d", elements,
      x, y, w, h);
  fail_unless_equals_int (get_n_regions (structure), 1);
  /* The detector's own region and the one in our result are the same place. */
  roi = (GstVideoRegionOfInterestMeta *) gst_buffer_get_meta (buffer,
      GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE);
  if (roi)
    assert_region (structure, 0, roi->x, roi->y, roi->w, roi->h);
  gst_sample_unref (sample);

  /* The box is drawn whether the region still has its params or not. */
  drawn = run (elements, "! classoverlay top-k=0 show-heatmap=false "
      "font-desc=Boxes");
  sample = run (elements, "");
  fail_if (pixels_equal (drawn, sample), "no box behind %s", elements);
  gst_sample_unref (drawn);
  drawn = run (elements, "! classoverlay top-k=0 font-desc=Boxes");
  fail_if (pixels_equal (drawn, sample));
  gst_sample_unref (drawn);
  gst_sample_unref (sample);
}

GST_END_TEST;

#define CAPS "video/x-raw,format=RGB,width=160,height=120,framerate=25/1"

/* A place that was found in a frame of another size is not drawn in this one. */
GST_START_TEST (test_other_size)
{
  static const guint8 map[] = { 0, 255, 90, 30 };
  GstHarness *harness = overlay_harness_new (CAPS);
  guint i;

  for (i = 0; i < 3; i++) {
    GstBuffer *frame = overlay_frame_new (CAPS, 0), *before, *after;
    GstClassificationMeta *meta;

    overlay_add_result (frame, NULL, NULL);
    overlay_add_heatmap (frame, map, sizeof (map), 2, 2, 0, 0, 160, 120);
    meta = gst_buffer_get_classification_meta (frame);
    gst_structure_set (gst_custom_meta_get_structure (meta),
        "frame-width", G_TYPE_INT, i == 0 ? 320 : 160,
        "frame-height", G_TYPE_INT, i == 1 ? 121 : 120, NULL);
    after = overlay_push (harness, frame, &before);
    fail_unless (overlay_equal (before, after) == (i < 2), "%u", i);
    gst_buffer_unref (before);
    gst_buffer_unref (after);
  }
  overlay_teardown (harness, NULL);
}

GST_END_TEST;

static void
append_structure (GstStructure * structure, const gchar * field,
    GstStructure * value)
{
  GValue array = G_VALUE_INIT, item = G_VALUE_INIT;

  g_value_init (&array, GST_TYPE_ARRAY);
  g_value_init (&item, GST_TYPE_STRUCTURE);
  g_value_take_boxed (&item, value);
  gst_value_array_append_and_take_value (&array, &item);
  gst_structure_take_value (structure, field, &array);
}

/* A meta whose fields are not what they should be is copied and scaled all the same. */
GST_START_TEST (test_malformed)
{
  GstVideoInfo from, to;
  GstVideoMetaTransform scale = { &from, &to };
  const GstMetaInfo *info;
  guint i;

  gst_object_unref (gst_object_ref_sink (gst_element_factory_make
          ("classoverlay", NULL)));
  info = gst_meta_get_info (GST_CLASSIFICATION_META_NAME);
  gst_video_info_set_format (&from, GST_VIDEO_FORMAT_RGB, 160, 120);
  gst_video_info_set_format (&to, GST_VIDEO_FORMAT_RGB, 80, 60);
  for (i = 0; i < 7; i++) {
    GstBuffer *buffer = gst_buffer_new (), *other = gst_buffer_new ();
    GstCustomMeta *meta =
        gst_buffer_add_custom_meta (buffer, GST_CLASSIFICATION_META_NAME);
    GstStructure *structure = gst_custom_meta_get_structure (meta);
    gint value = 0;

    if (i == 0)
      gst_structure_set (structure, "regions", G_TYPE_INT, 5, "heatmap-rect",
          G_TYPE_STRING, "0, 0", "others", G_TYPE_DOUBLE, 1.0, NULL);
    else if (i == 1)
      append_structure (structure, "heatmap-rect",
          gst_structure_new_empty ("rect"));
    else if (i == 2)
      append_structure (structure, "regions", gst_structure_new ("region", "x",
              G_TYPE_STRING, "1", "width", G_TYPE_INT, G_MAXINT, NULL));
    else if (i == 3)
      append_structure (structure, "regions", gst_structure_new_empty ("none"));
    else if (i == 4)
      append_structure (structure, "others", gst_structure_new ("other",
              "regions", G_TYPE_INT, 1, NULL));
    else if (i == 5)
      gst_structure_set (structure, "frame-width", G_TYPE_STRING, "wide", NULL);
    gst_structure_set (structure, "label", G_TYPE_STRING, "cat", NULL);
    fail_unless (info->transform_func (other, (GstMeta *) meta, buffer,
            gst_video_meta_transform_scale_get_quark (), &scale));
    meta = gst_buffer_get_custom_meta (other, GST_CLASSIFICATION_META_NAME);
    fail_unless (meta != NULL);
    fail_unless_equals_string (gst_structure_get_string
        (gst_custom_meta_get_structure (meta), "label"), "cat");
    fail_if (gst_structure_get_int (gst_custom_meta_get_structure (meta),
            "frame-width", &value) && value != 80);
    /* The other buffer gets no meta for a transformation of another kind. */
    fail_if (info->transform_func (other, (GstMeta *) meta, buffer,
            g_quark_from_string ("of-another-kind"), NULL));
    gst_buffer_unref (buffer);
    gst_buffer_unref (other);
  }
}

GST_END_TEST;

/* Several classifiers run in a row: the first one's meta and param also hold what the others say, and all results are
 * in order. */
GST_START_TEST (test_several)
{
  static const gchar *const tails[] = {
    "", "! videoscale ! video/x-raw,width=80,height=60",
    "! videoflip video-direction=horiz"
  };
  gchar *model = fixture_path (FIXTURE_SMALL);
  gchar *more = g_strdup_printf ("resnetclassify name=second threads=1 "
      "resize=0 crop=16 region=both model=\"%s\" post-messages=false ! "
      "resnetclassify name=third threads=1 resize=0 crop=16 region=both "
      "model=\"%s\" post-messages=false", model, model);
  static const gchar *const names[] = { "first", "second", "third" };
  GstSample *sample = run (more, tails[__i__]);
  GstClassificationMeta *meta;
  const GstStructure *structure;
  const GValue *others;
  gpointer state = NULL;
  GstBuffer *buffer;
  GstMeta *roi;
  guint n = 0;

  g_free (more);
  g_free (model);
  if (!sample)
    return;
  buffer = gst_sample_get_buffer (sample);
  while ((meta = gst_buffer_iterate_classification_meta (buffer, &state))) {
    fail_unless (n < 3);
    fail_unless_equals_string (gst_classification_meta_get_element (meta),
        names[n]);
    n++;
  }
  fail_unless_equals_int (n, 3);
  meta = gst_buffer_get_custom_meta (buffer, GST_CLASSIFICATION_META_NAME);
  structure = gst_classification_meta_get_structure (meta);
  others = gst_structure_get_value (structure, "others");
  fail_unless_equals_int (gst_value_array_get_size (others), 2);
  for (n = 0; n < 2; n++) {
    const GstStructure *other =
        gst_value_get_structure (gst_value_array_get_value (others, n));

    fail_unless_equals_string (gst_classification_structure_get_element
        (other), names[n + 1]);
    assert_label (other, tails[__i__]);
    fail_unless_equals_int (get_n_regions (other), __i__ == 2 ? 0 : 1);
    if (__i__ == 1)
      assert_region (other, 0, 20, 10, 31, 25);
  }
  roi = gst_buffer_get_meta (buffer,
      GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE);
  if (__i__ == 0) {
    GList *params = ((GstVideoRegionOfInterestMeta *) roi)->params;

    state = NULL;
    for (n = 0; (structure =
            gst_classification_iterate_params (params, &state)); n++)
      fail_unless_equals_string (gst_classification_structure_get_element
          (structure), names[n]);
    fail_unless_equals_int (n, 3);
    structure = gst_video_region_of_interest_meta_get_param (
        (GstVideoRegionOfInterestMeta *) roi, GST_CLASSIFICATION_PARAM_NAME);
    others = gst_structure_get_value (structure, "others");
    fail_unless_equals_int (gst_value_array_get_size (others), 2);
  }
  gst_sample_unref (sample);
}

GST_END_TEST;

static Suite *
follow_suite (void)
{
  static const gchar *const plugins[] = {
    "coreelements", "app", "videotestsrc", "videoconvertscale", "videofilter",
    "videocrop", "videobox", "jpeg"
  };
  Suite *suite = suite_create ("follow");
  TCase *tcase = tcase_create ("general");
  guint i;

  for (i = 0; i < G_N_ELEMENTS (plugins); i++)
    fixture_load_plugin (plugins[i]);
  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_malformed);
  tcase_add_loop_test (tcase, test_untold, 0, G_N_ELEMENTS (untold));
  tcase_add_test (tcase, test_other_size);
  tcase_add_loop_test (tcase, test_told, 0, G_N_ELEMENTS (told));
  tcase_add_loop_test (tcase, test_several, 0, 3);
  return suite;
}

GST_CHECK_MAIN (follow);
