/* gst-resnet: planning for matrix tiles
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A plan for tiles has the buffers of one for float32, each number in it as two bfloat16: the plane of all hi, then
 * (from nn_plan_bf16_plane() on) the plane of all lo; together as large as the float32. The last layer's output is
 * float32. Sizes and offsets of buffers count numbers. */
#pragma once

#include "plan/plan.h"

/**
 * NnBf16Conv: a convolution's tables, as kernels/bf16.h has them
 * @tile_in, @in_stride: for matrices; @pixel_in: for vectors; else NULL
 * @tiles_a_task, @blocks_a_task: how the work is cut; @tiles_a_row: where the output is in_rows, and no tile has
 * pixels of two
 * @batch_is_pixels: the fully connected layer: a pixel is an image
 */
struct _NnBf16Conv {
  guint n_tiles, rows, n_steps, step_pairs, n_blocks;
  guint tiles_a_task, blocks_a_task, tiles_a_row;
  gboolean batch_is_pixels, pixels_outside, out_f32;
  gsize in_stride;
  gint32 *tile_in, *pixel_in, *out_offset, *residual_offset, *step_offset;
  NnBf16Block *blocks;
};

/* FALSE with NN_ERROR_UNSUPPORTED: the network has an operation that tiles do not have; says which. */
gboolean nn_plan_bf16_supports (const NnGraph *graph, GError **error);
/* After the buffers have their float32 sizes and the plan its batch, before they are placed: room for what tiles read
 * beyond an image. */
gboolean nn_plan_bf16_buffers (NnPlan *plan, const NnGraph *graph, GError **error);
/* Fills a CONV step: step->tile. */
gboolean nn_plan_bf16_conv (NnPlan *plan, NnStep *step, guint threads, GError **error);
void nn_plan_bf16_clear (NnStep *step);

/* Planes of bfloat16 that a number takes. */
static inline guint
nn_plan_bf16_n_planes (const NnPlan *plan)
{
  return plan->tile.products == 3 ? 2 : 1;
}

/* From a number's hi to its lo, in bfloat16. */
static inline gsize
nn_plan_bf16_plane (const NnPlan *plan, const NnBuffer *buffer)
{
  return buffer->size * plan->batch + buffer->slack;
}
