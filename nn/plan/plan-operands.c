/* gst-resnet: planning ONNX's operators, on plain tensors and on images
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plan/plan-operands.h"

#include <string.h>

#include "base/nn-memory.h"
#include "graph/graph-plain.h"
#include "graph/graph.h"
#include "graph/shape.h"
#include "plan/plan.h"

/* Returns how many floats hold a value, rounded up to 64 bytes; an int64 takes two. Element counts are below 2^29
 * (graph-plain.c). */
static gsize
value_size (const NnValue *value)
{
  return nn_size_round_up (
      value->n_elements * (nn_dtype_is_float (value->dtype) ? 1 : sizeof (gint64) / sizeof (gfloat)), NN_CHANNEL_BLOCK);
}

static gsize
shape_size (const NnShape *shape)
{
  NnValue value = { .dtype = shape->dtype, .n_elements = 1 };
  guint i;

  for (i = 0; i < shape->n_dims; i++)
    value.n_elements *= (gsize)shape->dims[i];
  return value_size (&value);
}

/* Returns the types of all outputs of a PLAIN node; the caller frees them with g_free(). */
static NnValue *
infer_outputs (const NnNode *node, const NnShape *shapes, GError **error)
{
  guint n_slots = nn_node_n_slots (node), n;
  g_autofree NnValue *values = g_new0 (NnValue, n_slots), *outputs = NULL;
  g_autofree const NnValue **pointers = g_new0 (const NnValue *, n_slots);

  outputs = g_new0 (NnValue, MAX (nn_operator_get_n_outputs (node->onnx), 1));
  n = nn_plain_inputs (node, shapes, values, pointers);
  return nn_operator_infer (node->onnx, pointers, n, outputs, error) ? g_steal_pointer (&outputs) : NULL;
}

gboolean
nn_plan_size_plain (NnPlan *plan, const NnGraph *graph, const NnShape *shapes, gboolean *wants_image, GError **error)
{
  guint i, slot;

  for (i = 0; i < plan->n_buffers; i++) {
    const NnNode *node = nn_graph_node (graph, i);

    wants_image[i] |= node->op != NN_OP_PLAIN;
    for (slot = 0; slot < nn_node_n_slots (node); slot++) {
      guint input = nn_node_get_input (node, slot);

      if (input == NN_NO_NODE)
        continue;
      if (node->op != NN_OP_PLAIN)
        wants_image[input] = TRUE;
      else if (nn_graph_node (graph, input)->op != NN_OP_PLAIN)
        plan->plain[input].size = shape_size (&shapes[input]);
    }
    if (node->op == NN_OP_PLAIN) {
      g_autofree NnValue *outputs = infer_outputs (node, shapes, error);
      guint n;

      if (!outputs)
        return FALSE;
      for (n = 0; n < nn_operator_get_n_outputs (node->onnx); n++)
        plan->plain[i].size += value_size (&outputs[n]);
    }
  }
  return TRUE;
}

static void
take_input (NnOperands *operands, guint slot, const NnNode *node, const NnValue *type)
{
  operands->in_node[slot] = nn_node_get_input (node, slot);
  operands->present[slot] = type != NULL;
  if (type)
    operands->in[slot] = *type;
}

static void
free_operands (gpointer data)
{
  NnOperands *o = data;

  g_free (o->in);
  g_free (o->out);
  g_free (o->in_node);
  g_free (o->present);
  g_free (o->out_offset);
  g_free (o);
}

gboolean
nn_plan_operands (NnPlan *plan, const NnShape *shapes, NnStep *step, GError **error)
{
  const NnNode *node = step->node;
  NnOperands *o = g_new0 (NnOperands, 1);
  guint n_slots = nn_node_n_slots (node), i;
  g_autofree NnValue *values = g_new0 (NnValue, n_slots);
  g_autofree const NnValue **pointers = g_new0 (const NnValue *, n_slots);
  gsize offset = 0;

  step->own = o;
  step->free_own = free_operands;
  o->n_in = nn_plain_inputs (node, shapes, values, pointers);
  o->n_out = nn_operator_get_n_outputs (node->onnx);
  o->in = g_new0 (NnValue, MAX (o->n_in, 1));
  o->in_node = g_new0 (guint, MAX (o->n_in, 1));
  o->present = g_new0 (gboolean, MAX (o->n_in, 1));
  o->out_offset = g_new0 (gsize, MAX (o->n_out, 1));
  for (i = 0; i < o->n_in; i++)
    take_input (o, i, node, pointers[i]);
  plan->max_operands = MAX (plan->max_operands, o->n_in + o->n_out);

  if (step->kind == NN_STEP_ELEMENTWISE) {
    /* A row of an image is a list. A constant of one element has no dimensions beside it. */
    if (o->n_out != 1) {
      g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED, "%s: has more than one output", node->name);
      return FALSE;
    }
    for (i = 0; i < o->n_in; i++) {
      o->in[i].n_dims = o->in_node[i] != NN_NO_NODE;
      o->in[i].n_elements = o->in_node[i] != NN_NO_NODE ? step->out->width * step->out->pixel : 1;
      o->in[i].dims[0] = o->in[i].n_elements;
      if (o->in_node[i] != NN_NO_NODE)
        step->in = &plan->buffers[o->in_node[i]];
    }
    o->out = g_new0 (NnValue, 1);
    o->out[0].dtype = NN_DTYPE_F32;
    o->out[0].n_dims = 1;
    o->out[0].dims[0] = o->out[0].n_elements = step->out->width * step->out->pixel;
    return TRUE;
  }
  o->out = infer_outputs (node, shapes, error);
  if (!o->out)
    return FALSE;
  for (i = 0; i < o->n_out; i++) {
    o->out_offset[i] = offset;
    offset += value_size (&o->out[i]);
  }
  return TRUE;
}

gboolean
nn_plan_affine (NnPlan *plan, NnStep *step, GError **error)
{
  const NnNode *node = step->node;
  const gsize lanes = step->out->lanes;
  gfloat *factors = nn_aligned_alloc0 (2 * lanes * sizeof (gfloat));

  step->own = factors;
  step->free_own = nn_aligned_free;
  if (!factors) {
    g_set_error (error, NN_ERROR, NN_ERROR_TOO_LARGE, "layer %s: no memory for its factors", node->name);
    return FALSE;
  }
  memcpy (factors, g_bytes_get_data (node->weight, NULL), node->out_channels * sizeof (gfloat));
  if (node->bias)
    memcpy (factors + lanes, g_bytes_get_data (node->bias, NULL), node->out_channels * sizeof (gfloat));
  plan->packed_size += 2 * lanes * sizeof (gfloat);
  return TRUE;
}
