/* gst-resnet: what several commands write as JSON
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tool-json.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tool-text.h"

void
tool_json_number (JsonBuilder *builder, const gchar *name, gdouble value)
{
  if (name)
    json_builder_set_member_name (builder, name);
  if (isfinite (value))
    json_builder_add_double_value (builder, value);
  else
    json_builder_add_null_value (builder);
}

void
tool_json_model (JsonBuilder *builder, const gchar *name, const NnModel *model)
{
  const gchar *const *other;
  g_autofree gchar *display = tool_display_name (name);

  json_builder_set_member_name (builder, "model");
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "name");
  json_builder_add_string_value (builder, display);
  json_builder_set_member_name (builder, "architecture");
  json_builder_add_string_value (builder, nn_model_get_architecture (model));
  json_builder_set_member_name (builder, "format");
  json_builder_add_string_value (builder, nn_model_get_format (model));
  json_builder_set_member_name (builder, "sha256");
  json_builder_add_string_value (builder, nn_model_get_sha256 (model));
  if (nn_model_get_weights (model)) {
    json_builder_set_member_name (builder, "weights");
    json_builder_add_string_value (builder, nn_model_get_weights (model));
    json_builder_set_member_name (builder, "other_weights");
    json_builder_begin_array (builder);
    for (other = nn_model_get_other_weights (model); *other; other++)
      json_builder_add_string_value (builder, *other);
    json_builder_end_array (builder);
  }
  json_builder_set_member_name (builder, "classes");
  json_builder_add_int_value (builder, nn_model_get_n_classes (model));
  json_builder_set_member_name (builder, "parameters");
  json_builder_add_int_value (builder, (gint64)nn_model_get_n_parameters (model));
  json_builder_end_object (builder);
}

/* Returns the double of the shortest decimal number that gives this float again: 0.485, for which (gdouble)value would
 * be 0.48500001430511475. */
static gdouble
shortest (gfloat value)
{
  gchar buffer[G_ASCII_DTOSTR_BUF_SIZE];
  gint precision;

  for (precision = 6; precision < 9; precision++) {
    gchar format[8];

    g_snprintf (format, sizeof format, "%%.%dg", precision);
    g_ascii_formatd (buffer, sizeof buffer, format, value);
    if ((gfloat)g_ascii_strtod (buffer, NULL) == value)
      break;
  }
  return g_ascii_strtod (buffer, NULL);
}

/* Adds one number, or the array [height, width]. */
static void
json_size (JsonBuilder *builder, const gchar *name, guint side, guint height, guint width)
{
  json_builder_set_member_name (builder, name);
  if (height == width && (!height || side)) {
    json_builder_add_int_value (builder, side);
    return;
  }
  json_builder_begin_array (builder);
  json_builder_add_int_value (builder, height);
  json_builder_add_int_value (builder, width);
  json_builder_end_array (builder);
}

void
tool_json_preprocess (JsonBuilder *builder, const NnPreprocess *preprocess)
{
  guint i;

  json_builder_set_member_name (builder, "preprocessing");
  json_builder_begin_object (builder);
  json_size (builder, "resize", preprocess->resize, preprocess->resize_height, preprocess->resize_width);
  json_size (builder, "crop", preprocess->crop_height, preprocess->crop_height, preprocess->crop_width);
  json_builder_set_member_name (builder, "channels");
  json_builder_add_int_value (builder, preprocess->channels);
  json_builder_set_member_name (builder, "channel_order");
  json_builder_add_string_value (
      builder, preprocess->channels == 1 ? "grey" : nn_channel_order_to_string (preprocess->channel_order));
  json_builder_set_member_name (builder, "interpolation");
  json_builder_add_string_value (builder, nn_interpolation_to_string (preprocess->interpolation));
  json_builder_set_member_name (builder, "mean");
  json_builder_begin_array (builder);
  for (i = 0; i < preprocess->channels; i++)
    tool_json_number (builder, NULL, shortest (preprocess->mean[i]));
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "std");
  json_builder_begin_array (builder);
  for (i = 0; i < preprocess->channels; i++)
    tool_json_number (builder, NULL, shortest (preprocess->std[i]));
  json_builder_end_array (builder);
  json_builder_end_object (builder);
}

void
tool_json_print (JsonBuilder *builder, gboolean pretty)
{
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autofree gchar *text = NULL;

  json_generator_set_root (generator, root);
  json_generator_set_pretty (generator, pretty);
  text = json_generator_to_data (generator, NULL);
  fputs (text, stdout);
  fputc ('\n', stdout);
}

gchar *
tool_preprocess_string (const NnPreprocess *p)
{
  GString *out = g_string_new (NULL);
  const gchar *filter = nn_interpolation_to_string (p->interpolation);

  g_autofree gchar *crop = nn_preprocess_crop_to_string (p), *resize = nn_preprocess_resize_to_string (p);
  const gboolean cropped = p->resize_height != p->crop_height || p->resize_width != p->crop_width;
  guint i;

  if (p->resize_height)
    g_string_append_printf (out, "stretched to %s (%s)", resize, filter);
  else if (p->resize)
    g_string_append_printf (out, "shorter side to %s (%s)", resize, filter);
  else
    g_string_append_printf (out, "stretched to %ux%u (%s)", p->crop_height, p->crop_width, filter);
  if (p->resize_height ? cropped : p->resize > 0)
    g_string_append_printf (out, ", centre crop %s", crop);
  if (p->channels == 1)
    g_string_append (out, ", grey");
  else if (p->channel_order != NN_CHANNEL_ORDER_RGB)
    g_string_append_printf (out, ", %s", nn_channel_order_to_string (p->channel_order));
  g_string_append (out, ", mean");
  for (i = 0; i < p->channels; i++)
    g_string_append_printf (out, " %g", p->mean[i]);
  g_string_append (out, ", std");
  for (i = 0; i < p->channels; i++)
    g_string_append_printf (out, " %g", p->std[i]);
  return g_string_free (out, FALSE);
}
