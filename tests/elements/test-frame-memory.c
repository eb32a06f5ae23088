/* gst-resnet: frames whose metas promise what their memory does not have, in both elements
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "overlay-fixture.h"

#include <sys/mman.h>
#include <unistd.h>

#define WIDTH 48
#define HEIGHT 37
#define CAPS_OF "video/x-raw,format=%s,width=48,height=37,framerate=25/1"

typedef enum
{
  LIE_ROWS,
  LIE_STRIDE,
  LIE_OVERLAP,
  LIE_BACKWARDS,
  LIE_OFFSET,
  LIE_FAR_OFFSET,
  LIE_PLANES,
  LIE_FORMAT,
  LIE_NO_FORMAT,
  LIE_NARROW,
  LIE_CROP,
  LIE_SHORT,
  LIE_TWO_BLOCKS,
  N_LIES
} Lie;

static void
get_info (const gchar * format, GstVideoInfo * info)
{
  gst_video_info_set_format (info, gst_video_format_from_string (format),
      WIDTH, HEIGHT);
  info->fps_n = 25;
  info->fps_d = 1;
}

static void
add_results (GstBuffer * buffer)
{
  static const guint8 map[] = { 0, 80, 160, 255 };

  overlay_add_result (buffer, "cat", 0.75, NULL);
  overlay_add_heatmap (buffer, map, sizeof (map), 2, 2, 0, 0, WIDTH, HEIGHT);
  overlay_add_region (buffer, 4, 4, WIDTH, HEIGHT, "dog", 0.5);
}

/* Returns the same bytes in two blocks of memory, the first of which ends within the first plane. */
static GstBuffer *
split (GstBuffer * buffer)
{
  gsize size = gst_buffer_get_size (buffer), half = size / 5;
  GstBuffer *both = gst_buffer_new ();
  GstMapInfo map;
  guint i;

  fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READ));
  for (i = 0; i < 2; i++) {
    gsize part = i == 0 ? half : size - half;
    guint8 *bytes = g_memdup2 (map.data + (i == 0 ? 0 : half), part);

    gst_buffer_append_memory (both, gst_memory_new_wrapped (0, bytes, part, 0,
            part, bytes, g_free));
  }
  gst_buffer_unmap (buffer, &map);
  gst_buffer_unref (buffer);
  return both;
}

/* Makes a frame with the metas or the memory that make it a lie. */
static GstBuffer *
lie_new (const GstVideoInfo * info, Lie lie)
{
  GstBuffer *buffer = fixture_frame_new (info, 1);
  guint n_planes = GST_VIDEO_INFO_N_PLANES (info), last = n_planes - 1;
  GstVideoFormat format = GST_VIDEO_INFO_FORMAT (info);
  guint width = WIDTH, height = HEIGHT;
  gboolean tiled = GST_VIDEO_FORMAT_INFO_IS_TILED (info->finfo);
  GstVideoCropMeta *crop;
  gsize offset[GST_VIDEO_MAX_PLANES];
  gint stride[GST_VIDEO_MAX_PLANES];

  memcpy (offset, info->offset, sizeof (offset));
  memcpy (stride, info->stride, sizeof (stride));
  /* A palette has no rows, so the last plane with rows is the first one. */
  if (GST_VIDEO_FORMAT_INFO_HAS_PALETTE (info->finfo))
    last = 0;
  switch (lie) {
    case LIE_ROWS:
      height *= 100;
      break;
    case LIE_STRIDE:
      stride[last] = tiled ? 0x7fff7fff : stride[last] * 64;
      break;
    case LIE_OVERLAP:
      stride[last] = 1;
      break;
    case LIE_BACKWARDS:
      stride[0] = -stride[0];
      break;
    case LIE_OFFSET:
      offset[last] += GST_VIDEO_INFO_SIZE (info) / 2;
      break;
    case LIE_FAR_OFFSET:
      offset[0] = G_MAXSIZE - 7;
      break;
    case LIE_PLANES:
      n_planes = n_planes % 3 + 1;
      break;
    case LIE_FORMAT:
      format = format == GST_VIDEO_FORMAT_RGB ? GST_VIDEO_FORMAT_BGR :
          GST_VIDEO_FORMAT_RGB;
      break;
    case LIE_NO_FORMAT:
      format = GST_VIDEO_FORMAT_UNKNOWN;
      break;
    case LIE_NARROW:
      width--;
      break;
    case LIE_SHORT:
      gst_buffer_set_size (buffer, GST_VIDEO_INFO_SIZE (info) / 3);
      break;
    case LIE_TWO_BLOCKS:
      buffer = split (buffer);
      break;
    case LIE_CROP:
      crop = gst_buffer_add_video_crop_meta (buffer);
      crop->x = WIDTH;
      crop->width = crop->height = 10;
      break;
    default:
      break;
  }
  gst_buffer_add_video_meta_full (buffer, GST_VIDEO_FRAME_FLAG_NONE, format,
      width, height, n_planes, offset, stride);
  if (format == GST_VIDEO_FORMAT_UNKNOWN)
    gst_buffer_get_video_meta (buffer)->format = format;
  return buffer;
}

/* Pushes a good frame, two lies and a good frame: the lies go on undrawn with one warning, and the good ones are drawn
 * alike. */
static void
assert_undrawn (const gchar * format, Lie lie)
{
  gchar *caps = g_strdup_printf (CAPS_OF, format);
  GstHarness *harness = overlay_harness_new (caps);
  GstBus *bus = fixture_add_bus (harness->element);
  GstBuffer *good[2], *before, *after;
  GstVideoInfo info;
  guint i;

  get_info (format, &info);
  for (i = 0; i < 4; i++) {
    GstBuffer *frame = i % 3 == 0 ? fixture_frame_new (&info, 1) :
        lie_new (&info, lie);

    add_results (frame);
    after = overlay_push (harness, frame, &before);
    fail_unless (after != NULL);
    if (i % 3 == 0) {
      fail_if (overlay_equal (before, after), "%s, lie %d", format, lie);
      good[i / 3] = after;
    } else {
      fail_unless (overlay_equal (before, after), "%s, lie %d was drawn on",
          format, lie);
      gst_buffer_unref (after);
      if (i == 1)
        fixture_assert_message (bus, GST_MESSAGE_WARNING, GST_STREAM_ERROR,
            GST_STREAM_ERROR_FORMAT, "Nothing is drawn", "once", NULL);
    }
    gst_buffer_unref (before);
    fail_unless (fixture_pop_message (bus, GST_MESSAGE_WARNING |
            GST_MESSAGE_ERROR) == NULL, "%s, lie %d", format, lie);
  }
  fail_unless (overlay_equal (good[0], good[1]), "%s, lie %d", format, lie);
  gst_buffer_unref (good[0]);
  gst_buffer_unref (good[1]);
  g_free (caps);
  overlay_teardown (harness, bus);
}

static const GValue *
get_formats (GstCaps ** caps)
{
  GstElement *element = gst_element_factory_make ("classoverlay", NULL);
  GstPad *pad = gst_element_get_static_pad (element, "sink");

  *caps = gst_pad_get_pad_template_caps (pad);
  gst_object_unref (pad);
  gst_object_unref (element);
  return gst_structure_get_value (gst_caps_get_structure (*caps, 0), "format");
}

GST_START_TEST (test_overlay_lies)
{
  GstCaps *caps;
  const GValue *formats = get_formats (&caps);
  guint i, n = gst_value_list_get_size (formats);

  fail_unless (n > 60);
  for (i = 0; i < n; i++) {
    const gchar *format = g_value_get_string (gst_value_list_get_value (formats,
            i));
    const GstVideoFormatInfo *finfo =
        gst_video_format_get_info (gst_video_format_from_string (format));

    /* A row of these planes has only one byte. */
    if (__i__ == LIE_OVERLAP && finfo->format == GST_VIDEO_FORMAT_YUV9)
      continue;
    assert_undrawn (format, __i__);
  }
  gst_caps_unref (caps);
}

GST_END_TEST;

/* A result is carried over to a frame that lies: neither element crashes, and the frame goes on as it is. */
GST_START_TEST (test_reused_results)
{
  static const gchar *const formats[] =
      { "RGB", "I420", "NV12", "P010_10LE", "v210", "AYUV", "NV12_64Z32" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (formats); i++) {
    gchar *caps = g_strdup_printf (CAPS_OF, formats[i]);
    gchar *model = fixture_path (FIXTURE_CIFAR);
    gchar *launch = g_strdup_printf ("resnetclassify model=\"%s\" threads=1 "
        "interval=1000 ! classoverlay font-desc=Boxes", model);
    GstHarness *harness = gst_harness_new_parse (launch);
    GstVideoInfo info;
    GstBuffer *before, *after;
    guint k;

    gst_harness_set_src_caps_str (harness, caps);
    get_info (formats[i], &info);
    for (k = 0; k < 3; k++) {
      GstBuffer *frame = k == 1 ? lie_new (&info, __i__) :
          fixture_frame_new (&info, k);

      after = overlay_push (harness, frame, &before);
      fail_unless (gst_buffer_get_classification_meta (after) != NULL);
      fail_unless (overlay_equal (before, after) == (k == 1),
          "%s, lie %d, frame %u", formats[i], __i__, k);
      gst_buffer_unref (before);
      gst_buffer_unref (after);
    }
    gst_harness_teardown (harness);
    g_free (launch);
    g_free (model);
    g_free (caps);
  }
}

GST_END_TEST;

/* These frames are no lies: their blocks of memory end with a plane, their rows come from the bottom up, or their
 * memory cannot be written. */
GST_START_TEST (test_honest_memory)
{
  gchar *caps = g_strdup_printf (CAPS_OF, "NV12");
  GstHarness *harness = overlay_harness_new (caps);
  GstBus *bus = fixture_add_bus (harness->element);
  GstBuffer *plain, *frame, *drawn, *after;
  GstVideoInfo info;
  GstMapInfo map;
  gsize luma, size;
  guint i;

  get_info ("NV12", &info);
  luma = GST_VIDEO_INFO_PLANE_OFFSET (&info, 1);
  size = GST_VIDEO_INFO_SIZE (&info);
  plain = fixture_frame_new (&info, 1);
  frame = gst_buffer_copy_deep (plain);
  add_results (frame);
  drawn = overlay_push (harness, frame, NULL);
  fail_unless (gst_buffer_map (plain, &map, GST_MAP_READ));
  for (i = 0; i < 2; i++) {
    guint8 *bytes = g_memdup2 (map.data, size);
    GstMemoryFlags flags = i == 1 ? GST_MEMORY_FLAG_READONLY : 0;

    frame = gst_buffer_new ();
    gst_buffer_append_memory (frame, gst_memory_new_wrapped (flags, bytes, luma,
            0, luma, NULL, NULL));
    gst_buffer_append_memory (frame, gst_memory_new_wrapped (flags,
            bytes + luma, size - luma, 0, size - luma, NULL, NULL));
    gst_buffer_add_video_meta_full (frame, GST_VIDEO_FRAME_FLAG_NONE,
        GST_VIDEO_FORMAT_NV12, WIDTH, HEIGHT, 2, info.offset, info.stride);
    add_results (frame);
    after = overlay_push (harness, frame, NULL);
    fail_unless (overlay_equal (drawn, after), "case %u", i);
    gst_buffer_unref (after);
    /* Memory that cannot be written must be unchanged. */
    if (i == 1)
      fail_unless (memcmp (bytes, map.data, size) == 0);
    g_free (bytes);
  }
  gst_buffer_unmap (plain, &map);
  fail_unless (fixture_pop_message (bus, GST_MESSAGE_WARNING) == NULL);
  gst_buffer_unref (plain);
  gst_buffer_unref (drawn);
  g_free (caps);
  overlay_teardown (harness, bus);
}

GST_END_TEST;

/* A frame has a padded GstVideoMeta and no crop meta. Both elements take the picture to have the caps' size. */
GST_START_TEST (test_padded_picture)
{
  gchar *caps = g_strdup_printf (CAPS_OF, "RGB");
  GstHarness *harness = overlay_harness_new (caps);
  const gint more_x = 16, more_y = 11;
  gint stride[4] = { (WIDTH + more_x) * 3 };
  gsize offset[4] = { 0, };
  GstBuffer *plain, *frame, *drawn, *after;
  GstVideoInfo info;
  GstMapInfo from, to;
  gint x, y;

  g_object_set (harness->element, "position", 8, NULL);
  get_info ("RGB", &info);
  plain = fixture_frame_new (&info, 1);
  frame = gst_buffer_new_allocate (NULL, stride[0] * (HEIGHT + more_y), NULL);
  gst_buffer_memset (frame, 0, 0x33, -1);
  fail_unless (gst_buffer_map (plain, &from, GST_MAP_READ));
  fail_unless (gst_buffer_map (frame, &to, GST_MAP_WRITE));
  for (y = 0; y < HEIGHT; y++)
    memcpy (to.data + y * stride[0], from.data + y * info.stride[0], WIDTH * 3);
  gst_buffer_unmap (plain, &from);
  gst_buffer_unmap (frame, &to);
  gst_buffer_add_video_meta_full (frame, GST_VIDEO_FRAME_FLAG_NONE,
      GST_VIDEO_FORMAT_RGB, WIDTH + more_x, HEIGHT + more_y, 1, offset, stride);
  add_results (plain);
  add_results (frame);
  drawn = overlay_push (harness, plain, NULL);
  after = overlay_push (harness, frame, NULL);
  fail_unless (gst_buffer_map (drawn, &from, GST_MAP_READ));
  fail_unless (gst_buffer_map (after, &to, GST_MAP_READ));
  for (y = 0; y < HEIGHT + more_y; y++) {
    const guint8 *row = to.data + y * stride[0];

    if (y < HEIGHT)
      fail_unless (memcmp (row, from.data + y * info.stride[0], WIDTH * 3)
          == 0, "row %d is not that of a frame without padding", y);
    for (x = y < HEIGHT ? WIDTH * 3 : 0; x < stride[0]; x++)
      fail_unless (row[x] == 0x33, "something is drawn beside the picture, in "
          "row %d", y);
  }
  gst_buffer_unmap (drawn, &from);
  gst_buffer_unmap (after, &to);
  gst_buffer_unref (drawn);
  gst_buffer_unref (after);
  g_free (caps);
  overlay_teardown (harness, NULL);
}

GST_END_TEST;

/* This memory ends, or begins, at a page that nobody may touch. */
typedef struct
{
  guint8 *area;
  gsize size, page;
} Guarded;

static void
guarded_init (Guarded * guarded, gsize size)
{
  guarded->page = sysconf (_SC_PAGESIZE);
  guarded->size = (size / guarded->page + 1) * guarded->page;
  guarded->area = mmap (NULL, guarded->size + 2 * guarded->page, PROT_NONE,
      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  fail_unless (guarded->area != MAP_FAILED);
  fail_unless (mprotect (guarded->area + guarded->page, guarded->size,
          PROT_READ | PROT_WRITE) == 0);
}

static GstBuffer *
guarded_frame_new (Guarded * guarded, const GstVideoInfo * info,
    gboolean at_end)
{
  gsize size = GST_VIDEO_INFO_SIZE (info);
  guint8 *bytes = guarded->area + guarded->page;

  fail_unless (size <= guarded->size);
  if (at_end)
    bytes += guarded->size - size;
  memset (bytes, 0x55, size);
  return gst_buffer_new_wrapped_full (0, bytes, size, 0, size, NULL, NULL);
}

/* Neither element touches a byte beside a well-formed frame, in every format and at every width. */
GST_START_TEST (test_every_width)
{
  GstHarness *harness[2];
  const GstVideoFormat *formats;
  Guarded guarded;
  guint i, n, width, k, side;
  /* valgrind checks each byte and is slow, so it gets fewer widths. */
  guint slow = fixture_get_number ("GST_RESNET_TEST_SIZES", 0) ? 29 : 1;

  guarded_init (&guarded, 4 << 20);
  harness[0] = fixture_harness_new (FIXTURE_SMALL, NULL);
  harness[1] = overlay_harness_new (NULL);
  formats = gst_video_formats_raw (&n);
  for (i = __i__; i < n; i += 4) {
    const GstVideoFormatInfo *finfo = gst_video_format_get_info (formats[i]);
    /* Our own code reads the regular layouts, and it treats them all alike, so they need fewer widths. */
    gboolean regular = !(finfo->flags & (GST_VIDEO_FORMAT_FLAG_COMPLEX |
            GST_VIDEO_FORMAT_FLAG_TILED | GST_VIDEO_FORMAT_FLAG_PALETTE))
        && finfo->pixel_stride[0] > 0;

    for (width = 1; width <= 260; width += (regular ? 13 : 1) * slow) {
      GstVideoInfo info;
      GstCaps *caps;

      if (!gst_video_info_set_format (&info, formats[i], width,
              1 + width * 2 % 134))
        continue;
      info.fps_n = 25;
      info.fps_d = 1;
      caps = gst_video_info_to_caps (&info);
      for (k = 0; k < 2; k++) {
        gst_harness_set_src_caps (harness[k], gst_caps_ref (caps));
        for (side = regular; side < 2; side++) {
          GstBuffer *frame = guarded_frame_new (&guarded, &info, side), *after;

          if (k == 1)
            add_results (frame);
          after = gst_harness_push_and_pull (harness[k], frame);
          fail_unless (after != NULL);
          if (k == 0)
            fail_unless (gst_buffer_get_classification_meta (after) != NULL,
                "%s, %u", finfo->name, width);
          gst_buffer_unref (after);
        }
      }
      gst_caps_unref (caps);
    }
  }
  overlay_teardown (harness[0], NULL);
  overlay_teardown (harness[1], NULL);
  munmap (guarded.area, guarded.size + 2 * guarded.page);
}

GST_END_TEST;

/* GStreamer 1.22 writes half of the last chroma sample of an odd width into the first tile of the next row. */
GST_START_TEST (test_last_odd_column)
{
  GstVideoInfo info;
  GstHarness *harness = overlay_harness_new ("video/x-raw,"
      "format=NV12_10BE_8L128,width=121,height=401,framerate=25/1");
  GstBuffer *frame, *before, *after;
  GstMapInfo from, to;
  gint plane, row;

  g_object_set (harness->element, "top-k", 0, NULL);
  gst_video_info_set_format (&info, GST_VIDEO_FORMAT_NV12_10BE_8L128, 121, 401);
  frame = gst_buffer_new_allocate (NULL, GST_VIDEO_INFO_SIZE (&info), NULL);
  gst_buffer_memset (frame, 0, 0x55, -1);
  overlay_add_region (frame, 100, 3, 50, 380, "cat", 0.5);
  after = overlay_push (harness, frame, &before);
  fail_if (overlay_equal (before, after));
  fail_unless (gst_buffer_map (before, &from, GST_MAP_READ));
  fail_unless (gst_buffer_map (after, &to, GST_MAP_READ));
  for (plane = 0; plane < 2; plane++) {
    gint stride = GST_VIDEO_INFO_PLANE_STRIDE (&info, plane);

    for (row = 0; row < GST_VIDEO_TILE_Y_TILES (stride); row++) {
      gsize offset = GST_VIDEO_INFO_PLANE_OFFSET (&info, plane)
          + (gsize) row * GST_VIDEO_TILE_X_TILES (stride) * 1024;

      fail_unless (memcmp (from.data + offset, to.data + offset, 1024) == 0,
          "plane %u: the first tile of row %u was written to", plane, row);
    }
  }
  gst_buffer_unmap (before, &from);
  gst_buffer_unmap (after, &to);
  gst_buffer_unref (before);
  gst_buffer_unref (after);
  overlay_teardown (harness, NULL);
}

GST_END_TEST;

static Suite *
frame_memory_suite (void)
{
  Suite *suite = suite_create ("frame-memory");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_overlay_lies, 0, N_LIES);
  tcase_add_loop_test (tcase, test_reused_results, 0, N_LIES);
  tcase_add_test (tcase, test_honest_memory);
  tcase_add_test (tcase, test_padded_picture);
  tcase_add_loop_test (tcase, test_every_width, 0, 4);
  tcase_add_test (tcase, test_last_odd_column);
  return suite;
}

GST_CHECK_MAIN (frame_memory);
