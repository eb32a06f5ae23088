/* gst-resnet: one operator of ONNX that may become an operation of the engine
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "import/onnx/onnx-lower-node.h"

#include <string.h>

#include "ops/operator-attributes.h"

void
nn_lower_become (const NnLowering *lowering, NnOp op)
{
  NnNode *node = lowering->node;
  guint slot;

  node->op = op;
  for (slot = 0; slot < nn_node_n_slots (node); slot++)
    nn_constant_free (node->constants[slot]);
  g_clear_pointer (&node->constants, g_free);
  g_clear_pointer (&node->onnx, nn_operator_unref);
  nn_node_set_n_slots (node, 2);
}

const NnConstant *
nn_lower_constant (const NnLowering *lowering, guint slot)
{
  return slot < nn_node_n_slots (lowering->node) ? lowering->node->constants[slot] : NULL;
}

GBytes *
nn_lower_floats (const NnConstant *constant, gsize n)
{
  if (!constant || !constant->value.f32 || constant->value.n_elements != n)
    return NULL;
  return g_bytes_new_with_free_func (constant->value.f32, n * sizeof (gfloat), (GDestroyNotify)g_bytes_unref,
                                     g_bytes_ref (constant->storage));
}

NnPad
nn_lower_same (const NnLowering *lowering)
{
  const gchar *auto_pad = nn_operator_get_string (lowering->node->onnx, "auto_pad");

  if (!auto_pad)
    return NN_PAD_GIVEN;
  return strcmp (auto_pad, "SAME_UPPER") == 0   ? NN_PAD_SAME_UPPER
         : strcmp (auto_pad, "SAME_LOWER") == 0 ? NN_PAD_SAME_LOWER
                                                : NN_PAD_GIVEN;
}

gboolean
nn_lower_is_image (const NnLowering *lowering, guint slot)
{
  const NnShape *in = lowering->in[slot], *image = &lowering->image[slot];

  return in && image->channels && in->n_dims == 4 && in->dims[0] == 1 && in->dims[1] == image->channels
         && in->dims[2] == image->height && in->dims[3] == image->width;
}
