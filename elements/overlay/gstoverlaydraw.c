/* gst-resnet: drawing what classoverlay shows
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstoverlaydraw.h"

#include "gstoverlaycanvas.h"
#include "gstoverlayplace.h"

#include <math.h>

/* These are pixels. Smaller text cannot be read, and larger text fills any screen. */
#define MIN_FONT 6.0
#define MAX_FONT 400.0
#define MIN_FOLLOWING_FONT 11.0
/* The text is the frame's height divided by this. */
#define FONT_PART 30.0
/* The widths of plates, in font sizes. */
#define PANEL_WIDTH 15.0
#define LABEL_WIDTH 18.0

GstOverlayDraw *
gst_overlay_draw_new (void)
{
  GstOverlayDraw *draw = g_new0 (GstOverlayDraw, 1);
  cairo_font_options_t *options = cairo_font_options_create ();

  /* The map is our own, because the default one belongs to a thread, and streaming threads come and go. */
  draw->font_map = pango_cairo_font_map_new ();
  draw->context = pango_font_map_create_context (draw->font_map);
  /* The screen's subpixels are not used, because frames are scaled. Glyphs keep their own outlines but lie at whole
   * pixels, which every version of cairo can do (1.16 rounds positions, 1.18 does not). */
  cairo_font_options_set_antialias (options, CAIRO_ANTIALIAS_GRAY);
  cairo_font_options_set_hint_style (options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics (options, CAIRO_HINT_METRICS_ON);
  pango_cairo_context_set_font_options (draw->context, options);
  cairo_font_options_destroy (options);
  draw->layout = pango_layout_new (draw->context);
  draw->kept = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
      (GDestroyNotify) gst_overlay_image_unref);
  draw->text_scale = 1.0;
  gst_overlay_colors_parse (NULL, draw->colors, NULL);
  g_free (gst_overlay_draw_set_font (draw, NULL));
  return draw;
}

void
gst_overlay_draw_free (GstOverlayDraw * draw)
{
  g_hash_table_unref (draw->kept);
  pango_font_description_free (draw->font);
  g_object_unref (draw->layout);
  g_object_unref (draw->context);
  g_object_unref (draw->font_map);
  g_free (draw);
}

gboolean
gst_overlay_draw_set_style (GstOverlayDraw * draw,
    const GstOverlaySettings * settings, GError ** error)
{
  gst_overlay_canvas_forget_images (draw);
  draw->position = settings->position;
  draw->text_scale = settings->text_scale;
  return gst_overlay_colors_parse (settings->colors, draw->colors, error);
}

static gboolean
is_family_known (PangoFontMap * font_map, const gchar * name)
{
  /* This is what fontconfig chooses itself. */
  static const gchar *const generic[] = {
    "sans", "sans-serif", "serif", "monospace", "mono", "cursive", "fantasy",
    "system-ui", "emoji", "math", NULL
  };
  PangoFontFamily **families;
  gboolean known = FALSE;
  gchar *lower = g_ascii_strdown (name, -1);
  gint i, n;

  if (g_strv_contains (generic, lower)) {
    g_free (lower);
    return TRUE;
  }
  g_free (lower);
  pango_font_map_list_families (font_map, &families, &n);
  for (i = 0; i < n && !known; i++)
    known = g_ascii_strcasecmp (pango_font_family_get_name (families[i]),
        name) == 0;
  g_free (families);
  return known;
}

gchar *
gst_overlay_draw_set_font (GstOverlayDraw * draw, const gchar * font_desc)
{
  gchar *valid = g_utf8_make_valid (font_desc ? font_desc : "", -1);
  PangoFontDescription *font = pango_font_description_from_string (valid);
  const gchar *names;
  gchar *used = NULL;

  g_free (valid);
  gst_overlay_canvas_forget_images (draw);
  if (!pango_font_description_get_family (font))
    pango_font_description_set_family_static (font, "Sans");
  draw->font_pixels =
      pango_font_description_get_size (font) / (gdouble) PANGO_SCALE;
  if (!pango_font_description_get_size_is_absolute (font))
    draw->font_pixels *= 96.0 / 72.0;

  names = pango_font_description_get_family (font);
  {
    gchar **each = g_strsplit (names, ",", 16);
    gboolean known = FALSE;
    guint i;

    for (i = 0; each[i] && !known; i++)
      known = is_family_known (draw->font_map, g_strstrip (each[i]));
    g_strfreev (each);
    if (!known) {
      PangoFont *found;

      pango_font_description_set_absolute_size (font, 20 * PANGO_SCALE);
      found = pango_context_load_font (draw->context, font);
      if (found) {
        PangoFontDescription *of_found = pango_font_describe (found);

        used = g_strdup (pango_font_description_get_family (of_found));
        pango_font_description_free (of_found);
        g_object_unref (found);
      }
      if (!used)
        used = g_strdup ("none");
    }
  }
  if (draw->font)
    pango_font_description_free (draw->font);
  draw->font = font;
  return used;
}

/* Returns the size of the panel's text in pixels. */
static gdouble
get_font_size (const GstOverlayDraw * draw, const GstVideoRectangle * visible)
{
  gdouble size = draw->font_pixels;

  if (size <= 0.0)
    size = MAX (MIN (visible->h, visible->w * 0.75) / FONT_PART,
        MIN_FOLLOWING_FONT);
  return CLAMP (size * draw->text_scale, MIN_FONT, MAX_FONT);
}

/* The measures of the panel in pixels. */
typedef struct
{
  gdouble font, small_font, line, small_line, baseline, pad, bar, gap;
  gint width, height, n_rows;
  gchar *more;                  /* nullable */
} Panel;

static void
measure_panel (GstOverlayDraw * draw, const GstOverlayContent * content,
    const GstVideoRectangle * visible, Panel * panel)
{
  gdouble font = get_font_size (draw, visible);
  gdouble y, room;
  guint i;

  panel->font = font;
  panel->small_font = MAX (font * 0.8, MIN_FONT);
  /* Every line is as high as the font itself, whatever other fonts its characters come from, so that a plate keeps its
   * size. */
  gst_overlay_canvas_set_text (draw, "Hg", font, 0.0, NULL, &panel->line);
  panel->baseline = pango_layout_get_baseline (draw->layout)
      / (gdouble) PANGO_SCALE;
  gst_overlay_canvas_set_text (draw, "Hg", panel->small_font, 0.0, NULL,
      &panel->small_line);
  panel->pad = font * 0.45;
  panel->bar = MAX (2.0, floor (font * 0.16 + 0.5));
  panel->gap = font * 0.32;
  panel->width = MIN (ceil (font * PANEL_WIDTH), visible->w);
  room = visible->h;
  y = panel->pad * 2.0 - panel->gap;
  panel->n_rows = 0;
  for (i = 0; i < content->entries->len; i++) {
    gdouble next = y + panel->line + panel->bar + panel->gap;

    if (next > room)
      break;
    y = next;
    panel->n_rows++;
  }
  if (content->n_left_out)
    panel->more = g_strdup_printf ("+ %u regions", content->n_left_out);
  if (content->stats && y + panel->small_line + panel->gap <= room)
    y += panel->small_line + panel->gap;
  if (panel->more && y + panel->small_line + panel->gap <= room)
    y += panel->small_line + panel->gap;
  panel->height = ceil (y);
}

static void
draw_entry (GstOverlayDraw * draw, cairo_t * cr, const Panel * panel,
    const GstOverlayEntry * entry, gdouble y)
{
  gdouble left = panel->pad, right = panel->width - panel->pad;
  gdouble value_width, label_width, bar_y = floor (y + panel->line + 0.5);
  GstOverlayColor track = draw->colors[GST_OVERLAY_COLOR_TEXT];

  gst_overlay_canvas_set_text (draw, entry->value, panel->font, right - left,
      &value_width, NULL);
  gst_overlay_canvas_show_text (draw, cr, right - value_width, y);
  label_width = right - left - value_width - panel->font * 0.5;
  if (label_width > panel->font) {
    gdouble baseline;

    gst_overlay_canvas_set_text (draw, entry->label, panel->font, label_width,
        NULL, NULL);
    baseline = pango_layout_get_baseline (draw->layout)
        / (gdouble) PANGO_SCALE;
    /* A label stays within its line, whatever marks are piled up on its letters. */
    cairo_save (cr);
    cairo_rectangle (cr, left, y - panel->gap / 2,
        label_width + panel->font / 2,
        panel->line + panel->gap / 2 + panel->bar);
    cairo_clip (cr);
    gst_overlay_canvas_show_text (draw, cr, left,
        y + panel->baseline - baseline);
    cairo_restore (cr);
  }
  if (entry->percent < 0)
    return;
  track.alpha *= 0.22;
  cairo_set_antialias (cr, CAIRO_ANTIALIAS_NONE);
  gst_overlay_canvas_set_color (cr, &track);
  cairo_rectangle (cr, floor (left), bar_y, floor (right) - floor (left),
      panel->bar);
  cairo_fill (cr);
  gst_overlay_canvas_set_color (cr, &draw->colors[GST_OVERLAY_COLOR_BAR]);
  cairo_rectangle (cr, floor (left), bar_y,
      floor ((floor (right) - floor (left)) * entry->percent / 100.0 + 0.5),
      panel->bar);
  cairo_fill (cr);
  cairo_set_antialias (cr, CAIRO_ANTIALIAS_DEFAULT);
}

static gchar *
make_panel_key (const GstOverlayContent * content, const Panel * panel)
{
  GString *key = g_string_new (NULL);
  guint i;

  g_string_printf (key, "panel\n%dx%d\n%g\n", panel->width, panel->height,
      panel->font);
  for (i = 0; i < content->entries->len; i++) {
    const GstOverlayEntry *entry =
        &g_array_index (content->entries, GstOverlayEntry, i);

    g_string_append_printf (key, "%s\n%s\n", entry->label, entry->value);
  }
  g_string_append_printf (key, "%s\n%u", content->stats ? content->stats : "",
      content->n_left_out);
  return g_string_free (key, FALSE);
}

static GstOverlayImage *
draw_panel (GstOverlayDraw * draw, const GstOverlayContent * content,
    const Panel * panel)
{
  GstOverlayImage *image = gst_overlay_image_new (panel->width, panel->height);
  cairo_t *cr = gst_overlay_canvas_begin (image);
  gdouble y = panel->pad - panel->gap / 2.0;
  gint i;

  gst_overlay_canvas_draw_plate (draw, cr, panel->width, panel->height,
      panel->font * 0.3);
  for (i = 0; i < panel->n_rows; i++) {
    draw_entry (draw, cr, panel,
        &g_array_index (content->entries, GstOverlayEntry, i), y);
    y += panel->line + panel->bar + panel->gap;
  }
  if (content->stats) {
    gst_overlay_canvas_set_text (draw, content->stats, panel->small_font,
        panel->width - 2 * panel->pad, NULL, NULL);
    gst_overlay_canvas_show_text (draw, cr, panel->pad, y);
    y += panel->small_line + panel->gap;
  }
  if (panel->more) {
    gst_overlay_canvas_set_text (draw, panel->more, panel->small_font,
        panel->width - 2 * panel->pad, NULL, NULL);
    gst_overlay_canvas_show_text (draw, cr, panel->pad, y);
  }
  gst_overlay_canvas_end (cr);
  return image;
}

static gint
place (gint start, gint size, gint n, gint margin, gint where)
{
  gint room = size - n;

  margin = MIN (margin, room / 2);
  return start + (where == 0 ? margin : where == 1 ? room / 2 : room - margin);
}

static void
add_panel (GstOverlayDraw * draw, const GstOverlayContent * content,
    const GstVideoRectangle * visible, GArray * layers)
{
  Panel panel = { 0, };
  GstOverlayImage *image;
  gint margin;
  gchar *key;

  if (content->entries->len == 0 && !content->stats && !content->n_left_out)
    return;
  measure_panel (draw, content, visible, &panel);
  /* Nobody can read text in so little room. */
  if (panel.width >= panel.font * 3.0
      && panel.height > panel.pad * 2.0 && panel.height <= visible->h) {
    key = make_panel_key (content, &panel);
    image = g_hash_table_lookup (draw->kept, key);
    if (image) {
      gst_overlay_image_ref (image);
    } else {
      image = draw_panel (draw, content, &panel);
      gst_overlay_canvas_keep_image (draw, key, image);
    }
    g_free (key);
    margin = floor (panel.font * 0.5 + 0.5);
    gst_overlay_canvas_append_layer (layers, image, place (visible->x,
            visible->w, panel.width, margin, draw->position % 3),
        place (visible->y, visible->h, panel.height, margin,
            draw->position / 3));
  }
  g_free (panel.more);
}

/* Draws a ring of @thickness that begins @inset inside the rectangle. */
static void
fill_ring (cairo_t * cr, const GstVideoRectangle * box, gint inset,
    gint thickness)
{
  gint inner = inset + thickness;

  cairo_set_fill_rule (cr, CAIRO_FILL_RULE_EVEN_ODD);
  cairo_rectangle (cr, box->x + inset, box->y + inset,
      MAX (box->w - 2 * inset, 0), MAX (box->h - 2 * inset, 0));
  if (box->w > 2 * inner && box->h > 2 * inner)
    cairo_rectangle (cr, box->x + inner, box->y + inner, box->w - 2 * inner,
        box->h - 2 * inner);
  cairo_fill (cr);
}

/* Draws the part of the box's line that lies in (x, y, width, height), where that is visible. */
static void
add_line (GstOverlayDraw * draw, const GstVideoRectangle * box, gint line,
    gint dark, const GstVideoRectangle * visible, gint x, gint y, gint width,
    gint height, GArray * layers)
{
  gint x0 = MAX (x, visible->x), y0 = MAX (y, visible->y);
  gint x1 = MIN (x + width, visible->x + visible->w);
  gint y1 = MIN (y + height, visible->y + visible->h);
  GstOverlayImage *image;
  GstOverlayColor edge = draw->colors[GST_OVERLAY_COLOR_PLATE];
  cairo_t *cr;

  if (x0 >= x1 || y0 >= y1)
    return;
  image = gst_overlay_image_new (x1 - x0, y1 - y0);
  cr = gst_overlay_canvas_begin (image);
  cairo_translate (cr, -x0, -y0);
  cairo_set_antialias (cr, CAIRO_ANTIALIAS_NONE);
  cairo_set_operator (cr, CAIRO_OPERATOR_SOURCE);
  /* The coloured line lies between two dark ones, so that it is visible on any picture. */
  gst_overlay_canvas_set_color (cr, &edge);
  fill_ring (cr, box, 0, line + 2 * dark);
  gst_overlay_canvas_set_color (cr, &draw->colors[GST_OVERLAY_COLOR_BOX]);
  fill_ring (cr, box, box->w > 2 * dark && box->h > 2 * dark ? dark : 0, line);
  gst_overlay_canvas_end (cr);
  gst_overlay_canvas_append_layer (layers, image, x0, y0);
}

/* @taken holds the places of other labels and of the plate. The label's place is added to it. */
static void
add_region_label (GstOverlayDraw * draw, const gchar * text, gdouble font,
    const GstVideoRectangle * box, const GstVideoRectangle * visible,
    GArray * taken, GArray * layers)
{
  gdouble pad = floor (font * 0.3 + 0.5), width, height;
  gdouble most = MIN (font * LABEL_WIDTH, visible->w) - 2 * pad;
  GstOverlayImage *image;
  GstVideoRectangle label;
  gchar *key;

  if (most < font * 1.5)
    return;
  key = g_strdup_printf ("label\n%g\n%g\n%s", font, most, text);
  image = g_hash_table_lookup (draw->kept, key);
  if (image) {
    gst_overlay_image_ref (image);
  } else {
    cairo_t *cr;

    /* The text ends in the confidence. */
    gst_overlay_canvas_set_text_cut (draw, text, font, most,
        PANGO_ELLIPSIZE_MIDDLE, &width, &height);
    image =
        gst_overlay_image_new (CLAMP (ceil (width + 2 * pad), 1, visible->w),
        CLAMP (ceil (height + pad), 1, visible->h));
    cr = gst_overlay_canvas_begin (image);
    gst_overlay_canvas_draw_plate (draw, cr, image->width, image->height,
        font * 0.2);
    gst_overlay_canvas_show_text (draw, cr, pad, pad / 2.0);
    gst_overlay_canvas_end (cr);
    gst_overlay_canvas_keep_image (draw, key, image);
  }
  g_free (key);

  label.w = image->width;
  label.h = image->height;
  gst_overlay_place_label (&label, box, visible, taken);
  g_array_append_val (taken, label);
  gst_overlay_canvas_append_layer (layers, image, label.x, label.y);
}

/* Returns FALSE when nothing of it is in sight. */
static gboolean
add_box (GstOverlayDraw * draw, const GstOverlayRegion * region,
    const GstVideoRectangle * visible, gdouble font, GstVideoRectangle * box,
    GArray * layers)
{
  gint line = MAX (2, (gint) (font / 7.0 + 0.5)), dark = MAX (1, line / 4);
  gint all = line + 2 * dark;
  /* Edges this far outside cannot be seen, and numbers as small as these are drawn exactly. */
  gint64 x0 = MAX (region->x, (gint64) visible->x - 2 * all);
  gint64 y0 = MAX (region->y, (gint64) visible->y - 2 * all);
  gint64 x1 = MIN (region->x + region->width,
      (gint64) visible->x + visible->w + 2 * all);
  gint64 y1 = MIN (region->y + region->height,
      (gint64) visible->y + visible->h + 2 * all);

  if (MAX (x0, visible->x) >= MIN (x1, (gint64) visible->x + visible->w)
      || MAX (y0, visible->y) >= MIN (y1, (gint64) visible->y + visible->h))
    return FALSE;
  box->x = x0;
  box->y = y0;
  box->w = x1 - x0;
  box->h = y1 - y0;
  if (box->w <= 2 * all || box->h <= 2 * all) {
    add_line (draw, box, line, dark, visible, box->x, box->y, box->w, box->h,
        layers);
  } else {
    add_line (draw, box, line, dark, visible, box->x, box->y, box->w, all,
        layers);
    add_line (draw, box, line, dark, visible, box->x, box->y + box->h - all,
        box->w, all, layers);
    add_line (draw, box, line, dark, visible, box->x, box->y + all, all,
        box->h - 2 * all, layers);
    add_line (draw, box, line, dark, visible, box->x + box->w - all,
        box->y + all, all, box->h - 2 * all, layers);
  }
  return TRUE;
}

/* Several classifiers' answers to one region share its box: the first region behind those of the same place as @i. */
static guint
end_of_box (const GstOverlayContent * content, guint i)
{
  const GstOverlayRegion *first =
      &g_array_index (content->regions, GstOverlayRegion, i);

  for (i++; i < content->regions->len; i++) {
    const GstOverlayRegion *region =
        &g_array_index (content->regions, GstOverlayRegion, i);

    if (region->x != first->x || region->y != first->y
        || region->width != first->width || region->height != first->height)
      break;
  }
  return i;
}

/* A line of text for each of them. */
static gchar *
get_texts (const GstOverlayContent * content, guint i)
{
  guint end = end_of_box (content, i);
  GString *text = g_string_new (NULL);

  for (; i < end; i++) {
    if (text->len > 0)
      g_string_append_c (text, '\n');
    g_string_append (text, g_array_index (content->regions, GstOverlayRegion,
            i).text);
  }
  return g_string_free (text, FALSE);
}

void
gst_overlay_draw_content (GstOverlayDraw * draw,
    const GstOverlayContent * content, const GstVideoRectangle * visible,
    GArray * layers)
{
  gdouble font = MAX (get_font_size (draw, visible) * 0.75,
      MIN (10.0, get_font_size (draw, visible)));
  guint i, n = content->regions->len;
  GstVideoRectangle *boxes = g_new (GstVideoRectangle, n);
  gboolean *seen = g_new (gboolean, n);
  GArray *taken = g_array_new (FALSE, FALSE, sizeof (GstVideoRectangle));
  GArray *panel = g_array_new (FALSE, TRUE, sizeof (GstOverlayLayer));

  add_panel (draw, content, visible, panel);
  for (i = 0; i < panel->len; i++) {
    const GstOverlayLayer *layer = &g_array_index (panel, GstOverlayLayer, i);
    GstVideoRectangle place = { layer->x, layer->y, layer->image->width,
      layer->image->height
    };

    g_array_append_val (taken, place);
  }
  /* No label lies under another region's box, and the frame's own answer lies over all. */
  for (i = 0; i < n; i = end_of_box (content, i))
    seen[i] = add_box (draw, &g_array_index (content->regions,
            GstOverlayRegion, i), visible, font, &boxes[i], layers);
  for (i = 0; i < n; i = end_of_box (content, i)) {
    gchar *text = seen[i] ? get_texts (content, i) : NULL;

    if (text)
      add_region_label (draw, text, font, &boxes[i], visible, taken, layers);
    g_free (text);
  }
  g_array_append_vals (layers, panel->data, panel->len);
  g_array_free (panel, TRUE);
  g_array_free (taken, TRUE);
  g_free (seen);
  g_free (boxes);
}
