/* gst-resnet: which algorithm a convolution is computed with
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "plan/plan.h"

/* Returns the cheapest algorithm within plan->limit by the cost model, and writes that algorithm's cost to @cost. */
NnAlgorithm nn_plan_choose (const NnPlan *plan, const NnStep *step, gdouble *cost);
