/* gst-resnet: what the tests of classoverlay share
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#include "overlay-fixture.h"

#include <gst/video/gstvideometa.h>

#define FEATURES "memory:SystemMemory," \
    GST_CAPS_FEATURE_META_GST_VIDEO_OVERLAY_COMPOSITION

static GstElement *
element_new (void)
{
  GstElement *element = gst_element_factory_make ("classoverlay", NULL);

  fail_unless (element != NULL, "classoverlay is not in GST_PLUGIN_PATH");
  g_object_set (element, "font-desc", "Boxes", NULL);
  /* Pango would warn of a string that is not UTF-8 and of a size below 0. Here its warnings end the test. */
  g_log_set_fatal_mask ("Pango", G_LOG_LEVEL_WARNING | G_LOG_LEVEL_CRITICAL
      | G_LOG_LEVEL_ERROR);
  return gst_object_ref_sink (element);
}

GstHarness *
overlay_harness_new (const gchar * caps)
{
  GstElement *element = element_new ();
  GstHarness *harness = gst_harness_new_with_element (element, "sink", "src");

  gst_object_unref (element);
  if (caps)
    gst_harness_set_src_caps_str (harness, caps);
  return harness;
}

GstHarness *
overlay_harness_new_composing (const gchar * caps, gboolean answers)
{
  GstElement *element = element_new ();
  GstHarness *harness = gst_harness_new_with_element (element, "sink", "src");

  gst_object_unref (element);
  if (answers)
    gst_harness_add_propose_allocation_meta (harness,
        GST_VIDEO_OVERLAY_COMPOSITION_META_API_TYPE, NULL);
  gst_harness_set_sink_caps_str (harness,
      "video/x-raw(" FEATURES ");video/x-raw");
  gst_harness_set_src_caps_str (harness, caps);
  return harness;
}

static void
parse_caps (const gchar * string, GstVideoInfo * info)
{
  GstCaps *caps = gst_caps_from_string (string);

  fail_unless (gst_video_info_from_caps (info, caps), "%s", string);
  gst_caps_unref (caps);
}

GstBuffer *
overlay_frame_new (const gchar * caps, guint n)
{
  GstVideoInfo info;
  GstBuffer *buffer;

  parse_caps (caps, &info);
  if (n > 0)
    return fixture_frame_new (&info, n);
  buffer = gst_buffer_new_allocate (NULL, GST_VIDEO_INFO_SIZE (&info), NULL);
  gst_buffer_memset (buffer, 0, 0x80, GST_VIDEO_INFO_SIZE (&info));
  GST_BUFFER_PTS (buffer) = 0;
  GST_BUFFER_DURATION (buffer) = 40 * GST_MSECOND;
  return buffer;
}

static void
append_entry (GValue * entries, const gchar * label, gint index,
    gdouble confidence)
{
  GValue value = G_VALUE_INIT;

  g_value_init (&value, GST_TYPE_STRUCTURE);
  g_value_take_boxed (&value, gst_structure_new ("entry", "label",
          G_TYPE_STRING, label, "index", G_TYPE_INT, index, "confidence",
          G_TYPE_DOUBLE, confidence, NULL));
  gst_value_array_append_and_take_value (entries, &value);
}

void
overlay_add_result (GstBuffer * buffer, const gchar * label, ...)
{
  GstCustomMeta *meta = gst_buffer_add_custom_meta (buffer,
      GST_CLASSIFICATION_META_NAME);
  GValue entries = G_VALUE_INIT;
  gint index = 0;
  va_list more;

  fail_unless (meta != NULL);
  g_value_init (&entries, GST_TYPE_ARRAY);
  va_start (more, label);
  for (; label; label = va_arg (more, const gchar *))
      append_entry (&entries, label, index++, va_arg (more, gdouble));
  va_end (more);
  gst_structure_take_value (gst_custom_meta_get_structure (meta), "entries",
      &entries);
}

void
overlay_add_region (GstBuffer * buffer, gint x, gint y, gint width,
    gint height, const gchar * label, gdouble confidence)
{
  GstVideoRegionOfInterestMeta *meta =
      gst_buffer_add_video_region_of_interest_meta (buffer, "object", x, y,
      width, height);
  GstStructure *structure =
      gst_structure_new_empty (GST_CLASSIFICATION_PARAM_NAME);
  GValue entries = G_VALUE_INIT;

  g_value_init (&entries, GST_TYPE_ARRAY);
  append_entry (&entries, label, 0, confidence);
  gst_structure_take_value (structure, "entries", &entries);
  gst_video_region_of_interest_meta_add_param (meta, structure);
}

void
overlay_add_heatmap (GstBuffer * buffer, const guint8 * map, gsize size,
    gint width, gint height, gint x, gint y, gint rect_width, gint rect_height)
{
  GstCustomMeta *meta = gst_buffer_get_classification_meta (buffer);
  const gint edges[] = { x, y, rect_width, rect_height };
  GValue rect = G_VALUE_INIT;
  guint i;

  g_value_init (&rect, GST_TYPE_ARRAY);
  for (i = 0; i < 4; i++) {
    GValue edge = G_VALUE_INIT;

    g_value_init (&edge, G_TYPE_INT);
    g_value_set_int (&edge, edges[i]);
    gst_value_array_append_and_take_value (&rect, &edge);
  }
  gst_structure_set (gst_custom_meta_get_structure (meta),
      "heatmap-width", G_TYPE_INT, width, "heatmap-height", G_TYPE_INT, height,
      NULL);
  gst_structure_take_value (gst_custom_meta_get_structure (meta),
      "heatmap-rect", &rect);
  {
    GBytes *bytes = g_bytes_new (map, size);

    gst_structure_set (gst_custom_meta_get_structure (meta), "heatmap",
        G_TYPE_BYTES, bytes, NULL);
    g_bytes_unref (bytes);
  }
}

gboolean
overlay_equal (GstBuffer * a, GstBuffer * b)
{
  GstMapInfo p, q;
  gboolean equal;

  fail_unless (gst_buffer_map (a, &p, GST_MAP_READ));
  fail_unless (gst_buffer_map (b, &q, GST_MAP_READ));
  equal = p.size == q.size && memcmp (p.data, q.data, p.size) == 0;
  gst_buffer_unmap (a, &p);
  gst_buffer_unmap (b, &q);
  return equal;
}

guint8 *
overlay_to_rgb (GstBuffer * buffer, const gchar * caps)
{
  GstVideoInfo info, rgb_info;
  GstVideoConverter *converter;
  GstVideoFrame from, to;
  GstBuffer *rgb;
  gint width, height, y;
  guint8 *pixels;

  parse_caps (caps, &info);
  width = GST_VIDEO_INFO_WIDTH (&info);
  height = GST_VIDEO_INFO_HEIGHT (&info);
  gst_video_info_set_format (&rgb_info, GST_VIDEO_FORMAT_RGB, width, height);
  rgb_info.fps_n = info.fps_n;
  rgb_info.fps_d = info.fps_d;
  rgb = gst_buffer_new_allocate (NULL, GST_VIDEO_INFO_SIZE (&rgb_info), NULL);
  converter = gst_video_converter_new (&info, &rgb_info,
      gst_structure_new ("options", GST_VIDEO_CONVERTER_OPT_DITHER_METHOD,
          GST_TYPE_VIDEO_DITHER_METHOD, GST_VIDEO_DITHER_NONE, NULL));
  fail_unless (converter != NULL);
  fail_unless (gst_video_frame_map (&from, &info, buffer, GST_MAP_READ));
  fail_unless (gst_video_frame_map (&to, &rgb_info, rgb, GST_MAP_WRITE));
  gst_video_converter_frame (converter, &from, &to);
  pixels = g_malloc ((gsize) width * height * 3);
  for (y = 0; y < height; y++)
    memcpy (pixels + (gsize) y * width * 3,
        (guint8 *) GST_VIDEO_FRAME_PLANE_DATA (&to, 0)
        + (gsize) y * GST_VIDEO_FRAME_PLANE_STRIDE (&to, 0), width * 3);
  gst_video_frame_unmap (&to);
  gst_video_frame_unmap (&from);
  gst_video_converter_free (converter);
  gst_buffer_unref (rgb);
  return pixels;
}

GstBuffer *
overlay_push (GstHarness * harness, GstBuffer * frame, GstBuffer ** before)
{
  if (before)
    *before = gst_buffer_copy_deep (frame);
  return gst_harness_push_and_pull (harness, frame);
}

void
overlay_teardown (GstHarness * harness, GstBus * bus)
{
  if (bus) {
    gst_element_set_bus (harness->element, NULL);
    gst_object_unref (bus);
  }
  gst_harness_teardown (harness);
}
