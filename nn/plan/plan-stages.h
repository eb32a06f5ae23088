/* gst-resnet: how many images go through the layers together
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "plan/plan.h"

/* Both fill plan->batch and inner for @batch images that are wanted. The first cuts the network where that saves memory
 * traffic: it also fills plan->split and which buffers are whole. */
void nn_plan_cut_stages (NnPlan *plan, const NnGraph *graph, guint batch);
void nn_plan_one_stage (NnPlan *plan, const NnGraph *graph, guint batch);
/* How many images a node's step runs at a time at most. */
guint nn_plan_images (const NnPlan *plan, guint node);
/* For each node the last node that reads it, n_buffers for the network's output; free with g_free(). */
guint *nn_plan_find_last_uses (const NnPlan *plan, const NnGraph *graph);
