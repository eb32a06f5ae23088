/* gst-resnet: the model that a command works with, its labels and sessions
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tool-model.h"

#include <evaluate/class-match.h>
#include <json-glib/json-glib.h>
#include <nn/answer.h>
#include <string.h>

#include "default-model.h"
#include "tool-message.h"

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

/* Reads identifiers from a file like {"0": ["n01440764", "tench"], ...}. */
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
