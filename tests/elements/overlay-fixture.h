/* gst-resnet: what the tests of classoverlay share
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "classify-fixture.h"

G_BEGIN_DECLS
/* A harness around a classoverlay whose text is the font of rectangles. */
    GstHarness *overlay_harness_new (const gchar * caps);
/* The same, and downstream takes compositions. @answers: also in the allocation query. */
GstHarness *overlay_harness_new_composing (const gchar * caps,
    gboolean answers);

/* A mid-grey frame in the caps' format, or, n > 0, fixture_frame_new()'s. */
GstBuffer *overlay_frame_new (const gchar * caps, guint n);
/* A GstClassificationMeta with these entries: label, confidence, …, NULL. */
void overlay_add_result (GstBuffer * buffer, const gchar * label, ...)
    G_GNUC_NULL_TERMINATED;
void overlay_add_region (GstBuffer * buffer, gint x, gint y, gint width,
    gint height, const gchar * label, gdouble confidence);
/* A heat map on a result that overlay_add_result() put on before: bytes row by row. */
void overlay_add_heatmap (GstBuffer * buffer, const guint8 * map, gsize size,
    gint width, gint height, gint x, gint y, gint rect_width, gint rect_height);

/* Whether two buffers have the same bytes. */
gboolean overlay_equal (GstBuffer * a, GstBuffer * b);
/* RGB pixels of a buffer with these caps, 3 bytes each without padding; free with g_free(). */
guint8 *overlay_to_rgb (GstBuffer * buffer, const gchar * caps);
/* Pushes @frame and returns what comes out; *before, if wanted, gets a deep copy of what went in. */
GstBuffer *overlay_push (GstHarness * harness, GstBuffer * frame,
    GstBuffer ** before);
/* Frees the harness, and a bus of fixture_add_bus() if there is one. */
void overlay_teardown (GstHarness * harness, GstBus * bus);

G_END_DECLS
