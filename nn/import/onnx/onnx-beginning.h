/* gst-resnet: which pixels an imported graph expects, seen from what it does to them first
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "graph/graph.h"

/* The values of pixels that a graph takes. */
typedef enum {
  NN_INPUT_STANDARDIZED, /* as torchvision normalizes, as far as the graph shows */
  NN_INPUT_TO_1,         /* 0 to 1: the graph subtracts means and divides itself */
  NN_INPUT_TO_255,       /* 0 to 255: the same */
  NN_INPUT_AROUND_0,     /* −1 to 1: the graph undoes that first */
  NN_INPUT_UNKNOWN,      /* the graph computes with its pixels, and what for was not recognized */
} NnInputRange;

/**
 * NnInputPixels: what a graph's beginning says of the pixels that it expects
 * @is_bgr: the means that it subtracts are those of ImageNet in the order blue, green, red, and the channels have not
 * changed places before
 */
typedef struct {
  NnInputRange range;
  gboolean is_bgr;
} NnInputPixels;

/**
 * nn_onnx_find_input_pixels: evaluates what stands before the graph's first spatial operator
 * @graph: of INPUT and PLAIN nodes, as nn_onnx_import() gives it
 * Whatever the operators are, as long as they treat each pixel by itself: a few images of one colour each show whether
 * they are affine, y = gain · x + shift; the colour that becomes zero, −shift / gain, and the gain tell the range.
 */
void nn_onnx_find_input_pixels (const NnGraph *graph, NnInputPixels *pixels);
