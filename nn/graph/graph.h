/* gst-resnet: the network as a list of nodes in execution order
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <nn/error.h>

typedef enum {
  NN_OP_INPUT,           /* n_inputs 0; out_channels channels */
  NN_OP_CONV,            /* input 0; after fusing an optional input 1 is added before the activation */
  NN_OP_BATCH_NORM,      /* y = scale · (x − mean) / sqrt (variance + epsilon) + shift; gone after folding */
  NN_OP_RELU,            /* gone after fusing */
  NN_OP_ADD,             /* inputs 0 and 1; gone after fusing where one of them is a convolution used once */
  NN_OP_MAX_POOL,        /* padding never wins */
  NN_OP_AVG_POOL,        /* the mean of the pixels in the window; padding does not count */
  NN_OP_GLOBAL_AVG_POOL, /* → channels × 1 × 1 */
  NN_OP_GLOBAL_MAX_POOL, /* → channels × 1 × 1 */
  NN_OP_SIGMOID,         /* y = 1 / (1 + exp (−x)) */
  NN_OP_SCALE,           /* input 0 times input 1, which is channels × 1 × 1 */
  NN_OP_LINEAR,          /* y = W x + b on a channels × 1 × 1 input */
} NnOp;

#define NN_NO_NODE G_MAXUINT

/**
 * NnNode: one operation
 * @name: the layer's name in the state dict ("layer1.0.conv1"); made up where it has none ("layer1.0.add", "maxpool")
 * @inputs: indices of earlier nodes; NN_NO_NODE where unused
 * @in_channels, @out_channels: INPUT has out_channels only; for pools and element-wise operations both are equal
 * @kernel, @stride, @pad, @dilation: [0] vertical, [1] horizontal; padding is the same on both sides; convolution and
 * pool
 * @pad_more: pools: so much more at the bottom and at the right (a size that is rounded up: ceil_mode)
 * @weight: CONV: [out][in / groups][kernel h][kernel w]; LINEAR: [out][in]; float32, row-major
 * @bias: CONV, LINEAR: out_channels floats, or NULL
 * @bn_*: BATCH_NORM: channels floats each (gamma and beta of affine=False are ones and zeros)
 * @relu: CONV and ADD after fusing: max (0, ·) last
 * @op_string: for people: "conv 3x3/2 g32 + add + relu"; filled by nn_graph_finish()
 */
typedef struct {
  NnOp op;
  gchar *name;
  gchar *op_string;
  guint inputs[2];
  guint in_channels, out_channels;
  guint kernel[2], stride[2], pad[2], dilation[2], pad_more[2];
  guint groups;
  GBytes *weight, *bias;
  GBytes *bn_gamma, *bn_beta, *bn_mean, *bn_variance;
  gdouble bn_epsilon;
  gboolean relu;
} NnNode;

/* Nodes in execution order; node 0 is the input, the last one the output. */
typedef struct {
  GPtrArray *nodes;
} NnGraph;

NnGraph *nn_graph_new (void);
void nn_graph_free (NnGraph *graph);
/* A node with groups, strides and dilations 1, kernel 1, inputs NN_NO_NODE; takes a copy of @name. Returns its index.
 */
guint nn_graph_add (NnGraph *graph, NnOp op, const gchar *name);
NnNode *nn_graph_node (const NnGraph *graph, guint index);

/* The shape of one node's output, one image. */
typedef struct {
  guint channels, height, width;
} NnShape;

/* Every node's shape for a 3 × height × width input (output size as PyTorch's Conv2d and MaxPool2d compute it): n_nodes
 * entries, free with g_free(). NULL with NN_ERROR_ARGUMENT where a layer would get an empty input, or sizes overflow;
 * names the layer. */
NnShape *nn_graph_infer_shapes (const NnGraph *graph, guint height, guint width, GError **error);

/* Passes; each leaves a valid graph and is a function of its own, tested before against after. */
void nn_graph_fold_batch_norm (NnGraph *graph); /* into the convolution before it; float64 arithmetic, rounded once */
void nn_graph_fuse (NnGraph *graph);            /* conv + add + relu */
void nn_graph_remove_dead (NnGraph *graph);     /* nodes nobody reads; renumbers */
void nn_graph_finish (NnGraph *graph);          /* op_string */

/* What a well-formed graph promises (input order, channel counts, weight sizes); the tests call it after each pass. */
gboolean nn_graph_check (const NnGraph *graph, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NnGraph, nn_graph_free)
