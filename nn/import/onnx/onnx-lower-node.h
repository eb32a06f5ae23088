/* gst-resnet: one operator of ONNX that may become an operation of the engine
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "graph/node.h"
#include "graph/shape.h"

/* The zeros that a Pad adds around an image: [0] is vertical, [1] horizontal. */
typedef struct {
  guint begin[2], end[2];
} NnLowerPad;

/**
 * NnLowering: one PLAIN node that may become something else
 * @in: the shape of each slot's input, as the operator sees it
 * @image: each slot's input as an image of channels × height × width; with 0 channels it is none
 * @out: the shape of the output, as the operator sees it
 * @pad: the zeros that a Pad has added to the first input; NULL: none
 * @takes_pad: (out): set to TRUE where the node reads the image before that Pad instead, and pads by itself
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
  NN_LOWER_KEEP,  /* the node stays PLAIN */
  NN_LOWER_DONE,  /* the node is now of another kind, which reads and gives images */
  NN_LOWER_ALIAS, /* the node's output is its first input */
} NnLowered;

/* Makes the node one of kind @op with its node inputs, and frees the operator and the constants. It is not for
 * ELEMENTWISE, which keeps both. */
void nn_lower_become (const NnLowering *lowering, NnOp op);
/* The constant at that place, or NULL if there is none. */
const NnConstant *nn_lower_constant (const NnLowering *lowering, guint slot);
/* A constant's floats without a copy, or NULL unless it has exactly @n of them. */
GBytes *nn_lower_floats (const NnConstant *constant, gsize n);
/* The padding that a convolution's or a pool's auto_pad asks for. */
NnPad nn_lower_same (const NnLowering *lowering);
/* Whether the input at that place is a 4-D image for the operator as well, and not an image behind a change of
 * shape. */
gboolean nn_lower_is_image (const NnLowering *lowering, guint slot);
