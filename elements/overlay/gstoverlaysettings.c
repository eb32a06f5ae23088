/* gst-resnet: the properties of classoverlay
 * SPDX-License-Identifier: LGPL-2.1-or-later */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstoverlaysettings.h"

#include <pango/pango.h>

#define DEFAULT_TOP_K 3
#define DEFAULT_MIN_CONFIDENCE 0.0
#define DEFAULT_POSITION GST_OVERLAY_POSITION_TOP_LEFT
#define DEFAULT_FONT_DESC "Sans"
#define DEFAULT_TEXT_SCALE 1.0
#define DEFAULT_SHOW_STATS FALSE
#define DEFAULT_SHOW_HEATMAP TRUE

enum
{
  PROP_TOP_K = 1,
  PROP_MIN_CONFIDENCE,
  PROP_POSITION,
  PROP_FONT_DESC,
  PROP_TEXT_SCALE,
  PROP_COLORS,
  PROP_SHOW_STATS,
  PROP_SHOW_HEATMAP
};

/* White on nearly black is readable on any picture; sky blue is told from both by people of any colour vision. */
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

void
gst_overlay_settings_init (GstOverlaySettings * settings)
{
  memset (settings, 0, sizeof (*settings));
  settings->top_k = DEFAULT_TOP_K;
  settings->min_confidence = DEFAULT_MIN_CONFIDENCE;
  settings->position = DEFAULT_POSITION;
  settings->font_desc = g_strdup (DEFAULT_FONT_DESC);
  settings->text_scale = DEFAULT_TEXT_SCALE;
  settings->show_stats = DEFAULT_SHOW_STATS;
  settings->show_heatmap = DEFAULT_SHOW_HEATMAP;
}

void
gst_overlay_settings_clear (GstOverlaySettings * settings)
{
  g_clear_pointer (&settings->font_desc, g_free);
  g_clear_pointer (&settings->colors, g_free);
}

void
gst_overlay_settings_copy (GstOverlaySettings * dest,
    const GstOverlaySettings * src)
{
  gst_overlay_settings_clear (dest);
  *dest = *src;
  dest->font_desc = g_strdup (src->font_desc);
  dest->colors = g_strdup (src->colors);
}

#define ANY_TIME (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING)

void
gst_overlay_settings_install_properties (GObjectClass * klass)
{
  g_object_class_install_property (klass, PROP_TOP_K,
      g_param_spec_uint ("top-k", "Top k",
          "How many classes of a frame are shown at most, of each classifier; "
          "0: none (regions have their boxes and labels all the same)",
          0, G_MAXINT, DEFAULT_TOP_K, ANY_TIME));
  g_object_class_install_property (klass, PROP_MIN_CONFIDENCE,
      g_param_spec_double ("min-confidence", "Minimum confidence",
          "Classes and regions less confident than this are not shown; 0: all "
          "are", 0.0, 1.0, DEFAULT_MIN_CONFIDENCE, ANY_TIME));
  g_object_class_install_property (klass, PROP_POSITION,
      g_param_spec_enum ("position", "Position",
          "Where in the picture the frame's classes are shown",
          GST_TYPE_OVERLAY_POSITION, DEFAULT_POSITION, ANY_TIME));
  /**
   * GstClassOverlay:font-desc:
   *
   * A Pango font description: "Sans", "DejaVu Serif Bold Italic", "Noto Sans, Noto Sans CJK JP 12". Characters that the
   * font lacks are taken from others. Without a size, text follows the frame's size; a size is in points of 1/72 inch
   * at 96 pixels an inch. text-scale multiplies both.
   */
  g_object_class_install_property (klass, PROP_FONT_DESC,
      g_param_spec_string ("font-desc", "Font description",
          "Pango font description, as \"DejaVu Sans Bold\"; with a size "
          "(\"Sans 12\", points at 96 dpi) text does not follow the frame's "
          "size. A font that is not installed: a warning and another font",
          DEFAULT_FONT_DESC, ANY_TIME));
  g_object_class_install_property (klass, PROP_TEXT_SCALE,
      g_param_spec_double ("text-scale", "Text scale",
          "Multiplies the size of the text, which is a thirtieth of the frame's "
          "height (11 pixels at least) unless font-desc has a size",
          0.1, 20.0, DEFAULT_TEXT_SCALE, ANY_TIME));
  g_object_class_install_property (klass, PROP_COLORS,
      g_param_spec_string ("colors", "Colors",
          "Up to four, separated by commas: text, plate behind it, confidence "
          "bar, box of a region; each #rrggbb, #rrggbbaa or a CSS name: "
          "\"white,#101418b8,skyblue,skyblue\". Unset or empty, and for those "
          "left out: white and sky blue on a dark plate", NULL, ANY_TIME));
  g_object_class_install_property (klass, PROP_SHOW_STATS,
      g_param_spec_boolean ("show-stats", "Show statistics",
          "Show how many milliseconds the classification of a frame takes and "
          "how many frames a second come through, means of the last second",
          DEFAULT_SHOW_STATS, ANY_TIME));
  g_object_class_install_property (klass, PROP_SHOW_HEATMAP,
      g_param_spec_boolean ("show-heatmap", "Show heat map",
          "Draw the heat map of a result that has one",
          DEFAULT_SHOW_HEATMAP, ANY_TIME));
}

gboolean
gst_overlay_settings_set (GstOverlaySettings * settings, guint prop_id,
    const GValue * value)
{
  switch (prop_id) {
    case PROP_TOP_K:
      settings->top_k = g_value_get_uint (value);
      break;
    case PROP_MIN_CONFIDENCE:
      settings->min_confidence = g_value_get_double (value);
      break;
    case PROP_POSITION:
      settings->position = (GstOverlayPosition) g_value_get_enum (value);
      break;
    case PROP_FONT_DESC:
      g_free (settings->font_desc);
      settings->font_desc = g_value_dup_string (value);
      break;
    case PROP_TEXT_SCALE:
      settings->text_scale = g_value_get_double (value);
      break;
    case PROP_COLORS:
      g_free (settings->colors);
      settings->colors = g_value_dup_string (value);
      break;
    case PROP_SHOW_STATS:
      settings->show_stats = g_value_get_boolean (value);
      break;
    case PROP_SHOW_HEATMAP:
      settings->show_heatmap = g_value_get_boolean (value);
      break;
    default:
      return FALSE;
  }
  settings->serial++;
  return TRUE;
}

gboolean
gst_overlay_settings_get (const GstOverlaySettings * settings, guint prop_id,
    GValue * value)
{
  switch (prop_id) {
    case PROP_TOP_K:
      g_value_set_uint (value, settings->top_k);
      break;
    case PROP_MIN_CONFIDENCE:
      g_value_set_double (value, settings->min_confidence);
      break;
    case PROP_POSITION:
      g_value_set_enum (value, settings->position);
      break;
    case PROP_FONT_DESC:
      g_value_set_string (value, settings->font_desc);
      break;
    case PROP_TEXT_SCALE:
      g_value_set_double (value, settings->text_scale);
      break;
    case PROP_COLORS:
      g_value_set_string (value, settings->colors);
      break;
    case PROP_SHOW_STATS:
      g_value_set_boolean (value, settings->show_stats);
      break;
    case PROP_SHOW_HEATMAP:
      g_value_set_boolean (value, settings->show_heatmap);
      break;
    default:
      return FALSE;
  }
  return TRUE;
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
          "Property colors has more than four: text, plate, bar and box are "
          "all that there are, not also \"%.40s\"", part);
      goto failed;
    }
    if (!*part)
      continue;
    if (!pango_color_parse_with_alpha (&color, &alpha, part)) {
      g_set_error (error, GST_LIBRARY_ERROR, GST_LIBRARY_ERROR_SETTINGS,
          "Property colors: the colour of the %s, \"%.40s\", is neither "
          "#rrggbb or #rrggbbaa nor a CSS colour's name", color_names[i], part);
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
