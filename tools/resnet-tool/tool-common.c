/* gst-resnet: what the commands of resnet-tool share: models, labels, messages, JSON
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tool-common.h"

#include <errno.h>
#include <evaluate/class-match.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "default-model.h"

void
tool_error (const gchar *format, ...)
{
  g_autofree gchar *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  fprintf (stderr, "resnet-tool: %s\n", message);
}

void
tool_warning (const gchar *format, ...)
{
  g_autofree gchar *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  fprintf (stderr, "resnet-tool: warning: %s\n", message);
}

int
tool_fail (GError *error)
{
  tool_error ("%s", error ? error->message : "failed without a reason given");
  g_clear_error (&error);
  return TOOL_FAILED;
}

int
tool_finish (int status)
{
  /* A reader that went away (EPIPE, where SIGPIPE is ignored) has seen what it wanted. */
  if (fflush (stdout) == 0 && !ferror (stdout))
    return status;
  if (errno != EPIPE)
    tool_error ("standard output could not be written: %s.", g_strerror (errno));
  return TOOL_FAILED;
}

NnModelOptions
tool_model_options (const ToolOptions *options)
{
  return (NnModelOptions){ .weights = options->weights, .architecture = options->architecture };
}

NnModel *
tool_model_open (const gchar *name, const ToolOptions *options, GError **error)
{
  NnModel *model;
  const NnModelOptions model_options = tool_model_options (options);
  const gchar *const *warning;

  if (g_str_equal (name, "embedded")) {
    g_autoptr (GBytes) bytes = default_model_get_bytes ();

    if (!bytes) {
      g_set_error (error, NN_ERROR, NN_ERROR_IO, "this build of resnet-tool has no embedded model; name a model file");
      return NULL;
    }
    model = nn_model_load_bytes_with (bytes, "embedded", &model_options, error);
  } else {
    model = nn_model_load_with (name, &model_options, error);
  }
  if (!model || options->quiet)
    return model;
  for (warning = nn_model_get_warnings (model); *warning; warning++)
    tool_warning ("%s", *warning);
  return model;
}

gboolean
tool_preprocess_get (const NnModel *model, const ToolOptions *options, NnPreprocess *preprocess, GError **error)
{
  *preprocess = *nn_model_get_preprocess (model);
  if (options->has_interpolation)
    preprocess->interpolation = options->preprocess.interpolation;
  if (options->has_channel_order)
    preprocess->channel_order = options->preprocess.channel_order;
  return (!options->resize || nn_preprocess_set_resize (preprocess, "--resize", options->resize, error))
         && (!options->crop || nn_preprocess_set_crop (preprocess, "--crop", options->crop, error))
         && nn_preprocess_set_statistics (preprocess, "--mean", options->mean, "--std", options->std, error)
         && nn_preprocess_validate (preprocess, error);
}

gboolean
tool_preprocess_is_given (const ToolOptions *options)
{
  return options->resize || options->crop || options->mean || options->std || options->has_interpolation
         || options->has_channel_order;
}

gboolean
tool_labels_get (const NnModel *model, const ToolOptions *options, gchar ***labels, GError **error)
{
  *labels = NULL;
  if (options->labels) {
    g_autoptr (GPtrArray) warnings = g_ptr_array_new_with_free_func (g_free);
    guint i;

    *labels = nn_model_load_labels (model, options->labels, warnings, error);
    for (i = 0; i < warnings->len && !options->quiet; i++)
      tool_warning ("%s", (const gchar *)g_ptr_array_index (warnings, i));
    return *labels != NULL;
  }
  *labels = g_strdupv ((gchar **)nn_model_get_labels (model));
  return TRUE;
}

/* {"0": ["n01440764", "tench"], ...} */
static void
identifiers_of_json (const gchar *text, gsize size, guint n_classes, GPtrArray *ids)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonNode *root;
  guint i;

  if (!json_parser_load_from_data (parser, text, (gssize)size, NULL))
    return;
  root = json_parser_get_root (parser);
  for (i = 0; root && JSON_NODE_HOLDS_OBJECT (root) && i < n_classes; i++) {
    g_autofree gchar *key = g_strdup_printf ("%u", i);
    JsonNode *node = json_object_get_member (json_node_get_object (root), key);
    JsonNode *first = node && JSON_NODE_HOLDS_ARRAY (node) && json_array_get_length (json_node_get_array (node))
                          ? json_array_get_element (json_node_get_array (node), 0)
                          : NULL;
    const gchar *id = first && JSON_NODE_HOLDS_VALUE (first) ? json_node_get_string (first) : NULL;

    if (!id || !evaluate_is_wordnet_id (id, strlen (id)))
      return;
    g_ptr_array_add (ids, g_strdup (id));
  }
}

gchar **
tool_identifiers_get (const ToolOptions *options, guint n_classes)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  g_autofree gchar *text = NULL;
  gsize size;

  if (!options->labels || !g_file_get_contents (options->labels, &text, &size, NULL))
    return NULL;
  if (text[0] == '{') {
    identifiers_of_json (text, size, n_classes, ids);
  } else {
    g_auto (GStrv) lines = g_strsplit (text, "\n", 0);
    gchar **line;

    for (line = lines; *line; line++)
      if (strlen (*line) > 10 && evaluate_is_wordnet_id (*line, 9 * (g_ascii_isspace ((*line)[9]) != 0)))
        g_ptr_array_add (ids, g_strndup (*line, 9));
  }
  if (ids->len != n_classes)
    return NULL;
  g_ptr_array_add (ids, NULL);
  return (gchar **)g_ptr_array_free (g_steal_pointer (&ids), FALSE);
}

NnSession *
tool_session_new (NnModel *model, const ToolOptions *options, guint max_batch, guint height, guint width,
                  GError **error)
{
  const NnSessionOptions session = {
    .threads = options->threads,
    .max_batch = max_batch,
    .height = height,
    .width = width,
    .max_isa = options->max_isa,
    .precision = options->precision,
  };

  return nn_session_new (model, &session, error);
}

const gchar *
tool_label (gchar *const *labels, guint index, gchar buffer[TOOL_LABEL_SIZE])
{
  if (labels)
    return labels[index];
  g_snprintf (buffer, TOOL_LABEL_SIZE, "class %u", index);
  return buffer;
}

gchar *
tool_display_name (const gchar *path)
{
  return g_utf8_make_valid (path, -1);
}

gboolean
tool_fancy (int fd)
{
  return isatty (fd) && g_get_charset (NULL);
}

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

/* The shortest decimal number that is this float again: 0.485, where its double would be 0.48500001430511475. */
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

/* One number, or [height, width]. */
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
