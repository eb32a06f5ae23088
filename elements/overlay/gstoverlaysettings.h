/* gst-resnet: the properties of classoverlay
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS
#define GST_TYPE_OVERLAY_POSITION (gst_overlay_position_get_type ())
    GType gst_overlay_position_get_type (void);

/* They go row by row, so that a position modulo 3 is its column and divided by 3 its row. */
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

/* The values go from 0 to 1 and are not premultiplied. */
typedef struct
{
  gdouble red, green, blue, alpha;
} GstOverlayColor;

/* These are the values as the user gave them. The element has one set under its object lock, which set_property and
 * get_property use, and another that belongs to the streaming thread. */
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
/* Returns FALSE when @prop_id is none of the settings. serial counts the changes. */
gboolean gst_overlay_settings_set (GstOverlaySettings * settings,
    guint prop_id, const GValue * value);
gboolean gst_overlay_settings_get (const GstOverlaySettings * settings,
    guint prop_id, GValue * value);

/* Reads up to four colours, separated by commas, for text, plate, bar and box. Each is #rgb, #rrggbb, #rrggbbaa or one of
 * CSS's names. Those that are missing get their defaults, and so do all with NULL and "". @colors is written only on
 * success. The error names the part that cannot be read. */
gboolean gst_overlay_colors_parse (const gchar * string,
    GstOverlayColor colors[GST_OVERLAY_N_COLORS], GError ** error);

G_END_DECLS
