/* gst-resnet: a convolution's weights, packed for its kernels
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A model's weights are in memory once: as the tensor, or packed in a form that stands for it. Plans for other sizes
 * use the same packed weights. A caller that needs the tensor again unpacks it, and gets it bit for bit
 * (weight-store.h).
 *
 * The weights of a direct convolution are only moved. Those of Winograd's algorithm are transformed, and those of
 * matrix tiles become one or two bfloat16; both of these round. So what is lost is kept beside the packed weights: a
 * byte (two for MEDIUM) says how many floats lie between a weight and the one that is computed back. The few weights
 * that are further away are kept as they are. */
#pragma once

#include "plan/packed-forms.h"

/* Packs the @weight of a CONV or LINEAR node. The function takes ownership of @blocks (from g_new0), whose
 * first_channel, channels and first_input the caller has filled. @workers: the threads that pack, or NULL for the
 * calling thread alone. Returns NULL where there is no memory. */
NnPackedWeight *nn_packed_weight_new (const NnNode *node, const gfloat *weight, const NnPackedLayout *layout,
                                      NnPackedBlock *blocks, NnWorkers *workers);
NnPackedWeight *nn_packed_weight_ref (NnPackedWeight *packed);
void nn_packed_weight_unref (NnPackedWeight *packed);
/* Returns whether @packed has this layout and these blocks. */
gboolean nn_packed_weight_is_like (const NnPackedWeight *packed, const NnPackedLayout *layout,
                                   const NnPackedBlock *blocks);
/* Writes the tensor, bit for bit: [out_channels][in_channels / groups][kernel h][kernel w]. @packed must be complete.
 */
void nn_packed_weight_unpack (const NnPackedWeight *packed, const NnNode *node, gfloat *tensor);
