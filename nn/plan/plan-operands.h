/* gst-resnet: planning ONNX's operators, on plain tensors and on images
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "plan/plan.h"

/**
 * NnOperands: what a PLAIN or an ELEMENTWISE step has: the inputs and outputs of its operator
 * @in: the types of the n_in inputs; those of constants have their elements. An entry is unused where @present is
 * FALSE.
 * @in_node: the node whose buffer holds the elements, NN_NO_NODE for constants
 * @out: the types of the n_out outputs; @out_offset: floats from the start of the plain buffer
 */
typedef struct {
  guint n_in, n_out;
  NnValue *in, *out;
  guint *in_node;
  gboolean *present;
  gsize *out_offset;
} NnOperands;

static inline const NnOperands *
nn_step_operands (const NnStep *step)
{
  return step->own;
}

/* An AFFINE step has out->lanes factors, followed by as many terms. */
static inline const gfloat *
nn_step_factors (const NnStep *step)
{
  return step->own;
}

/* Decides which nodes' outputs are wanted as images and which as plain tensors, and how large those are: fills
 * plan->plain and @wants_image[i]. */
gboolean nn_plan_size_plain (NnPlan *plan, const NnGraph *graph, const NnShape *shapes, gboolean *wants_image,
                             GError **error);
/* Gives a PLAIN or an ELEMENTWISE step its operands. */
gboolean nn_plan_operands (NnPlan *plan, const NnShape *shapes, NnStep *step, GError **error);
/* Gives an AFFINE step its factors. */
gboolean nn_plan_affine (NnPlan *plan, NnStep *step, GError **error);
