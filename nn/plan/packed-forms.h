/* gst-resnet: the forms of packed weights, for packed-weight.c
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "plan/packed-weight.h"

/* Fills a block's weights and rest, which are zeros, from the tensor; weights whose rest is out of reach go to @exact,
 * floats. */
typedef void NnPackFunc (const NnPackedWeight *packed, const NnNode *node, const gfloat *weight,
                         const NnPackedBlock *block, GArray *exact);
/* Writes a block's weights into the tensor. */
typedef void NnUnpackFunc (const NnPackedWeight *packed, const NnNode *node, const NnPackedBlock *block,
                           gfloat *tensor);

NnPackFunc nn_packed_conv_pack, nn_packed_winograd_pack, nn_packed_bf16_pack;
NnUnpackFunc nn_packed_conv_unpack, nn_packed_winograd_unpack, nn_packed_bf16_unpack;

/* Whether Winograd's sums may be far less exact than direct ones with such weights, [out][in][9]. */
gboolean nn_winograd_is_suspect (const gfloat *weight, guint out_channels, guint in_channels, NnWorkers *workers);
