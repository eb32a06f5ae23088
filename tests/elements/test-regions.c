/* gst-resnet: regions of interest: cut out, classified in batches, remembered by their id
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "classify-fixture.h"

#define CAPS "video/x-raw,format=RGB,width=200,height=160,framerate=25/1"
#define WIDTH 200
#define HEIGHT 160

static GstBuffer *
frame_new (guint n)
{
  GstVideoInfo info;

  gst_video_info_set_format (&info, GST_VIDEO_FORMAT_RGB, WIDTH, HEIGHT);
  return fixture_frame_new (&info, n);
}

static GstVideoRegionOfInterestMeta *
add_roi (GstBuffer * buffer, const gchar * type, gint id, gint x, gint y,
    gint width, gint height)
{
  GstVideoRegionOfInterestMeta *roi =
      gst_buffer_add_video_region_of_interest_meta (buffer, type, (guint) x,
      (guint) y, (guint) width, (guint) height);

  roi->id = id;
  return roi;
}

static GstHarness *
harness_new (const gchar * region)
{
  GstHarness *harness = fixture_harness_new (FIXTURE_CIFAR, CAPS);

  gst_util_set_object_arg (G_OBJECT (harness->element), "region", region);
  return harness;
}

/* Returns the structure "classification" of the region with number @n, or NULL where the region has none. */
static const GstStructure *
get_param (GstBuffer * buffer, guint n)
{
  gpointer state = NULL;
  GstMeta *meta;

  while ((meta = gst_buffer_iterate_meta_filtered (buffer, &state,
              GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE)))
    if (n-- == 0)
      return gst_video_region_of_interest_meta_get_param (
          (GstVideoRegionOfInterestMeta *) meta, GST_CLASSIFICATION_PARAM_NAME);
  return NULL;
}

static const GValue *
get_regions (GstBuffer * buffer)
{
  GstClassificationMeta *meta = gst_buffer_get_classification_meta (buffer);

  fail_unless (meta != NULL);
  return gst_structure_get_value (gst_classification_meta_get_structure (meta),
      "regions");
}

static guint64
get_count (GstHarness * harness, const gchar * name)
{
  GstStructure *stats;
  guint64 count;

  g_object_get (harness->element, "stats", &stats, NULL);
  fail_unless (gst_structure_get_uint64 (stats, name, &count), "no %s", name);
  gst_structure_free (stats);
  return count;
}

/* Regions that are no part of the frame are skipped and counted. The others get their results. */
GST_START_TEST (test_impossible_regions)
{
  static const struct
  {
    gint x, y, width, height;
    gboolean good;
  } rects[] = {
    {0, 0, 0, 0, FALSE}, {10, 10, 0, 20, FALSE}, {10, 10, 20, 0, FALSE},
    {10, 10, -5, 20, FALSE}, {10, 10, 20, G_MININT, FALSE},
    {WIDTH, 0, 10, 10, FALSE}, {0, HEIGHT, 10, 10, FALSE},
    {-10, 0, 10, 10, FALSE}, {G_MAXINT, G_MAXINT, G_MAXINT, G_MAXINT, FALSE},
    {G_MININT, G_MININT, G_MAXINT, G_MAXINT, FALSE},
    {-10, -10, 20, 20, TRUE}, {WIDTH - 1, HEIGHT - 1, 100, 100, TRUE},
    {-1000, 5, G_MAXINT, 1, TRUE}, {0, 0, G_MAXINT, G_MAXINT, TRUE},
    {3, 4, 1, 1, TRUE},
  };
  GstHarness *harness = harness_new ("roi");
  GstBus *bus = fixture_add_bus (harness->element);
  GstBuffer *buffer = frame_new (0);
  guint i, good = 0;

  for (i = 0; i < G_N_ELEMENTS (rects); i++)
    add_roi (buffer, "thing", 0, rects[i].x, rects[i].y, rects[i].width,
        rects[i].height);
  buffer = gst_harness_push_and_pull (harness, buffer);
  for (i = 0; i < G_N_ELEMENTS (rects); i++) {
    fail_unless_equals_int (get_param (buffer, i) != NULL, rects[i].good);
    good += rects[i].good;
  }
  fail_unless_equals_int (gst_value_array_get_size (get_regions (buffer)),
      good);
  fail_unless_equals_uint64 (get_count (harness, "regions-classified"), good);
  fail_unless_equals_uint64 (get_count (harness, "regions-skipped"),
      G_N_ELEMENTS (rects) - good);
  fail_unless (fixture_pop_message (bus, GST_MESSAGE_WARNING) == NULL);
  gst_buffer_unref (buffer);
  gst_element_set_bus (harness->element, NULL);
  gst_object_unref (bus);
  gst_harness_teardown (harness);
}

GST_END_TEST;

GST_START_TEST (test_very_many_regions)
{
  guint i, n = fixture_get_number ("GST_RESNET_TEST_FRAMES", 20000) / 2;
  GstHarness *harness = fixture_harness_new (FIXTURE_SMALL, CAPS);
  GstBuffer *buffer = frame_new (0);

  gst_util_set_object_arg (G_OBJECT (harness->element), "region", "both");
  g_object_set (harness->element, "top-k", 1, NULL);
  for (i = 0; i < n; i++)
    add_roi (buffer, "thing", (gint) i, (gint) i % 190, (gint) i % 150, 8, 8);
  buffer = gst_harness_push_and_pull (harness, buffer);
  fail_unless_equals_int (gst_value_array_get_size (get_regions (buffer)), n);
  fail_unless_equals_uint64 (get_count (harness, "regions-classified"), n);
  gst_buffer_unref (buffer);
  /* The stream goes on: the next frame has no regions. */
  buffer = gst_harness_push_and_pull (harness, frame_new (1));
  fail_unless_equals_int (gst_value_array_get_size (get_regions (buffer)), 0);
  gst_buffer_unref (buffer);
  gst_harness_teardown (harness);
}

GST_END_TEST;

/* By default regions are not classified. */
GST_START_TEST (test_off)
{
  GstHarness *harness = fixture_harness_new (FIXTURE_CIFAR, CAPS);
  GstBuffer *buffer = frame_new (0);

  add_roi (buffer, "thing", 0, 10, 10, 50, 50);
  buffer = gst_harness_push_and_pull (harness, buffer);
  fail_unless (get_param (buffer, 0) == NULL);
  fail_unless (get_regions (buffer) == NULL);
  gst_buffer_unref (buffer);
  gst_harness_teardown (harness);
}

GST_END_TEST;

/* Makes a frame of its own from the pixels of a rectangle. */
static GstBuffer *
crop_new (GstBuffer * frame, guint x, guint y, guint width, guint height)
{
  gsize stride = GST_ROUND_UP_4 (3 * WIDTH);
  gsize crop_stride = GST_ROUND_UP_4 (3 * width);
  GstBuffer *crop = gst_buffer_new_allocate (NULL, crop_stride * height, NULL);
  GstMapInfo from, to;
  guint i;

  fail_unless (gst_buffer_map (frame, &from, GST_MAP_READ));
  fail_unless (gst_buffer_map (crop, &to, GST_MAP_WRITE));
  memset (to.data, 0, to.size);
  for (i = 0; i < height; i++)
    memcpy (to.data + i * crop_stride, from.data + (y + i) * stride + 3 * x,
        3 * width);
  gst_buffer_unmap (crop, &to);
  gst_buffer_unmap (frame, &from);
  return crop;
}

static void
assert_same_entries (const GstStructure * a, const GstStructure * b)
{
  guint i, n = gst_classification_structure_get_n_entries (a);

  fail_unless_equals_int (n, 10);
  fail_unless_equals_int (gst_classification_structure_get_n_entries (b), n);
  for (i = 0; i < n; i++) {
    const gchar *label[2];
    gdouble confidence[2];
    gint index[2];

    fail_unless (gst_classification_structure_get_entry (a, i, &label[0],
            &index[0], &confidence[0]));
    fail_unless (gst_classification_structure_get_entry (b, i, &label[1],
            &index[1], &confidence[1]));
    fail_unless_equals_string (label[0], label[1]);
    fail_unless_equals_int (index[0], index[1]);
    fail_unless (confidence[0] == confidence[1], "entry %u: %.9g, not %.9g", i,
        confidence[0], confidence[1]);
  }
}

static void
assert_crop (GstHarness * alone, GstBuffer * frame, guint x, guint y,
    guint width, guint height, const GstStructure * region)
{
  gchar *caps = g_strdup_printf ("video/x-raw,format=RGB,width=%u,height=%u,"
      "framerate=25/1", width, height);
  GstBuffer *crop;

  gst_harness_set_src_caps_str (alone, caps);
  crop = gst_harness_push_and_pull (alone,
      crop_new (frame, x, y, width, height));
  assert_same_entries (gst_classification_meta_get_structure
      (gst_buffer_get_classification_meta (crop)), region);
  gst_buffer_unref (crop);
  g_free (caps);
}

/* Regions run in batches beside the frame. Each gives to the bit what its crop gives alone, and the frame gives what it
 * gives without regions. */
GST_START_TEST (test_same_as_crops)
{
  GstHarness *harness = harness_new ("both");
  GstHarness *alone = fixture_harness_new (FIXTURE_CIFAR, CAPS);
  GstBuffer *buffer = frame_new (2), *plain = frame_new (2);
  guint i, n = fixture_get_number ("GST_RESNET_TEST_SIZES", 21) * 2;

  for (i = 0; i < n; i++)
    add_roi (buffer, "thing", 0, (gint) (i * 7 % 100), (gint) (i * 5 % 90),
        (gint) (20 + 3 * i % 80), (gint) (70 - i));
  buffer = gst_harness_push_and_pull (harness, buffer);
  for (i = 0; i < n; i++)
    assert_crop (alone, plain, i * 7 % 100, i * 5 % 90, 20 + 3 * i % 80,
        70 - i, get_param (buffer, i));
  assert_crop (alone, plain, 0, 0, WIDTH, HEIGHT,
      gst_classification_meta_get_structure (gst_buffer_get_classification_meta
          (buffer)));
  gst_buffer_unref (plain);
  gst_buffer_unref (buffer);
  gst_harness_teardown (alone);
  gst_harness_teardown (harness);
}

GST_END_TEST;

/* Padding is added on every side and is cut at the frame's edges. */
GST_START_TEST (test_padding_and_clipping)
{
  GstHarness *harness = harness_new ("roi");
  GstHarness *alone = fixture_harness_new (FIXTURE_CIFAR, CAPS);
  GstBuffer *buffer = frame_new (3), *plain = frame_new (3);

  g_object_set (harness->element, "roi-padding", 0.25, NULL);
  add_roi (buffer, "thing", 0, 60, 50, 40, 20);
  add_roi (buffer, "thing", 0, -20, 130, 60, 100);
  buffer = gst_harness_push_and_pull (harness, buffer);
  assert_crop (alone, plain, 50, 45, 60, 30, get_param (buffer, 0));
  assert_crop (alone, plain, 0, 105, 55, HEIGHT - 105, get_param (buffer, 1));
  gst_buffer_unref (plain);
  gst_buffer_unref (buffer);
  gst_harness_teardown (alone);
  gst_harness_teardown (harness);
}

GST_END_TEST;

GST_START_TEST (test_fields)
{
  GstHarness *harness = harness_new ("roi");
  GstBus *bus = fixture_add_bus (harness->element);
  GstBuffer *buffer = frame_new (3);
  const GstStructure *param, *region, *s;
  GstMessage *message;
  guint64 pts;
  gint value;

  add_roi (buffer, "face", 77, 60, 50, 40, 20);
  buffer = gst_harness_push_and_pull (harness, buffer);
  /* The frame itself was not classified. */
  s = gst_classification_meta_get_structure (gst_buffer_get_classification_meta
      (buffer));
  fail_unless_equals_int (gst_classification_structure_get_n_entries (s), 0);
  fail_if (gst_structure_has_field (s, "label"));
  param = get_param (buffer, 0);
  region = gst_value_get_structure (gst_value_array_get_value (get_regions
          (buffer), 0));
  fail_unless (gst_structure_has_name (region, "region"));
  assert_same_entries (param, region);
  fail_unless (gst_structure_get_int (region, "id", &value) && value == 77);
  fail_unless (gst_structure_get_int (region, "x", &value) && value == 60);
  fail_unless (gst_structure_get_int (region, "y", &value) && value == 50);
  fail_unless (gst_structure_get_int (region, "width", &value) && value == 40);
  fail_unless (gst_structure_get_int (region, "height", &value) && value == 20);
  fail_unless_equals_string (gst_structure_get_string (region, "type"), "face");
  fail_unless_equals_string (gst_structure_get_string (param, "label"),
      gst_structure_get_string (region, "label"));
  fail_unless (gst_structure_get_uint64 (param, "source-pts", &pts));
  fail_unless_equals_uint64 (pts, 120 * GST_MSECOND);
  message = fixture_pop_message (bus, GST_MESSAGE_ELEMENT);
  s = gst_message_get_classification (message);
  fail_unless_equals_int (gst_value_array_get_size (gst_structure_get_value (s,
              "regions")), 1);
  gst_message_unref (message);
  gst_buffer_unref (buffer);

  /* A frame without regions posts no message. */
  gst_buffer_unref (gst_harness_push_and_pull (harness, frame_new (4)));
  fail_unless (fixture_pop_message (bus, GST_MESSAGE_ELEMENT) == NULL);
  gst_element_set_bus (harness->element, NULL);
  gst_object_unref (bus);
  gst_harness_teardown (harness);
}

GST_END_TEST;

GST_START_TEST (test_types_and_size)
{
  static const struct
  {
    const gchar *type;
    gint width, height;
    gboolean good;
  } rois[] = {
    {"car", 50, 50, FALSE}, {"face", 50, 50, TRUE}, {"face", 9, 50, FALSE},
    {"person", 50, 9, FALSE}, {"person", 10, 10, TRUE}, {"fac", 50, 50, FALSE},
  };
  GstHarness *harness = harness_new ("roi");
  GstBuffer *buffer = frame_new (0);
  guint i;

  g_object_set (harness->element, "roi-types", "face, person", "roi-min-size",
      10, NULL);
  for (i = 0; i < G_N_ELEMENTS (rois); i++)
    add_roi (buffer, rois[i].type, 0, 20, 20, rois[i].width, rois[i].height);
  buffer = gst_harness_push_and_pull (harness, buffer);
  for (i = 0; i < G_N_ELEMENTS (rois); i++)
    fail_unless_equals_int (get_param (buffer, i) != NULL, rois[i].good);
  /* Regions of other types are not asked for, so they do not count as skipped either. */
  fail_unless_equals_uint64 (get_count (harness, "regions-skipped"), 2);
  gst_buffer_unref (buffer);
  gst_harness_teardown (harness);
}

GST_END_TEST;

static void
push_tracked (GstHarness * harness, guint n, gint id, gboolean reused,
    guint source)
{
  GstBuffer *buffer = frame_new (n);
  const GstStructure *param;

  add_roi (buffer, "face", id, 20 + (gint) n, 30, 40, 40);
  buffer = gst_harness_push_and_pull (harness, buffer);
  param = get_param (buffer, 0);
  fail_unless (param != NULL, "frame %u", n);
  fail_unless_equals_int (gst_classification_structure_is_reused (param),
      reused);
  fail_unless_equals_uint64 (gst_classification_structure_get_source_pts
      (param), source * 40 * GST_MSECOND);
  gst_buffer_unref (buffer);
}

static void
flush (GstHarness * harness)
{
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_harness_push_event (harness, gst_event_new_flush_start ());
  gst_harness_push_event (harness, gst_event_new_flush_stop (TRUE));
  gst_harness_push_event (harness, gst_event_new_segment (&segment));
}

GST_START_TEST (test_reclassify_interval)
{
  GstHarness *harness = harness_new ("roi");
  guint n;

  g_object_set (harness->element, "reclassify-interval", 3, NULL);
  for (n = 0; n < 8; n++)
    push_tracked (harness, n, 5, n % 3 != 0, n - n % 3);
  /* Another object has its own count, and an object without an id has none. */
  push_tracked (harness, 8, 6, FALSE, 8);
  push_tracked (harness, 9, 0, FALSE, 9);
  push_tracked (harness, 10, 0, FALSE, 10);
  fail_unless_equals_uint64 (get_count (harness, "regions-reused"), 5);

  g_object_set (harness->element, "reclassify-interval", 0, NULL);
  for (n = 11; n < 20; n++)
    push_tracked (harness, n, 5, n > 11, 11);
  /* The same id after a flush is another object. */
  flush (harness);
  push_tracked (harness, 20, 5, FALSE, 20);
  gst_harness_teardown (harness);
}

GST_END_TEST;

/* In the frames that interval skips, a region keeps the result that it had, which is found by its id or by its
 * place. */
GST_START_TEST (test_interval)
{
  GstHarness *harness = harness_new ("roi");
  GstBuffer *buffer;

  g_object_set (harness->element, "interval", 10, NULL);
  push_tracked (harness, 0, 5, FALSE, 0);
  push_tracked (harness, 1, 5, TRUE, 0);
  buffer = frame_new (2);
  add_roi (buffer, "face", 6, 20, 30, 40, 40);
  add_roi (buffer, "face", 5, 150, 100, 40, 40);
  buffer = gst_harness_push_and_pull (harness, buffer);
  fail_unless (get_param (buffer, 0) == NULL);
  fail_unless (get_param (buffer, 1) != NULL);
  gst_buffer_unref (buffer);

  flush (harness);
  push_tracked (harness, 3, 0, FALSE, 3);
  push_tracked (harness, 5, 0, TRUE, 3);
  buffer = frame_new (6);
  add_roi (buffer, "face", 0, 150, 100, 40, 40);
  add_roi (buffer, "car", 0, 23, 30, 40, 40);
  buffer = gst_harness_push_and_pull (harness, buffer);
  fail_unless (get_param (buffer, 0) == NULL);
  fail_unless (get_param (buffer, 1) == NULL);
  gst_buffer_unref (buffer);
  gst_harness_teardown (harness);
}

GST_END_TEST;

static Suite *
regions_suite (void)
{
  Suite *s = suite_create ("regions");
  TCase *tc = tcase_create ("regions");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, test_impossible_regions);
  tcase_add_test (tc, test_very_many_regions);
  tcase_add_test (tc, test_off);
  tcase_add_test (tc, test_same_as_crops);
  tcase_add_test (tc, test_padding_and_clipping);
  tcase_add_test (tc, test_fields);
  tcase_add_test (tc, test_types_and_size);
  tcase_add_test (tc, test_reclassify_interval);
  tcase_add_test (tc, test_interval);
  return s;
}

GST_CHECK_MAIN (regions);
