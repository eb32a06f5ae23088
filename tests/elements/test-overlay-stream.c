/* gst-resnet: classoverlay in a stream: compositions, shared buffers, crops, flushes, new caps, states, threads
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "overlay-fixture.h"

#define CAPS "video/x-raw,format=I420,width=160,height=120,framerate=25/1"
#define OTHER_CAPS "video/x-raw,format=NV12,width=98,height=66,framerate=25/1"

static GstBuffer *
frame_with (const gchar * caps, const gchar * label, gdouble confidence)
{
  GstBuffer *frame = overlay_frame_new (caps, 0);

  overlay_add_result (frame, label, confidence, NULL);
  return frame;
}

/* Where there is nothing to draw, the same buffer goes on, not a copy. */
GST_START_TEST (test_nothing_to_draw)
{
  GstHarness *harness = overlay_harness_new (CAPS);
  GstBuffer *frame = overlay_frame_new (CAPS, 0), *after;

  gst_buffer_ref (frame);
  after = overlay_push (harness, frame, NULL);
  fail_unless (after == frame);
  gst_buffer_unref (after);
  gst_buffer_unref (frame);
  overlay_teardown (harness, NULL);
}

GST_END_TEST;

GST_START_TEST (test_shared_buffers)
{
  GstHarness *harness = overlay_harness_new (CAPS);
  GstBuffer *frame = frame_with (CAPS, "cat", 0.5), *before, *after, *again;
  GstMemory *memory;

  gst_buffer_ref (frame);
  after = overlay_push (harness, frame, &before);
  fail_unless (overlay_equal (frame, before), "someone else's frame changed");
  fail_if (overlay_equal (frame, after));
  fail_unless (GST_BUFFER_PTS (after) == GST_BUFFER_PTS (frame));
  gst_buffer_unref (frame);

  /* The buffer is ours alone, but its memory is shared. */
  frame = gst_buffer_copy_deep (before);
  memory = gst_buffer_get_memory (frame, 0);
  gst_memory_lock (memory, GST_LOCK_FLAG_EXCLUSIVE);
  again = overlay_push (harness, frame, NULL);
  fail_unless (overlay_equal (again, after));
  {
    GstMapInfo map, old;

    fail_unless (gst_memory_map (memory, &map, GST_MAP_READ));
    fail_unless (gst_buffer_map (before, &old, GST_MAP_READ));
    fail_unless (memcmp (map.data, old.data, map.size) == 0);
    gst_buffer_unmap (before, &old);
    gst_memory_unmap (memory, &map);
  }
  gst_memory_unlock (memory, GST_LOCK_FLAG_EXCLUSIVE);
  gst_memory_unref (memory);
  gst_buffer_unref (before);
  gst_buffer_unref (after);
  gst_buffer_unref (again);
  overlay_teardown (harness, NULL);
}

GST_END_TEST;

static GstVideoOverlayComposition *
get_composition (GstBuffer * buffer)
{
  GstVideoOverlayCompositionMeta *meta =
      gst_buffer_get_video_overlay_composition_meta (buffer);

  return meta ? meta->overlay : NULL;
}

static gboolean
has_feature (GstHarness * harness)
{
  GstCaps *caps = gst_pad_get_current_caps (harness->sinkpad);
  gboolean has = gst_caps_features_contains (gst_caps_get_features (caps, 0),
      GST_CAPS_FEATURE_META_GST_VIDEO_OVERLAY_COMPOSITION);

  gst_caps_unref (caps);
  return has;
}

GST_START_TEST (test_composition_attached)
{
  GstHarness *harness = overlay_harness_new_composing (CAPS, TRUE);
  GstHarness *blending = overlay_harness_new (CAPS);
  GstBuffer *before, *first, *second, *third, *blended, *drawn;
  GstVideoInfo info;
  GstVideoFrame frame;
  GstCaps *caps = gst_caps_from_string (CAPS);
  guint8 *here, *there;
  guint i, sum = 0;

  fail_unless (gst_video_info_from_caps (&info, caps));
  gst_caps_unref (caps);
  first = overlay_push (harness, frame_with (CAPS, "cat", 0.5), &before);
  fail_unless (has_feature (harness));
  fail_unless (overlay_equal (first, before), "pixels were written");
  fail_unless (get_composition (first) != NULL);
  fail_unless (get_composition (before) == NULL);

  /* The composition is drawn once as long as nothing that can be seen changes, and is drawn again when something
   * does. */
  second = overlay_push (harness, frame_with (CAPS, "cat", 0.502), NULL);
  fail_unless (get_composition (second) == get_composition (first));
  third = overlay_push (harness, frame_with (CAPS, "cat", 0.6), NULL);
  fail_if (get_composition (third) == get_composition (first));
  gst_buffer_unref (second);
  gst_buffer_unref (third);
  g_object_set (harness->element, "position", 8, NULL);
  third = overlay_push (harness, frame_with (CAPS, "cat", 0.5), NULL);
  fail_if (get_composition (third) == get_composition (first));
  gst_buffer_unref (third);

  /* GStreamer's blending of the composition gives the same picture as our own. */
  blended = gst_buffer_copy_deep (before);
  fail_unless (gst_video_frame_map (&frame, &info, blended, GST_MAP_READWRITE));
  fail_unless (gst_video_overlay_composition_blend (get_composition (first),
          &frame));
  gst_video_frame_unmap (&frame);
  drawn = overlay_push (blending, gst_buffer_copy_deep (before), NULL);
  fail_if (has_feature (blending));
  here = overlay_to_rgb (drawn, CAPS);
  there = overlay_to_rgb (blended, CAPS);
  for (i = 0; i < 160 * 120 * 3; i++)
    sum += ABS ((gint) here[i] - (gint) there[i]);
  fail_unless (sum < 160 * 120 * 3, "%u", sum);
  g_free (here);
  g_free (there);
  gst_buffer_unref (before);
  gst_buffer_unref (first);
  gst_buffer_unref (blended);
  gst_buffer_unref (drawn);
  overlay_teardown (harness, NULL);
  overlay_teardown (blending, NULL);
}

GST_END_TEST;

/* The caps let compositions pass, but nobody downstream would draw them. */
GST_START_TEST (test_composition_refused)
{
  GstHarness *harness = overlay_harness_new_composing (CAPS, FALSE);
  GstBuffer *before, *after;
  guint i;

  for (i = 0; i < 3; i++) {
    after = overlay_push (harness, frame_with (CAPS, "cat", 0.5), &before);
    fail_if (overlay_equal (before, after), "%u", i);
    fail_unless (get_composition (after) == NULL);
    fail_unless (i == 0 || !has_feature (harness));
    gst_buffer_unref (before);
    gst_buffer_unref (after);
  }
  overlay_teardown (harness, NULL);
}

GST_END_TEST;

static void
get_place (GstVideoOverlayComposition * composition, guint n,
    GstVideoRectangle * place)
{
  guint w, h;

  fail_unless (gst_video_overlay_rectangle_get_render_rectangle
      (gst_video_overlay_composition_get_rectangle (composition, n), &place->x,
          &place->y, &w, &h));
  place->w = w;
  place->h = h;
}

#define LABELS_CAPS "video/x-raw,format=RGB,width=640,height=360,framerate=25/1"

/* Labels of regions that lie on each other, under the plate and at the edges all stay in sight. None lies on another
 * one or on the plate, and no box is drawn over one. */
GST_START_TEST (test_labels_apart)
{
  static const gint boxes[][2] = {
    {300, 100}, {304, 103}, {300, 100}, {320, 96}, {0, 0}, {560, 0}, {0, 290},
    {560, 290}, {20, 16}, {590, 330}
  };
  GstHarness *harness = overlay_harness_new_composing (LABELS_CAPS, TRUE);
  GstBuffer *frame = overlay_frame_new (LABELS_CAPS, 0);
  GstVideoRectangle places[G_N_ELEMENTS (boxes) + 1];
  GstVideoOverlayComposition *composition;
  guint i, j, n, n_places = G_N_ELEMENTS (places);

  g_object_set (harness->element, "font-desc", "Sans", NULL);
  overlay_add_result (frame, "cat", 0.5, NULL);
  for (i = 0; i < G_N_ELEMENTS (boxes); i++)
    overlay_add_region (frame, boxes[i][0], boxes[i][1], 70, 60, "dog", 0.5);
  frame = overlay_push (harness, frame, NULL);
  composition = get_composition (frame);
  fail_unless (composition != NULL);
  n = gst_video_overlay_composition_n_rectangles (composition);
  /* The labels and the plate come last in the composition. */
  fail_unless (n > n_places);
  for (i = 0; i < n_places; i++)
    get_place (composition, n - n_places + i, &places[i]);
  for (i = 0; i < n_places; i++) {
    const GstVideoRectangle *a = &places[i];

    fail_unless (a->x >= 0 && a->y >= 0 && a->x + a->w <= 640
        && a->y + a->h <= 360, "%u", i);
    /* The lines of boxes are thinner than this. */
    fail_unless (a->w > 20 && a->h > 10, "%u: %d x %d", i, a->w, a->h);
    for (j = 0; j < i; j++) {
      const GstVideoRectangle *b = &places[j];

      fail_unless (a->x >= b->x + b->w || b->x >= a->x + a->w
          || a->y >= b->y + b->h || b->y >= a->y + a->h,
          "%u at %d, %d is on %u at %d, %d", i, a->x, a->y, j, b->x, b->y);
    }
  }
  gst_buffer_unref (frame);
  overlay_teardown (harness, NULL);
}

GST_END_TEST;

/* The rectangles that an earlier overlay attached stay, below ours. */
GST_START_TEST (test_composition_merged)
{
  GstHarness *harness = overlay_harness_new_composing (CAPS, TRUE);
  GstBuffer *pixels = gst_buffer_new_allocate (NULL, 4 * 4 * 4, NULL), *frame;
  GstVideoOverlayRectangle *rectangle;
  GstVideoOverlayComposition *others, *both;
  guint ours;

  frame = overlay_push (harness, frame_with (CAPS, "cat", 0.5), NULL);
  ours = gst_video_overlay_composition_n_rectangles (get_composition (frame));
  gst_buffer_unref (frame);
  gst_buffer_memset (pixels, 0, 0xff, 64);
  gst_buffer_add_video_meta (pixels, GST_VIDEO_FRAME_FLAG_NONE,
      GST_VIDEO_OVERLAY_COMPOSITION_FORMAT_RGB, 4, 4);
  rectangle = gst_video_overlay_rectangle_new_raw (pixels, 0, 0, 4, 4,
      GST_VIDEO_OVERLAY_FORMAT_FLAG_NONE);
  others = gst_video_overlay_composition_new (rectangle);
  frame = frame_with (CAPS, "cat", 0.5);
  gst_buffer_add_video_overlay_composition_meta (frame, others);
  frame = overlay_push (harness, frame, NULL);
  both = get_composition (frame);
  fail_unless_equals_int (gst_video_overlay_composition_n_rectangles (both),
      ours + 1);
  fail_unless (gst_video_overlay_composition_get_rectangle (both, 0)
      == rectangle);
  fail_unless_equals_int (gst_buffer_get_n_meta (frame,
          GST_VIDEO_OVERLAY_COMPOSITION_META_API_TYPE), 1);
  fail_unless_equals_int (gst_video_overlay_composition_n_rectangles (others),
      1);
  gst_buffer_unref (frame);
  gst_video_overlay_composition_unref (others);
  gst_video_overlay_rectangle_unref (rectangle);
  gst_buffer_unref (pixels);
  overlay_teardown (harness, NULL);
}

GST_END_TEST;

/* What is cut off is left alone, and what is seen is drawn as on a frame of that size. */
GST_START_TEST (test_crop_meta)
{
  GstHarness *harness = overlay_harness_new (CAPS);
  GstHarness *small = overlay_harness_new
      ("video/x-raw,format=I420,width=100,height=80,framerate=25/1");
  GstBuffer *frame = frame_with (CAPS, "cat", 0.5), *before, *after, *part;
  GstVideoCropMeta *crop = gst_buffer_add_video_crop_meta (frame);
  guint8 *rgb, *old, *expected;
  gint x, y, wrong = 0;

  crop->x = 30;
  crop->y = 22;
  crop->width = 100;
  crop->height = 80;
  after = overlay_push (harness, frame, &before);
  rgb = overlay_to_rgb (after, CAPS);
  old = overlay_to_rgb (before, CAPS);
  part = overlay_push (small, frame_with
      ("video/x-raw,format=I420,width=100,height=80,framerate=25/1", "cat",
          0.5), NULL);
  expected = overlay_to_rgb (part,
      "video/x-raw,format=I420,width=100,height=80,framerate=25/1");
  for (y = 0; y < 120; y++)
    for (x = 0; x < 160; x++) {
      gboolean inside = x >= 30 && x < 130 && y >= 22 && y < 102;
      const guint8 *pixel = rgb + 3 * (160 * y + x);

      wrong += memcmp (pixel, inside ? expected + 3 * (100 * (y - 22) + x - 30)
          : old + 3 * (160 * y + x), 3) != 0;
    }
  fail_unless_equals_int (wrong, 0);
  g_free (rgb);
  g_free (old);
  g_free (expected);
  gst_buffer_unref (before);
  gst_buffer_unref (after);
  gst_buffer_unref (part);

  /* An impossible crop is ignored. */
  frame = frame_with (CAPS, "cat", 0.5);
  crop = gst_buffer_add_video_crop_meta (frame);
  crop->x = crop->y = crop->width = crop->height = G_MAXUINT;
  gst_buffer_unref (overlay_push (harness, frame, NULL));
  overlay_teardown (harness, NULL);
  overlay_teardown (small, NULL);
}

GST_END_TEST;

GST_START_TEST (test_new_caps_and_flushes)
{
  GstHarness *harness = overlay_harness_new (CAPS);
  GstBuffer *first = overlay_push (harness, frame_with (CAPS, "cat", 0.5),
      NULL), *buffer, *other, *expected;
  GstHarness *fresh = overlay_harness_new (OTHER_CAPS);
  GstSegment segment;
  guint i;

  expected = overlay_push (fresh, frame_with (OTHER_CAPS, "cat", 0.5), NULL);
  for (i = 0; i < 3; i++) {
    gst_harness_set_src_caps_str (harness, OTHER_CAPS);
    other = overlay_push (harness, frame_with (OTHER_CAPS, "cat", 0.5), NULL);
    fail_unless (overlay_equal (other, expected));
    gst_buffer_unref (other);

    gst_harness_set_src_caps_str (harness, CAPS);
    fail_unless (gst_harness_push_event (harness,
            gst_event_new_flush_start ()));
    fail_unless (gst_harness_push_event (harness,
            gst_event_new_flush_stop (TRUE)));
    gst_segment_init (&segment, GST_FORMAT_TIME);
    segment.start = segment.time = 5 * GST_SECOND;
    fail_unless (gst_harness_push_event (harness,
            gst_event_new_segment (&segment)));
    /* Nothing is left of what came before the flush. */
    buffer = overlay_frame_new (CAPS, 0);
    GST_BUFFER_PTS (buffer) = 5 * GST_SECOND;
    gst_buffer_ref (buffer);
    other = overlay_push (harness, buffer, NULL);
    fail_unless (other == buffer);
    gst_buffer_unref (other);
    gst_buffer_unref (buffer);
    buffer = frame_with (CAPS, "cat", 0.5);
    GST_BUFFER_PTS (buffer) = 5 * GST_SECOND;
    buffer = overlay_push (harness, buffer, NULL);
    fail_unless (overlay_equal (buffer, first));
    gst_buffer_unref (buffer);
  }
  gst_buffer_unref (first);
  gst_buffer_unref (expected);
  overlay_teardown (fresh, NULL);
  overlay_teardown (harness, NULL);
}

GST_END_TEST;

GST_START_TEST (test_states)
{
  GstHarness *harness = overlay_harness_new (CAPS);
  guint i, n = fixture_get_number ("GST_RESNET_TEST_LOOPS", 50);
  GstBuffer *first = NULL, *buffer;

  for (i = 0; i < n; i++) {
    buffer = overlay_push (harness, frame_with (CAPS, "cat", 0.5), NULL);
    fail_unless (!first || overlay_equal (first, buffer));
    if (!first)
      first = gst_buffer_ref (buffer);
    gst_buffer_unref (buffer);
    fail_unless (gst_element_set_state (harness->element, GST_STATE_READY)
        == GST_STATE_CHANGE_SUCCESS);
    fail_unless (gst_element_set_state (harness->element, GST_STATE_PLAYING)
        == GST_STATE_CHANGE_SUCCESS);
    gst_harness_set_src_caps_str (harness, CAPS);
    fail_unless (gst_harness_push_event (harness,
            gst_event_new_stream_start ("again")));
    gst_harness_set_src_caps_str (harness, CAPS);
    {
      GstSegment segment;

      gst_segment_init (&segment, GST_FORMAT_TIME);
      gst_harness_push_event (harness, gst_event_new_segment (&segment));
    }
  }
  gst_buffer_unref (first);
  overlay_teardown (harness, NULL);
}

GST_END_TEST;

static gint done;
static gint n_set;

static const FixtureValues values[] = {
  {"top-k", {"3", "0", "8", "2147483647"}},
  {"min-confidence", {"0", "0.5", "1"}},
  {"position", {"0", "4", "8", "2"}},
  {"font-desc", {"Boxes", "Boxes Bold 20", "Sans", ""}},
  {"text-scale", {"1", "0.1", "4"}},
  {"colors", {"", "red,blue", "#fff,#00000080", "wrong"}},
  {"show-stats", {"false", "true"}},
  {"show-heatmap", {"true", "false"}},
};

static gpointer
set_properties (gpointer data)
{
  guint i;

  for (i = 0; !g_atomic_int_get (&done); i++) {
    fixture_change_property (data, values, G_N_ELEMENTS (values), i);
    g_atomic_int_inc (&n_set);
    /* This loop sleeps, because valgrind runs one thread at a time and would let a loop that spins keep the other
     * thread waiting. */
    g_usleep (500);
  }
  return NULL;
}

GST_START_TEST (test_properties_from_another_thread)
{
  GstHarness *harness = overlay_harness_new (CAPS);
  guint i, n = fixture_get_number ("GST_RESNET_TEST_FRAMES", 400);
  guint8 map[4] = { 0, 255, 50, 100 };
  GThread *thread;
  gint n_own;

  g_atomic_int_set (&done, 0);
  g_atomic_int_set (&n_set, 0);
  n_own = fixture_count_properties (harness->element, values,
      G_N_ELEMENTS (values));
  thread = g_thread_new ("setter", set_properties, harness->element);
  for (i = 0; i < n || g_atomic_int_get (&n_set) < 4 * n_own; i++) {
    GstBuffer *frame = frame_with (CAPS, i % 3 ? "cat" : "dog", i % 7 / 7.0);

    overlay_add_heatmap (frame, map, 4, 2, 2, 0, 0, 160, 120);
    overlay_add_region (frame, i % 160, i % 120, 40, 30, "owl", 0.9);
    gst_buffer_unref (overlay_push (harness, frame, NULL));
  }
  g_atomic_int_set (&done, 1);
  g_thread_join (thread);
  fail_unless (i >= n);
  overlay_teardown (harness, NULL);
}

GST_END_TEST;

/* Frames go through a whole pipeline whose sink says nothing about compositions. */
GST_START_TEST (test_negotiation)
{
  GstElement *element = gst_element_factory_make ("classoverlay", NULL);
  GstPad *pad = gst_element_get_static_pad (element, "sink");
  GstCaps *caps = gst_pad_query_caps (pad, NULL), *one;

  one = gst_caps_from_string ("video/x-raw,format=P010_10LE,width=4,height=4,"
      "framerate=1/1");
  fail_unless (gst_caps_can_intersect (caps, one));
  gst_caps_unref (one);
  one = gst_caps_from_string ("video/x-raw(memory:Elsewhere),format=I420");
  fail_if (gst_caps_can_intersect (caps, one));
  gst_caps_unref (one);
  gst_caps_unref (caps);
  gst_object_unref (pad);
  gst_object_unref (element);
}

GST_END_TEST;

static Suite *
overlay_stream_suite (void)
{
  Suite *suite = suite_create ("overlay-stream");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_nothing_to_draw);
  tcase_add_test (tcase, test_shared_buffers);
  tcase_add_test (tcase, test_composition_attached);
  tcase_add_test (tcase, test_composition_refused);
  tcase_add_test (tcase, test_labels_apart);
  tcase_add_test (tcase, test_composition_merged);
  tcase_add_test (tcase, test_crop_meta);
  tcase_add_test (tcase, test_new_caps_and_flushes);
  tcase_add_test (tcase, test_states);
  tcase_add_test (tcase, test_properties_from_another_thread);
  tcase_add_test (tcase, test_negotiation);
  return suite;
}

GST_CHECK_MAIN (overlay_stream);
