/* gst-resnet: the number format float32, as plans see it
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plan/plan-float.h"

#include "plan/float-kernels.h"
#include "plan/plan-choose.h"
#include "plan/plan-conv.h"
#include "plan/plan-pack.h"
#include "plan/plan-stages.h"
#include "plan/plan-winograd.h"

static gboolean
init (gpointer kernels, NnIsa isa, guint products)
{
  NnFloatKernels *k = kernels;

  nn_conv_kernels_init (&k->conv, isa);
  nn_pool_kernels_init (&k->pool, isa);
  nn_winograd_kernels_init (&k->winograd, isa);
  nn_activation_kernels_init (&k->activation, isa);
  return TRUE;
}

/* A plain 3×3 convolution is left out because Winograd's algorithm may compute it. So is an entry whose bits depend on
 * the cut, because it has a cut of its own. */
static gboolean
joins_pool (const NnPlan *plan, const NnNode *conv)
{
  return !nn_plan_is_plain_3x3 (conv) && !nn_float_kernels (plan)->conv.variant[0].fixed;
}

static gboolean
plan_conv (NnPlan *plan, NnStep *step, NnAlgorithm algorithm, guint threads, GError **error)
{
  const NnAlgorithm cheapest = nn_plan_choose (plan, step, &step->cost);

  if (algorithm == NN_ALGORITHM_AUTO)
    algorithm = cheapest;
  algorithm = MIN (algorithm, plan->limit);
  if (algorithm >= NN_ALGORITHM_WINOGRAD_F2 && nn_plan_winograd_fits (plan, step))
    return nn_plan_winograd (plan, step, algorithm - NN_ALGORITHM_WINOGRAD_F2, threads, error);
  return nn_plan_conv (plan, step, threads, error);
}

const NnPlanFormat nn_plan_float = {
  .kernels_size = sizeof (NnFloatKernels),
  .init = init,
  .products = 1,
  .gap = NN_CHANNEL_BLOCK,
  .joins_pool = joins_pool,
  .stages = nn_plan_cut_stages,
  .conv = plan_conv,
};
