/* gst-resnet: a node's inputs: earlier nodes and constants
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "base/nn-memory.h"
#include "graph/node.h"

guint
nn_node_n_slots (const NnNode *node)
{
  return 2 + node->n_more_inputs;
}

guint
nn_node_get_input (const NnNode *node, guint slot)
{
  return slot < 2 ? node->inputs[slot] : node->more_inputs[slot - 2];
}

guint
nn_node_first_input (const NnNode *node)
{
  guint slot;

  for (slot = 0; slot + 1 < nn_node_n_slots (node) && nn_node_get_input (node, slot) == NN_NO_NODE; slot++)
    ;
  return nn_node_get_input (node, slot);
}

void
nn_node_set_input (NnNode *node, guint slot, guint input)
{
  if (slot < 2)
    node->inputs[slot] = input;
  else
    node->more_inputs[slot - 2] = input;
}

void
nn_node_set_n_slots (NnNode *node, guint n)
{
  guint i, more = n > 2 ? n - 2 : 0;

  node->more_inputs = g_renew (guint, node->more_inputs, more);
  for (i = node->n_more_inputs; i < more; i++)
    node->more_inputs[i] = NN_NO_NODE;
  node->n_more_inputs = more;
}

void
nn_node_set_operator (NnNode *node, NnOperator *op, guint n_inputs, const guint *inputs, NnConstant *const *constants)
{
  guint i;

  node->onnx = op;
  nn_node_set_n_slots (node, n_inputs);
  node->constants = g_new0 (NnConstant *, nn_node_n_slots (node));
  for (i = 0; i < n_inputs; i++) {
    nn_node_set_input (node, i, inputs[i]);
    node->constants[i] = constants[i];
  }
}

void
nn_weight_drop (GBytes **weight, gboolean owned)
{
  if (*weight && owned) {
    gsize size;
    gconstpointer data = g_bytes_get_data (*weight, &size);

    nn_memory_give_back ((gpointer)data, size);
  }
  g_clear_pointer (weight, g_bytes_unref);
}

void
nn_node_drop_weight (NnNode *node)
{
  nn_weight_drop (&node->weight, node->owns_weight);
  node->owns_weight = FALSE;
}

void
nn_node_free (NnNode *node)
{
  if (!node)
    return;
  node->owns_weight = FALSE; /* the whole file is freed, so its pages need not be given back one by one */
  nn_node_drop_weight (node);
  g_clear_pointer (&node->bias, g_bytes_unref);
  g_clear_pointer (&node->bn_gamma, g_bytes_unref);
  g_clear_pointer (&node->bn_beta, g_bytes_unref);
  g_clear_pointer (&node->bn_mean, g_bytes_unref);
  g_clear_pointer (&node->bn_variance, g_bytes_unref);
  for (guint i = 0; node->constants && i < nn_node_n_slots (node); i++)
    nn_constant_free (node->constants[i]);
  g_free (node->constants);
  g_free (node->more_inputs);
  if (node->onnx)
    nn_operator_unref (node->onnx);
  g_free (node->name);
  g_free (node->op_string);
  g_free (node);
}

/* The formula is that of torch.nn.Conv2d and MaxPool2d (ceil_mode=False):
 * floor ((in + padding − dilation · (kernel − 1) − 1) / stride + 1). */
guint
nn_node_output_size (const NnNode *node, guint axis, guint in)
{
  guint64 padded, reach;

  if (node->same != NN_PAD_GIVEN)
    return in / node->stride[axis] + (in % node->stride[axis] != 0);
  padded = (guint64)((gint64)in + 2 * (gint64)node->pad[axis] + node->pad_more[axis]);
  reach = (guint64)node->dilation[axis] * (node->kernel[axis] - 1) + 1;
  return padded < reach ? 0 : (guint)MIN ((padded - reach) / node->stride[axis] + 1, G_MAXUINT);
}

guint
nn_node_pad (const NnNode *node, guint axis, guint in, guint *more)
{
  guint64 reach = (guint64)node->dilation[axis] * (node->kernel[axis] - 1) + 1, out, pad, before;

  if (node->same == NN_PAD_GIVEN) {
    *more = (guint)MAX (node->pad_more[axis], 0);
    return node->pad[axis];
  }
  out = nn_node_output_size (node, axis, in);
  pad = out ? (out - 1) * node->stride[axis] + reach : 0;
  pad = pad > in ? pad - in : 0;
  before = node->same == NN_PAD_SAME_UPPER ? pad / 2 : pad - pad / 2;
  *more = (guint)(pad - before > before ? pad - 2 * before : 0);
  return (guint)before;
}
