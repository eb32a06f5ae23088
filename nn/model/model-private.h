/* gst-resnet: what the session and the exporters may see of a model
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <nn/model.h>

#include "graph/graph.h"
#include "plan/plan-cache.h"

/* Returns the folded and fused graph, which belongs to the model. */
const NnGraph *nn_model_get_graph (const NnModel *model);
/* Returns the graph of a model that nn_model_load_unfolded() made; the caller may change the graph. */
NnGraph *nn_model_get_own_graph (NnModel *model);
/* Returns the cache that the model's sessions get their plans from; NULL where the model was loaded to be saved. */
NnPlanCache *nn_model_get_plans (const NnModel *model);
/* Returns all that the file's metadata says, string → string; never NULL. */
GHashTable *nn_model_get_metadata (const NnModel *model);

/* Returns an empty model. */
NnModel *nn_model_new (void);
/* Returns a model that has a graph and nothing else, for tests. It takes the graph. */
NnModel *nn_model_new_from_graph (NnGraph *graph, guint n_outputs);
