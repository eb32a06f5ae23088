/* gst-resnet: MODEL.tune.json → which algorithm a layer is computed with
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "base/nn-hash.h"
#include "load/file-read.h"
#include "load/json-check.h"
#include "model/model-private.h"
#include "model/model-tuning.h"

/* A thousand layers take 50 kB. */
#define MAX_FILE_BYTES (4 << 20)
#define MAX_SIZE 65535

static const gchar *const algorithm_names[] = {
  [NN_ALGORITHM_DIRECT] = "direct",
  [NN_ALGORITHM_WINOGRAD_F2] = "winograd-2x2",
  [NN_ALGORITHM_WINOGRAD_F4] = "winograd-4x4",
};

static gboolean
bad (GError **error, const gchar *shown, const gchar *what)
{
  g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "%s: %s", shown, what);
  return FALSE;
}

static gboolean
get_uint (JsonObject *object, const gchar *name, guint max, guint *value)
{
  JsonNode *node = json_object_get_member (object, name);
  gint64 number;

  if (!node || !JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64)
    return FALSE;
  number = json_node_get_int (node);
  *value = (guint)CLAMP (number, 0, (gint64)max);
  return number >= 1 && number <= (gint64)max;
}

static gboolean
read_layers (const NnGraph *graph, JsonObject *layers, NnAlgorithm *algorithms, const gchar *shown, GError **error)
{
  g_autoptr (GHashTable) by_name = g_hash_table_new (nn_name_hash, g_str_equal);
  JsonObjectIter iter;
  const gchar *name;
  JsonNode *value;

  for (guint i = 0; i < graph->nodes->len; i++)
    if (nn_graph_node (graph, i)->op == NN_OP_CONV)
      g_hash_table_insert (by_name, nn_graph_node (graph, i)->name, GUINT_TO_POINTER (i));
  json_object_iter_init (&iter, layers);
  while (json_object_iter_next (&iter, &name, &value)) {
    const gchar *algorithm = nn_json_get_string (value);
    g_autofree gchar *layer = nn_json_shown (name);
    NnAlgorithm a;

    if (!g_hash_table_contains (by_name, name)) {
      g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "%s: the model has no convolution named '%s'", shown, layer);
      return FALSE;
    }
    for (a = NN_ALGORITHM_DIRECT; a < G_N_ELEMENTS (algorithm_names); a++)
      if (algorithm && g_str_equal (algorithm, algorithm_names[a]))
        break;
    if (a == G_N_ELEMENTS (algorithm_names)) {
      g_set_error (error, NN_ERROR, NN_ERROR_FORMAT,
                   "%s: layer '%s': the algorithm is \"direct\", \"winograd-2x2\" or \"winograd-4x4\"", shown, layer);
      return FALSE;
    }
    algorithms[GPOINTER_TO_UINT (g_hash_table_lookup (by_name, name))] = a;
  }
  return TRUE;
}

static gboolean
read_tuning (NnModel *model, JsonNode *root, const gchar *shown, GError **error)
{
  const NnGraph *graph = nn_model_get_graph (model);
  const gchar *const *levels = nn_cpu_get_isa_names ();
  g_autofree NnAlgorithm *algorithms = g_new0 (NnAlgorithm, graph->nodes->len);
  JsonObject *object;
  JsonNode *layers;
  const gchar *sha256, *isa_name;
  guint version, height, width, isa;

  if (!JSON_NODE_HOLDS_OBJECT (root))
    return bad (error, shown, "is no JSON object");
  object = json_node_get_object (root);
  if (!get_uint (object, "version", 1, &version))
    return bad (error, shown, "\"version\" is 1");
  sha256 = nn_json_get_string (json_object_get_member (object, "sha256"));
  if (!sha256)
    return bad (error, shown, "\"sha256\" is the model file's, a string");
  if (!g_str_equal (sha256, nn_model_get_sha256 (model))) {
    g_set_error (error, NN_ERROR, NN_ERROR_ARGUMENT, "%s: was made for another model file (its sha256 differs)", shown);
    return FALSE;
  }
  if (!get_uint (object, "height", MAX_SIZE, &height) || !get_uint (object, "width", MAX_SIZE, &width))
    return bad (error, shown, "\"height\" and \"width\" are pixels, 1 to 65535");
  isa_name = nn_json_get_string (json_object_get_member (object, "isa"));
  for (isa = 0; levels[isa]; isa++)
    if (isa_name && g_str_equal (isa_name, levels[isa]))
      break;
  if (!levels[isa])
    return bad (error, shown, "\"isa\" is the name of a level");
  layers = json_object_get_member (object, "layers");
  if (!layers || !JSON_NODE_HOLDS_OBJECT (layers))
    return bad (error, shown, "\"layers\" is an object, layer to algorithm");
  if (!read_layers (graph, json_node_get_object (layers), algorithms, shown, error))
    return FALSE;
  nn_plan_cache_set_algorithms (nn_model_get_plans (model), isa, height, width, algorithms, graph->nodes->len);
  return TRUE;
}

gboolean
nn_model_load_tuning (NnModel *model, const gchar *path, GError **error)
{
  g_autofree gchar *shown = g_filename_display_name (path);
  g_autoptr (GBytes) bytes = nn_file_read (path, MAX_FILE_BYTES, error);
  JsonNode *root;
  gboolean ok;

  if (!bytes)
    return FALSE;
  root = nn_json_parse (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), shown, error);
  if (!root)
    return FALSE;
  ok = read_tuning (model, root, shown, error);
  json_node_unref (root);
  return ok;
}

gchar *
nn_tuning_to_json (const NnModel *model, NnIsa isa, guint height, guint width, guint threads, guint batch,
                   const NnAlgorithm *algorithms)
{
  const NnGraph *graph = nn_model_get_graph (model);
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  JsonNode *root;
  gchar *text;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "version");
  json_builder_add_int_value (builder, 1);
  json_builder_set_member_name (builder, "sha256");
  json_builder_add_string_value (builder, nn_model_get_sha256 (model));
  json_builder_set_member_name (builder, "isa");
  json_builder_add_string_value (builder, nn_isa_name (isa));
  json_builder_set_member_name (builder, "height");
  json_builder_add_int_value (builder, height);
  json_builder_set_member_name (builder, "width");
  json_builder_add_int_value (builder, width);
  /* For people: what was measured with. */
  json_builder_set_member_name (builder, "threads");
  json_builder_add_int_value (builder, threads);
  json_builder_set_member_name (builder, "batch");
  json_builder_add_int_value (builder, batch);
  json_builder_set_member_name (builder, "layers");
  json_builder_begin_object (builder);
  for (guint i = 0; i < graph->nodes->len; i++) {
    if (algorithms[i] == NN_ALGORITHM_AUTO)
      continue;
    json_builder_set_member_name (builder, nn_graph_node (graph, i)->name);
    json_builder_add_string_value (builder, algorithm_names[algorithms[i]]);
  }
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  json_generator_set_root (generator, root);
  json_generator_set_pretty (generator, TRUE);
  text = json_generator_to_data (generator, NULL);
  json_node_unref (root);
  return text;
}
