/* gst-resnet: what the session and the exporters may see of a model
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <nn/model.h>

#include "graph/graph.h"
#include "plan/plan-cache.h"

/* The folded and fused graph; belongs to the model. */
const NnGraph *nn_model_get_graph (const NnModel *model);
/* The same to be changed, of a model that nn_model_load_unfolded() gave. */
NnGraph *nn_model_get_own_graph (NnModel *model);
/* Where its sessions get their plans. */
NnPlanCache *nn_model_get_plans (const NnModel *model);
/* string → string: all that the file's metadata says; never NULL. */
GHashTable *nn_model_get_metadata (const NnModel *model);

/* An empty model. */
NnModel *nn_model_new (void);
/* A model that is no more than its graph, which it takes; for tests. */
NnModel *nn_model_new_from_graph (NnGraph *graph, guint n_outputs);
