/* gst-resnet: what a model says of itself
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <nn/model.h>

#include "base/nn-hash.h"
#include "graph/graph-describe.h"
#include "model/model-private.h"
#include "model/model-struct.h"

NnModel *
nn_model_new (void)
{
  NnModel *model = g_new0 (NnModel, 1);

  model->ref_count = 1;
  nn_model_facts_init (&model->facts);
  return model;
}

NnModel *
nn_model_new_from_graph (NnGraph *graph, guint n_outputs)
{
  NnModel *model = nn_model_new ();

  model->graph = graph;
  model->facts.n_outputs = n_outputs;
  model->facts.format = "a graph";
  model->facts.architecture = g_strdup ("a graph");
  model->facts.sha256 = g_strdup ("");
  model->facts.metadata = g_hash_table_new (nn_name_hash, g_str_equal);
  nn_graph_finish (graph);
  model->plans = nn_plan_cache_new (graph);
  g_ptr_array_add (model->facts.warnings, NULL);
  return model;
}

NnModel *
nn_model_ref (NnModel *model)
{
  g_atomic_int_inc (&model->ref_count);
  return model;
}

void
nn_model_unref (NnModel *model)
{
  if (!model || !g_atomic_int_dec_and_test (&model->ref_count))
    return;
  nn_plan_cache_free (model->plans);
  nn_graph_free (model->graph);
  nn_model_facts_clear (&model->facts);
  g_free (model);
}

NnGraph *
nn_model_get_own_graph (NnModel *model)
{
  return model->graph;
}

GHashTable *
nn_model_get_metadata (const NnModel *model)
{
  return model->facts.metadata;
}

const NnGraph *
nn_model_get_graph (const NnModel *model)
{
  return model->graph;
}

NnPlanCache *
nn_model_get_plans (const NnModel *model)
{
  return model->plans;
}

const gchar *
nn_model_get_architecture (const NnModel *model)
{
  return model->facts.architecture;
}

const gchar *
nn_model_get_format (const NnModel *model)
{
  return model->facts.format;
}

NnModelOutput
nn_model_get_output (const NnModel *model)
{
  return model->facts.output;
}

guint64
nn_model_get_n_parameters (const NnModel *model)
{
  return model->facts.n_parameters;
}

const gchar *
nn_model_get_sha256 (const NnModel *model)
{
  return model->facts.sha256;
}

const gchar *const *
nn_model_get_labels (const NnModel *model)
{
  return (const gchar *const *)model->facts.labels;
}

const NnPreprocess *
nn_model_get_preprocess (const NnModel *model)
{
  return &model->facts.preprocess;
}

gboolean
nn_model_has_preprocess (const NnModel *model)
{
  return model->facts.has_preprocess;
}

const gchar *
nn_model_get_variant (const NnModel *model)
{
  return model->facts.variant ? model->facts.variant : "\n";
}

const gchar *
nn_model_get_weights (const NnModel *model)
{
  return model->facts.weights;
}

const gchar *const *
nn_model_get_other_weights (const NnModel *model)
{
  static const gchar *const none[] = { NULL };

  return model->facts.other_weights ? (const gchar *const *)model->facts.other_weights : none;
}

const gchar *const *
nn_model_get_warnings (const NnModel *model)
{
  return (const gchar *const *)model->facts.warnings->pdata;
}
