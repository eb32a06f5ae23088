/* gst-resnet: a convolution's weights, packed for its kernels
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A model's weights are in memory once: as the tensor, or packed in a form that stands for it. A node gives its tensor
 * away once it is packed, plans for other sizes use the same packed weights, and who needs the tensor again unpacks it,
 * bit for bit. Of a model that has sessions all of this under the lock of its plan cache only.
 *
 * A direct convolution's weights are only moved. Winograd's are transformed, those of matrix tiles are one or two
 * bfloat16, and both round; so beside them lies what is lost by that: by how many floats a weight is from the one that
 * is computed back, in a byte (two for MEDIUM), and the few weights as they are that are further away. */
#pragma once

#include "plan/packed-forms.h"

/* A CONV or LINEAR node's weights, a reference: its own ones, or unpacked from what it gave them away for. NULL: no
 * memory. */
GBytes *nn_node_get_weight (const NnNode *node);
/* A reference to what the node's weights are packed as already, where that is the same; else packs them, and with @take
 * the node gives its own form away for it, if no plan uses that. Takes @blocks (g_new0), whose first_channel, channels
 * and first_input are filled. @workers: who packs; NULL: the caller. NULL: no memory. */
NnPackedWeight *nn_node_pack (NnNode *node, const NnPackedLayout *layout, NnPackedBlock *blocks, gboolean take,
                              NnWorkers *workers);
void nn_packed_weight_unref (NnPackedWeight *packed);
/* The weights of a complete one, bit for bit: [out_channels][in_channels / groups][kernel h][kernel w]. */
void nn_packed_weight_unpack (const NnPackedWeight *packed, const NnNode *node, gfloat *tensor);
