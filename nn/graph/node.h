/* gst-resnet: one operation of the network
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "graph/constant.h"
#include "kernels/activation.h"
#include "ops/operator.h"

typedef enum {
  NN_OP_INPUT,           /* no inputs; out_channels channels */
  NN_OP_CONV,            /* input 0; after fusing, an optional input 1 is added before the activation */
  NN_OP_BATCH_NORM,      /* y = scale · (x − mean) / sqrt (variance + epsilon) + shift; folding removes it */
  NN_OP_RELU,            /* fusing removes it */
  NN_OP_ADD,             /* inputs 0 and 1; fusing removes it where one of them is a convolution that only it reads */
  NN_OP_MAX_POOL,        /* padding is never the maximum */
  NN_OP_AVG_POOL,        /* the mean of the pixels in the window; padding counts only with count_pad */
  NN_OP_GLOBAL_AVG_POOL, /* → channels × 1 × 1 */
  NN_OP_GLOBAL_MAX_POOL, /* → channels × 1 × 1 */
  NN_OP_SIGMOID,         /* y = 1 / (1 + exp (−x)) */
  NN_OP_SCALE,           /* input 0 times input 1, which is channels × 1 × 1 */
  NN_OP_LINEAR,          /* y = W x + b on a channels × 1 × 1 input */
  NN_OP_AFFINE,          /* y = weight[c] · x + bias[c] */
  NN_OP_CHANNEL_NORM, /* y = weight[c] · (x − mean) / sqrt (variance + epsilon) + bias[c], over a pixel's channels */
  NN_OP_CONCAT,       /* the inputs' channels one after the other */
  NN_OP_ACTIVATION,   /* y = f (x), activation.h; fusing removes it where x is a convolution that only it reads */
  NN_OP_ELEMENTWISE,  /* an ONNX operator that computes each element from the elements at its place */
  NN_OP_PLAIN,        /* any ONNX operator, on plain row-major tensors */
} NnOp;

#define NN_NO_NODE G_MAXUINT

/* ONNX's auto_pad: with SAME there is as much padding as ⌈input / stride⌉ outputs need. Where that is an odd number,
 * one more pixel lies after the input (upper) or before it (lower). */
typedef enum { NN_PAD_GIVEN, NN_PAD_SAME_UPPER, NN_PAD_SAME_LOWER } NnPad;

/**
 * NnNode: one operation
 * @name: the layer's name in the state dict ("layer1.0.conv1"); made up where it has none ("layer1.0.add", "maxpool")
 * @inputs: indices of earlier nodes; NN_NO_NODE where unused
 * @more_inputs: CONCAT, ELEMENTWISE, PLAIN: n_more_inputs inputs beyond the second, or NULL
 * @in_channels, @out_channels: INPUT has out_channels only; for pools and element-wise operations both are equal;
 *   CONCAT: in_channels is the first input's; PLAIN: in_channels is 0, and out_channels is the second dimension at the
 *   graph's nominal size (0: there is none)
 * @kernel, @stride, @pad, @dilation: of convolutions and pools: [0] is vertical, [1] horizontal; @pad is the padding at
 *   the top and at the left, and without @pad_more at the bottom and at the right
 * @pad_more: how much more padding there is at the bottom and at the right (from ceil_mode, which rounds sizes up); for
 *   a convolution it may be negative
 * @same: where it is not NN_PAD_GIVEN the padding depends on the input's size (nn_node_pad()), and pad and pad_more
 *   are 0
 * @count_pad: AVG_POOL: padding counts as zeros
 * @onnx: ELEMENTWISE, PLAIN: the operator
 * @constants: ELEMENTWISE, PLAIN: one for each of the operator's inputs, NULL where that is a node or absent; the nodes
 *   are in inputs and more_inputs at the same place. The constants of ELEMENTWISE have one element each.
 * @weight: CONV: [out][in / groups][kernel h][kernel w]; LINEAR: [out][in]; AFFINE and CHANNEL_NORM: [channels]; all
 *   are float32 and row-major. In a model that runs, the weights of CONV and LINEAR are NULL, because a store has them
 *   (plan/weight-store.h).
 * @owns_weight: nobody else reads @weight's bytes, which are a file's memory (nn_graph_own_file())
 * @bias: CONV, LINEAR, AFFINE, CHANNEL_NORM: out_channels floats, or NULL
 * @bn_*: BATCH_NORM: channels floats each (gamma and beta of affine=False are ones and zeros)
 * @relu: CONV, ADD and AFFINE after fusing: max (0, ·) is computed last
 * @activation: ACTIVATION: what it computes; CONV after fusing: what is computed last (@relu is FALSE then)
 * @op_string: a description for people, such as "conv 3x3/2 g32 + add + relu"; nn_graph_finish() fills it
 */
typedef struct {
  NnOp op;
  gchar *name;
  gchar *op_string;
  guint inputs[2];
  guint n_more_inputs;
  guint *more_inputs;
  guint in_channels, out_channels;
  guint kernel[2], stride[2], pad[2], dilation[2];
  gint pad_more[2];
  guint groups;
  GBytes *weight, *bias;
  GBytes *bn_gamma, *bn_beta, *bn_mean, *bn_variance;
  gdouble bn_epsilon;
  gboolean relu, count_pad, owns_weight;
  NnLayerActivation activation;
  NnPad same;
  NnOperator *onnx;
  NnConstant **constants;
} NnNode;

void nn_node_free (NnNode *node);
/* Clears *weight; nobody may have another reference to it. With @owned nobody else reads its bytes, which are a file's
 * memory and go back to the system. */
void nn_weight_drop (GBytes **weight, gboolean owned);
/* Frees a node's weight, which is replaced or no longer needed. Nobody may have another reference to it. */
void nn_node_drop_weight (NnNode *node);

/* Returns how many input slots a node has: two or more. Any of them may hold NN_NO_NODE. */
guint nn_node_n_slots (const NnNode *node);
guint nn_node_get_input (const NnNode *node, guint slot);
/* Returns the first input that is a node, because an operator's first input may be a constant. */
guint nn_node_first_input (const NnNode *node);
void nn_node_set_input (NnNode *node, guint slot, guint input);
/* Makes room for @n slots (at least two); new ones hold NN_NO_NODE. */
void nn_node_set_n_slots (NnNode *node, guint n);
/* Sets the operator of an ELEMENTWISE or a PLAIN node. The node takes @op and the entries of @constants. @inputs holds
 * @n_inputs nodes, or NN_NO_NODE. */
void nn_node_set_operator (NnNode *node, NnOperator *op, guint n_inputs, const guint *inputs,
                           NnConstant *const *constants);

/* Returns the padding before an input of size @in along an axis (0: vertical). *more is how much more padding there is
 * after the input than before it, 0 where there is less. */
guint nn_node_pad (const NnNode *node, guint axis, guint in, guint *more);
/* Returns the size of the output along an axis (0: vertical) as torch.nn.Conv2d and MaxPool2d compute it; 0 where the
 * kernel does not fit into the padded input. */
guint nn_node_output_size (const NnNode *node, guint axis, guint in);
