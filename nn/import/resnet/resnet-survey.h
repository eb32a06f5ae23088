/* gst-resnet: what a state dict's names say
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "import/resnet/resnet-names.h"

/* BatchNorm and ReLU stand after the convolutions (He et al. 2015) or before them (He et al. 2016). In the second
 * case the projection shortcut reads either the output of the first ReLU or the block's input. */
typedef enum {
  NN_ORDER_POST,
  NN_ORDER_PRE,
  NN_ORDER_PRE_SHORTCUT_FROM_INPUT,
} NnResnetOrder;

/**
 * NnResnetSurvey: what the names alone say, before any shape is looked at
 * @deep_stem: the stem has three convolutions of 3×3
 * @pool_is_conv: a convolution stands in the place of the max-pool
 * @average_shortcut: an average pool has the stride in front of a projection, which then has none (He et al. 2018,
 * ResNet-D)
 * @stride_in_1x1: a bottleneck's first convolution has the stride, not its second one (He et al. 2015, and Caffe)
 * @stride_in_first_stage: the first stage has a stride, too
 * @caffe: it is one of Cadene's networks, which follow Caffe's: the max-pool is not padded but rounds the size of its
 * output up, and a basic block has a ReLU before its gate
 * @squeeze_excite, @efficient_attention: the blocks have a gate of that kind; these two and @average_shortcut are known
 * only when the stages are built
 * @bottleneck: some block has a conv3
 * @has_batch_norm: FALSE when it is already folded into the convolutions
 * @has_statistics: some BatchNorm has running_mean or running_var
 * @names: the tensors under our names
 * @n_blocks: the number of blocks of each stage
 */
typedef struct {
  NnResnetNames names;
  gboolean deep_stem, pool_is_conv;
  gboolean average_shortcut, stride_in_1x1, stride_in_first_stage, caffe;
  gboolean squeeze_excite, efficient_attention;
  gboolean bottleneck;
  gboolean has_batch_norm;
  gboolean has_statistics;
  NnResnetOrder order;
  guint n_stages;
  guint n_blocks[NN_RESNET_MAX_STAGES];
} NnResnetSurvey;

gboolean nn_resnet_survey (const NnWeights *weights, NnResnetSurvey *survey, GError **error);
void nn_resnet_survey_clear (NnResnetSurvey *survey);
