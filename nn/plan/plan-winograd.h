/* gst-resnet: planning one 3×3 convolution of stride 1 by Winograd's algorithm
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "plan/plan-conv.h"

/**
 * NnWinogradConv: what a WINOGRAD step has
 * @tiles_x: how many tiles a row has; @n_tiles: how many an image has; the tiles of all images are numbered one after
 * the other
 * @fused: a task takes a block of tiles through all three steps, for one of @n_parts of the groups of channels;
 * otherwise all tiles are transformed first, and then a task takes a block of tiles and a group of channels
 * @own_tiles: used when not fused: a thread multiplies the tiles that it has transformed with all channels, instead of
 * all tiles with some channels
 * @taps: if not NULL, the weights are not transformed (NnWinogradTapsArgs): all tiles are transformed first, then a
 * task takes one of the step's blocks
 * @block: tiles in a block; @group: channels in a group; @n_groups: how many groups there are
 * @v_frequency, @m_frequency: floats from one frequency to the next, of transformed tiles and of products; @v_size:
 * floats of a block of transformed tiles; @m_offset: where the products begin in a thread's scratch memory
 * @blocks: n_blocks blocks of channels, whose weights are [frequencies][in_channels][channels]
 * @in_offset, @out_offset: the offsets of the tiles of a block in what the products read and in what they write
 */
typedef struct {
  gchar *name;
  NnWinogradTile tile;
  NnWinogradTransforms transforms;
  guint tiles_x, n_tiles;
  gboolean fused, own_tiles;
  void (*taps) (const NnWinogradTapsArgs *args);
  guint block, group, n_groups, n_parts;
  gsize v_frequency, v_size, m_frequency, m_offset;
  guint n_blocks;
  NnConvBlock *blocks;
  gint32 *in_offset, *out_offset;
} NnWinogradConv;

static inline const NnWinogradConv *
nn_step_winograd (const NnStep *step)
{
  return step->own;
}

/* Returns whether the step can be computed by Winograd's algorithm. */
gboolean nn_plan_winograd_fits (const NnPlan *plan, const NnStep *step);
/* Returns whether the weights stay as they are and are transformed while they are multiplied. */
gboolean nn_plan_winograd_keeps_taps (const NnPlan *plan, const NnStep *step, NnWinogradTile tile);
/* Makes @step a WINOGRAD step. */
gboolean nn_plan_winograd (NnPlan *plan, NnStep *step, NnWinogradTile tile, guint threads, GError **error);
