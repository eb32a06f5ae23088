/* gst-resnet: a direct convolution's weights, packed for its kernels
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plan/packed-conv.h"

#include "kernels/conv.h"

/* Moves the weights of a block of a grouped kernel, whose groups have segment_length inputs and as many outputs. */
static inline void
move_groups (const NnNode *node, const NnPackedLayout *l, const NnPackedBlock *block, const gfloat *from, gfloat *to,
             gboolean unpack)
{
  const guint group = l->segment_length, end = MIN (block->channels, node->out_channels - block->first_channel);

  for (guint out = 0; out < end; out++) {
    for (guint in = out / group * group; in < out / group * group + group; in++) {
      const gsize first = ((gsize)(block->first_channel + out) * group + in % group) * l->n_segments;
      const gsize step = (gsize)group * NN_CHANNEL_BLOCK;
      const gsize at = out / NN_CHANNEL_BLOCK * l->n_segments * step
                       + nn_conv_grouped_at (out % NN_CHANNEL_BLOCK, in % NN_CHANNEL_BLOCK);

      for (guint s = 0; s < l->n_segments; s++) {
        if (unpack)
          to[first + s] = from[at + s * step];
        else
          to[at + s * step] = from[first + s];
      }
    }
  }
}

/* Moves each weight of a block from the tensor to where it is packed, or back with @unpack. */
static inline void
move_block (const NnNode *node, const NnPackedLayout *l, const NnPackedBlock *block, const gfloat *from, gfloat *to,
            gboolean unpack)
{
  const guint in_group = node->in_channels / node->groups, out_group = node->out_channels / node->groups;
  const gsize taps = (gsize)node->kernel[0] * node->kernel[1];
  const gboolean rows = l->segment == NN_PACKED_ROWS, inputs = l->segment == NN_PACKED_INPUTS;
  const guint end = MIN (block->channels, node->out_channels - MIN (block->first_channel, node->out_channels));
  gsize at = 0;

  if (l->segment == NN_PACKED_GROUPED) {
    move_groups (node, l, block, from, to, unpack);
    return;
  }
  for (guint s = 0; s < l->n_segments; s++) {
    for (guint j = 0; j < l->segment_length; j++, at += block->channels) {
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

void
nn_packed_conv_pack (const NnPackedWeight *packed, const NnNode *node, const gfloat *weight, const NnPackedBlock *block,
                     GArray *exact)
{
  move_block (node, &packed->layout, block, weight, block->weights, FALSE);
}

void
nn_packed_conv_unpack (const NnPackedWeight *packed, const NnNode *node, const NnPackedBlock *block, gfloat *tensor)
{
  move_block (node, &packed->layout, block, block->weights, tensor, TRUE);
}

const NnPackedForm nn_packed_direct = {
  .multiple = 1,
  .packed = sizeof (gfloat),
  .pack = nn_packed_conv_pack,
  .unpack = nn_packed_conv_unpack,
};
