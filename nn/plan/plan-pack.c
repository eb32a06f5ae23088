/* gst-resnet: how a step gets the packed weights of its node
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plan/plan-pack.h"

#include "plan/packed-weight.h"

gboolean
nn_plan_no_memory (const NnNode *node, GError **error)
{
  g_set_error (error, NN_ERROR, NN_ERROR_TOO_LARGE, "layer %s: no memory for its packed weights", node->name);
  return FALSE;
}

gboolean
nn_plan_pack (NnPlan *plan, NnStep *step, const NnPackedLayout *layout, NnPackedBlock *blocks, GError **error)
{
  NnNode *node = (NnNode *)step->node; /* take_weights says that it may be changed */

  step->packed = nn_node_pack (node, layout, blocks, plan->take_weights, plan->workers);
  if (!step->packed)
    return nn_plan_no_memory (node, error);
  plan->packed_size += step->packed->size;
  plan->suspect |= step->packed->suspect;
  return TRUE;
}

gboolean
nn_plan_pack_blocks (NnPlan *plan, NnStep *step, NnPackedForm form, NnPackedSegment segment, guint n_segments,
                     GError **error)
{
  const NnPackedLayout layout = { form, segment, n_segments, step->segment_length, step->n_blocks };
  NnPackedBlock *blocks = g_new0 (NnPackedBlock, step->n_blocks);

  for (guint i = 0; i < step->n_blocks; i++) {
    blocks[i].first_channel = step->blocks[i].first_channel;
    blocks[i].channels = step->blocks[i].channels;
    blocks[i].first_input = step->blocks[i].first_input;
  }
  if (!nn_plan_pack (plan, step, &layout, blocks, error))
    return FALSE;
  for (guint i = 0; i < step->n_blocks; i++) {
    step->blocks[i].weights = step->packed->blocks[i].weights;
    step->blocks[i].bias = step->packed->blocks[i].bias;
  }
  return TRUE;
}

gboolean
nn_plan_is_plain_3x3 (const NnNode *node)
{
  return node->op == NN_OP_CONV && node->groups == 1 && node->kernel[0] == 3 && node->kernel[1] == 3
         && node->stride[0] == 1 && node->stride[1] == 1 && node->dilation[0] == 1 && node->dilation[1] == 1;
}
