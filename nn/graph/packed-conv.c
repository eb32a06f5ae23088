/* gst-resnet: a direct convolution's weights, packed for its kernels
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "graph/packed-conv.h"

#include "base/nn-memory.h"
#include "graph/node-weight.h"
#include "graph/packed-winograd.h"
#include "kernels/conv.h"

/* A block of a grouped kernel: in_group inputs and as many outputs a group. */
static inline void
move_groups (const NnNode *node, const NnPackedConv *p, const NnPackedBlock *block, const gfloat *from, gfloat *to,
             gboolean unpack)
{
  const guint group = p->segment_length, end = MIN (block->channels, node->out_channels - block->first_channel);

  for (guint out = 0; out < end; out++) {
    for (guint in = out / group * group; in < out / group * group + group; in++) {
      const gsize first = ((gsize)(block->first_channel + out) * group + in % group) * p->n_segments;
      const gsize step = (gsize)group * NN_CHANNEL_BLOCK;
      const gsize at = out / NN_CHANNEL_BLOCK * p->n_segments * step
                       + nn_conv_grouped_at (out % NN_CHANNEL_BLOCK, in % NN_CHANNEL_BLOCK);

      for (guint s = 0; s < p->n_segments; s++) {
        if (unpack)
          to[first + s] = from[at + s * step];
        else
          to[at + s * step] = from[first + s];
      }
    }
  }
}

/* Visits each weight of a block where it is packed and where it is in the tensor. */
static inline void
move_block (const NnNode *node, const NnPackedConv *p, const NnPackedBlock *block, const gfloat *from, gfloat *to,
            gboolean unpack)
{
  const guint in_group = node->in_channels / node->groups, out_group = node->out_channels / node->groups;
  const gsize taps = (gsize)node->kernel[0] * node->kernel[1];
  const gboolean rows = p->layout == NN_PACKED_ROWS, inputs = p->layout == NN_PACKED_INPUTS;
  const guint end = MIN (block->channels, node->out_channels - MIN (block->first_channel, node->out_channels));
  gsize at = 0;

  if (p->layout == NN_PACKED_GROUPED) {
    move_groups (node, p, block, from, to, unpack);
    return;
  }
  for (guint s = 0; s < p->n_segments; s++) {
    for (guint j = 0; j < p->segment_length; j++, at += block->channels) {
      const guint tap = inputs ? j : rows ? s * node->kernel[1] + j / node->in_channels : s;
      const guint input = inputs ? s : rows ? j % node->in_channels : block->first_input + j;
      const gsize first = input % in_group * taps + tap;

      for (guint c = 0; c < end; c++) {
        const guint output = block->first_channel + c;

        if (node->groups > 1 && input / in_group != output / out_group)
          continue;
        if (unpack)
          to[(gsize)output * in_group * taps + first] = from[at + c];
        else
          to[at + c] = from[(gsize)output * in_group * taps + first];
      }
    }
  }
}

static gsize
round_up (gsize size)
{
  return (size + NN_ALIGNMENT - 1) / NN_ALIGNMENT * NN_ALIGNMENT;
}

/* Floats of a block, of whole cache lines; FALSE on overflow. */
static gboolean
block_size (const NnPackedConv *p, const NnPackedBlock *block, gsize *weights)
{
  return nn_size_mul3 ((gsize)p->n_segments * p->segment_length, block->channels, sizeof (gfloat), weights)
         && *weights <= G_MAXSSIZE;
}

typedef struct {
  const NnPackedConv *packed;
  const NnNode *node;
  const gfloat *weight, *bias;
} Packing;

static void
pack_task (gpointer data, guint task, guint thread)
{
  const Packing *p = data;
  const NnPackedBlock *block = &p->packed->blocks[task];

  move_block (p->node, p->packed, block, p->weight, block->weights, FALSE);
  for (guint c = 0; p->bias && c < block->channels && block->first_channel + c < p->node->out_channels; c++)
    block->bias[c] = p->bias[block->first_channel + c];
}

NnPackedConv *
nn_packed_conv_new (const NnNode *node, NnPackedLayout layout, guint n_segments, guint segment_length, guint n_blocks,
                    NnPackedBlock *blocks, NnPool *workers)
{
  NnPackedConv *p = g_new0 (NnPackedConv, 1);
  GBytes *weight = nn_node_get_weight (node);
  Packing packing;
  gsize at = 0;

  p->ref_count = 1;
  p->layout = layout;
  p->n_segments = n_segments;
  p->segment_length = segment_length;
  p->n_blocks = n_blocks;
  p->blocks = blocks;
  if (!weight)
    goto no_memory;
  for (guint i = 0; i < n_blocks; i++) {
    gsize weights;

    if (!block_size (p, &blocks[i], &weights)
        || !nn_size_add (p->size, round_up (weights) + round_up (blocks[i].channels * sizeof (gfloat)), &p->size))
      goto no_memory;
  }
  p->memory = nn_aligned_alloc0 (p->size);
  if (!p->memory)
    goto no_memory;
  for (guint i = 0; i < n_blocks; i++) {
    gsize weights;

    block_size (p, &blocks[i], &weights);
    blocks[i].weights = (gfloat *)p->memory + at / sizeof (gfloat);
    at += round_up (weights);
    blocks[i].bias = (gfloat *)p->memory + at / sizeof (gfloat);
    at += round_up (blocks[i].channels * sizeof (gfloat));
  }
  packing
      = (Packing){ p, node, g_bytes_get_data (weight, NULL), node->bias ? g_bytes_get_data (node->bias, NULL) : NULL };
  nn_pool_run (workers, pack_task, &packing, n_blocks);
  p->suspect = layout == NN_PACKED_INPUTS
               && nn_packed_winograd_is_suspect (packing.weight, node->out_channels, node->in_channels);
  g_bytes_unref (weight);
  return p;

no_memory:
  if (weight)
    g_bytes_unref (weight);
  nn_packed_conv_unref (p);
  return NULL;
}

NnPackedConv *
nn_packed_conv_ref (NnPackedConv *packed)
{
  g_atomic_int_inc (&packed->ref_count);
  return packed;
}

void
nn_packed_conv_unref (NnPackedConv *packed)
{
  if (!g_atomic_int_dec_and_test (&packed->ref_count))
    return;
  nn_aligned_free (packed->memory);
  g_free (packed->blocks);
  g_free (packed);
}

gboolean
nn_packed_conv_is_like (const NnPackedConv *packed, NnPackedLayout layout, guint n_segments, guint segment_length,
                        guint n_blocks, const NnPackedBlock *blocks)
{
  if (packed->layout != layout || packed->n_segments != n_segments || packed->segment_length != segment_length
      || packed->n_blocks != n_blocks)
    return FALSE;
  for (guint i = 0; i < n_blocks; i++) {
    const NnPackedBlock *a = &packed->blocks[i], *b = &blocks[i];

    if (a->first_channel != b->first_channel || a->channels != b->channels || a->first_input != b->first_input)
      return FALSE;
  }
  return TRUE;
}

void
nn_packed_conv_unpack (const NnPackedConv *packed, const NnNode *node, gfloat *tensor)
{
  for (guint i = 0; i < packed->n_blocks; i++)
    move_block (node, packed, &packed->blocks[i], packed->blocks[i].weights, tensor, TRUE);
}
