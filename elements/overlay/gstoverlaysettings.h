/* gst-resnet: the properties of classoverlay
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS
#define GST_TYPE_OVERLAY_POSITION (gst_overlay_position_get_type ())
    GType gst_overlay_position_get_type (void);

/* Row by row, so that column and row are the remainder and the quotient of 3. */
typedef enum
{
  GST_OVERLAY_POSITION_TOP_LEFT,
  GST_OVERLAY_POSITION_TOP,
  GST_OVERLAY_POSITION_TOP_RIGHT,
  GST_OVERLAY_POSITION_LEFT,
  GST_OVERLAY_POSITION_CENTER,
  GST_OVERLAY_POSITION_RIGHT,
  GST_OVERLAY_POSITION_BOTTOM_LEFT,
  GST_OVERLAY_POSITION_BOTTOM,
  GST_OVERLAY_POSITION_BOTTOM_RIGHT
} GstOverlayPosition;

enum
{
  GST_OVERLAY_COLOR_TEXT,
  GST_OVERLAY_COLOR_PLATE,
  GST_OVERLAY_COLOR_BAR,
  GST_OVERLAY_COLOR_BOX,
  GST_OVERLAY_N_COLORS
};

/* From 0 to 1, not premultiplied. */
typedef struct
{
  gdouble red, green, blue, alpha;
} GstOverlayColor;

/* The values as the user gave them. The element has one under its object lock, which set_property and get_property
 * use, and one of the streaming thread's own. */
typedef struct
{
  guint top_k;
  gdouble min_confidence;
  GstOverlayPosition position;
  gchar *font_desc;
  gdouble text_scale;
  gchar *colors;
  gboolean show_stats, show_heatmap;
  guint serial;                 /* goes up with each change */
} GstOverlaySettings;

void gst_overlay_settings_init (GstOverlaySettings * settings);
void gst_overlay_settings_clear (GstOverlaySettings * settings);
void gst_overlay_settings_copy (GstOverlaySettings * dest,
    const GstOverlaySettings * src);

void gst_overlay_settings_install_properties (GObjectClass * klass);
/* FALSE: @prop_id is none of the settings. Changes are counted in serial. */
gboolean gst_overlay_settings_set (GstOverlaySettings * settings,
    guint prop_id, const GValue * value);
gboolean gst_overlay_settings_get (const GstOverlaySettings * settings,
    guint prop_id, GValue * value);

/* Up to four colours, separated by commas, over the defaults: text, plate, bar, box; each #rgb, #rrggbb, #rrggbbaa or
 * one of CSS's names. NULL and "" are the defaults. @colors is only written on success; the error names the part. */
gboolean gst_overlay_colors_parse (const gchar * string,
    GstOverlayColor colors[GST_OVERLAY_N_COLORS], GError ** error);

G_END_DECLS
