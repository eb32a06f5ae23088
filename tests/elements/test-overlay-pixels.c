/* gst-resnet: classoverlay's pixels against stored pictures
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "overlay-fixture.h"

#include <string.h>

#define WIDTH 160
#define HEIGHT 120
#define SIZE (WIDTH * HEIGHT * 3)
#define CAPS "video/x-raw,format=RGB,width=160,height=120,framerate=25/1"
#define HEADER "P6\n160 120\n255\n"
/* The steps of 255 by which pixels may differ, because other versions of FreeType and cairo round the edges of letters
 * in another way. */
#define TOLERANCE 6

/* Compares the frame with the stored picture. Where GST_RESNET_WRITE_OVERLAYS names a folder, writes the picture there
 * instead. */
static void
check_picture (GstBuffer * buffer, const gchar * name)
{
  const gchar *folder = g_getenv ("GST_RESNET_WRITE_OVERLAYS");
  gchar *file = g_strconcat (name, ".ppm", NULL), *path, *stored;
  guint8 *pixels = overlay_to_rgb (buffer, CAPS);
  gsize size;
  guint i;

  if (folder) {
    GString *picture = g_string_new (HEADER);

    g_string_append_len (picture, (const gchar *) pixels, SIZE);
    path = g_build_filename (folder, file, NULL);
    fail_unless (g_file_set_contents (path, picture->str, picture->len, NULL));
    g_string_free (picture, TRUE);
  } else {
    path = g_build_filename (g_getenv ("GST_RESNET_TEST_OVERLAY"), file, NULL);
    fail_unless (g_file_get_contents (path, &stored, &size, NULL), "%s", path);
    fail_unless_equals_int (size, strlen (HEADER) + SIZE);
    fail_unless (memcmp (stored, HEADER, strlen (HEADER)) == 0);
    /* The loop makes one check for all pixels, because a check is slow and there are many pixels. */
    for (i = 0; i < SIZE; i++)
      if (ABS ((gint) (guint8) stored[strlen (HEADER) + i] - pixels[i]) >
          TOLERANCE)
        break;
    fail_unless (i == SIZE, "%s: differs at %u, %u", name, i / 3 % WIDTH,
        i / 3 / WIDTH);
    g_free (stored);
  }
  g_free (path);
  g_free (file);
  g_free (pixels);
  gst_buffer_unref (buffer);
}

/* Makes a frame that is half light and half dark, so that both can be seen through the plates. */
static GstBuffer *
background (void)
{
  GstBuffer *frame = overlay_frame_new (CAPS, 0);
  GstMapInfo map;
  gsize i;

  fail_unless (gst_buffer_map (frame, &map, GST_MAP_WRITE));
  for (i = 0; i < map.size; i++)
    map.data[i] = i / 3 % WIDTH < WIDTH / 2 ? 230 : 30;
  gst_buffer_unmap (frame, &map);
  return frame;
}

GST_START_TEST (test_panel)
{
  GstHarness *harness = overlay_harness_new (CAPS);
  GstBuffer *frame = background ();

  overlay_add_result (frame, "cat", 0.75, "dog", 0.2, "owl", 0.004, "no", 0.0,
      NULL);
  check_picture (overlay_push (harness, frame, NULL), "panel");
  overlay_teardown (harness, NULL);
}

GST_END_TEST;

/* There are two classifiers, one of which gives logits. The colours are set, and the plate is in the other corner. */
GST_START_TEST (test_settings)
{
  GstHarness *harness = overlay_harness_new (CAPS);
  GstBuffer *frame = background ();

  g_object_set (harness->element, "position", 8, "colors",
      "black,#ffffffc0,crimson", "text-scale", 0.8, "top-k", 2, NULL);
  overlay_add_result (frame, "cat", 0.75, "dog", 0.2, "owl", 0.004, NULL);
  overlay_add_result (frame, "tea", 7.25, "mug", -2.0, NULL);
  check_picture (overlay_push (harness, frame, NULL), "settings");
  overlay_teardown (harness, NULL);
}

GST_END_TEST;

static void
set_element (GstStructure * structure, const gchar * name)
{
  gst_structure_set (structure, "element", G_TYPE_STRING, name, NULL);
}

/* There are two named classifiers, one for the frame and one for a region. Each answer stands under its element's name,
 * in order. */
GST_START_TEST (test_two_classifiers)
{
  GstHarness *harness = overlay_harness_new (CAPS);
  GstBuffer *frame = background ();
  GstVideoRegionOfInterestMeta *roi;
  GstClassificationMeta *meta;
  gpointer state = NULL;
  GstStructure *other;
  guint n = 0;

  overlay_add_result (frame, "cat", 0.75, NULL);
  overlay_add_result (frame, "red", 0.5, NULL);
  while ((meta = gst_buffer_iterate_classification_meta (frame, &state)))
    set_element (gst_custom_meta_get_structure (meta), n++ ? "hue" : "what");
  overlay_add_region (frame, 60, 50, 80, 60, "owl", 0.25);
  roi = (GstVideoRegionOfInterestMeta *) gst_buffer_get_meta (frame,
      GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE);
  other = gst_structure_copy (roi->params->data);
  set_element (roi->params->data, "what");
  set_element (other, "hue");
  gst_video_region_of_interest_meta_add_param (roi, other);
  check_picture (overlay_push (harness, frame, NULL), "two-classifiers");
  overlay_teardown (harness, NULL);
}

GST_END_TEST;

GST_START_TEST (test_regions)
{
  GstHarness *harness = overlay_harness_new (CAPS);
  GstBuffer *frame = background ();

  overlay_add_region (frame, 20, 30, 60, 40, "cat", 0.75);
  overlay_add_region (frame, -20, 90, 50, 80, "dog", 0.5);
  overlay_add_region (frame, 130, -10, 60, 40, "owl", 0.25);
  overlay_add_region (frame, 100, 70, 7, 5, "bee", 1.0);
  check_picture (overlay_push (harness, frame, NULL), "regions");
  overlay_teardown (harness, NULL);
}

GST_END_TEST;

GST_START_TEST (test_heatmap)
{
  GstHarness *harness = overlay_harness_new (CAPS);
  GstBuffer *frame = background ();
  static const guint8 map[] = { 0, 64, 128, 192, 255, 0, 0, 255, 0, 128, 10,
    20
  };

  overlay_add_result (frame, NULL, NULL);
  overlay_add_heatmap (frame, map, sizeof (map), 4, 3, 25, -11, 120, 120);
  check_picture (overlay_push (harness, frame, NULL), "heatmap");
  overlay_teardown (harness, NULL);
}

GST_END_TEST;

/* The heat has the map's own values at the centres of the samples, and is interpolated between them. */
GST_START_TEST (test_heat_is_linear)
{
  GstHarness *harness = overlay_harness_new (CAPS);
  static const guint8 map[] = { 0, 255 };
  GstBuffer *frame = overlay_frame_new (CAPS, 0), *after;
  guint8 *pixels;
  gint x;

  overlay_add_result (frame, NULL, NULL);
  overlay_add_heatmap (frame, map, 2, 2, 1, 0, 0, 160, 120);
  after = overlay_push (harness, frame, NULL);
  pixels = overlay_to_rgb (after, CAPS);
  /* Cold samples leave the picture alone, and hot ones are red. Every row is the same. The heat is drawn in blocks of
   * two pixels. */
  for (x = 0; x < 40; x++)
    fail_unless (memcmp (pixels + 3 * x, "\200\200\200", 3) == 0, "%d", x);
  for (x = 120; x < WIDTH; x++) {
    fail_unless (pixels[3 * x] > 180 && pixels[3 * x + 1] < 90, "%d", x);
    fail_unless (memcmp (pixels + 3 * x, pixels + 3 * 159, 3) == 0, "%d", x);
  }
  for (x = 1; x < HEIGHT; x++)
    fail_unless (memcmp (pixels, pixels + x * WIDTH * 3, WIDTH * 3) == 0);
  for (x = 0; x < WIDTH; x += 2)
    fail_unless (memcmp (pixels + 3 * x, pixels + 3 * x + 3, 3) == 0);
  fail_if (memcmp (pixels + 3 * 60, pixels + 3 * 100, 3) == 0);
  g_free (pixels);
  gst_buffer_unref (after);

  g_object_set (harness->element, "show-heatmap", FALSE, NULL);
  frame = overlay_frame_new (CAPS, 0);
  overlay_add_result (frame, NULL, NULL);
  overlay_add_heatmap (frame, map, 2, 2, 1, 0, 0, 160, 120);
  gst_buffer_ref (frame);
  after = overlay_push (harness, frame, NULL);
  fail_unless (after == frame);
  gst_buffer_unref (after);
  gst_buffer_unref (frame);
  overlay_teardown (harness, NULL);
}

GST_END_TEST;

/* The length of the bar shows the confidence. */
GST_START_TEST (test_bars)
{
  GstHarness *harness = overlay_harness_new (CAPS);
  gint last = -1, full = 0, percent;

  g_object_set (harness->element, "colors", "#fff,#000,#f00", NULL);
  for (percent = 0; percent <= 100; percent += 25) {
    GstBuffer *frame = overlay_frame_new (CAPS, 0), *after;
    guint8 *pixels;
    gint i, n = 0;

    overlay_add_result (frame, "cat", percent / 100.0, NULL);
    after = overlay_push (harness, frame, NULL);
    pixels = overlay_to_rgb (after, CAPS);
    for (i = 0; i < WIDTH * HEIGHT; i++)
      n += pixels[3 * i] == 255 && pixels[3 * i + 1] == 0;
    fail_unless (n > last, "%d %%: %d", percent, n);
    if (percent == 0)
      fail_unless_equals_int (n, 0);
    last = full = n;
    g_free (pixels);
    gst_buffer_unref (after);
  }
  fail_unless (full >= 2 * 100);
  overlay_teardown (harness, NULL);
}

GST_END_TEST;

/* Below the threshold the classifier has no entries, but it still has an answer. */
GST_START_TEST (test_unknown)
{
  GstHarness *harness = overlay_harness_new (CAPS);
  GstBuffer *frame = overlay_frame_new (CAPS, 0), *unknown, *expected;
  GstCustomMeta *meta;

  overlay_add_result (frame, NULL, NULL);
  meta = gst_buffer_get_classification_meta (frame);
  gst_structure_set (gst_custom_meta_get_structure (meta), "label",
      G_TYPE_STRING, "unknown", "index", G_TYPE_INT, -1, "confidence",
      G_TYPE_DOUBLE, 0.25, NULL);
  unknown = overlay_push (harness, frame, NULL);
  frame = overlay_frame_new (CAPS, 0);
  overlay_add_result (frame, "unknown", 0.25, NULL);
  expected = overlay_push (harness, frame, NULL);
  fail_unless (overlay_equal (unknown, expected));
  gst_buffer_unref (unknown);
  gst_buffer_unref (expected);
  overlay_teardown (harness, NULL);
}

GST_END_TEST;

/* The first figure comes with the first frame. Nothing is shown where nobody says how long the classification took. */
GST_START_TEST (test_stats)
{
  GstHarness *harness = overlay_harness_new (CAPS);
  GstBuffer *frame, *shown[2];
  guint i;

  for (i = 0; i < 2; i++) {
    frame = overlay_frame_new (CAPS, 0);
    overlay_add_result (frame, "cat", 0.5, NULL);
    gst_structure_set (gst_custom_meta_get_structure
        (gst_buffer_get_classification_meta (frame)), "processing-time",
        G_TYPE_UINT64, (guint64) 12345678, NULL);
    g_object_set (harness->element, "show-stats", i == 1, NULL);
    shown[i] = overlay_push (harness, frame, NULL);
  }
  fail_if (overlay_equal (shown[0], shown[1]));
  gst_buffer_unref (shown[0]);
  gst_buffer_unref (shown[1]);
  overlay_teardown (harness, NULL);
}

GST_END_TEST;

static Suite *
overlay_pixels_suite (void)
{
  Suite *suite = suite_create ("overlay-pixels");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_panel);
  tcase_add_test (tcase, test_settings);
  tcase_add_test (tcase, test_regions);
  tcase_add_test (tcase, test_two_classifiers);
  tcase_add_test (tcase, test_heatmap);
  tcase_add_test (tcase, test_heat_is_linear);
  tcase_add_test (tcase, test_bars);
  tcase_add_test (tcase, test_unknown);
  tcase_add_test (tcase, test_stats);
  return suite;
}

GST_CHECK_MAIN (overlay_pixels);
