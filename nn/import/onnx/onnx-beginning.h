/* gst-resnet: which pixels an imported graph expects, seen from what it does to them first
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "graph/graph.h"

/* The range of the pixels that a graph takes. */
typedef enum {
  NN_INPUT_STANDARDIZED, /* normalized as by torchvision, as far as the graph shows */
  NN_INPUT_TO_1,         /* 0 to 1: the graph subtracts means and divides itself */
  NN_INPUT_TO_255,       /* 0 to 255: the graph does the same with these */
  NN_INPUT_AROUND_0,     /* −1 to 1: the graph undoes this range first */
  NN_INPUT_UNKNOWN,      /* the graph computes with its pixels for a purpose that was not recognized */
} NnInputRange;

/**
 * NnInputPixels: what a graph's beginning says of the pixels that it expects
 * @range: the range of their values
 * @is_bgr: the means that the graph subtracts are those of ImageNet in the order blue, green, red, and the channels
 * have not changed places before
 */
typedef struct {
  NnInputRange range;
  gboolean is_bgr;
} NnInputPixels;

/**
 * nn_onnx_find_input_pixels: evaluates the operators before the graph's first spatial operator
 * @graph: a graph of INPUT and PLAIN nodes, as nn_onnx_import() gives it
 * The operators may be any that treat each pixel by itself. A few images of one colour each show whether the
 * operators are affine, y = gain · x + shift. The gain and the colour that becomes zero, −shift / gain, tell the
 * range.
 */
void nn_onnx_find_input_pixels (const NnGraph *graph, NnInputPixels *pixels);
