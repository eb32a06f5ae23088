/* gst-resnet: what the session and the exporters may see of a model
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <nn/model.h>

#include "graph/graph.h"
#include "plan/plan-cache.h"

/* Returns the folded and fused graph, which belongs to the model. */
const NnGraph *nn_model_get_graph (const NnModel *model);
/* Returns the graph of a model that nn_model_load_unfolded() gave, to be changed. */
NnGraph *nn_model_get_own_graph (NnModel *model);
/* Returns where its sessions get their plans; NULL where the model was loaded to be saved. */
NnPlanCache *nn_model_get_plans (const NnModel *model);
/* Returns all that the file's metadata says, string → string; never NULL. */
GHashTable *nn_model_get_metadata (const NnModel *model);

/* An empty model. */
NnModel *nn_model_new (void);
/* A model that is no more than its graph, which it takes; for tests. */
NnModel *nn_model_new_from_graph (NnGraph *graph, guint n_outputs);
