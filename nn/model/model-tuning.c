/* gst-resnet: reading and writing of MODEL.tune.json, which says with which algorithm a layer is computed
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <nn/cpu.h>
#include <string.h>

#include "base/nn-hash.h"
#include "load/file-read.h"
#include "load/json-read.h"
#include "load/json-write.h"
#include "model/model-private.h"
#include "model/model-tuning.h"

/* A layer takes 50 bytes, so this is enough for five thousand layers. The deepest ResNets have one thousand. */
#define MAX_FILE_BYTES (256 << 10)
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
get_uint (NnJson object, const gchar *name, guint max, guint *value)
{
  gint64 number;

  if (!nn_json_int (nn_json_member (object, name), &number))
    return FALSE;
  *value = (guint)CLAMP (number, 0, (gint64)max);
  return number >= 1 && number <= (gint64)max;
}

static gboolean
read_layers (const NnGraph *graph, NnJson layers, NnAlgorithm *algorithms, const gchar *shown, GError **error)
{
  g_autoptr (GHashTable) by_name = g_hash_table_new (nn_name_hash, g_str_equal);

  for (guint i = 0; i < graph->nodes->len; i++)
    if (nn_graph_node (graph, i)->op == NN_OP_CONV)
      g_hash_table_insert (by_name, nn_graph_node (graph, i)->name, GUINT_TO_POINTER (i));
  for (NnJson value = nn_json_first (layers); nn_json_type (value); value = nn_json_next (layers, value)) {
    const gchar *name = nn_json_name (value), *algorithm = nn_json_string (value);
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
read_tuning (NnModel *model, NnJson object, const gchar *shown, GError **error)
{
  const NnGraph *graph = nn_model_get_graph (model);
  const gchar *const *levels = nn_cpu_get_isa_names ();
  g_autofree NnAlgorithm *algorithms = g_new0 (NnAlgorithm, graph->nodes->len);
  NnJson layers;
  const gchar *sha256, *isa_name;
  guint version, height, width, isa;

  if (nn_json_type (object) != NN_JSON_OBJECT)
    return bad (error, shown, "is no JSON object");
  if (!get_uint (object, "version", 1, &version))
    return bad (error, shown, "\"version\" is 1");
  sha256 = nn_json_string (nn_json_member (object, "sha256"));
  if (!sha256)
    return bad (error, shown, "\"sha256\" is the model file's, a string");
  if (!g_str_equal (sha256, nn_model_get_sha256 (model))) {
    g_set_error (error, NN_ERROR, NN_ERROR_ARGUMENT, "%s: was made for another model file (its sha256 differs)", shown);
    return FALSE;
  }
  if (!get_uint (object, "height", MAX_SIZE, &height) || !get_uint (object, "width", MAX_SIZE, &width))
    return bad (error, shown, "\"height\" and \"width\" are pixels, 1 to 65535");
  isa_name = nn_json_string (nn_json_member (object, "isa"));
  for (isa = 0; levels[isa]; isa++)
    if (isa_name && g_str_equal (isa_name, levels[isa]))
      break;
  if (!levels[isa])
    return bad (error, shown, "\"isa\" is the name of a level");
  layers = nn_json_member (object, "layers");
  if (nn_json_type (layers) != NN_JSON_OBJECT)
    return bad (error, shown, "\"layers\" is an object, layer to algorithm");
  if (!read_layers (graph, layers, algorithms, shown, error))
    return FALSE;
  nn_plan_cache_set_algorithms (nn_model_get_plans (model), isa, height, width, algorithms, graph->nodes->len);
  return TRUE;
}

gboolean
nn_model_load_tuning (NnModel *model, const gchar *path, GError **error)
{
  g_autofree gchar *shown = g_filename_display_name (path);
  g_autoptr (GBytes) bytes = nn_file_read (path, MAX_FILE_BYTES, error);
  g_autoptr (NnJsonDoc) doc = NULL;
  gconstpointer data;
  gsize size;

  if (!bytes)
    return FALSE;
  data = g_bytes_get_data (bytes, &size);
  doc = nn_json_parse (data ? data : "", size, shown, error);
  return doc && read_tuning (model, nn_json_root (doc), shown, error);
}

gchar *
nn_tuning_to_json (const NnModel *model, NnIsa isa, guint height, guint width, guint threads, guint batch,
                   const NnAlgorithm *algorithms)
{
  const NnGraph *graph = nn_model_get_graph (model);
  GString *text = g_string_new ("{\n  \"version\" : 1,\n  \"sha256\" : ");
  gboolean first = TRUE;

  nn_json_append_string (text, nn_model_get_sha256 (model));
  g_string_append (text, ",\n  \"isa\" : ");
  nn_json_append_string (text, nn_isa_name (isa));
  /* The number of threads and the batch tell people how the times were measured; nothing reads them. */
  g_string_append_printf (text,
                          ",\n  \"height\" : %u,\n  \"width\" : %u,\n  \"threads\" : %u,\n  \"batch\" : %u,\n"
                          "  \"layers\" : {",
                          height, width, threads, batch);
  for (guint i = 0; i < graph->nodes->len; i++) {
    if (algorithms[i] == NN_ALGORITHM_AUTO)
      continue;
    g_string_append (text, first ? "\n    " : ",\n    ");
    nn_json_append_string (text, nn_graph_node (graph, i)->name);
    g_string_append_printf (text, " : \"%s\"", algorithm_names[algorithms[i]]);
    first = FALSE;
  }
  g_string_append (text, "\n  }\n}");
  return g_string_free (text, FALSE);
}
