/* gst-resnet: how a step gets the packed weights of its node
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "plan/plan.h"

/* Fills step->packed with nn_weight_store_pack(), which takes ownership of @blocks. Returns FALSE with an error where
 * there is no memory. */
gboolean nn_plan_pack (NnPlan *plan, NnStep *step, const NnPackedLayout *layout, NnPackedBlock *blocks, GError **error);
/* Always returns FALSE, with an error which says that there is no memory for what the node needs. */
gboolean nn_plan_no_memory (const NnNode *node, GError **error);
/* Returns whether the node is a 3×3 convolution of stride 1 without groups or dilation. */
gboolean nn_plan_is_plain_3x3 (const NnNode *node);
