/* gst-resnet: running the steps of a plan for matrix tiles
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/nn-workers.h"
#include "plan/plan.h"

/* @arena, @scratch, @scratch_size: the session's; @input: float32 NCHW of @images images */
typedef struct {
  const NnPlan *plan;
  NnWorkers *workers;
  gfloat *arena, *scratch;
  gsize scratch_size;
  const gfloat *input;
  guint images;
  const NnStep *step; /* the present one */
} NnBf16Run;

void nn_bf16_run_input (NnBf16Run *run);
void nn_bf16_run_step (NnBf16Run *run, const NnStep *step);
