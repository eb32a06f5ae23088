/* gst-resnet: one layer of a ResNet under construction
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "graph/graph.h"
#include "import/resnet/resnet-survey.h"
#include "import/resnet/resnet-traits.h"

/* This is a float because ONNX's attribute is one: a converted model then gives the same bits. */
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

/* The channels of one block's convolutions. inner[1] and groups belong to a bottleneck's 3×3. */
typedef struct {
  guint stage;
  guint inner[2];
  guint out;
  guint groups;
} NnResnetBlock;

/**
 * NnResnetBuilder: the network under construction
 * @traits: what the user says of the network
 * @taken: NnTaken, in the order of the network
 * @used: the same tensors as a set
 * @last: the node that the next one reads
 * @channels: the channels of @last
 * @stem_kernel: 7 or 3
 * @blocks: NnResnetBlock
 */
typedef struct {
  const NnWeights *weights;
  const NnResnetTraits *traits;
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

/* The tensor that has @name among our names, or NULL. */
const NnTensor *nn_resnet_get (const NnResnetBuilder *builder, const gchar *name);
/* Takes the tensor of that name, which must be there with these dims; dims of 0 may have any size. An error gives
 * the tensor's name in the file, what was expected and what was found. */
const NnTensor *nn_resnet_take (NnResnetBuilder *builder, const gchar *name, guint n_dims, const guint64 *dims,
                                NnTensorRole role, GError **error);
/* Whether there is a tensor that we call layer.suffix, such as "conv1.bias". */
gboolean nn_resnet_has (const NnResnetBuilder *builder, const gchar *layer, const gchar *suffix);

/**
 * nn_resnet_add_conv: appends a convolution and its BatchNorm to builder->last; the last of them becomes builder->last
 * @layer, @bn_layer: their names; if @bn_layer is NULL, no BatchNorm follows
 * @out: the output channels that are expected; 0: any number
 * @kernel: the side of the kernel; the padding is kernel / 2
 * @groups: (inout) (nullable): the groups that are expected, and then those that there are; 0: the weight's shape
 * decides; NULL: there is one group
 */
gboolean nn_resnet_add_conv (NnResnetBuilder *builder, const gchar *layer, const gchar *bn_layer, guint out,
                             guint kernel, guint stride, guint *groups, GError **error);
/* Appends a convolution of @weight, which was taken before, without padding and with a stride of 1. The bias is
 * taken if there is one. */
gboolean nn_resnet_append_conv (NnResnetBuilder *builder, const gchar *layer, const NnTensor *weight, GError **error);
/* Appends a linear layer of @weight, which was taken before. The bias is taken if there is one. The numbers are
 * copied. */
gboolean nn_resnet_append_linear (NnResnetBuilder *builder, const gchar *layer, const NnTensor *weight, GError **error);
/* Marks num_batches_tracked as used: nobody needs it, but it is no stranger either. */
void nn_resnet_take_counter (NnResnetBuilder *builder, const gchar *layer);
/* Appends a BatchNorm to builder->last, which it becomes. */
gboolean nn_resnet_add_batch_norm (NnResnetBuilder *builder, const gchar *layer, GError **error);
/* Appends ONNX's operator @op_type to builder->last, which it becomes. Behind its input it gets @n_values constants
 * of one number each; NAN stands for a constant that is absent. */
gboolean nn_resnet_add_operator (NnResnetBuilder *builder, const gchar *op_type, const gchar *name, guint n_values,
                                 const gfloat *values, GError **error);
/* Sets a convolution's dilation, and its padding so that the image keeps its size. */
void nn_resnet_dilate (NnResnetBuilder *builder, guint node, guint dilation);
/* Appends an operation without parameters to builder->last. @other is the second input of a sum, otherwise
 * NN_NO_NODE. */
void nn_resnet_add_simple (NnResnetBuilder *builder, NnOp op, const gchar *name, guint other);
