/* gst-resnet: a convolution's weights, packed for its kernels
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A model's weights are in memory once: as the tensor, or packed in a form that stands for it. Plans for
 * other sizes use the same packed weights, and who needs the tensor again unpacks it, bit for bit (weight-store.h).
 *
 * A direct convolution's weights are only moved. Winograd's are transformed, those of matrix tiles are one or two
 * bfloat16, and both round; so beside them lies what is lost by that: by how many floats a weight is from the one that
 * is computed back, in a byte (two for MEDIUM), and the few weights as they are that are further away. */
#pragma once

#include "plan/packed-forms.h"

/* Packs a CONV or LINEAR node's @weight. Takes @blocks (g_new0), whose first_channel, channels and first_input are
 * filled. @workers: who packs; NULL: the caller. NULL: there is no memory. */
NnPackedWeight *nn_packed_weight_new (const NnNode *node, const gfloat *weight, const NnPackedLayout *layout,
                                      NnPackedBlock *blocks, NnWorkers *workers);
NnPackedWeight *nn_packed_weight_ref (NnPackedWeight *packed);
void nn_packed_weight_unref (NnPackedWeight *packed);
/* Whether it has this layout and such blocks. */
gboolean nn_packed_weight_is_like (const NnPackedWeight *packed, const NnPackedLayout *layout,
                                   const NnPackedBlock *blocks);
/* The weights of a complete one, bit for bit: [out_channels][in_channels / groups][kernel h][kernel w]. */
void nn_packed_weight_unpack (const NnPackedWeight *packed, const NnNode *node, gfloat *tensor);
