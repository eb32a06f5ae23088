/* gst-resnet: the properties of classoverlay
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstoverlaysettings.h"

#include <pango/pango.h>

#include "property/gstpropertytable.h"

/* White on nearly black is readable on any picture. People of any colour vision tell sky blue from both. */
static const GstOverlayColor default_colors[GST_OVERLAY_N_COLORS] = {
  {1.0, 1.0, 1.0, 1.0},
  {0.06, 0.07, 0.09, 0.72},
  {0.25, 0.71, 1.0, 1.0},
  {0.25, 0.71, 1.0, 1.0}
};

static const gchar *const color_names[GST_OVERLAY_N_COLORS] = {
  "text", "plate", "bar", "box"
};

GType
gst_overlay_position_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    {GST_OVERLAY_POSITION_TOP_LEFT, "Top left", "top-left"},
    {GST_OVERLAY_POSITION_TOP, "Top", "top"},
    {GST_OVERLAY_POSITION_TOP_RIGHT, "Top right", "top-right"},
    {GST_OVERLAY_POSITION_LEFT, "Left", "left"},
    {GST_OVERLAY_POSITION_CENTER, "Center", "center"},
    {GST_OVERLAY_POSITION_RIGHT, "Right", "right"},
    {GST_OVERLAY_POSITION_BOTTOM_LEFT, "Bottom left", "bottom-left"},
    {GST_OVERLAY_POSITION_BOTTOM, "Bottom", "bottom"},
    {GST_OVERLAY_POSITION_BOTTOM_RIGHT, "Bottom right", "bottom-right"},
    {0, NULL, NULL}
  };

  if (g_once_init_enter (&type)) {
    GType t = g_enum_register_static ("GstClassOverlayPosition", values);
    g_once_init_leave (&type, t);
  }
  return type;
}

#define BOOLEAN(...) GST_PROPERTY_BOOLEAN (GstOverlaySettings, __VA_ARGS__)
#define UINT(...) GST_PROPERTY_UINT (GstOverlaySettings, __VA_ARGS__)
#define DOUBLE(...) GST_PROPERTY_DOUBLE (GstOverlaySettings, __VA_ARGS__)
#define ENUM(...) GST_PROPERTY_ENUM (GstOverlaySettings, __VA_ARGS__)
#define STRING(...) GST_PROPERTY_STRING (GstOverlaySettings, __VA_ARGS__)
#define ANY_TIME GST_PROPERTY_ANY_TIME

/* name, nick, field and range and first value, when it may change, text. A new property is a row here, a field in
 * GstOverlaySettings and a row in the table of the documents, which a test compares with this one. */
static const GstPropertyRow rows[] = {
  {"top-k", "Top k", UINT (top_k, 0, G_MAXINT, 3), ANY_TIME,
      "Sets how many classes of a frame are shown at most, for each "
        "classifier. With 0 none are shown; the boxes and labels of regions "
        "are drawn all the same"},
  {"min-confidence", "Minimum confidence",
        DOUBLE (min_confidence, 0.0, 1.0, 0.0), ANY_TIME,
      "Hides the classes and regions whose confidence is below this value, "
        "from 0 to 1"},
  {"position", "Position",
        ENUM (position, gst_overlay_position_get_type,
            GST_OVERLAY_POSITION_TOP_LEFT), ANY_TIME,
      "Chooses where in the picture the classes of the frame are shown"},
  /**
   * GstClassOverlay:font-desc:
   *
   * A Pango font description: "Sans", "DejaVu Serif Bold Italic", "Noto Sans, Noto Sans CJK JP 12". Characters that the
   * font lacks are taken from other fonts. Without a size, the text follows the frame's size. A size is in points of 1/72
   * inch at 96 pixels an inch. text-scale multiplies both.
   */
  {"font-desc", "Font description", STRING (font_desc, "Sans"), ANY_TIME,
      "Chooses the font by a Pango font description, for example \"DejaVu "
        "Sans Bold\". If it has a size (\"Sans 12\", in points at 96 dpi), the "
        "text does not follow the frame's size. If the font is not installed, "
        "the element warns and uses another one"},
  {"text-scale", "Text scale", DOUBLE (text_scale, 0.1, 20.0, 1.0), ANY_TIME,
      "Multiplies the size of the text, which is a thirtieth of the frame's "
        "height and at least 11 pixels unless font-desc has a size"},
  {"colors", "Colors", STRING (colors, NULL), ANY_TIME,
      "Sets up to four colours, separated by commas: of the text, of the plate "
        "behind it, of the confidence bar and of the box of a region. Each is "
        "#rrggbb, #rrggbbaa or a CSS name, for example "
        "\"white,#101418b8,skyblue,skyblue\". A colour that is left out is "
        "white or sky blue on a dark plate"},
  {"show-stats", "Show statistics", BOOLEAN (show_stats, FALSE), ANY_TIME,
      "Shows how many milliseconds the classification of a frame takes and "
        "how many frames come through in a second, as means over the last "
        "second"},
  {"show-heatmap", "Show heat map", BOOLEAN (show_heatmap, TRUE), ANY_TIME,
      "Draws the heat map of a result that has one"},
};

static const GstPropertyTable table = {
  rows, G_N_ELEMENTS (rows), sizeof (GstOverlaySettings)
};

void
gst_overlay_settings_install_properties (GObjectClass * klass)
{
  gst_property_table_install (&table, klass);
}

void
gst_overlay_settings_init (GstOverlaySettings * settings)
{
  gst_property_table_init (&table, settings);
}

void
gst_overlay_settings_clear (GstOverlaySettings * settings)
{
  gst_property_table_clear (&table, settings);
}

void
gst_overlay_settings_copy (GstOverlaySettings * dest,
    const GstOverlaySettings * src)
{
  gst_property_table_copy (&table, dest, src);
}

gboolean
gst_overlay_settings_set (GstOverlaySettings * settings, guint prop_id,
    const GValue * value)
{
  if (!gst_property_table_set (&table, settings, prop_id, value))
    return FALSE;
  settings->serial++;
  return TRUE;
}

gboolean
gst_overlay_settings_get (const GstOverlaySettings * settings, guint prop_id,
    GValue * value)
{
  return gst_property_table_get (&table, settings, prop_id, value);
}

gboolean
gst_overlay_colors_parse (const gchar * string,
    GstOverlayColor colors[GST_OVERLAY_N_COLORS], GError ** error)
{
  GstOverlayColor parsed[GST_OVERLAY_N_COLORS];
  gchar **parts;
  guint i;

  memcpy (parsed, default_colors, sizeof (parsed));
  parts = g_strsplit (string ? string : "", ",", GST_OVERLAY_N_COLORS + 1);
  for (i = 0; parts[i]; i++) {
    const gchar *part = g_strstrip (parts[i]);
    PangoColor color;
    guint16 alpha;

    if (i == GST_OVERLAY_N_COLORS) {
      g_set_error (error, GST_LIBRARY_ERROR, GST_LIBRARY_ERROR_SETTINGS,
          "Property colors names more than four colours: there are those of "
          "the text, the plate, the bar and the box, and \"%.40s\" is one "
          "too many", part);
      goto failed;
    }
    if (!*part)
      continue;
    if (!pango_color_parse_with_alpha (&color, &alpha, part)) {
      g_set_error (error, GST_LIBRARY_ERROR, GST_LIBRARY_ERROR_SETTINGS,
          "Property colors: the colour of the %s, \"%.40s\", must be #rrggbb, "
          "#rrggbbaa or the name of a CSS colour", color_names[i], part);
      goto failed;
    }
    parsed[i].red = color.red / 65535.0;
    parsed[i].green = color.green / 65535.0;
    parsed[i].blue = color.blue / 65535.0;
    parsed[i].alpha = alpha / 65535.0;
  }
  g_strfreev (parts);
  memcpy (colors, parsed, sizeof (parsed));
  return TRUE;

failed:
  g_strfreev (parts);
  return FALSE;
}
