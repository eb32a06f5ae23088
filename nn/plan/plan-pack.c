/* gst-resnet: how a step gets the packed weights of its node
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plan/plan-pack.h"

gboolean
nn_plan_no_memory (const NnNode *node, GError **error)
{
  g_set_error (error, NN_ERROR, NN_ERROR_TOO_LARGE, "layer %s: no memory for its packed weights", node->name);
  return FALSE;
}

gboolean
nn_plan_pack (NnPlan *plan, NnStep *step, const NnPackedLayout *layout, NnPackedBlock *blocks, GError **error)
{
  step->packed = nn_weight_store_pack (plan->weights, step->index, layout, blocks, plan->workers);
  if (!step->packed)
    return nn_plan_no_memory (step->node, error);
  plan->packed_size += step->packed->size;
  plan->suspect |= step->packed->suspect;
  return TRUE;
}

gboolean
nn_plan_is_plain_3x3 (const NnNode *node)
{
  return node->op == NN_OP_CONV && node->groups == 1 && node->kernel[0] == 3 && node->kernel[1] == 3
         && node->stride[0] == 1 && node->stride[1] == 1 && node->dilation[0] == 1 && node->dilation[1] == 1;
}
