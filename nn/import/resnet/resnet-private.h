/* gst-resnet: what the parts of the ResNet builder share
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "import/resnet/resnet-builder.h"
#include "import/resnet/resnet-names.h"

/* ResNet-1202 has 200 blocks a stage. */
#define NN_RESNET_MAX_STAGES 8
#define NN_RESNET_MAX_BLOCKS 512
#define NN_RESNET_MAX_CHANNELS 65536
#define NN_RESNET_MAX_CLASSES (1u << 20)
/* As a float: ONNX's attribute is one, and a converted model gives the same bits. */
#define NN_RESNET_EPSILON 1e-5f

typedef enum {
  NN_ROLE_WEIGHT,
  NN_ROLE_BIAS,
  NN_ROLE_GAMMA,
  NN_ROLE_BETA,
  NN_ROLE_MEAN,
  NN_ROLE_VARIANCE,
  NN_ROLE_COUNTER,
} NnTensorRole;

typedef struct {
  const NnTensor *tensor;
  NnTensorRole role;
} NnTaken;

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

/* Channels of one block's convolutions; inner[1] and groups: of a bottleneck's 3×3. */
typedef struct {
  guint stage;
  guint inner[2];
  guint out;
  guint groups;
} NnResnetBlock;

/**
 * NnResnetBuilder: the network under construction
 * @taken: NnTaken, in the order of the network
 * @used: the same tensors as a set
 * @channels, @last: of the node that the next one reads
 * @stem_kernel: 7 or 3
 * @blocks: NnResnetBlock
 */
typedef struct {
  const NnWeights *weights;
  NnResnetSurvey survey;
  NnGraph *graph;
  GArray *taken;
  GHashTable *used;
  guint last;
  guint channels;
  guint stem_kernel;
  guint stem_channels;
  GArray *blocks;
} NnResnetBuilder;

/* The tensor that we call @name, or NULL. */
const NnTensor *nn_resnet_get (const NnResnetBuilder *builder, const gchar *name);
/* The same, which must be there; dims of 0 are free. An error says what the file calls it, what was expected and what
 * was found. */
const NnTensor *nn_resnet_take (NnResnetBuilder *builder, const gchar *name, guint n_dims, const guint64 *dims,
                                NnTensorRole role, GError **error);
/* Whether layer.suffix ("conv1", "bias") is there. */
gboolean nn_resnet_has (const NnResnetBuilder *builder, const gchar *layer, const gchar *suffix);

/**
 * nn_resnet_add_conv: a convolution and its BatchNorm on builder->last, which they become
 * @layer, @bn_layer: their names; bn_layer NULL: none follows
 * @out: output channels expected, 0: free
 * @kernel: side of the kernel; padding is kernel / 2
 * @groups: (inout) (nullable): NULL: 1; in: groups expected, 0: whatever the weight's shape says; out: what it says
 */
gboolean nn_resnet_add_conv (NnResnetBuilder *builder, const gchar *layer, const gchar *bn_layer, guint out,
                             guint kernel, guint stride, guint *groups, GError **error);
/* A convolution of @weight, which was taken, without padding or stride; its bias where there is one. */
gboolean nn_resnet_append_conv (NnResnetBuilder *builder, const gchar *layer, const NnTensor *weight, GError **error);
/* num_batches_tracked: not needed, but no stranger either. */
void nn_resnet_take_counter (NnResnetBuilder *builder, const gchar *layer);
/* On builder->last, which it becomes. */
gboolean nn_resnet_add_batch_norm (NnResnetBuilder *builder, const gchar *layer, GError **error);
/* An operation without parameters on builder->last; input 1 for sums. */
void nn_resnet_add_simple (NnResnetBuilder *builder, NnOp op, const gchar *name, guint other);

gboolean nn_resnet_add_stem (NnResnetBuilder *builder, GError **error);
/* One block on builder->last; its shape goes to builder->blocks. */
gboolean nn_resnet_add_block (NnResnetBuilder *builder, guint stage, guint block, GError **error);
gboolean nn_resnet_add_stages (NnResnetBuilder *builder, GError **error);
/* The gate of @block ("layer1.0.") on builder->last, where the block has one. */
gboolean nn_resnet_add_gate (NnResnetBuilder *builder, const gchar *block, GError **error);
gboolean nn_resnet_add_fastai_head (NnResnetBuilder *builder, GError **error);
gboolean nn_resnet_add_head (NnResnetBuilder *builder, GError **error);

/* Values: what cannot be evaluated is an error, what may not be meant a warning. */
gboolean nn_resnet_check_fitness (const NnResnetBuilder *builder, GPtrArray *warnings, GError **error);

/* "ResNet-50", "ResNet (basic 2-2-2-2, width 32)"; free with g_free(). */
gchar *nn_resnet_describe (const NnResnetBuilder *builder);
