/* gst-resnet: one operator of ONNX that may become an operation of the engine
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "graph/node.h"
#include "graph/shape.h"

/* Zeros around an image that a Pad adds: [0] vertical, [1] horizontal. */
typedef struct {
  guint begin[2], end[2];
} NnLowerPad;

/**
 * NnLowering: one PLAIN node that may become something else
 * @shapes, @in, @out: what the operator takes (of each slot) and gives, as it sees them
 * @image: of each slot: the input as an image of channels × height × width; channels 0: it is none
 * @pad: what a Pad has added to the first input; NULL: nothing
 * @takes_pad: set where the node reads the image before that Pad instead, and pads by itself
 */
typedef struct {
  NnNode *node;
  const NnShape *const *in;
  const NnShape *image;
  const NnShape *out;
  const NnLowerPad *pad;
  gboolean *takes_pad;
} NnLowering;

typedef enum {
  NN_LOWER_KEEP,  /* stays PLAIN */
  NN_LOWER_DONE,  /* the node is another now, that reads and gives images */
  NN_LOWER_ALIAS, /* it is its first input */
} NnLowered;

/* The node's kind is now @op on its node inputs; operator and constants are gone (ELEMENTWISE: not) . */
void nn_lower_become (const NnLowering *lowering, NnOp op);
/* The constant at that place, NULL: none. */
const NnConstant *nn_lower_constant (const NnLowering *lowering, guint slot);
/* A constant's floats without a copy; NULL unless it has exactly n of them. */
GBytes *nn_lower_floats (const NnConstant *constant, gsize n);
/* What a convolution's or a pool's auto_pad asks for. */
NnPad nn_lower_same (const NnLowering *lowering);
/* Whether the input at that place is the 4-D image that it is for the operator, not one behind a change of shape. */
gboolean nn_lower_is_image (const NnLowering *lowering, guint slot);
