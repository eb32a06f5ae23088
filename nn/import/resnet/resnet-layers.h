/* gst-resnet: one layer of a ResNet under construction
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "graph/graph.h"
#include "import/resnet/resnet-survey.h"
#include "import/resnet/resnet-traits.h"

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

/* Channels of one block's convolutions; inner[1] and groups: of a bottleneck's 3×3. */
typedef struct {
  guint stage;
  guint inner[2];
  guint out;
  guint groups;
} NnResnetBlock;

/**
 * NnResnetBuilder: the network under construction
 * @traits: what the user says of it
 * @taken: NnTaken, in the order of the network
 * @used: the same tensors as a set
 * @channels, @last: of the node that the next one reads
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
/* A linear layer of @weight, which was taken; its bias where there is one. The numbers are copied. */
gboolean nn_resnet_append_linear (NnResnetBuilder *builder, const gchar *layer, const NnTensor *weight, GError **error);
/* num_batches_tracked: not needed, but no stranger either. */
void nn_resnet_take_counter (NnResnetBuilder *builder, const gchar *layer);
/* On builder->last, which it becomes. */
gboolean nn_resnet_add_batch_norm (NnResnetBuilder *builder, const gchar *layer, GError **error);
/* ONNX's operator @op_type on builder->last, which it becomes: with @n_values constants of one number behind its input
 * (NAN: one that is absent). */
gboolean nn_resnet_add_operator (NnResnetBuilder *builder, const gchar *op_type, const gchar *name, guint n_values,
                                 const gfloat *values, GError **error);
/* A convolution's dilation; its padding keeps the image's size. */
void nn_resnet_dilate (NnResnetBuilder *builder, guint node, guint dilation);
/* An operation without parameters on builder->last; input 1 for sums. */
void nn_resnet_add_simple (NnResnetBuilder *builder, NnOp op, const gchar *name, guint other);
