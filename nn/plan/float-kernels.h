/* gst-resnet: the kernels of a plan for float32
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kernels/activation.h"
#include "kernels/conv.h"
#include "kernels/pool.h"
#include "kernels/winograd.h"
#include "plan/plan.h"

typedef struct {
  NnConvKernels conv;
  NnPoolKernels pool;
  NnWinogradKernels winograd;
  NnActivationKernels activation;
} NnFloatKernels;

static inline const NnFloatKernels *
nn_float_kernels (const NnPlan *plan)
{
  return plan->kernels;
}
