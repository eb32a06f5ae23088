/* gst-resnet: the forms in which a convolution's weights may be in memory
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "graph/node-weight.h"

#include "base/nn-memory.h"
#include "graph/packed-conv.h"
#include "graph/packed-tile.h"
#include "graph/packed-winograd.h"

GBytes *
nn_node_get_weight (const NnNode *node)
{
  gsize size;
  gfloat *tensor;
  gboolean done;

  if (node->weight)
    return g_bytes_ref (node->weight);
  /* No overflow: so many bytes it had before. */
  size = (gsize)node->out_channels * (node->in_channels / node->groups) * node->kernel[0] * node->kernel[1]
         * sizeof (gfloat);
  tensor = nn_aligned_alloc (size);
  if (!tensor)
    return NULL;
  done = node->packed != NULL;
  if (done)
    nn_packed_conv_unpack (node->packed, node, tensor);
  for (guint i = 0; !done && i < G_N_ELEMENTS (node->packed_winograd); i++) {
    done = node->packed_winograd[i] != NULL;
    if (done)
      nn_packed_winograd_unpack (node->packed_winograd[i], node, tensor);
  }
  for (guint i = 0; !done && i < G_N_ELEMENTS (node->packed_tile); i++) {
    done = node->packed_tile[i] != NULL;
    if (done)
      nn_packed_tile_unpack (node->packed_tile[i], node, tensor);
  }
  return g_bytes_new_with_free_func (tensor, size, nn_aligned_free, tensor);
}

gboolean
nn_node_can_change_form (const NnNode *node)
{
  gboolean unused = !node->packed || g_atomic_int_get (&node->packed->ref_count) == 1;

  for (guint i = 0; i < G_N_ELEMENTS (node->packed_winograd); i++)
    unused &= !node->packed_winograd[i] || g_atomic_int_get (&node->packed_winograd[i]->ref_count) == 1;
  for (guint i = 0; i < G_N_ELEMENTS (node->packed_tile); i++)
    unused &= !node->packed_tile[i] || g_atomic_int_get (&node->packed_tile[i]->ref_count) == 1;
  return unused;
}

void
nn_node_drop_form (NnNode *node)
{
  nn_node_drop_weight (node);
  g_clear_pointer (&node->packed, nn_packed_conv_unref);
  for (guint i = 0; i < G_N_ELEMENTS (node->packed_winograd); i++)
    g_clear_pointer (&node->packed_winograd[i], nn_packed_winograd_unref);
  for (guint i = 0; i < G_N_ELEMENTS (node->packed_tile); i++)
    g_clear_pointer (&node->packed_tile[i], nn_packed_tile_unref);
}
