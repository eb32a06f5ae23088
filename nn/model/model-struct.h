/* gst-resnet: a model's inside
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <nn/model.h>

#include "graph/graph.h"
#include "model/model-facts.h"
#include "plan/plan-cache.h"

/**
 * NnModel: a model's facts, and its network where our own engine can compute it
 * @graph: the network, folded and fused; where the model is to be saved, as the file has it
 * @plans: the cache that sessions get their plans from, which also has the weights of @graph; NULL where the model is
 * to be saved
 */
struct _NnModel {
  gint ref_count;
  NnModelFacts facts;
  NnGraph *graph;
  NnPlanCache *plans;
};
