/* gst-resnet: planning ONNX's operators, on plain tensors and on images
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "plan/plan.h"

/* Which nodes' outputs are wanted as images, which as plain tensors, and how large those are: fills plan->plain, and
 * @wants_image[i]. */
gboolean nn_plan_size_plain (NnPlan *plan, const NnGraph *graph, const NnShape *shapes, gboolean *wants_image,
                             GError **error);
/* Fills the operands of a PLAIN or an ELEMENTWISE step. */
gboolean nn_plan_operands (NnPlan *plan, const NnShape *shapes, NnStep *step, GError **error);
/* Fills the factors of an AFFINE step. */
gboolean nn_plan_affine (NnPlan *plan, NnStep *step, GError **error);
void nn_plan_operands_clear (NnStep *step);
