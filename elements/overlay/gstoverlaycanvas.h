/* gst-resnet: what classoverlay draws with: text, plates, and images that are kept
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <pango/pangocairo.h>

#include "gstoverlayimage.h"
#include "gstoverlaysettings.h"

G_BEGIN_DECLS
/* The type of gstoverlaydraw.h: what it is made of. */
typedef struct _GstOverlayDraw GstOverlayDraw;

struct _GstOverlayDraw
{
  PangoFontMap *font_map;
  PangoContext *context;
  PangoLayout *layout;
  PangoFontDescription *font;
  gdouble font_pixels;          /* 0 follows the frame */
  GstOverlayColor colors[GST_OVERLAY_N_COLORS];
  GstOverlayPosition position;
  gdouble text_scale;

  GHashTable *kept;             /* key → GstOverlayImage */
  gsize kept_bytes;
};

void gst_overlay_canvas_set_color (cairo_t * cr, const GstOverlayColor * color);

/* Gives a context that draws into @image until gst_overlay_canvas_end(). */
cairo_t *gst_overlay_canvas_begin (GstOverlayImage * image);
void gst_overlay_canvas_end (cairo_t * cr);

/* Draws a plate with round corners that fills an image. */
void gst_overlay_canvas_draw_plate (GstOverlayDraw * draw, cairo_t * cr,
    gint width, gint height, gdouble radius);

/* Puts text into the layout, at most @width pixels wide (0 lets it be as wide as it is). Text that is wider gets "…" at
 * @where. What is not NULL gets its size in pixels. */
void gst_overlay_canvas_set_text_cut (GstOverlayDraw * draw,
    const gchar * text, gdouble size, gdouble width, PangoEllipsizeMode where,
    gdouble * text_width, gdouble * text_height);
/* Does the same, and cuts the text at its end. */
void gst_overlay_canvas_set_text (GstOverlayDraw * draw, const gchar * text,
    gdouble size, gdouble width, gdouble * text_width, gdouble * text_height);
/* Draws the layout at whole pixels. */
void gst_overlay_canvas_show_text (GstOverlayDraw * draw, cairo_t * cr,
    gdouble x, gdouble y);

/* Keeps an image for another time under @key. */
void gst_overlay_canvas_keep_image (GstOverlayDraw * draw, const gchar * key,
    GstOverlayImage * image);
void gst_overlay_canvas_forget_images (GstOverlayDraw * draw);

/* Takes over the reference to @image. */
void gst_overlay_canvas_append_layer (GArray * layers, GstOverlayImage * image,
    gint x, gint y);

G_END_DECLS
