// gst-resnet: how long classoverlay takes for a frame, beside textoverlay, interleaved in one process
// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gst/check/gstharness.h>
#include <gst/video/video.h>

#include "meta/gstclassificationmeta.h"

#define MAX_ENTRIES 5

static const char *const labels[MAX_ENTRIES] = { "Egyptian cat", "tabby", "cougar", "German shepherd", "espresso" };
static const double confidences[MAX_ENTRIES] = { 0.62, 0.21, 0.09, 0.04, 0.01 };

typedef struct {
  const char *name, *element, *description;
  unsigned entries; // the entries of classoverlay's result
  gboolean heatmap, regions;

  GstHarness *harness;
  GstBuffer *buffer;
  GArray *times; // in ns
} Case;

static void
append_entry (GValue *entries, unsigned n)
{
  GValue value = G_VALUE_INIT;

  g_value_init (&value, GST_TYPE_STRUCTURE);
  g_value_take_boxed (&value, gst_structure_new ("entry", "label", G_TYPE_STRING, labels[n], "index", G_TYPE_INT,
                                                 (int)n, "confidence", G_TYPE_DOUBLE, confidences[n], NULL));
  gst_value_array_append_and_take_value (entries, &value);
}

static void
set_entries (GstStructure *structure, unsigned first, unsigned n)
{
  GValue entries = G_VALUE_INIT;

  g_value_init (&entries, GST_TYPE_ARRAY);
  for (unsigned i = first; i < first + n; i++)
    append_entry (&entries, i % MAX_ENTRIES);
  gst_structure_take_value (structure, "entries", &entries);
}

// Adds a heat map that is different for each frame.
static void
set_heatmap (GstStructure *structure, const GstVideoInfo *info, unsigned frame)
{
  const int edges[4] = { 0, 0, GST_VIDEO_INFO_WIDTH (info), GST_VIDEO_INFO_HEIGHT (info) };
  GValue rect = G_VALUE_INIT;
  guint8 map[49];

  for (unsigned i = 0; i < sizeof (map); i++)
    map[i] = (guint8)((i * 37 + frame * 11) & 255);
  g_value_init (&rect, GST_TYPE_ARRAY);
  for (unsigned i = 0; i < 4; i++) {
    GValue edge = G_VALUE_INIT;
    g_value_init (&edge, G_TYPE_INT);
    g_value_set_int (&edge, edges[i]);
    gst_value_array_append_and_take_value (&rect, &edge);
  }
  gst_structure_take_value (structure, "heatmap-rect", &rect);
  g_autoptr (GBytes) bytes = g_bytes_new (map, sizeof (map));
  gst_structure_set (structure, "heatmap", G_TYPE_BYTES, bytes, "heatmap-width", G_TYPE_INT, 7, "heatmap-height",
                     G_TYPE_INT, 7, NULL);
}

static void
set_regions (GstBuffer *buffer, const GstVideoInfo *info, unsigned frame)
{
  GstMeta *meta;

  while ((meta = gst_buffer_get_meta (buffer, GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE)))
    gst_buffer_remove_meta (buffer, meta);
  for (unsigned i = 0; i < 20; i++) {
    unsigned x = (i * 397 + frame * 3) % (unsigned)(GST_VIDEO_INFO_WIDTH (info) * 3 / 4);
    unsigned y = (i * 211 + frame * 2) % (unsigned)(GST_VIDEO_INFO_HEIGHT (info) * 3 / 4);
    GstVideoRegionOfInterestMeta *roi = gst_buffer_add_video_region_of_interest_meta (
        buffer, "object", x, y, (unsigned)GST_VIDEO_INFO_WIDTH (info) / 8, (unsigned)GST_VIDEO_INFO_HEIGHT (info) / 6);
    GstStructure *structure = gst_structure_new_empty (GST_CLASSIFICATION_PARAM_NAME);

    set_entries (structure, i, 1);
    gst_video_region_of_interest_meta_add_param (roi, structure);
  }
}

static gboolean
start (Case *c, const char *caps, const GstVideoInfo *info)
{
  g_autofree char *bin = g_strdup_printf ("%s name=overlay %s", c->element, c->description);
  g_autoptr (GError) error = NULL;
  GstElement *element = gst_parse_launch (bin, &error);

  if (!element || error) {
    g_printerr ("%s: %s\n", c->name, error ? error->message : "cannot be made");
    g_clear_pointer (&element, gst_object_unref);
    return FALSE;
  }
  gst_object_ref_sink (element);
  c->harness
      = gst_harness_new_with_element (element, g_str_equal (c->element, "textoverlay") ? "video_sink" : "sink", "src");
  gst_object_unref (element);
  gst_harness_set_src_caps_str (c->harness, caps);
  c->buffer = gst_buffer_new_allocate (NULL, GST_VIDEO_INFO_SIZE (info), NULL);
  gst_buffer_memset (c->buffer, 0, 0x60, GST_VIDEO_INFO_SIZE (info));
  GST_BUFFER_DURATION (c->buffer) = 40 * GST_MSECOND;
  if (g_str_equal (c->element, "classoverlay")) {
    GstCustomMeta *meta = gst_buffer_add_custom_meta (c->buffer, GST_CLASSIFICATION_META_NAME);
    set_entries (gst_custom_meta_get_structure (meta), 0, c->entries);
  }
  c->times = g_array_new (FALSE, FALSE, sizeof (gint64));
  return TRUE;
}

static void
run_once (Case *c, const GstVideoInfo *info, unsigned frame, gboolean counts)
{
  if (c->heatmap)
    set_heatmap (gst_custom_meta_get_structure (gst_buffer_get_custom_meta (c->buffer, GST_CLASSIFICATION_META_NAME)),
                 info, frame);
  if (c->regions)
    set_regions (c->buffer, info, frame);
  GST_BUFFER_PTS (c->buffer) = frame * 40 * GST_MSECOND;
  gint64 before = (gint64)gst_util_get_timestamp ();
  // Only the harness has a reference to the buffer, so the element writes into it, and no copy is timed.
  c->buffer = gst_harness_push_and_pull (c->harness, c->buffer);
  gint64 time = (gint64)gst_util_get_timestamp () - before;
  if (counts)
    g_array_append_val (c->times, time);
}

static int
compare_times (gconstpointer a, gconstpointer b)
{
  gint64 p = *(const gint64 *)a, q = *(const gint64 *)b;
  return (p > q) - (p < q);
}

static double
get_ms (const Case *c, double quantile)
{
  return (double)g_array_index (c->times, gint64, (guint)(quantile * (c->times->len - 1))) / 1e6;
}

int
main (int argc, char **argv)
{
  static Case cases[] = {
    { "textoverlay, 1 line of the same size", "textoverlay",
      "text=\"Egyptian cat  62 %\" auto-resize=false font-desc=\"Sans 36px\"" },
    { "classoverlay, 1 class", "classoverlay", "font-desc=Sans", .entries = 1 },
    { "textoverlay, 5 lines of the same size", "textoverlay",
      "text=\"Egyptian cat  62 %\ntabby  21 %\ncougar  9 %\nGerman shepherd  4 %\nespresso  1 %\" auto-resize=false "
      "font-desc=\"Sans 36px\"" },
    { "classoverlay, 5 classes", "classoverlay", "font-desc=Sans top-k=5", .entries = 5 },
    { "classoverlay, heat map of the whole frame, a new one each time", "classoverlay", "top-k=0", .heatmap = TRUE },
    { "classoverlay, 20 moving regions", "classoverlay", "top-k=0", .regions = TRUE },
  };
  const char *caps_string = argc > 1 ? argv[1] : "video/x-raw,format=I420,width=1920,height=1080,framerate=25/1";
  unsigned frames = argc > 2 ? (unsigned)g_ascii_strtoull (argv[2], NULL, 10) : 300;
  GstVideoInfo info;

  gst_init (NULL, NULL);
  g_autoptr (GstCaps) caps = gst_caps_from_string (caps_string);
  if (!caps || !gst_video_info_from_caps (&info, caps) || frames < 1) {
    g_printerr ("usage: overlay-bench [CAPS [FRAMES]], CAPS of raw video with a size\n");
    return 2;
  }
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++)
    if (!start (&cases[i], caps_string, &info))
      return 1;
  // The cases take turns frame by frame, so that other work of this machine affects all of them equally.
  for (unsigned frame = 0; frame < frames + 10; frame++)
    for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++)
      run_once (&cases[i], &info, frame, frame >= 10);

  g_print ("%s, %u frames each\n", caps_string, frames);
  g_print ("%-66s %9s %9s %9s\n", "ms a frame", "least", "median", "p99");
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_array_sort (cases[i].times, compare_times);
    g_print ("%-66s %9.3f %9.3f %9.3f\n", cases[i].name, get_ms (&cases[i], 0.0), get_ms (&cases[i], 0.5),
             get_ms (&cases[i], 0.99));
  }
  for (unsigned i = 0; i < 4; i += 2)
    g_print ("%s / %s: %.2f\n", cases[i + 1].name, cases[i].name,
             get_ms (&cases[i + 1], 0.5) / get_ms (&cases[i], 0.5));
  for (unsigned i = 0; i < G_N_ELEMENTS (cases); i++) {
    gst_buffer_unref (cases[i].buffer);
    gst_harness_teardown (cases[i].harness);
    g_array_unref (cases[i].times);
  }
  return 0;
}
