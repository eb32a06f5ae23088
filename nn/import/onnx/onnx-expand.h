/* gst-resnet: operators that are short for several of ONNX's own
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "load/onnx/onnx.h"

/**
 * NnOnnxExpansion: what stands for one node
 * @nodes: NnOnnxNode *, in order, all of ONNX's own domain, the last one with the node's output; NULL: the node is one
 *   of ONNX's own and stands for itself. They share attributes' values with the node.
 * @opset: theirs
 */
typedef struct {
  GPtrArray *nodes;
  gint64 opset;
} NnOnnxExpansion;

/* FusedConv, FusedGemm and others that ONNX Runtime writes (com.microsoft), QLinearConv and its like: written out as
 * convolutions, sums and activations on floats between DequantizeLinear and QuantizeLinear. Errors: of a domain that is
 * not known, with what to do; too few inputs; an activation that is not taken. */
gboolean nn_onnx_expand (const NnOnnxNode *node, NnOnnxExpansion *expansion, GError **error);
/* A BatchNormalization that takes its statistics from its input, one image of [1, channels, …]: an
 * InstanceNormalization. Networks that standardize their weights (timm's StdConv2d) have it on constants. */
void nn_onnx_expand_standardization (const NnOnnxNode *node, NnOnnxExpansion *expansion);
void nn_onnx_expansion_clear (NnOnnxExpansion *expansion);
