/* gst-resnet: the network as a list of nodes in execution order
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <nn/error.h>

#include "ops/operator.h"

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
  NN_OP_AFFINE,          /* y = weight[c] · x + bias[c] */
  NN_OP_CONCAT,          /* the inputs' channels one after the other */
  NN_OP_ELEMENTWISE,     /* an ONNX operator that computes each element from the elements at its place */
  NN_OP_PLAIN,           /* any ONNX operator, on plain row-major tensors */
} NnOp;

/* A tensor that is known when the model is loaded; @storage keeps its elements alive. */
typedef struct {
  NnValue value;
  GBytes *storage;
} NnConstant;

#define NN_NO_NODE G_MAXUINT

/* ONNX's auto_pad: so much padding that there are ⌈input / stride⌉ outputs; an odd one is larger after the input
 * (upper) or before it (lower). */
typedef enum { NN_PAD_GIVEN, NN_PAD_SAME_UPPER, NN_PAD_SAME_LOWER } NnPad;

/**
 * NnNode: one operation
 * @name: the layer's name in the state dict ("layer1.0.conv1"); made up where it has none ("layer1.0.add", "maxpool")
 * @inputs: indices of earlier nodes; NN_NO_NODE where unused
 * @more_inputs: CONCAT, PLAIN: n_more_inputs inputs beyond the second, or NULL
 * @in_channels, @out_channels: INPUT has out_channels only; for pools and element-wise operations both are equal;
 *   CONCAT: in_channels is the first input's; PLAIN: in_channels is 0, out_channels the second dimension at the graph's
 *   nominal size (0: there is none)
 * @kernel, @stride, @pad, @dilation: [0] vertical, [1] horizontal; padding is the same on both sides; convolution and
 * pool
 * @pad_more: so much more at the bottom and at the right (a size that is rounded up: ceil_mode), of a convolution also
 * less: a negative number
 * @same: other than NN_PAD_GIVEN: the padding depends on the input's size, pad and pad_more are 0; nn_node_pad()
 * @count_pad: AVG_POOL: padding counts as zeros
 * @onnx: ELEMENTWISE, PLAIN: what is computed
 * @constants: ELEMENTWISE, PLAIN: one for each of the operator's inputs, NULL where that is a node or absent; the nodes
 *   are in inputs and more_inputs at the same place. ELEMENTWISE: constants of one element only.
 * @weight: CONV: [out][in / groups][kernel h][kernel w]; LINEAR: [out][in]; AFFINE: [channels];
 *   float32, row-major
 * @owns_weight: nobody else reads @weight's bytes, which are a file's memory; nn_graph_own_file()
 * @packed: CONV, LINEAR: stands for @weight, which is NULL then; packed-weight.h
 * @bias: CONV, LINEAR, AFFINE: out_channels floats, or NULL
 * @bn_*: BATCH_NORM: channels floats each (gamma and beta of affine=False are ones and zeros)
 * @relu: CONV, ADD and AFFINE after fusing: max (0, ·) last
 * @op_string: for people: "conv 3x3/2 g32 + add + relu"; filled by nn_graph_finish()
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
  struct _NnPackedWeight *packed;
  GBytes *bn_gamma, *bn_beta, *bn_mean, *bn_variance;
  gdouble bn_epsilon;
  gboolean relu, count_pad, owns_weight;
  NnPad same;
  NnOperator *onnx;
  NnConstant **constants;
} NnNode;

/**
 * NnGraph: nodes in execution order; node 0 is the input, the last one the output
 * @height, @width: the input's size that constants in PLAIN nodes were computed for; 0: there are none
 */
typedef struct {
  GPtrArray *nodes;
  guint height, width;
} NnGraph;

NnGraph *nn_graph_new (void);
void nn_graph_free (NnGraph *graph);
/* A node with groups, strides and dilations 1, kernel 1, inputs NN_NO_NODE; takes a copy of @name. Returns its index.
 */
guint nn_graph_add (NnGraph *graph, NnOp op, const gchar *name);
NnNode *nn_graph_node (const NnGraph *graph, guint index);

/* A node's input slots: 2 and more; any may be NN_NO_NODE. */
guint nn_node_n_slots (const NnNode *node);
guint nn_node_get_input (const NnNode *node, guint slot);
/* The first that is a node: an operator's first input may be a constant. */
guint nn_node_first_input (const NnNode *node);
void nn_node_set_input (NnNode *node, guint slot, guint input);
/* Room for that many slots. */
void nn_node_set_n_slots (NnNode *node, guint n);
/* Takes @op and @constants' entries; @inputs: n_inputs nodes or NN_NO_NODE. For ELEMENTWISE and PLAIN. */
void nn_node_set_operator (NnNode *node, NnOperator *op, guint n_inputs, const guint *inputs,
                           NnConstant *const *constants);

/* Padding before an input of that size along an axis (0: vertical), and how much more there is after it than before, 0
 * where it is less. */
guint nn_node_pad (const NnNode *node, guint axis, guint in, guint *more);

/* Copies nothing: @storage is referenced. */
NnConstant *nn_constant_new (const NnValue *value, GBytes *storage);
/* Elements in their own storage, of zeros; NULL when there is no memory. */
NnConstant *nn_constant_new_zeros (const NnValue *type);
/* A list of int64, a float32 scalar: small, never NULL. */
NnConstant *nn_constant_new_ints (const gint64 *values, guint n);
NnConstant *nn_constant_new_float (gfloat value);
NnConstant *nn_constant_copy (const NnConstant *constant);
void nn_constant_free (NnConstant *constant);

/**
 * NnShape: one node's output, one image
 * @channels, @height, @width: of all but PLAIN nodes; of those where they have the shape [1, C, H, W] or [1, C], else 0
 * @dtype, @n_dims, @dims: of a PLAIN node's output as its operator gives it; of others [1, C, H, W]
 */
typedef struct {
  guint channels, height, width;
  NnDType dtype;
  guint n_dims;
  guint64 dims[NN_TENSOR_MAX_DIMS];
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

/* @data: the memory of a file, which nobody but the graph's nodes reads any more and which may be written: a weight
 * that shares its bytes with nothing else gives them back to the system once it is replaced. */
void nn_graph_own_file (NnGraph *graph, gconstpointer data, gsize size);
/* Frees a node's weight: it is replaced, or something stands for it. Nobody may have a reference to it. */
void nn_node_drop_weight (NnNode *node);

/* What a well-formed graph promises (input order, channel counts, weight sizes); the tests call it after each pass. */
gboolean nn_graph_check (const NnGraph *graph, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NnGraph, nn_graph_free)
