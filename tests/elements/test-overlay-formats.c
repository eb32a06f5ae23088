/* gst-resnet: classoverlay draws the same onto frames of every format
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "overlay-fixture.h"

#define WIDTH 96
#define HEIGHT 64
#define CAPS_OF "video/x-raw,format=%s,width=96,height=64,framerate=25/1"
#define RGB "video/x-raw,format=RGB,width=96,height=64,framerate=25/1"

static void
add_everything (GstBuffer * frame)
{
  static const guint8 map[] = { 0, 0, 0, 0, 90, 200, 0, 160, 255 };

  overlay_add_result (frame, "cat", 0.75, NULL);
  overlay_add_heatmap (frame, map, sizeof (map), 3, 3, 48, 0, 48, 64);
  overlay_add_region (frame, 4, 38, 80, 24, "dog", 0.5);
}

/* Returns the mean difference between two pictures, in steps of 1/255, over the pixels that @drawn marks. */
static gdouble
compare (const guint8 * a, const guint8 * b, const guint8 * drawn,
    gboolean gray)
{
  gdouble sum = 0.0;
  guint i, k, n = 0;

  for (i = 0; i < WIDTH * HEIGHT; i++) {
    if (!drawn[i])
      continue;
    n++;
    if (gray) {
      gdouble luma[2];

      for (k = 0; k < 2; k++) {
        const guint8 *p = (k ? b : a) + 3 * i;

        luma[k] = 0.299 * p[0] + 0.587 * p[1] + 0.114 * p[2];
      }
      sum += ABS (luma[0] - luma[1]);
      continue;
    }
    for (k = 0; k < 3; k++)
      sum += ABS ((gint) a[3 * i + k] - (gint) b[3 * i + k]) / 3.0;
  }
  return n ? sum / n : 0.0;
}

/* Draws everything onto a mid-grey frame of the format and returns the picture as RGB. */
static guint8 *
draw_in (const gchar * caps, gboolean gray)
{
  GstHarness *harness = overlay_harness_new (caps);
  GstVideoInfo info;
  GstCaps *parsed = gst_caps_from_string (caps);
  GstBuffer *frame, *after;
  guint8 *pixels;

  fail_unless (gst_video_info_from_caps (&info, parsed));
  gst_caps_unref (parsed);
  frame = fixture_frame_new (&info, 1);
  add_everything (frame);
  after = overlay_push (harness, frame, NULL);
  fail_unless (after != NULL, "%s", caps);
  pixels = overlay_to_rgb (after, caps);
  gst_buffer_unref (after);
  overlay_teardown (harness, NULL);
  return pixels;
}

static guint8 *
undrawn (const gchar * caps)
{
  GstBuffer *frame = overlay_frame_new (caps, 1);
  guint8 *pixels = overlay_to_rgb (frame, caps);

  gst_buffer_unref (frame);
  return pixels;
}

GST_START_TEST (test_every_format)
{
  guint8 *expected = draw_in (RGB, FALSE), *empty = undrawn (RGB);
  guint8 drawn[WIDTH * HEIGHT], others[WIDTH * HEIGHT];
  GstElement *element = gst_element_factory_make ("classoverlay", NULL);
  GstPad *pad = gst_element_get_static_pad (element, "sink");
  GstCaps *caps = gst_pad_get_pad_template_caps (pad);
  const GValue *formats =
      gst_structure_get_value (gst_caps_get_structure (caps, 0), "format");
  guint i, k, x, y, n = gst_value_list_get_size (formats);

  for (i = 0; i < WIDTH * HEIGHT; i++)
    drawn[i] = memcmp (expected + 3 * i, empty + 3 * i, 3) != 0;
  /* Marks the pixels that are farther from everything drawn than any chroma sample or tile reaches. */
  for (y = 0; y < HEIGHT; y++) {
    for (x = 0; x < WIDTH; x++) {
      others[y * WIDTH + x] = 1;
      for (i = MAX (y, 8) - 8; i < MIN (y + 9, HEIGHT); i++)
        for (k = MAX (x, 8) - 8; k < MIN (x + 9, WIDTH); k++)
          if (drawn[i * WIDTH + k])
            others[y * WIDTH + x] = 0;
    }
  }
  fail_unless (n > 60);
  for (i = 0; i < n; i++) {
    const gchar *name = g_value_get_string (gst_value_list_get_value (formats,
            i));
    const GstVideoFormatInfo *finfo =
        gst_video_format_get_info (gst_video_format_from_string (name));
    gboolean gray = GST_VIDEO_FORMAT_INFO_IS_GRAY (finfo);
    gchar *format_caps = g_strdup_printf (CAPS_OF, name);
    guint8 *pixels = draw_in (format_caps, gray);
    guint8 *before = undrawn (format_caps);
    gdouble own = compare (before, empty, drawn, gray);
    gdouble difference = compare (pixels, expected, drawn, gray);

    GST_INFO ("%s: %.2f, undrawn %.2f", name, difference, own);
    /* Formats of few bits, and GStreamer's fast conversions, lose as much as they do without an overlay. Subsampled
     * chroma mixes the colour of a bar that is two pixels high with its surroundings. */
    fail_unless (difference < 11.0 + own, "%s: %g, undrawn %g", name,
        difference, own);
    fail_unless (compare (pixels, before, drawn, gray) > 15.0, "%s", name);
    fail_unless (compare (pixels, before, others, FALSE) == 0.0, "%s", name);
    g_free (before);
    g_free (pixels);
    g_free (format_caps);
  }
  g_free (expected);
  g_free (empty);
  gst_caps_unref (caps);
  gst_object_unref (pad);
  gst_object_unref (element);
}

GST_END_TEST;

/* The colours follow the frame's own matrix and range. */
GST_START_TEST (test_colorimetries)
{
  static const gchar *const colorimetries[] = {
    "bt601", "bt709", "bt2020", "smpte240m", "1:4:0:0"
  };
  guint8 *expected = draw_in (RGB, FALSE), *empty = undrawn (RGB);
  guint8 drawn[WIDTH * HEIGHT];
  guint i;

  for (i = 0; i < WIDTH * HEIGHT; i++)
    drawn[i] = memcmp (expected + 3 * i, empty + 3 * i, 3) != 0;
  for (i = 0; i < G_N_ELEMENTS (colorimetries); i++) {
    gchar *caps = g_strdup_printf (CAPS_OF ",colorimetry=%s", "Y444",
        colorimetries[i]);
    guint8 *pixels = draw_in (caps, FALSE);
    gdouble difference = compare (pixels, expected, drawn, FALSE);

    guint8 *before = undrawn (caps);
    gdouble own = compare (before, empty, drawn, FALSE);

    fail_unless (difference < own + 1.0, "%s: %g, undrawn %g",
        colorimetries[i], difference, own);
    g_free (before);
    g_free (pixels);
    g_free (caps);
  }
  g_free (expected);
  g_free (empty);
}

GST_END_TEST;

/* The rows have padding and the planes lie anywhere. The pixels are the same as elsewhere, and no byte between them
 * changes. */
GST_START_TEST (test_padded_strides)
{
  static const gchar *const formats[] = {
    "I420", "NV12", "RGB", "BGRx", "YUY2", "RGBA", "GRAY8"
  };
  guint i, k;

  for (i = 0; i < G_N_ELEMENTS (formats); i++) {
    gchar *caps = g_strdup_printf (CAPS_OF, formats[i]);
    GstHarness *harness = overlay_harness_new (caps);
    GstBuffer *frame = overlay_frame_new (caps, 1), *padded, *blank, *after;
    GstVideoInfo info;
    GstCaps *parsed = gst_caps_from_string (caps);
    guint8 *expected = draw_in (caps, FALSE), *pixels;
    GstMapInfo map, untouched;
    gsize garbage = 0;

    fail_unless (gst_video_info_from_caps (&info, parsed));
    gst_caps_unref (parsed);
    padded = fixture_frame_pad (frame, &info, 24, 40);
    add_everything (padded);
    after = overlay_push (harness, padded, &blank);
    pixels = overlay_to_rgb (after, caps);
    fail_unless (memcmp (pixels, expected, WIDTH * HEIGHT * 3) == 0, "%s",
        formats[i]);
    fail_unless (gst_buffer_map (after, &map, GST_MAP_READ));
    fail_unless (gst_buffer_map (blank, &untouched, GST_MAP_READ));
    for (k = 0; k < 24; k++)
      fail_unless_equals_int (map.data[k], untouched.data[k]);
    for (k = 0; k < map.size; k++)
      garbage += map.data[k] == 0xd6 && untouched.data[k] == 0xd6;
    fail_unless (garbage >= 40 * (HEIGHT - 1));
    gst_buffer_unmap (after, &map);
    gst_buffer_unmap (blank, &untouched);
    g_free (pixels);
    g_free (expected);
    g_free (caps);
    gst_buffer_unref (frame);
    gst_buffer_unref (after);
    gst_buffer_unref (blank);
    overlay_teardown (harness, NULL);
  }
}

GST_END_TEST;

static Suite *
overlay_formats_suite (void)
{
  Suite *suite = suite_create ("overlay-formats");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_every_format);
  tcase_add_test (tcase, test_colorimetries);
  tcase_add_test (tcase, test_padded_strides);
  return suite;
}

GST_CHECK_MAIN (overlay_formats);
