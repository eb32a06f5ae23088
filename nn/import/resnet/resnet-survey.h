/* gst-resnet: what a state dict's names say
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "import/resnet/resnet-names.h"

/* Where BatchNorm and ReLU stand: after the convolutions (He et al. 2015), or before them (He et al. 2016), the
 * projection shortcut then reading what the first ReLU gives, or what comes in. */
typedef enum {
  NN_ORDER_POST,
  NN_ORDER_PRE,
  NN_ORDER_PRE_SHORTCUT_FROM_INPUT,
} NnResnetOrder;

/**
 * NnResnetSurvey: what the names alone say, before any shape is looked at
 * @names: the tensors under our names
 * @deep_stem: three convolutions of 3×3
 * @pool_is_conv: a convolution in the place of the max-pool
 * @stride_in_1x1: a bottleneck's stride is its first convolution's, not its second's (He et al. 2015; Caffe's)
 * @stride_in_first_stage: the first stage has a stride too
 * @caffe: Cadene's networks, after Caffe's: the max-pool is not padded but rounds its output's size up, a basic block
 * has a ReLU before its gate
 * @average_shortcut: an average pool with the stride before a projection, which has none (He et al. 2018, ResNet-D)
 * @squeeze_excite, @efficient_attention: a gate; these three are known once the stages are built
 * @bottleneck: some block has a conv3
 * @has_batch_norm: FALSE when it is folded already
 * @has_statistics: some BatchNorm has running_mean or running_var
 * @n_blocks: of each stage
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
