/* gst-resnet: how many images go through the layers together
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "plan/plan.h"

/* Both functions fill plan->batch and plan->inner; @batch is the number of images that are wanted. The first one cuts
 * the network where that saves memory traffic, so it also fills plan->split and which buffers are whole. */
void nn_plan_cut_stages (NnPlan *plan, const NnGraph *graph, guint batch);
void nn_plan_one_stage (NnPlan *plan, const NnGraph *graph, guint batch);
/* Returns how many images the step of a node runs at a time at most. */
guint nn_plan_images (const NnPlan *plan, guint node);
/* Returns for each node the last node that reads it, and n_buffers for the network's output; the caller frees it with
 * g_free(). */
guint *nn_plan_find_last_uses (const NnPlan *plan, const NnGraph *graph);
