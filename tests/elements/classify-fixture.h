/* gst-resnet: what the element tests share
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/video/video.h>

#include "meta/gstclassificationmeta.h"

G_BEGIN_DECLS
/* A trained network for 32×32 pictures with ten labels and its preprocessing inside. */
#define FIXTURE_CIFAR "resnet20-cifar10.safetensors"
/* A small one without labels or preprocessing: ten classes. */
#define FIXTURE_SMALL "cifar-resnet8.pth"
#define FIXTURE_MAX_CLASSES 16
/* Loads the GStreamer plugins that tests use beside ours. FALSE: one is not installed. */
    gboolean fixture_load_plugin (const gchar * name);

/* A number from the environment, for valgrind and sanitizers: GST_RESNET_TEST_FRAMES and the like. */
guint fixture_get_number (const gchar * variable, guint otherwise);

/* The path of a file in tests/data/networks; free with g_free(). */
gchar *fixture_path (const gchar * name);

/* A file in a folder of its own with these bytes; fixture_remove_file() removes and frees. */
gchar *fixture_write_file (const gchar * name, gconstpointer data, gsize size);
void fixture_remove_file (gchar * path);

/* An element with this fixture as its model. (transfer full) */
GstElement *fixture_element_new (const gchar * model);
/* A harness around such an element, for frames of these caps. */
GstHarness *fixture_harness_new (const gchar * model, const gchar * caps);
/* The element's bus, which the harness's element has none of: messages wait there. */
GstBus *fixture_add_bus (GstElement * element);

/* The frame number @n: a picture that changes with n, smooth in colour, as @info says it. With the caps of @info. */
GstBuffer *fixture_frame_new (const GstVideoInfo * info, guint n);
/* The same pixels in memory with @offset bytes before each plane and @padding bytes after each row, with a
 * GstVideoMeta. */
GstBuffer *fixture_frame_pad (GstBuffer * buffer, const GstVideoInfo * info,
    guint offset, guint padding);

/* All confidences by index; returns how many, 0 where @buffer has no meta. */
guint fixture_get_confidences (GstBuffer * buffer,
    gdouble confidences[FIXTURE_MAX_CLASSES]);

/* Pops until a message of these types other than label-changed, NULL when there is none. */
GstMessage *fixture_pop_message (GstBus * bus, GstMessageType types);
/* Pops a message of @type and checks its domain and code, and that its text has all of the words. */
void
fixture_assert_message (GstBus * bus, GstMessageType type, GQuark domain,
    gint code, ...)
    G_GNUC_NULL_TERMINATED;

/* What a property is set to by turns; "" is NULL for text. */
typedef struct
{
  const gchar *name;
  const gchar *values[5];
} FixtureValues;

/* How many properties of the element's own class can be set. Those in @table must be among them. */
guint fixture_count_properties (GstElement * element,
    const FixtureValues * table, guint n_table);
/* Step after step sets all of them to all of their values, and reads what can be read. A property that is not in @table
 * is set to the ends of its range and its default, so that a new one is not forgotten. */
void fixture_change_property (GstElement * element,
    const FixtureValues * table, guint n_table, guint step);

/* What the process has in memory; 0 where that says nothing: under sanitizers and in shortened runs, which are for such
 * tools. */
gsize fixture_get_resident_bytes (void);

G_END_DECLS
