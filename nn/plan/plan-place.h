/* gst-resnet: where buffers lie in the arena
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "plan/plan.h"

/* Gives each buffer a place in the arena so that buffers that live at the same time do not overlap: fills their offsets
 * and plan->arena_size. */
gboolean nn_plan_place (NnPlan *plan, const NnGraph *graph, GError **error);
