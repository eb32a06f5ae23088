/* gst-resnet: where a pool's windows lie
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "plan/plan.h"

/* Returns where the windows of a pool's node lie in its input. */
NnWindow nn_plan_window (const NnNode *node, const NnBuffer *in);
/* Gives a pool's step its windows. */
void nn_plan_set_window (NnStep *step);

static inline const NnWindow *
nn_step_window (const NnStep *step)
{
  return step->own;
}
