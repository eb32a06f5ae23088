/* gst-resnet: drawing what classoverlay shows
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstoverlaycontent.h"
#include "gstoverlayimage.h"

G_BEGIN_DECLS
/* One thread at a time may use this. Text is drawn once and kept while it may be needed again. */
typedef struct _GstOverlayDraw GstOverlayDraw;

GstOverlayDraw *gst_overlay_draw_new (void);
void gst_overlay_draw_free (GstOverlayDraw * draw);

/* Takes over position, text_scale and colors. When there is an error in the colours, these stay as they were. */
gboolean gst_overlay_draw_set_style (GstOverlayDraw * draw,
    const GstOverlaySettings * settings, GError ** error);
/* Returns the family that is used because none that @font_desc names is installed, or NULL. The caller frees it with
 * g_free(). */
gchar *gst_overlay_draw_set_font (GstOverlayDraw * draw,
    const gchar * font_desc);

/* Appends to @layers, an array of GstOverlayLayer, what @content looks like in the part @visible of a frame. All of it
 * lies within that part. */
void gst_overlay_draw_content (GstOverlayDraw * draw,
    const GstOverlayContent * content, const GstVideoRectangle * visible,
    GArray * layers);

G_END_DECLS
