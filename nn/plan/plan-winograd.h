/* gst-resnet: planning one 3×3 convolution of stride 1 by Winograd's algorithm
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "plan/plan.h"

/* Whether the step can be computed by Winograd's algorithm. */
gboolean nn_plan_winograd_fits (const NnPlan *plan, const NnStep *step);
/* Whether its weights stay as they are and are transformed while they are multiplied. */
gboolean nn_plan_winograd_keeps_taps (const NnPlan *plan, const NnStep *step, NnWinogradTile tile);
/* Fills a WINOGRAD step. */
gboolean nn_plan_winograd (NnPlan *plan, NnStep *step, NnWinogradTile tile, guint threads, GError **error);
void nn_plan_winograd_clear (NnStep *step);
