/* gst-resnet: the number formats of one and two bfloat16 a number, as plans see them
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A plan for bfloat16 has the same buffers as one for float32. With two bfloat16 for each number, a buffer holds the
 * plane of all hi and then, from nn_plan_bf16_plane() on, the plane of all lo; together they are as large as the
 * float32. The output of the last layer is float32. Sizes and offsets of buffers count numbers. */
#pragma once

#include "kernels/bf16.h"
#include "plan/plan-format.h"

/* HIGH keeps two bfloat16 for each number, MEDIUM keeps one. */
extern const NnPlanFormat nn_plan_high, nn_plan_medium;

static inline const NnBf16Kernels *
nn_bf16_kernels (const NnPlan *plan)
{
  return plan->kernels;
}

/**
 * NnBf16Conv: what a CONV step has; the tables are those of kernels/bf16.h
 * @tile_in, @in_stride: for kernels of matrices; @pixel_in: for kernels of vectors; the tables of the other kind are
 * NULL
 * @tiles_a_task, @blocks_a_task: how many tiles and blocks a task takes
 * @tiles_a_row: used where the output is in_rows; no tile has pixels of two rows then
 * @batch_is_pixels: the step is a fully connected layer, for which each image is a pixel
 */
typedef struct {
  guint n_tiles, rows, n_steps, step_pairs, n_blocks;
  guint tiles_a_task, blocks_a_task, tiles_a_row;
  gboolean batch_is_pixels, pixels_outside, out_f32;
  gsize in_stride;
  gint32 *tile_in, *pixel_in, *out_offset, *residual_offset, *step_offset;
  NnBf16Block *blocks;
} NnBf16Conv;

static inline const NnBf16Conv *
nn_step_bf16 (const NnStep *step)
{
  return step->own;
}

/* Returns how many planes of bfloat16 a buffer has. */
static inline guint
nn_plan_bf16_n_planes (const NnPlan *plan)
{
  return nn_bf16_kernels (plan)->products == 3 ? 2 : 1;
}

/* Returns the distance from a number's hi to its lo, counted in bfloat16. */
static inline gsize
nn_plan_bf16_plane (const NnPlan *plan, const NnBuffer *buffer)
{
  return buffer->size * plan->batch + buffer->slack;
}
