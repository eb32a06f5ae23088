/* gst-resnet: how much memory a plan may take
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plan/plan-memory.h"

gboolean
nn_plan_check_memory (const NnPlan *plan, guint height, guint width, guint batch, guint n_threads, GError **error)
{
  const guint64 most = NN_PLAN_MOST_FOR_IMAGE * MAX (batch, 1);
  /* The sum is in floating point: sizes come from a file, and their sum may be beyond 64 bits. */
  const gdouble floats = (gdouble)plan->arena_size + (gdouble)plan->shared_scratch_size
                         + (gdouble)plan->scratch_size * MAX (n_threads, 1);
  const gdouble bytes = floats * sizeof (gfloat);

  if (bytes <= (gdouble)most)
    return TRUE;
  g_set_error (error, NN_ERROR, NN_ERROR_TOO_LARGE,
               "an input of %u × %u pixels in batches of %u takes %.0f bytes of memory for what the layers compute; up "
               "to %" G_GUINT64_FORMAT " are taken: ask for a smaller crop",
               width, height, MAX (batch, 1), bytes, most);
  return FALSE;
}

gboolean
nn_plan_check_packed (const NnPlan *plan, guint64 weights, GError **error)
{
  const guint64 most = weights * NN_PLAN_MOST_OF_WEIGHTS + NN_PLAN_MOST_PADDING;

  if (plan->packed_size <= most)
    return TRUE;
  g_set_error (error, NN_ERROR, NN_ERROR_TOO_LARGE,
               "the packed weights take more than %" G_GSIZE_FORMAT " bytes of memory; up to %" G_GUINT64_FORMAT
               " are taken for weights of %" G_GUINT64_FORMAT " bytes",
               plan->packed_size, most, weights);
  return FALSE;
}

guint64
nn_plan_weights_size (const NnGraph *graph)
{
  guint64 bytes = 0;

  for (guint i = 0; i < graph->nodes->len; i++) {
    const NnNode *node = nn_graph_node (graph, i);

    if (node->op == NN_OP_CONV || node->op == NN_OP_LINEAR)
      bytes += sizeof (gfloat) * (guint64)node->out_channels * (node->in_channels / MAX (node->groups, 1))
               * node->kernel[0] * node->kernel[1];
  }
  return bytes;
}
