/* gst-resnet: what an imported graph's outputs are, seen from what its last operators make of any numbers
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "graph/graph.h"

typedef enum {
  NN_END_LOGITS,
  NN_END_PROBABILITIES,     /* from 0 to 1, of classes of which one is right */
  NN_END_LOG_PROBABILITIES, /* their logarithms */
  NN_END_INDEPENDENT,       /* from 0 to 1, each class by itself */
} NnOnnxEndKind;

/**
 * NnOnnxEnd: a graph's outputs
 * @scale: what they are multiplied with to be of their kind: 1, or 0.01 for percentages
 * @least_sum, @largest_sum: of PROBABILITIES, what was seen of their sum
 */
typedef struct {
  NnOnnxEndKind kind;
  gdouble scale;
  gdouble least_sum, largest_sum;
} NnOnnxEnd;

/**
 * nn_onnx_find_end: evaluates the graph's last operators on made-up numbers
 * @graph: of INPUT and PLAIN nodes, as nn_onnx_import() gives it
 * The numbers stand for what goes into the operators behind the last layer with weights (or, where that tells nothing
 * and an activation stands before it, behind the last image), and they are small, large, and of both signs. Outputs
 * that are from 0 to 1 and sum to 1 whatever goes in are probabilities, however the graph makes them.
 */
void nn_onnx_find_end (const NnGraph *graph, NnOnnxEnd *end);

/* Appends a multiplication of the output. */
gboolean nn_onnx_scale_output (NnGraph *graph, gdouble factor, GError **error);
