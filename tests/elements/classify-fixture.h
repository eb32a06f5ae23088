/* gst-resnet: what the element tests share
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/video/video.h>

#include "meta/gstclassificationmeta.h"

G_BEGIN_DECLS
/* A trained network for pictures of 32×32 pixels with ten labels. The file holds its own preprocessing. */
#define FIXTURE_CIFAR "resnet20-cifar10.safetensors"
/* A small network with ten classes. Its file has neither labels nor preprocessing. */
#define FIXTURE_SMALL "cifar-resnet8.pth"
#define FIXTURE_MAX_CLASSES 16
/* Loads one of the GStreamer plugins that the tests use beside ours. Returns FALSE where it is not installed. */
    gboolean fixture_load_plugin (const gchar * name);

/* Reads a number from the environment, for example GST_RESNET_TEST_FRAMES, so that runs under valgrind and sanitizers
 * can be shortened. Returns @otherwise where the variable is not set. */
guint fixture_get_number (const gchar * variable, guint otherwise);

/* Returns the path of a file in tests/data/networks. Free it with g_free(). */
gchar *fixture_path (const gchar * name);

/* Writes a file with these bytes into a folder of its own and returns its path. fixture_remove_file() removes both and
 * frees the path. */
gchar *fixture_write_file (const gchar * name, gconstpointer data, gsize size);
void fixture_remove_file (gchar * path);

/* Makes an element with this fixture as its model. (transfer full) */
GstElement *fixture_element_new (const gchar * model);
/* Makes a harness around such an element, for frames of these caps. */
GstHarness *fixture_harness_new (const gchar * model, const gchar * caps);
/* Gives the element a bus where its messages wait. The element of a harness has no bus by itself. */
GstBus *fixture_add_bus (GstElement * element);

/* Makes the frame with number @n in the format of @info: a picture that changes with @n and is smooth in colour. */
GstBuffer *fixture_frame_new (const GstVideoInfo * info, guint n);
/* Copies the pixels of @buffer into memory with @offset bytes before each plane and @padding bytes after each row, and
 * adds a GstVideoMeta that says so. */
GstBuffer *fixture_frame_pad (GstBuffer * buffer, const GstVideoInfo * info,
    guint offset, guint padding);

/* Gets all confidences, ordered by class index. Returns how many there are, which is 0 where @buffer has no meta. */
guint fixture_get_confidences (GstBuffer * buffer,
    gdouble confidences[FIXTURE_MAX_CLASSES]);

/* Pops messages until one has one of these types and is not label-changed. Returns NULL when there is none. */
GstMessage *fixture_pop_message (GstBus * bus, GstMessageType types);
/* Pops a message of @type and checks its domain and code, and that its text contains all of the words. */
void
fixture_assert_message (GstBus * bus, GstMessageType type, GQuark domain,
    gint code, ...)
    G_GNUC_NULL_TERMINATED;

/* The values that a property is set to one after the other. "" stands for NULL where the property is text. */
typedef struct
{
  const gchar *name;
  const gchar *values[5];
} FixtureValues;

/* Returns how many properties of the element's own class can be set. Those in @table must be among them. */
guint fixture_count_properties (GstElement * element,
    const FixtureValues * table, guint n_table);
/* Sets all of these properties to all of their values, one step after the other, and reads what can be read. A property
 * that is not in @table is set to the ends of its range and to its default, so that a new property is not forgotten. */
void fixture_change_property (GstElement * element,
    const FixtureValues * table, guint n_table, guint step);

/* Returns how much memory of the process is resident. It returns 0 where that number says nothing: under sanitizers,
 * and in the shortened runs that are meant for such tools. */
gsize fixture_get_resident_bytes (void);

G_END_DECLS
