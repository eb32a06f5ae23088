/* gst-resnet: planning one convolution by direct sums of float32
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "plan/float-kernels.h"

/* This is a block of output channels of a convolution. */
typedef struct {
  const NnConvVariant *variant;
  guint first_channel, channels, first_input;
  gfloat *weights, *bias;
  gint32 *segment_offset;
} NnConvBlock;

/**
 * NnDirectConv: what a CONV step of float32 has
 * A task computes some pixels of one block, or of all blocks with @all_blocks: then the weights stay in the cache and
 * the pixels stream past them, otherwise the other way round. With @batch_is_pixels the pixels are those of all images,
 * one image after the other.
 * @inputs_adjoin: the inputs of each pixel are followed by those of the next one
 */
typedef struct {
  guint n_pixels, chunk, n_chunks;
  gboolean batch_is_pixels, all_blocks, inputs_adjoin;
  guint n_segments, segment_length;
  gint32 *in_offset, *out_offset, *residual_offset;
  guint n_blocks;
  NnConvBlock *blocks;
} NnDirectConv;

static inline const NnDirectConv *
nn_step_direct (const NnStep *step)
{
  return step->own;
}

/* Makes @step a CONV step: its geometry, its offset tables and its packed weights follow from its node. */
gboolean nn_plan_conv (NnPlan *plan, NnStep *step, guint threads, GError **error);
/* Packs the weights of a step for float32 blocks whose channels and inputs are known, and fills the blocks' weights and
 * biases. */
gboolean nn_plan_pack_blocks (NnPlan *plan, NnStep *step, const NnPackedLayout *layout, NnConvBlock *blocks,
                              GError **error);
