/* gst-resnet: where a pool's windows lie
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plan/plan-window.h"

NnWindow
nn_plan_window (const NnNode *node, const NnBuffer *in)
{
  const gboolean global = node->op == NN_OP_GLOBAL_MAX_POOL || node->op == NN_OP_GLOBAL_AVG_POOL;
  NnWindow w = { .size = { in->height, in->width } };
  guint more;

  for (guint axis = 0; axis < 2; axis++) {
    w.kernel[axis] = global ? w.size[axis] : node->kernel[axis];
    w.stride[axis] = global ? 1 : node->stride[axis];
    w.pad[axis] = global ? 0 : nn_node_pad (node, axis, w.size[axis], &more);
    w.dilation[axis] = global ? 1 : node->dilation[axis];
  }
  return w;
}

void
nn_plan_set_window (NnStep *step)
{
  const NnWindow window = nn_plan_window (step->node, step->in);

  step->own = g_memdup2 (&window, sizeof window);
  step->free_own = g_free;
}
