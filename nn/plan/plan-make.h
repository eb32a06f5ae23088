/* gst-resnet: a graph at one input size → steps, buffers in one arena, packed weights
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "plan/plan.h"

/* A plan of @graph, which must outlive it. NULL with an error that names the layer. */
NnPlan *nn_plan_new (const NnGraph *graph, const NnPlanOptions *options, GError **error);
void nn_plan_free (NnPlan *plan);
