/* gst-resnet: what an imported graph's outputs are, seen from what its last operators make of any numbers
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "graph/graph.h"

typedef enum {
  NN_END_LOGITS,
  NN_END_PROBABILITIES,     /* numbers from 0 to 1, for classes of which one is right */
  NN_END_LOG_PROBABILITIES, /* the logarithms of such numbers */
  NN_END_INDEPENDENT,       /* numbers from 0 to 1, for each class by itself */
} NnOnnxEndKind;

/**
 * NnOnnxEnd: what a graph's outputs are
 * @scale: the factor that makes the outputs those of their kind: 1, or 0.01 for percentages
 * @least_sum, @largest_sum: for PROBABILITIES, the range of the sums that were seen
 */
typedef struct {
  NnOnnxEndKind kind;
  gdouble scale;
  gdouble least_sum, largest_sum;
} NnOnnxEnd;

/**
 * nn_onnx_find_end: evaluates the graph's last operators on made-up numbers
 * @graph: a graph of INPUT and PLAIN nodes, as nn_onnx_import() gives it
 * The numbers stand for what goes into the operators behind the last layer with weights. Where that tells nothing and
 * an activation stands before that layer, they stand for what goes into the operators behind the last image. They are
 * small, large, and of both signs. Outputs that are from 0 to 1 and sum to 1 whatever goes in are probabilities,
 * however the graph makes them.
 */
void nn_onnx_find_end (const NnGraph *graph, NnOnnxEnd *end);

/* Appends a multiplication of the output by @factor. */
gboolean nn_onnx_scale_output (NnGraph *graph, gdouble factor, GError **error);
