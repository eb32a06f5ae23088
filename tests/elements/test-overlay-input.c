/* gst-resnet: classoverlay and what it should never have been given
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "overlay-fixture.h"

#include <math.h>

#define CAPS "video/x-raw,format=I420,width=160,height=120,framerate=25/1"

/* Draws one class onto a frame and returns what comes out, for comparison. */
static GstBuffer *
get_drawn (GstHarness * harness, const gchar * label, gdouble confidence)
{
  GstBuffer *frame = overlay_frame_new (CAPS, 0);

  overlay_add_result (frame, label, confidence, NULL);
  return overlay_push (harness, frame, NULL);
}

GST_START_TEST (test_missing_font)
{
  GstHarness *harness = overlay_harness_new (CAPS);
  GstBus *bus = fixture_add_bus (harness->element);
  GstBuffer *with_font = get_drawn (harness, "cat", 0.5), *without;
  guint i;

  fail_unless (fixture_pop_message (bus, GST_MESSAGE_WARNING) == NULL);
  for (i = 0; i < 2; i++) {
    g_object_set (harness->element, "font-desc",
        i ? "Nor This One" : "No Such Font", NULL);
    without = get_drawn (harness, "cat", 0.5);
    /* The text is always drawn with the one font that is installed. */
    fail_unless (overlay_equal (with_font, without));
    gst_buffer_unref (without);
    fixture_assert_message (bus, GST_MESSAGE_WARNING, GST_RESOURCE_ERROR,
        GST_RESOURCE_ERROR_NOT_FOUND, i ? "Nor This One" : "No Such Font",
        "Boxes", NULL);
    /* The warning comes once, not with each frame. */
    gst_buffer_unref (get_drawn (harness, "dog", 0.5));
    fail_unless (fixture_pop_message (bus, GST_MESSAGE_WARNING) == NULL);
  }
  /* fontconfig's generic names are no mistake. */
  g_object_set (harness->element, "font-desc", "Nowhere, sans-serif", NULL);
  gst_buffer_unref (get_drawn (harness, "cat", 0.5));
  fail_unless (fixture_pop_message (bus, GST_MESSAGE_WARNING) == NULL);
  gst_buffer_unref (with_font);
  overlay_teardown (harness, bus);
}

GST_END_TEST;

GST_START_TEST (test_font_sizes)
{
  static const gchar *const sizes[] = {
    "Boxes 0", "Boxes 1000000", "Boxes 99999999999999999999", "Boxes -5", "",
    "12", "Boxes 0.0001px", ",,,,,,,,", "Boxes 500px"
  };
  GstHarness *harness = overlay_harness_new (CAPS);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (sizes); i++) {
    GstBuffer *buffer;

    g_object_set (harness->element, "font-desc", sizes[i], "text-scale",
        i % 2 ? 20.0 : 0.1, NULL);
    buffer = get_drawn (harness, "cat", 0.5);
    fail_unless (buffer != NULL, "\"%s\"", sizes[i]);
    gst_buffer_unref (buffer);
  }
  overlay_teardown (harness, NULL);
}

GST_END_TEST;

GST_START_TEST (test_bad_colors)
{
  static const struct
  {
    const gchar *value, *word;
  } bad[] = {
    {"#12", "text"}, {"white,mauvelous", "plate"}, {"white,,#ggg000", "bar"},
    {"white,black,red,#1234567890", "box"}, {"red,red,red,red,red", "four"}
  };
  GstHarness *harness = overlay_harness_new (CAPS);
  GstBus *bus = fixture_add_bus (harness->element);
  GstBuffer *before = get_drawn (harness, "cat", 0.5), *after;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_object_set (harness->element, "colors", bad[i].value, NULL);
    after = get_drawn (harness, "cat", 0.5);
    fail_unless (overlay_equal (before, after), "%s", bad[i].value);
    gst_buffer_unref (after);
    fixture_assert_message (bus, GST_MESSAGE_WARNING, GST_LIBRARY_ERROR,
        GST_LIBRARY_ERROR_SETTINGS, "colors", bad[i].word, NULL);
    gst_buffer_unref (get_drawn (harness, "dog", 0.5));
    fail_unless (fixture_pop_message (bus, GST_MESSAGE_WARNING) == NULL);
  }
  g_object_set (harness->element, "colors", " yellow , #000 ", NULL);
  after = get_drawn (harness, "cat", 0.5);
  fail_if (overlay_equal (before, after));
  fail_unless (fixture_pop_message (bus, GST_MESSAGE_WARNING) == NULL);
  gst_buffer_unref (after);
  gst_buffer_unref (before);
  overlay_teardown (harness, bus);
}

GST_END_TEST;

/* All labels that are cut must look alike. */
GST_START_TEST (test_long_label)
{
  const gsize size = 1 << 20;
  gchar *label = g_malloc (size + 1), *shorter;
  GstHarness *harness = overlay_harness_new (CAPS);
  GstBuffer *a, *b;

  memset (label, 'x', size);
  label[size] = 0;
  shorter = g_strndup (label, 200);
  a = get_drawn (harness, label, 0.5);
  b = get_drawn (harness, shorter, 0.5);
  fail_unless (overlay_equal (a, b));
  gst_buffer_unref (b);
  b = get_drawn (harness, "xxx", 0.5);
  fail_if (overlay_equal (a, b));
  gst_buffer_unref (a);
  gst_buffer_unref (b);
  a = overlay_frame_new (CAPS, 0);
  overlay_add_region (a, 10, 20, 50, 50, label, 0.5);
  b = overlay_frame_new (CAPS, 0);
  g_free (shorter);
  shorter = g_strndup (label, 300);
  overlay_add_region (b, 10, 20, 50, 50, shorter, 0.5);
  a = overlay_push (harness, a, NULL);
  b = overlay_push (harness, b, NULL);
  fail_unless (overlay_equal (a, b));
  gst_buffer_unref (b);
  /* The confidence can be seen all the same. */
  b = overlay_frame_new (CAPS, 0);
  overlay_add_region (b, 10, 20, 50, 50, label, 0.9);
  b = overlay_push (harness, b, NULL);
  fail_if (overlay_equal (a, b));
  gst_buffer_unref (a);
  gst_buffer_unref (b);
  g_free (shorter);
  g_free (label);
  overlay_teardown (harness, NULL);
}

GST_END_TEST;

GST_START_TEST (test_lines_and_controls)
{
  GstHarness *harness = overlay_harness_new (CAPS);
  GstBuffer *plain = get_drawn (harness, "a  b", 0.5);
  static const gchar *const same[] = { "a\n\nb", "a\r\nb", "a\t\001b" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (same); i++) {
    GstBuffer *buffer = get_drawn (harness, same[i], 0.5);

    fail_unless (overlay_equal (plain, buffer), "%u", i);
    gst_buffer_unref (buffer);
  }
  gst_buffer_unref (plain);
  /* These labels have scripts whose glyphs this font lacks, marks without a letter, and directions that are never
   * closed. */
  gst_buffer_unref (get_drawn (harness, "قطة", 0.5));
  gst_buffer_unref (get_drawn (harness, "猫 🐈‍⬛ \360\237\217\264",
          0.5));
  gst_buffer_unref (get_drawn (harness, "\314\201\314\201\342\200\256abc",
          0.5));
  gst_buffer_unref (get_drawn (harness, "", 0.5));
  overlay_teardown (harness, NULL);
}

GST_END_TEST;

GST_START_TEST (test_confidences)
{
  GstHarness *harness = overlay_harness_new (CAPS);
  GstBuffer *frame, *before, *after;
  static const gdouble never[] = { NAN, INFINITY, -INFINITY };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (never); i++) {
    frame = overlay_frame_new (CAPS, 0);
    overlay_add_result (frame, "cat", never[i], NULL);
    overlay_add_region (frame, 10, 10, 50, 50, "dog", never[i]);
    after = overlay_push (harness, frame, &before);
    fail_unless (overlay_equal (before, after), "%g", never[i]);
    gst_buffer_unref (before);
    gst_buffer_unref (after);
  }
  /* A logit is drawn as a number without a bar. */
  before = get_drawn (harness, "cat", -1.5);
  after = get_drawn (harness, "cat", 0.5);
  fail_if (overlay_equal (before, after));
  gst_buffer_unref (after);
  after = get_drawn (harness, "cat", 1e300);
  fail_if (overlay_equal (before, after));
  gst_buffer_unref (before);
  gst_buffer_unref (after);
  /* Entries below min-confidence are left out and do not count for top-k. */
  g_object_set (harness->element, "min-confidence", 0.3, "top-k", 1, NULL);
  before = get_drawn (harness, "cat", 0.4);
  frame = overlay_frame_new (CAPS, 0);
  overlay_add_result (frame, "nan", NAN, "dog", 0.2, "cat", 0.4, "owl", 0.4,
      NULL);
  after = overlay_push (harness, frame, NULL);
  fail_unless (overlay_equal (before, after));
  gst_buffer_unref (before);
  gst_buffer_unref (after);
  overlay_teardown (harness, NULL);
}

GST_END_TEST;

GST_START_TEST (test_malformed_metas)
{
  GstHarness *harness = overlay_harness_new (CAPS);
  GstBuffer *frame, *before, *after;
  GstCustomMeta *meta;
  GstStructure *structure;
  GstVideoRegionOfInterestMeta *roi;
  GValue entries = G_VALUE_INIT, value = G_VALUE_INIT;
  guint i;

  for (i = 0; i < 4; i++) {
    frame = overlay_frame_new (CAPS, 0);
    meta = gst_buffer_add_custom_meta (frame, GST_CLASSIFICATION_META_NAME);
    structure = gst_custom_meta_get_structure (meta);
    if (i == 0)
      gst_structure_set (structure, "entries", G_TYPE_STRING, "cat", NULL);
    if (i >= 1) {
      g_value_init (&entries, GST_TYPE_ARRAY);
      g_value_init (&value, GST_TYPE_STRUCTURE);
      g_value_take_boxed (&value, i == 1 ? gst_structure_new_empty ("entry")
          : gst_structure_new ("entry", "label", G_TYPE_STRING, NULL, "index",
              G_TYPE_INT, 1, "confidence", G_TYPE_FLOAT, 1.0, NULL));
      gst_value_array_append_and_take_value (&entries, &value);
      gst_structure_take_value (structure, "entries", &entries);
    }
    /* One region was classified by nobody, and another has a param that is something else. */
    roi = gst_buffer_add_video_region_of_interest_meta (frame, "face", 1, 1, 50,
        50);
    if (i == 3)
      gst_video_region_of_interest_meta_add_param (roi,
          gst_structure_new (GST_CLASSIFICATION_PARAM_NAME, "entries",
              G_TYPE_INT, 5, NULL));
    after = overlay_push (harness, frame, &before);
    fail_unless (overlay_equal (before, after), "%u", i);
    gst_buffer_unref (before);
    gst_buffer_unref (after);
  }
  overlay_teardown (harness, NULL);
}

GST_END_TEST;

GST_START_TEST (test_regions_out_of_sight)
{
  static const struct
  {
    gint x, y, width, height;
  } regions[] = {
    {10, 10, 0, 50}, {10, 10, 50, 0}, {10, 10, -50, 50}, {10, 10, 50, -50},
    {160, 10, 50, 50}, {10, 120, 50, 50}, {-60, 10, 50, 50}, {10, -60, 50, 50},
    {G_MAXINT, G_MAXINT, G_MAXINT, G_MAXINT}, {G_MININT, 0, 5, 5},
    {-1, -1, 1, 1}
  };
  GstHarness *harness = overlay_harness_new (CAPS);
  GstBuffer *frame = overlay_frame_new (CAPS, 0), *before, *after;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (regions); i++)
    overlay_add_region (frame, regions[i].x, regions[i].y, regions[i].width,
        regions[i].height, "cat", 0.5);
  after = overlay_push (harness, frame, &before);
  fail_unless (overlay_equal (before, after));
  gst_buffer_unref (before);
  gst_buffer_unref (after);
  overlay_teardown (harness, NULL);
}

GST_END_TEST;

GST_START_TEST (test_regions_partly_in_sight)
{
  static const struct
  {
    gint x, y, width, height;
  } regions[] = {
    {-10, -10, G_MAXINT, G_MAXINT}, {G_MININT / 2, 5, G_MAXINT, 10},
    {150, 110, 2000000000, 2000000000}, {0, 0, 1, 1}, {159, 119, 1, 1},
    {50, 50, 2, 90}, {50, 50, 3, 3}, {0, 0, 160, 120}, {-5, -5, 170, 130}
  };
  GstHarness *harness = overlay_harness_new (CAPS);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (regions); i++) {
    GstBuffer *frame = overlay_frame_new (CAPS, 0), *before, *after;

    overlay_add_region (frame, regions[i].x, regions[i].y, regions[i].width,
        regions[i].height, "cat", 0.5);
    after = overlay_push (harness, frame, &before);
    fail_if (overlay_equal (before, after), "%u", i);
    gst_buffer_unref (before);
    gst_buffer_unref (after);
  }
  overlay_teardown (harness, NULL);
}

GST_END_TEST;

GST_START_TEST (test_many_regions)
{
  guint n = 10000, i;
  GstHarness *harness = overlay_harness_new (CAPS);
  GstBuffer *frame = overlay_frame_new (CAPS, 0), *before, *after, *again;

  for (i = 0; i < n; i++) {
    gchar label[16];

    g_snprintf (label, sizeof (label), "c%u", i);
    overlay_add_region (frame, (i * 37) % 150, (i * 53) % 110, 5 + i % 90,
        5 + i % 70, label, 0.5);
  }
  after = overlay_push (harness, frame, &before);
  fail_if (overlay_equal (before, after));
  /* The buffer that comes out still has all its regions. */
  fail_unless_equals_int (gst_buffer_get_n_meta (after,
          GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE), n);
  again = overlay_push (harness, gst_buffer_copy_deep (before), NULL);
  fail_unless (overlay_equal (after, again));
  gst_buffer_unref (before);
  gst_buffer_unref (after);
  gst_buffer_unref (again);
  overlay_teardown (harness, NULL);
}

GST_END_TEST;

GST_START_TEST (test_bad_heatmaps)
{
  static const struct
  {
    gsize size;
    gint width, height, x, y, rect_width, rect_height;
  } maps[] = {
    {48, 7, 7, 0, 0, 160, 120}, {50, 7, 7, 0, 0, 160, 120},
    {49, 0, 7, 0, 0, 160, 120}, {49, -7, -7, 0, 0, 160, 120},
    {49, 7, 7, 0, 0, 0, 120}, {49, 7, 7, 0, 0, 160, -1},
    {49, 7, 7, 160, 0, 160, 120}, {49, 7, 7, G_MAXINT, G_MAXINT, G_MAXINT,
        G_MAXINT}, {49, 7, 7, G_MININT, G_MININT, 5, 5},
    {4096, 4096, 1, 0, 0, 160, 120}, {49, G_MAXINT, G_MAXINT, 0, 0, 160, 120},
    {0, 0, 0, 0, 0, 160, 120}
  };
  GstHarness *harness = overlay_harness_new (CAPS);
  guint8 bytes[4096];
  guint i;

  memset (bytes, 0xff, sizeof (bytes));
  for (i = 0; i < G_N_ELEMENTS (maps); i++) {
    GstBuffer *frame = overlay_frame_new (CAPS, 0), *before, *after;

    overlay_add_result (frame, NULL, NULL);
    overlay_add_heatmap (frame, bytes, maps[i].size, maps[i].width,
        maps[i].height, maps[i].x, maps[i].y, maps[i].rect_width,
        maps[i].rect_height);
    after = overlay_push (harness, frame, &before);
    fail_unless (overlay_equal (before, after), "%u", i);
    gst_buffer_unref (before);
    gst_buffer_unref (after);
  }
  overlay_teardown (harness, NULL);
}

GST_END_TEST;

/* The frame has any size, and everything is drawn on it. */
GST_START_TEST (test_odd_sizes)
{
  static const gchar *const formats[] = {
    "I420", "NV12", "YUY2", "RGB", "RGBA", "Y41B", "YUV9", "GRAY8",
    "I420_10LE", "AYUV"
  };
  static const gint sizes[][2] = {
    {1, 1}, {97, 33}, {2, 1}, {1, 17}, {3, 3}, {17, 1}, {64, 2}, {161, 95},
    {1, 300}, {301, 7}
  };
  guint n = fixture_get_number ("GST_RESNET_TEST_SIZES", G_N_ELEMENTS (sizes));
  guint8 map[49];
  guint i, k;

  n = MIN (n, G_N_ELEMENTS (sizes));
  for (i = 0; i < sizeof (map); i++)
    map[i] = i * 5;
  for (i = 0; i < G_N_ELEMENTS (formats); i++) {
    for (k = 0; k < n; k++) {
      gint width = sizes[k][0], height = sizes[k][1];
      gchar *caps = g_strdup_printf ("video/x-raw,format=%s,width=%d,height=%d,"
          "framerate=25/1", formats[i], width, height);
      GstHarness *harness = overlay_harness_new (caps);
      GstBuffer *frame = overlay_frame_new (caps, 0), *before, *after;

      overlay_add_result (frame, "cat", 0.7, "dog", 0.2, NULL);
      overlay_add_heatmap (frame, map, sizeof (map), 7, 7, -1, -1, width + 1,
          height + 2);
      overlay_add_region (frame, width / 3, height / 3, width, height, "owl",
          0.5);
      after = overlay_push (harness, frame, &before);
      fail_if (overlay_equal (before, after), "%s", caps);
      gst_buffer_unref (before);
      gst_buffer_unref (after);
      g_free (caps);
      overlay_teardown (harness, NULL);
    }
  }
}

GST_END_TEST;

/* A buffer that is too small for its caps passes, and one warning says so. */
GST_START_TEST (test_short_buffer)
{
  GstHarness *harness = overlay_harness_new (CAPS);
  GstBus *bus = fixture_add_bus (harness->element);
  guint i;

  for (i = 0; i < 2; i++) {
    GstBuffer *frame = gst_buffer_new_allocate (NULL, 100, NULL);

    overlay_add_result (frame, "cat", 0.5, NULL);
    gst_buffer_unref (overlay_push (harness, frame, NULL));
    if (i == 0)
      fixture_assert_message (bus, GST_MESSAGE_WARNING, GST_STREAM_ERROR,
          GST_STREAM_ERROR_FORMAT, "caps", NULL);
    fail_unless (fixture_pop_message (bus, GST_MESSAGE_WARNING) == NULL);
  }
  overlay_teardown (harness, bus);
}

GST_END_TEST;

static Suite *
overlay_input_suite (void)
{
  Suite *suite = suite_create ("overlay-input");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_missing_font);
  tcase_add_test (tcase, test_font_sizes);
  tcase_add_test (tcase, test_bad_colors);
  tcase_add_test (tcase, test_long_label);
  tcase_add_test (tcase, test_lines_and_controls);
  tcase_add_test (tcase, test_confidences);
  tcase_add_test (tcase, test_malformed_metas);
  tcase_add_test (tcase, test_regions_out_of_sight);
  tcase_add_test (tcase, test_regions_partly_in_sight);
  tcase_add_test (tcase, test_many_regions);
  tcase_add_test (tcase, test_bad_heatmaps);
  tcase_add_test (tcase, test_odd_sizes);
  tcase_add_test (tcase, test_short_buffer);
  return suite;
}

GST_CHECK_MAIN (overlay_input);
