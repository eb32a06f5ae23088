/* gst-resnet: running the steps of a plan for matrix tiles
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/nn-pool.h"
#include "graph/plan.h"

/* @arena, @scratch, @scratch_size: the session's; @input: float32 NCHW of @images images */
typedef struct {
  const NnPlan *plan;
  NnPool *pool;
  gfloat *arena, *scratch;
  gsize scratch_size;
  const gfloat *input;
  guint images;
  const NnStep *step; /* the present one */
} NnTileRun;

void nn_tile_run_input (NnTileRun *run);
void nn_tile_run_step (NnTileRun *run, const NnStep *step);
