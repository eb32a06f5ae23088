/* gst-resnet: a node's inputs: earlier nodes and constants
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "base/nn-memory.h"
#include "graph/graph.h"

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

NnConstant *
nn_constant_new (const NnValue *value, GBytes *storage)
{
  NnConstant *constant = g_new (NnConstant, 1);

  constant->value = *value;
  constant->storage = g_bytes_ref (storage);
  return constant;
}

NnConstant *
nn_constant_new_zeros (const NnValue *type)
{
  gboolean is_float = nn_dtype_is_float (type->dtype);
  NnConstant *constant;
  gpointer data;
  gsize size;

  if (!nn_size_mul (type->n_elements, is_float ? sizeof (gfloat) : sizeof (gint64), &size)
      || !(data = g_try_malloc0 (MAX (size, 1))))
    return NULL;
  constant = g_new (NnConstant, 1);
  constant->value = *type;
  constant->value.f32 = is_float ? data : NULL;
  constant->value.i64 = is_float ? NULL : data;
  constant->storage = g_bytes_new_take (data, MAX (size, 1));
  return constant;
}

NnConstant *
nn_constant_new_ints (const gint64 *values, guint n)
{
  const gint64 none = 0; /* a list of no elements has a place, too */
  g_autoptr (GBytes) storage = g_bytes_new (n ? values : &none, MAX (n, 1) * sizeof *values);
  const NnValue value = { .dtype = NN_DTYPE_I64,
                          .n_dims = 1,
                          .dims = { n },
                          .n_elements = n,
                          .i64 = (gint64 *)g_bytes_get_data (storage, NULL) };

  return nn_constant_new (&value, storage);
}

NnConstant *
nn_constant_new_float (gfloat number)
{
  g_autoptr (GBytes) storage = g_bytes_new (&number, sizeof number);
  const NnValue value = { .dtype = NN_DTYPE_F32, .n_elements = 1, .f32 = (gfloat *)g_bytes_get_data (storage, NULL) };

  return nn_constant_new (&value, storage);
}

NnConstant *
nn_constant_copy (const NnConstant *constant)
{
  return constant ? nn_constant_new (&constant->value, constant->storage) : NULL;
}

void
nn_constant_free (NnConstant *constant)
{
  if (!constant)
    return;
  g_bytes_unref (constant->storage);
  g_free (constant);
}
