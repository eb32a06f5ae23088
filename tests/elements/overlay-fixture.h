/* gst-resnet: what the tests of classoverlay share
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "classify-fixture.h"

G_BEGIN_DECLS
/* Makes a harness around a classoverlay that draws its text with the font of rectangles. */
    GstHarness *overlay_harness_new (const gchar * caps);
/* Makes the same harness, whose downstream takes overlay compositions. @answers: whether downstream also says so in its
 * answer to the allocation query. */
GstHarness *overlay_harness_new_composing (const gchar * caps,
    gboolean answers);

/* Makes a mid-grey frame in the caps' format where @n is 0, and else the frame of fixture_frame_new(). */
GstBuffer *overlay_frame_new (const gchar * caps, guint n);
/* Adds a GstClassificationMeta with these entries: label, confidence, …, NULL. */
void overlay_add_result (GstBuffer * buffer, const gchar * label, ...)
    G_GNUC_NULL_TERMINATED;
void overlay_add_region (GstBuffer * buffer, gint x, gint y, gint width,
    gint height, const gchar * label, gdouble confidence);
/* Adds a heat map, whose bytes come row by row, to a result that overlay_add_result() added before. */
void overlay_add_heatmap (GstBuffer * buffer, const guint8 * map, gsize size,
    gint width, gint height, gint x, gint y, gint rect_width, gint rect_height);

/* Returns whether the two buffers have the same bytes. */
gboolean overlay_equal (GstBuffer * a, GstBuffer * b);
/* Returns the pixels of a buffer with these caps as RGB, 3 bytes each and without padding. Free them with g_free(). */
guint8 *overlay_to_rgb (GstBuffer * buffer, const gchar * caps);
/* Pushes @frame and returns what comes out. If @before is not NULL, it gets a deep copy of what went in. */
GstBuffer *overlay_push (GstHarness * harness, GstBuffer * frame,
    GstBuffer ** before);
/* Frees the harness, and the bus that fixture_add_bus() made if there is one. */
void overlay_teardown (GstHarness * harness, GstBus * bus);

G_END_DECLS
