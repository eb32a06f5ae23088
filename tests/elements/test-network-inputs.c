/* gst-resnet: what the network is given: channel order, inputs and pixels that are not square, turned pictures
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "classify-fixture.h"

/* Makes a frame of @width × @height that is cut at (@left, @top) from the 64 × 40 frame with number @n. */
static GstBuffer *
cut_frame (guint n, guint left, guint top, guint width, guint height)
{
  GstVideoInfo whole, part;
  GstBuffer *source, *buffer;
  GstVideoFrame from, to;
  guint y;

  gst_video_info_set_format (&whole, GST_VIDEO_FORMAT_RGB, 64, 40);
  gst_video_info_set_format (&part, GST_VIDEO_FORMAT_RGB, width, height);
  source = fixture_frame_new (&whole, n);
  buffer = fixture_frame_new (&part, n);
  fail_unless (gst_video_frame_map (&from, &whole, source, GST_MAP_READ));
  fail_unless (gst_video_frame_map (&to, &part, buffer, GST_MAP_WRITE));
  for (y = 0; y < height; y++)
    memcpy ((guint8 *) to.data[0] + y * GST_VIDEO_FRAME_PLANE_STRIDE (&to, 0),
        (guint8 *) from.data[0] + (top + y) *
        GST_VIDEO_FRAME_PLANE_STRIDE (&from, 0) + left * 3, width * 3);
  gst_video_frame_unmap (&from);
  gst_video_frame_unmap (&to);
  gst_buffer_unref (source);
  return buffer;
}

static GstHarness *
harness_new (const gchar * format, guint width, guint height)
{
  g_autofree gchar *caps =
      g_strdup_printf ("video/x-raw,format=%s,width=%u,height=%u,"
      "framerate=25/1", format, width, height);

  return fixture_harness_new (FIXTURE_CIFAR, caps);
}

static void
get_answer (GstHarness * harness, GstBuffer * frame,
    gdouble confidences[FIXTURE_MAX_CLASSES])
{
  GstBuffer *buffer = gst_harness_push_and_pull (harness, frame);

  fail_unless_equals_int (fixture_get_confidences (buffer, confidences), 10);
  gst_buffer_unref (buffer);
}

static void
assert_same (const gdouble * a, const gdouble * b)
{
  guint i;

  for (i = 0; i < 10; i++)
    fail_unless_equals_float (a[i], b[i]);
}

/* Where only one side is given, or a size that the network cannot take, the setting is refused and named, and the
 * frames go on. */
GST_START_TEST (test_bad_sizes)
{
  static const struct
  {
    const gchar *name;
    gint value;
    const gchar *says;
  } bad[] = {
    {"resize-height", 48, "resize-height=48"},
    {"resize-width", 48, "resize-width=48"},
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (bad); i++) {
    GstHarness *harness = harness_new ("RGB", 64, 40);
    GstBus *bus = fixture_add_bus (harness->element);
    gdouble before[FIXTURE_MAX_CLASSES], after[FIXTURE_MAX_CLASSES];

    get_answer (harness, cut_frame (0, 0, 0, 64, 40), before);
    g_object_set (harness->element, bad[i].name, bad[i].value, NULL);
    get_answer (harness, cut_frame (0, 0, 0, 64, 40), after);
    assert_same (before, after);
    fixture_assert_message (bus, GST_MESSAGE_WARNING, GST_LIBRARY_ERROR,
        GST_LIBRARY_ERROR_SETTINGS, bad[i].says, NULL);
    gst_element_set_bus (harness->element, NULL);
    gst_object_unref (bus);
    gst_harness_teardown (harness);
  }
}

GST_END_TEST;

/* The same bytes are called BGR, so that red becomes blue. channel-order turns this back, and then mean and std are
 * given in that order. */
GST_START_TEST (test_channel_order)
{
  GstHarness *rgb = harness_new ("RGB", 64, 40);
  GstHarness *bgr = harness_new ("BGR", 64, 40);
  gdouble a[FIXTURE_MAX_CLASSES], b[FIXTURE_MAX_CLASSES];
  guint i;

  g_object_set (rgb->element, "mean", "0.5,0.4,0.3", "std", "0.2,0.25,0.3",
      NULL);
  g_object_set (bgr->element, "mean", "127.5,102,76.5", "std", "51,63.75,76.5",
      NULL);
  gst_util_set_object_arg (G_OBJECT (bgr->element), "channel-order", "bgr");
  get_answer (rgb, cut_frame (3, 0, 0, 64, 40), a);
  get_answer (bgr, cut_frame (3, 0, 0, 64, 40), b);
  for (i = 0; i < 10; i++)
    fail_unless (ABS (a[i] - b[i]) < 1e-5);
  gst_util_set_object_arg (G_OBJECT (bgr->element), "channel-order", "rgb");
  get_answer (bgr, cut_frame (3, 0, 0, 64, 40), b);
  fail_if (ABS (a[0] - b[0]) + ABS (a[1] - b[1]) + ABS (a[2] - b[2]) < 1e-3);
  gst_harness_teardown (rgb);
  gst_harness_teardown (bgr);
}

GST_END_TEST;

/* A cut from the middle of the frame gives the answer of the middle alone. crop holds for the side that is not set. */
GST_START_TEST (test_not_square)
{
  GstHarness *whole = harness_new ("RGB", 64, 40);
  GstHarness *middle = harness_new ("RGB", 48, 24);
  gdouble a[FIXTURE_MAX_CLASSES], b[FIXTURE_MAX_CLASSES];
  GstClassificationMeta *meta;
  GstBuffer *buffer;
  gint x, y, width, height;

  g_object_set (whole->element, "resize", 40, "crop", 24, "crop-width", 48,
      "heatmap", TRUE, NULL);
  g_object_set (middle->element, "resize-height", 24, "resize-width", 48,
      "crop-height", 24, "crop-width", 48, "heatmap", TRUE, NULL);
  get_answer (whole, cut_frame (5, 0, 0, 64, 40), a);
  get_answer (middle, cut_frame (5, 8, 8, 48, 24), b);
  assert_same (a, b);

  buffer = gst_harness_push_and_pull (whole, cut_frame (5, 0, 0, 64, 40));
  meta = gst_buffer_get_classification_meta (buffer);
  fail_unless (meta != NULL);
  fail_unless (gst_classification_meta_get_heatmap (meta, NULL, NULL, NULL, &x,
          &y, &width, &height));
  fail_unless_equals_int (x, 8);
  fail_unless_equals_int (y, 8);
  fail_unless_equals_int (width, 48);
  fail_unless_equals_int (height, 24);
  gst_buffer_unref (buffer);

  /* The shape of the input changes while the element plays. */
  g_object_set (whole->element, "crop-width", 0, NULL);
  get_answer (whole, cut_frame (5, 0, 0, 64, 40), b);
  fail_if (memcmp (a, b, 10 * sizeof (*a)) == 0);
  gst_harness_teardown (whole);
  gst_harness_teardown (middle);
}

GST_END_TEST;

/* A region is seen in the same way as a frame of its own. */
GST_START_TEST (test_region_not_square)
{
  GstHarness *whole = harness_new ("RGB", 64, 40);
  GstHarness *alone = harness_new ("RGB", 20, 30);
  gdouble a[FIXTURE_MAX_CLASSES];
  GstBuffer *buffer = cut_frame (7, 0, 0, 64, 40);
  GstVideoRegionOfInterestMeta *roi;
  const GstStructure *result;
  gint index;
  gdouble confidence;

  g_object_set (alone->element, "resize", 0, "crop-height", 48, "crop-width",
      32, NULL);
  get_answer (alone, cut_frame (7, 30, 6, 20, 30), a);
  g_object_set (whole->element, "resize", 0, "crop-height", 48, "crop-width",
      32, NULL);
  gst_util_set_object_arg (G_OBJECT (whole->element), "region", "roi");
  gst_buffer_add_video_region_of_interest_meta (buffer, "person", 30, 6, 20,
      30);
  buffer = gst_harness_push_and_pull (whole, buffer);
  roi = gst_buffer_get_video_region_of_interest_meta_id (buffer, 0);
  fail_unless (roi != NULL);
  result = gst_video_region_of_interest_meta_get_param (roi,
      GST_CLASSIFICATION_PARAM_NAME);
  fail_unless (result != NULL);
  fail_unless (gst_classification_structure_get_entry (result, 0, NULL, &index,
          &confidence));
  fail_unless (ABS (a[index] - confidence) < 1e-6);
  gst_buffer_unref (buffer);
  gst_harness_teardown (whole);
  gst_harness_teardown (alone);
}

GST_END_TEST;

/* Pixels that are not square count with the shape that they are displayed with. This can be ignored. Ratios that are
 * impossible are refused. */
GST_START_TEST (test_pixel_aspect_ratio)
{
  GstHarness *wide = fixture_harness_new (FIXTURE_CIFAR, "video/x-raw,"
      "format=RGB,width=32,height=40,framerate=25/1,pixel-aspect-ratio=2/1");
  GstHarness *square = harness_new ("RGB", 32, 40);
  GstHarness *absurd = fixture_harness_new (FIXTURE_CIFAR, "video/x-raw,"
      "format=RGB,width=32,height=40,framerate=25/1,pixel-aspect-ratio=1/999");
  GstBus *bus = fixture_add_bus (absurd->element);
  gdouble a[FIXTURE_MAX_CLASSES], b[FIXTURE_MAX_CLASSES];
  GstClassificationMeta *meta;
  GstBuffer *buffer;
  gint x, y, width, height;

  buffer = gst_harness_push_and_pull (absurd, cut_frame (2, 0, 0, 32, 40));
  fail_unless (gst_buffer_get_classification_meta (buffer) == NULL);
  gst_buffer_unref (buffer);
  fixture_assert_message (bus, GST_MESSAGE_WARNING, GST_STREAM_ERROR,
      GST_STREAM_ERROR_FORMAT, "1/999", NULL);
  g_object_set (absurd->element, "ignore-pixel-aspect-ratio", TRUE, NULL);
  get_answer (absurd, cut_frame (2, 0, 0, 32, 40), a);
  get_answer (square, cut_frame (2, 0, 0, 32, 40), b);
  assert_same (a, b);

  /* The frame is displayed as 64 × 40, of which the network sees the middle 40 × 40. */
  g_object_set (wide->element, "resize", 48, "crop", 48, "heatmap", TRUE, NULL);
  g_object_set (square->element, "resize-height", 48, "resize-width", 76,
      "crop", 48, NULL);
  buffer = gst_harness_push_and_pull (wide, cut_frame (2, 0, 0, 32, 40));
  fail_unless_equals_int (fixture_get_confidences (buffer, a), 10);
  meta = gst_buffer_get_classification_meta (buffer);
  fail_unless (gst_classification_meta_get_heatmap (meta, NULL, NULL, NULL, &x,
          &y, &width, &height));
  fail_unless_equals_int (x, 6);
  fail_unless_equals_int (y, 0);
  fail_unless_equals_int (width, 20);
  fail_unless_equals_int (height, 40);
  gst_buffer_unref (buffer);
  g_object_set (square->element, "heatmap", TRUE, NULL);
  get_answer (square, cut_frame (2, 0, 0, 32, 40), b);
  assert_same (a, b);
  g_object_set (wide->element, "ignore-pixel-aspect-ratio", TRUE, NULL);
  get_answer (wide, cut_frame (2, 0, 0, 32, 40), b);
  fail_if (memcmp (a, b, 10 * sizeof (*a)) == 0);
  gst_element_set_bus (absurd->element, NULL);
  gst_object_unref (bus);
  gst_harness_teardown (wide);
  gst_harness_teardown (square);
  gst_harness_teardown (absurd);
}

GST_END_TEST;

static const struct
{
  const gchar *name, *tag;
  gboolean swapped, from_right, from_bottom;
} orientations[] = {
  {"90r", "rotate-90", TRUE, FALSE, TRUE},
  {"180", "rotate-180", FALSE, TRUE, TRUE},
  {"90l", "rotate-270", TRUE, TRUE, FALSE},
  {"horiz", "flip-rotate-0", FALSE, TRUE, FALSE},
  {"vert", "flip-rotate-180", FALSE, FALSE, TRUE},
  {"ul-lr", "flip-rotate-270", TRUE, FALSE, FALSE},
  {"ur-ll", "flip-rotate-90", TRUE, TRUE, TRUE},
  {"none", "rotate-0", FALSE, FALSE, FALSE},
};

/* Makes frame @n as a camera stores it when the camera is held so that this orientation turns the frame upright. */
static GstBuffer *
stored_frame (guint n, guint o)
{
  guint width = orientations[o].swapped ? 40 : 64, x, y;
  guint height = orientations[o].swapped ? 64 : 40;
  GstBuffer *upright = cut_frame (n, 0, 0, 64, 40);
  GstBuffer *stored;
  GstVideoInfo info, stored_info;
  GstVideoFrame from, to;

  gst_video_info_set_format (&info, GST_VIDEO_FORMAT_RGB, 64, 40);
  gst_video_info_set_format (&stored_info, GST_VIDEO_FORMAT_RGB, width, height);
  stored = fixture_frame_new (&stored_info, n);
  fail_unless (gst_video_frame_map (&from, &info, upright, GST_MAP_READ));
  fail_unless (gst_video_frame_map (&to, &stored_info, stored, GST_MAP_WRITE));
  for (y = 0; y < 40; y++)
    for (x = 0; x < 64; x++) {
      guint column = orientations[o].swapped ? y : x;
      guint row = orientations[o].swapped ? x : y;

      column = orientations[o].from_right ? width - 1 - column : column;
      row = orientations[o].from_bottom ? height - 1 - row : row;
      memcpy ((guint8 *) to.data[0] +
          row * GST_VIDEO_FRAME_PLANE_STRIDE (&to, 0) + column * 3,
          (guint8 *) from.data[0] +
          y * GST_VIDEO_FRAME_PLANE_STRIDE (&from, 0) + x * 3, 3);
    }
  gst_video_frame_unmap (&from);
  gst_video_frame_unmap (&to);
  gst_buffer_unref (upright);
  return stored;
}

/* The orientation comes from the property or from a tag. The answer is that of the upright picture, and the heat map
 * lies where the network saw it in the frame as it is. */
GST_START_TEST (test_orientation)
{
  GstHarness *upright = harness_new ("RGB", 64, 40);
  gdouble expected[FIXTURE_MAX_CLASSES], a[FIXTURE_MAX_CLASSES];
  guint o, by_tag;

  g_object_set (upright->element, "resize", 40, "crop", 24, "crop-width", 32,
      "heatmap", TRUE, NULL);
  get_answer (upright, cut_frame (4, 0, 0, 64, 40), expected);
  for (o = 0; o < G_N_ELEMENTS (orientations); o++)
    for (by_tag = 0; by_tag < 2; by_tag++) {
      gboolean swapped = orientations[o].swapped;
      GstHarness *harness =
          harness_new ("RGB", swapped ? 40 : 64, swapped ? 64 : 40);
      GstClassificationMeta *meta;
      GstBuffer *buffer;
      gint map_width, map_height, x, y, width, height;

      g_object_set (harness->element, "resize", 40, "crop", 24, "crop-width",
          32, "heatmap", TRUE, NULL);
      if (by_tag)
        gst_harness_push_event (harness,
            gst_event_new_tag (gst_tag_list_new (GST_TAG_IMAGE_ORIENTATION,
                    orientations[o].tag, NULL)));
      else
        gst_util_set_object_arg (G_OBJECT (harness->element), "orientation",
            orientations[o].name);
      buffer = gst_harness_push_and_pull (harness, stored_frame (4, o));
      fail_unless_equals_int (fixture_get_confidences (buffer, a), 10);
      assert_same (a, expected);
      meta = gst_buffer_get_classification_meta (buffer);
      fail_unless (gst_classification_meta_get_heatmap (meta, NULL, &map_width,
              &map_height, &x, &y, &width, &height));
      fail_unless_equals_int (x, swapped ? 8 : 16);
      fail_unless_equals_int (y, swapped ? 16 : 8);
      fail_unless_equals_int (width, swapped ? 24 : 32);
      fail_unless_equals_int (height, swapped ? 32 : 24);
      fail_unless ((map_width < map_height) == swapped);
      gst_buffer_unref (buffer);
      /* A tag of the stream does not count where the property says something else. */
      if (by_tag && o < 7) {
        gst_util_set_object_arg (G_OBJECT (harness->element), "orientation",
            "none");
        get_answer (harness, stored_frame (4, o), a);
        fail_if (memcmp (a, expected, 10 * sizeof (*a)) == 0);
      }
      gst_harness_teardown (harness);
    }
  gst_harness_teardown (upright);
}

GST_END_TEST;

/* Tags that do not mention the orientation, or are nonsense, change nothing. A new stream begins upright. */
GST_START_TEST (test_tags_of_streams)
{
  GstHarness *harness = harness_new ("RGB", 64, 40);
  gdouble before[FIXTURE_MAX_CLASSES], a[FIXTURE_MAX_CLASSES];
  GstCaps *caps = gst_caps_from_string ("video/x-raw,format=RGB,width=64,"
      "height=40,framerate=25/1");
  GstSegment segment;

  get_answer (harness, cut_frame (4, 0, 0, 64, 40), before);
  gst_harness_push_event (harness,
      gst_event_new_tag (gst_tag_list_new (GST_TAG_IMAGE_ORIENTATION,
              "rotate-45", NULL)));
  gst_harness_push_event (harness,
      gst_event_new_tag (gst_tag_list_new (GST_TAG_TITLE, "a cat", NULL)));
  get_answer (harness, cut_frame (4, 0, 0, 64, 40), a);
  assert_same (a, before);
  gst_harness_push_event (harness,
      gst_event_new_tag (gst_tag_list_new (GST_TAG_IMAGE_ORIENTATION,
              "rotate-180", NULL)));
  gst_harness_push_event (harness,
      gst_event_new_tag (gst_tag_list_new (GST_TAG_TITLE, "a cat", NULL)));
  get_answer (harness, cut_frame (4, 0, 0, 64, 40), a);
  fail_if (memcmp (a, before, 10 * sizeof (*a)) == 0);
  gst_harness_push_event (harness, gst_event_new_stream_start ("another"));
  gst_harness_push_event (harness, gst_event_new_caps (caps));
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_harness_push_event (harness, gst_event_new_segment (&segment));
  get_answer (harness, cut_frame (4, 0, 0, 64, 40), a);
  assert_same (a, before);
  gst_caps_unref (caps);
  gst_harness_teardown (harness);
}

GST_END_TEST;

/* A region is given in the pixels of the frame as it is stored, and it is seen upright. */
GST_START_TEST (test_region_of_turned)
{
  GstHarness *upright = harness_new ("RGB", 64, 40);
  GstHarness *turned = harness_new ("RGB", 40, 64);
  GstBuffer *a = cut_frame (6, 0, 0, 64, 40), *b = stored_frame (6, 0);
  const GstStructure *results[2];
  GstHarness *harnesses[2] = { upright, turned };
  GstBuffer *frames[2] = { a, b };
  gdouble confidence[2];
  gint index[2];
  guint i;

  /* With 90r, the pixel at (x, y) of the upright frame is stored at column y, row 63 - x. */
  gst_buffer_add_video_region_of_interest_meta (a, "cat", 10, 5, 30, 20);
  gst_buffer_add_video_region_of_interest_meta (b, "cat", 5, 64 - 40, 20, 30);
  gst_util_set_object_arg (G_OBJECT (turned->element), "orientation", "90r");
  for (i = 0; i < 2; i++) {
    gst_util_set_object_arg (G_OBJECT (harnesses[i]->element), "region", "roi");
    frames[i] = gst_harness_push_and_pull (harnesses[i], frames[i]);
    results[i] = gst_video_region_of_interest_meta_get_param
        (gst_buffer_get_video_region_of_interest_meta_id (frames[i], 0),
        GST_CLASSIFICATION_PARAM_NAME);
    fail_unless (results[i] != NULL);
    fail_unless (gst_classification_structure_get_entry (results[i], 0, NULL,
            &index[i], &confidence[i]));
  }
  fail_unless_equals_int (index[0], index[1]);
  fail_unless_equals_float (confidence[0], confidence[1]);
  for (i = 0; i < 2; i++) {
    gst_buffer_unref (frames[i]);
    gst_harness_teardown (harnesses[i]);
  }
}

GST_END_TEST;

/* Makes a frame of one grey. */
static GstBuffer *
grey_frame (guint8 code)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, 64 * 40 * 3, NULL);

  gst_buffer_memset (buffer, 0, code, 64 * 40 * 3);
  return buffer;
}

/* SDR's white is nearly white for the network, and not the grey that its code would be. White is 203 cd/m2, which is
 * code 148 in PQ and code 191 in HLG, here in RGB of full range. */
GST_START_TEST (test_hdr)
{
  static const struct
  {
    const gchar *colorimetry;
    guint8 code;
  } cases[] = { {"1:1:14:7", 148}, {"1:1:15:7", 191} };
  GstHarness *sdr = harness_new ("RGB", 64, 40);
  gdouble a[FIXTURE_MAX_CLASSES], b[FIXTURE_MAX_CLASSES];
  guint i, white, n_equal;

  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *caps = g_strdup_printf ("video/x-raw,format=RGB,"
        "width=64,height=40,framerate=25/1,colorimetry=%s",
        cases[i].colorimetry);
    GstHarness *hdr = fixture_harness_new (FIXTURE_CIFAR, caps);

    get_answer (hdr, grey_frame (cases[i].code), a);
    get_answer (sdr, grey_frame (cases[i].code), b);
    fail_if (memcmp (a, b, 10 * sizeof (*a)) == 0);
    n_equal = 0;
    for (white = 225; white < 240; white++) {
      get_answer (sdr, grey_frame (white), b);
      n_equal += memcmp (a, b, 10 * sizeof (*a)) == 0;
    }
    fail_unless_equals_int (n_equal, 1);
    gst_harness_teardown (hdr);
  }
  gst_harness_teardown (sdr);
}

GST_END_TEST;

static Suite *
network_inputs_suite (void)
{
  Suite *suite = suite_create ("network-inputs");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_bad_sizes);
  tcase_add_test (tc, test_channel_order);
  tcase_add_test (tc, test_not_square);
  tcase_add_test (tc, test_region_not_square);
  tcase_add_test (tc, test_pixel_aspect_ratio);
  tcase_add_test (tc, test_orientation);
  tcase_add_test (tc, test_tags_of_streams);
  tcase_add_test (tc, test_region_of_turned);
  tcase_add_test (tc, test_hdr);
  return suite;
}

GST_CHECK_MAIN (network_inputs);
