/* gst-resnet: the number formats of one and two bfloat16 a number, as plans see them
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A plan for bfloat16 has the buffers of one for float32, each number in it as two bfloat16: the plane of all hi, then
 * (from nn_plan_bf16_plane() on) the plane of all lo; together as large as the float32. The last layer's output is
 * float32. Sizes and offsets of buffers count numbers. */
#pragma once

#include "kernels/bf16.h"
#include "plan/plan-format.h"

/* Two bfloat16 a number, one. */
extern const NnPlanFormat nn_plan_high, nn_plan_medium;

static inline const NnBf16Kernels *
nn_bf16_kernels (const NnPlan *plan)
{
  return plan->kernels;
}

/**
 * NnBf16Conv: what a CONV step has: the tables, as kernels/bf16.h has them
 * @tile_in, @in_stride: for matrices; @pixel_in: for vectors; else NULL
 * @tiles_a_task, @blocks_a_task: how the work is cut; @tiles_a_row: where the output is in_rows, and no tile has
 * pixels of two
 * @batch_is_pixels: the fully connected layer: a pixel is an image
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

/* How many planes of bfloat16 a number takes. */
static inline guint
nn_plan_bf16_n_planes (const NnPlan *plan)
{
  return nn_bf16_kernels (plan)->products == 3 ? 2 : 1;
}

/* The distance from a number's hi to its lo, counted in bfloat16. */
static inline gsize
nn_plan_bf16_plane (const NnPlan *plan, const NnBuffer *buffer)
{
  return buffer->size * plan->batch + buffer->slack;
}
