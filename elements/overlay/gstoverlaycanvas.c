/* gst-resnet: what classoverlay draws with: text, plates, and images that are kept
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstoverlaycanvas.h"

#include <math.h>

/* The bytes of images that are kept for another time. */
#define MAX_KEPT_BYTES (32 << 20)

void
gst_overlay_canvas_forget_images (GstOverlayDraw * draw)
{
  g_hash_table_remove_all (draw->kept);
  draw->kept_bytes = 0;
}

void
gst_overlay_canvas_set_color (cairo_t * cr, const GstOverlayColor * color)
{
  cairo_set_source_rgba (cr, color->red, color->green, color->blue,
      color->alpha);
}

cairo_t *
gst_overlay_canvas_begin (GstOverlayImage * image)
{
  cairo_surface_t *surface =
      cairo_image_surface_create_for_data (image->data, CAIRO_FORMAT_ARGB32,
      image->width, image->height, image->stride);
  cairo_t *cr = cairo_create (surface);

  cairo_surface_destroy (surface);
  return cr;
}

void
gst_overlay_canvas_end (cairo_t * cr)
{
  cairo_surface_flush (cairo_get_target (cr));
  cairo_destroy (cr);
}

static void
round_rectangle (cairo_t * cr, gdouble x, gdouble y, gdouble w, gdouble h,
    gdouble radius)
{
  gdouble r = MIN (radius, MIN (w, h) / 2.0);

  cairo_new_sub_path (cr);
  cairo_arc (cr, x + w - r, y + r, r, -G_PI / 2, 0);
  cairo_arc (cr, x + w - r, y + h - r, r, 0, G_PI / 2);
  cairo_arc (cr, x + r, y + h - r, r, G_PI / 2, G_PI);
  cairo_arc (cr, x + r, y + r, r, G_PI, 3 * G_PI / 2);
  cairo_close_path (cr);
}

void
gst_overlay_canvas_draw_plate (GstOverlayDraw * draw, cairo_t * cr, gint width,
    gint height, gdouble radius)
{
  gst_overlay_canvas_set_color (cr, &draw->colors[GST_OVERLAY_COLOR_PLATE]);
  round_rectangle (cr, 0, 0, width, height, radius);
  cairo_fill (cr);
}

void
gst_overlay_canvas_set_text_cut (GstOverlayDraw * draw, const gchar * text,
    gdouble size, gdouble width, PangoEllipsizeMode where, gdouble * text_width,
    gdouble * text_height)
{
  PangoRectangle logical;

  pango_font_description_set_absolute_size (draw->font, size * PANGO_SCALE);
  pango_layout_set_font_description (draw->layout, draw->font);
  /* Only our own line ends are in a text: labels have none. */
  pango_layout_set_single_paragraph_mode (draw->layout,
      strchr (text, '\n') == NULL);
  pango_layout_set_width (draw->layout, -1);
  pango_layout_set_ellipsize (draw->layout, PANGO_ELLIPSIZE_NONE);
  pango_layout_set_text (draw->layout, text, -1);
  pango_layout_get_extents (draw->layout, NULL, &logical);
  if (width > 0.0 && logical.width > width * PANGO_SCALE) {
    pango_layout_set_ellipsize (draw->layout, where);
    pango_layout_set_width (draw->layout, width * PANGO_SCALE);
    pango_layout_get_extents (draw->layout, NULL, &logical);
  }
  if (text_width)
    *text_width = logical.width / (gdouble) PANGO_SCALE;
  if (text_height)
    *text_height = logical.height / (gdouble) PANGO_SCALE;
}

void
gst_overlay_canvas_set_text (GstOverlayDraw * draw, const gchar * text,
    gdouble size, gdouble width, gdouble * text_width, gdouble * text_height)
{
  gst_overlay_canvas_set_text_cut (draw, text, size, width, PANGO_ELLIPSIZE_END,
      text_width, text_height);
}

void
gst_overlay_canvas_show_text (GstOverlayDraw * draw, cairo_t * cr, gdouble x,
    gdouble y)
{
  gst_overlay_canvas_set_color (cr, &draw->colors[GST_OVERLAY_COLOR_TEXT]);
  cairo_move_to (cr, floor (x + 0.5), floor (y + 0.5));
  pango_cairo_update_layout (cr, draw->layout);
  pango_cairo_show_layout (cr, draw->layout);
}

void
gst_overlay_canvas_keep_image (GstOverlayDraw * draw, const gchar * key,
    GstOverlayImage * image)
{
  gsize bytes = (gsize) image->stride * image->height;

  if (draw->kept_bytes + bytes > MAX_KEPT_BYTES)
    gst_overlay_canvas_forget_images (draw);
  draw->kept_bytes += bytes;
  g_hash_table_insert (draw->kept, g_strdup (key),
      gst_overlay_image_ref (image));
}

void
gst_overlay_canvas_append_layer (GArray * layers, GstOverlayImage * image,
    gint x, gint y)
{
  GstOverlayLayer layer = {.image = image,.x = x,.y = y };

  g_array_append_val (layers, layer);
}
