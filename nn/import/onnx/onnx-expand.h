/* gst-resnet: operators that are short for several of ONNX's own
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "load/onnx/onnx.h"

/**
 * NnOnnxExpansion: the nodes that stand for one node
 * @nodes: NnOnnxNode *, in order, all of ONNX's own domain; the last one has the node's output. They share the values
 * of attributes with the node. NULL: the node is one of ONNX's own and stands for itself.
 * @opset: the opset of these nodes
 */
typedef struct {
  GPtrArray *nodes;
  gint64 opset;
} NnOnnxExpansion;

/* Writes out FusedConv, FusedGemm and others that ONNX Runtime makes (com.microsoft), and QLinearConv and its like.
 * They become convolutions, sums and activations on floats between DequantizeLinear and QuantizeLinear. The errors
 * are a domain that is not known (the message tells what to do), too few inputs, and an activation that is not
 * taken. */
gboolean nn_onnx_expand (const NnOnnxNode *node, NnOnnxExpansion *expansion, GError **error);
/* Writes a BatchNormalization that takes its statistics from its input, one image of [1, channels, …], as an
 * InstanceNormalization. Networks that standardize their weights (timm's StdConv2d) have it on constants. */
void nn_onnx_expand_standardization (const NnOnnxNode *node, NnOnnxExpansion *expansion);
void nn_onnx_expansion_clear (NnOnnxExpansion *expansion);
