/* gst-resnet: every format, size and layout of frames
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "classify-fixture.h"

static const struct
{
  gint width, height;
} sizes[] = {
  {1, 1}, {33, 31}, {2, 1}, {1, 3}, {47, 64}, {101, 37}
};

/* Pushes a frame, checks that it comes out as it went in, and returns how many confidences it has. */
static guint
classify (GstHarness * harness, GstBuffer * buffer,
    gdouble confidences[FIXTURE_MAX_CLASSES])
{
  GstBuffer *before = gst_buffer_copy_deep (buffer);
  GstBuffer *after = gst_harness_push_and_pull (harness, buffer);
  GstMapInfo map;
  guint n;

  fail_unless (after != NULL);
  fail_unless (gst_buffer_map (before, &map, GST_MAP_READ));
  fail_unless_equals_int (gst_buffer_get_size (after), map.size);
  fail_unless_equals_int (gst_buffer_memcmp (after, 0, map.data, map.size), 0);
  gst_buffer_unmap (before, &map);
  n = fixture_get_confidences (after, confidences);
  gst_buffer_unref (after);
  gst_buffer_unref (before);
  return n;
}

static void
set_info (GstHarness * harness, GstVideoInfo * info, GstVideoFormat format,
    gint width, gint height)
{
  fail_unless (gst_video_info_set_format (info, format, width, height));
  info->fps_n = 25;
  info->fps_d = 1;
  gst_harness_set_src_caps (harness, gst_video_info_to_caps (info));
}

/* Returns what the conversion from 8-bit RGB into the format loses, as a difference of confidences. RGB formats of 8
 * bits or more lose nothing. */
static gdouble
tolerance (const GstVideoFormatInfo * finfo, gint width, gint height)
{
  if (GST_VIDEO_FORMAT_INFO_IS_GRAY (finfo)
      || GST_VIDEO_FORMAT_INFO_HAS_PALETTE (finfo))
    return 1.0;
  if (GST_VIDEO_FORMAT_INFO_IS_RGB (finfo)
      && GST_VIDEO_FORMAT_INFO_BITS (finfo) >= 8)
    return 0.0;
  /* GStreamer 1.26's own conversion into MT2110R and back gets the last columns wrong by up to 255 where tiles do not
   * fill the width. */
  if (GST_VIDEO_FORMAT_INFO_IS_TILED (finfo)
      && GST_VIDEO_FORMAT_INFO_DEPTH (finfo, 0) == 10 && width % 16 != 0)
    return 1.0;
  /* In a picture of few pixels, subsampling makes other colours. */
  if (width < 8 || height < 8)
    return 1.0;
  return 0.15;
}

static void
assert_close (const gdouble * a, const gdouble * b, gdouble limit,
    const gchar * what)
{
  guint i;

  for (i = 0; i < 10; i++)
    fail_unless (ABS (a[i] - b[i]) <= limit, "%s: class %u is %f, not %f",
        what, i, a[i], b[i]);
}

/* Checks each raw format at each size. The answer must be that of the RGB picture, within what the format loses, and
 * the same to the bit with padding, offsets and a GstVideoMeta. */
GST_START_TEST (test_formats)
{
  GstHarness *harness = fixture_harness_new (FIXTURE_CIFAR, NULL);
  gint width = sizes[__i__].width, height = sizes[__i__].height;
  gdouble expected[FIXTURE_MAX_CLASSES], plain[FIXTURE_MAX_CLASSES];
  gdouble padded[FIXTURE_MAX_CLASSES];
  const GstVideoFormat *formats;
  GstVideoInfo info;
  guint i, n_formats;

  set_info (harness, &info, GST_VIDEO_FORMAT_RGB, width, height);
  fail_unless_equals_int (classify (harness, fixture_frame_new (&info, 1),
          expected), 10);

  formats = gst_video_formats_raw (&n_formats);
  fail_unless (n_formats > 80);
  for (i = 0; i < n_formats; i++) {
    const GstVideoFormatInfo *finfo = gst_video_format_get_info (formats[i]);
    GstBuffer *buffer;

    set_info (harness, &info, formats[i], width, height);
    buffer = fixture_frame_new (&info, 1);
    fail_unless_equals_int (classify (harness, gst_buffer_ref (buffer), plain),
        10);
    assert_close (plain, expected, tolerance (finfo, width, height),
        finfo->name);
    if (!GST_VIDEO_FORMAT_INFO_IS_TILED (finfo)
        && !GST_VIDEO_FORMAT_INFO_HAS_PALETTE (finfo)) {
      GstBuffer *pad = fixture_frame_pad (buffer, &info, 36, 52);

      fail_unless_equals_int (classify (harness, pad, padded), 10);
      assert_close (padded, plain, 0.0, finfo->name);
    }
    gst_buffer_unref (buffer);
  }
  gst_harness_teardown (harness);
}

GST_END_TEST;

/* A rectangle of a larger picture gives the answer of that rectangle alone. */
GST_START_TEST (test_crop_meta)
{
  static const GstVideoFormat formats[] = {
    GST_VIDEO_FORMAT_RGB, GST_VIDEO_FORMAT_BGRx, GST_VIDEO_FORMAT_GBR,
    GST_VIDEO_FORMAT_Y444, GST_VIDEO_FORMAT_GRAY8, GST_VIDEO_FORMAT_ARGB64
  };
  GstHarness *harness = fixture_harness_new (FIXTURE_CIFAR, NULL);
  gdouble expected[FIXTURE_MAX_CLASSES], cropped[FIXTURE_MAX_CLASSES];
  guint i;

  for (i = 0; i < G_N_ELEMENTS (formats); i++) {
    const gint x = 5, y = 3, width = 40, height = 36;
    GstVideoInfo info, whole_info;
    GstBuffer *buffer, *whole, *small;
    GstVideoFrame frame;
    GstVideoCropMeta *crop;
    GstVideoMeta *meta;
    guint p;

    set_info (harness, &info, formats[i], width, height);
    gst_video_info_set_format (&whole_info, formats[i], 64, 48);
    whole = fixture_frame_new (&whole_info, 2);
    /* The caps have the size of the rectangle, and the meta has that of all pixels. */
    meta = gst_buffer_add_video_meta_full (whole, GST_VIDEO_FRAME_FLAG_NONE,
        formats[i], 64, 48, GST_VIDEO_INFO_N_PLANES (&whole_info),
        whole_info.offset, whole_info.stride);
    fail_unless (meta != NULL);
    crop = gst_buffer_add_video_crop_meta (whole);
    crop->x = x;
    crop->y = y;
    crop->width = width;
    crop->height = height;

    /* The other frame has the same pixels alone: its planes start at the rectangle. */
    fail_unless (gst_video_frame_map (&frame, &whole_info, whole,
            GST_MAP_READ));
    small = gst_buffer_new_allocate (NULL, GST_VIDEO_INFO_SIZE (&info), NULL);
    for (p = 0; p < GST_VIDEO_INFO_N_PLANES (&info); p++) {
      gint pixel = GST_VIDEO_FORMAT_INFO_PSTRIDE (info.finfo, p);
      gint row;

      for (row = 0; row < height; row++)
        gst_buffer_fill (small, info.offset[p] + row * info.stride[p],
            (guint8 *) GST_VIDEO_FRAME_PLANE_DATA (&frame, p) + (y + row) *
            GST_VIDEO_FRAME_PLANE_STRIDE (&frame, p) + x * pixel,
            width * pixel);
    }
    gst_video_frame_unmap (&frame);
    fail_unless_equals_int (classify (harness, small, expected), 10);
    buffer = gst_buffer_copy (whole);
    fail_unless_equals_int (classify (harness, buffer, cropped), 10);
    assert_close (cropped, expected, 0.0,
        gst_video_format_to_string (formats[i]));

    /* A rectangle that reaches over the edge is clipped. One that lies outside is no picture. */
    buffer = gst_buffer_copy (whole);
    crop = gst_buffer_get_video_crop_meta (buffer);
    crop->width = G_MAXUINT;
    fail_unless_equals_int (classify (harness, buffer, cropped), 10);
    buffer = gst_buffer_copy (whole);
    crop = gst_buffer_get_video_crop_meta (buffer);
    crop->x = 64;
    fail_unless_equals_int (classify (harness, buffer, cropped), 0);
    gst_buffer_unref (whole);
  }
  gst_harness_teardown (harness);
}

GST_END_TEST;

/* The planes lie in memories of their own, as decoders and cameras give them. */
GST_START_TEST (test_separate_memories)
{
  GstHarness *harness = fixture_harness_new (FIXTURE_CIFAR, NULL);
  gdouble expected[FIXTURE_MAX_CLASSES], apart[FIXTURE_MAX_CLASSES];
  GstVideoInfo info;
  GstBuffer *buffer, *planes;
  GstMapInfo map;

  set_info (harness, &info, GST_VIDEO_FORMAT_NV12, 50, 38);
  buffer = fixture_frame_new (&info, 3);
  fail_unless_equals_int (classify (harness, gst_buffer_ref (buffer),
          expected), 10);
  fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READ));
  planes = gst_buffer_new_memdup (map.data, info.offset[1]);
  gst_buffer_append (planes, gst_buffer_new_memdup (map.data + info.offset[1],
          map.size - info.offset[1]));
  gst_buffer_unmap (buffer, &map);
  fail_unless_equals_int (gst_buffer_n_memory (planes), 2);
  gst_buffer_add_video_meta_full (planes, GST_VIDEO_FRAME_FLAG_NONE,
      GST_VIDEO_FORMAT_NV12, 50, 38, 2, info.offset, info.stride);
  fail_unless_equals_int (classify (harness, planes, apart), 10);
  assert_close (apart, expected, 0.0, "NV12 in two memories");
  gst_buffer_unref (buffer);
  gst_harness_teardown (harness);
}

GST_END_TEST;

/* The rows lie in memory from the bottom up. */
GST_START_TEST (test_negative_stride)
{
  GstHarness *harness = fixture_harness_new (FIXTURE_CIFAR, NULL);
  gdouble expected[FIXTURE_MAX_CLASSES], flipped[FIXTURE_MAX_CLASSES];
  gsize offset[GST_VIDEO_MAX_PLANES] = { 39 * 120, };
  gint stride[GST_VIDEO_MAX_PLANES] = { -120, };
  GstVideoInfo info;
  GstBuffer *buffer, *upside_down;
  GstMapInfo map;
  guint y;

  set_info (harness, &info, GST_VIDEO_FORMAT_RGB, 40, 40);
  buffer = fixture_frame_new (&info, 4);
  fail_unless_equals_int (classify (harness, gst_buffer_ref (buffer),
          expected), 10);
  upside_down = gst_buffer_new_allocate (NULL, 40 * 120, NULL);
  fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READ));
  for (y = 0; y < 40; y++)
    gst_buffer_fill (upside_down, (39 - y) * 120, map.data + y * 120, 120);
  gst_buffer_unmap (buffer, &map);
  gst_buffer_add_video_meta_full (upside_down, GST_VIDEO_FRAME_FLAG_NONE,
      GST_VIDEO_FORMAT_RGB, 40, 40, 1, offset, stride);
  fail_unless_equals_int (classify (harness, upside_down, flipped), 10);
  assert_close (flipped, expected, 0.0, "RGB upside down");
  gst_buffer_unref (buffer);
  gst_harness_teardown (harness);
}

GST_END_TEST;

/* RGB between 16 and 235 gives the answer of the picture that it stands for. */
GST_START_TEST (test_limited_rgb)
{
  GstHarness *harness = fixture_harness_new (FIXTURE_CIFAR, NULL);
  gdouble full[FIXTURE_MAX_CLASSES], limited[FIXTURE_MAX_CLASSES];
  gdouble unconverted[FIXTURE_MAX_CLASSES];
  GstVideoInfo info;
  GstBuffer *buffer;
  GstMapInfo map;
  gdouble difference = 0;
  gsize i;

  set_info (harness, &info, GST_VIDEO_FORMAT_BGRx, 48, 40);
  buffer = fixture_frame_new (&info, 5);
  fail_unless_equals_int (classify (harness, gst_buffer_copy_deep (buffer),
          full), 10);
  fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READWRITE));
  for (i = 0; i < map.size; i++)
    map.data[i] = 16 + (map.data[i] * 219 + 127) / 255;
  gst_buffer_unmap (buffer, &map);
  fail_unless_equals_int (classify (harness, gst_buffer_ref (buffer),
          unconverted), 10);
  info.colorimetry.range = GST_VIDEO_COLOR_RANGE_16_235;
  gst_harness_set_src_caps (harness, gst_video_info_to_caps (&info));
  fail_unless_equals_int (classify (harness, buffer, limited), 10);
  assert_close (limited, full, 0.03, "limited BGRx");
  for (i = 0; i < 10; i++)
    difference = MAX (difference, ABS (unconverted[i] - full[i]));
  fail_unless (difference > 0.03, "the range makes no difference: %f",
      difference);
  gst_harness_teardown (harness);
}

GST_END_TEST;

/* RGB comes first in the caps, and then the formats that are read without conversion. */
GST_START_TEST (test_caps_order)
{
  GstElement *element = gst_element_factory_make ("resnetclassify", NULL);
  GstPad *pad = gst_element_get_static_pad (element, "sink");
  GstCaps *caps = gst_pad_query_caps (pad, NULL);
  const GValue *formats =
      gst_structure_get_value (gst_caps_get_structure (caps, 0), "format");
  guint i, n, n_raw, nv12 = G_MAXUINT, p010 = 0;

  /* The same formats appear with caps features, too: for overlay compositions and for fields. */
  fail_unless_equals_int (gst_caps_get_size (caps), 3);
  fail_unless (GST_VALUE_HOLDS_LIST (formats));
  gst_video_formats_raw (&n_raw);
  n = gst_value_list_get_size (formats);
  fail_unless_equals_int (n, n_raw);
  for (i = 0; i < n; i++) {
    const gchar *format =
        g_value_get_string (gst_value_list_get_value (formats, i));

    if (i == 0)
      fail_unless_equals_string (format, "RGB");
    if (g_str_equal (format, "NV12"))
      nv12 = i;
    if (g_str_equal (format, "P010_10LE"))
      p010 = i;
  }
  fail_unless (nv12 < p010);
  gst_caps_unref (caps);
  gst_object_unref (pad);
  gst_object_unref (element);
}

GST_END_TEST;

static Suite *
frame_formats_suite (void)
{
  Suite *s = suite_create ("frame-formats");
  TCase *tc = tcase_create ("formats");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 300);
  tcase_add_loop_test (tc, test_formats, 0,
      MIN (fixture_get_number ("GST_RESNET_TEST_SIZES", G_N_ELEMENTS (sizes)),
          G_N_ELEMENTS (sizes)));
  tcase_add_test (tc, test_crop_meta);
  tcase_add_test (tc, test_separate_memories);
  tcase_add_test (tc, test_negative_stride);
  tcase_add_test (tc, test_limited_rgb);
  tcase_add_test (tc, test_caps_order);
  return s;
}

GST_CHECK_MAIN (frame_formats);
