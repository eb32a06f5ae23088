/* gst-resnet: planning one convolution by direct sums
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "plan/plan.h"

/* Fills a CONV step's geometry, offset tables and packed weights from its node. */
gboolean nn_plan_conv (NnPlan *plan, NnStep *step, guint threads, GError **error);
void nn_plan_conv_clear (NnStep *step);
