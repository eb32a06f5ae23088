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
  model->preprocess = (NnPreprocess)NN_PREPROCESS_IMAGENET;
  model->warnings = g_ptr_array_new_with_free_func (g_free);
  return model;
}

NnModel *
nn_model_new_from_graph (NnGraph *graph, guint n_outputs)
{
  NnModel *model = nn_model_new ();

  model->graph = graph;
  model->n_outputs = n_outputs;
  model->format = "a graph";
  model->architecture = g_strdup ("a graph");
  model->sha256 = g_strdup ("");
  model->metadata = g_hash_table_new (nn_name_hash, g_str_equal);
  nn_graph_finish (graph);
  model->plans = nn_plan_cache_new (graph);
  g_ptr_array_add (model->warnings, NULL);
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
  g_clear_pointer (&model->metadata, g_hash_table_unref);
  g_ptr_array_unref (model->warnings);
  g_strfreev (model->labels);
  g_strfreev (model->other_weights);
  g_free (model->weights);
  g_free (model->variant);
  g_free (model->architecture);
  g_free (model->sha256);
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
  return model->metadata;
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
  return model->architecture;
}

const gchar *
nn_model_get_format (const NnModel *model)
{
  return model->format;
}

NnModelOutput
nn_model_get_output (const NnModel *model)
{
  return model->output;
}

guint64
nn_model_get_n_parameters (const NnModel *model)
{
  return model->n_parameters;
}

const gchar *
nn_model_get_sha256 (const NnModel *model)
{
  return model->sha256;
}

const gchar *const *
nn_model_get_labels (const NnModel *model)
{
  return (const gchar *const *)model->labels;
}

const NnPreprocess *
nn_model_get_preprocess (const NnModel *model)
{
  return &model->preprocess;
}

gboolean
nn_model_has_preprocess (const NnModel *model)
{
  return model->has_preprocess;
}

const gchar *
nn_model_get_variant (const NnModel *model)
{
  return model->variant ? model->variant : "\n";
}

const gchar *
nn_model_get_weights (const NnModel *model)
{
  return model->weights;
}

const gchar *const *
nn_model_get_other_weights (const NnModel *model)
{
  static const gchar *const none[] = { NULL };

  return model->other_weights ? (const gchar *const *)model->other_weights : none;
}

const gchar *const *
nn_model_get_warnings (const NnModel *model)
{
  return (const gchar *const *)model->warnings->pdata;
}
