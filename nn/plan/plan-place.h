/* gst-resnet: where buffers lie in the arena
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "plan/plan.h"

/* Places buffers that live at the same time beside each other: fills their offsets and plan->arena_size. */
gboolean nn_plan_place (NnPlan *plan, const NnGraph *graph, GError **error);
