/* gst-resnet: which algorithm a convolution is computed with
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The choice may depend on the layer and on the level, but never on the batch or on the number of threads: algorithms
 * differ by rounding, and results must not. */
#include "plan/plan-choose.h"

#include "plan/plan-winograd.h"

/* The model's constants are all in units of the time that a multiply-add takes at the level's peak. They were fitted to
 * AVX2 (Zen 3) over 3×3 layers from 16 channels at 224² to 512 channels at 7². The times of weights are added to the
 * rest, since memory is not kept busy all the time. */
#define DIRECT_EFFICIENCY 0.93   /* share of the peak when everything is in the cache */
#define PRODUCTS_EFFICIENCY 0.80 /* share of the peak for the products between the transforms */
#define TAPS_EFFICIENCY 0.55     /* the same with weights transformed on the way, for NN_WINOGRAD_TAPS_TILES tiles */
#define WEIGHT_FLOPS 18.         /* 2 × the multiply-adds that are made while a float of weights comes from memory */
#define TRANSFORM_FLOPS 30.      /* the same while a float is transformed (and written and read) */

static gdouble
direct_cost (const NnStep *step)
{
  const NnNode *node = step->node;
  const gdouble taps = (gdouble)node->kernel[0] * node->kernel[1] * (node->in_channels / node->groups);
  const gdouble outputs = (gdouble)step->out->width * step->out->height;

  return taps * (gdouble)step->out->lanes * (2 * outputs / DIRECT_EFFICIENCY + WEIGHT_FLOPS);
}

static gdouble
winograd_cost (const NnPlan *plan, const NnStep *step, NnWinogradTile tile)
{
  const guint f = nn_winograd_frequencies (tile);
  const gdouble tiles
      = (gdouble)nn_winograd_tiles (tile, step->out->width) * nn_winograd_tiles (tile, step->out->height);
  const gdouble in = step->node->in_channels, out = (gdouble)step->out->lanes;
  const gdouble transforms = f * tiles * ((gdouble)step->in->lanes + out) * TRANSFORM_FLOPS;

  if (nn_plan_winograd_keeps_taps (plan, step, tile))
    return in * out * (f * 2 * NN_WINOGRAD_TAPS_TILES / TAPS_EFFICIENCY + 9 * WEIGHT_FLOPS) + transforms;
  return f * in * out * (2 * tiles / PRODUCTS_EFFICIENCY + WEIGHT_FLOPS) + transforms;
}

NnAlgorithm
nn_plan_choose (const NnPlan *plan, const NnStep *step, gdouble *cost)
{
  NnAlgorithm best = NN_ALGORITHM_DIRECT;

  *cost = direct_cost (step);
  if (!nn_float_kernels (plan)->winograd.fast || !nn_plan_winograd_fits (plan, step))
    return best;
  for (guint tile = 0; tile < NN_WINOGRAD_N_TILES; tile++) {
    const NnAlgorithm algorithm = NN_ALGORITHM_WINOGRAD_F2 + tile;
    const gdouble other = winograd_cost (plan, step, tile);

    if (algorithm <= plan->limit && other < *cost) {
      best = algorithm;
      *cost = other;
    }
  }
  return best;
}
