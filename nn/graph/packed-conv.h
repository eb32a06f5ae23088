/* gst-resnet: a direct convolution's weights, packed for its kernels
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Packing only moves numbers, so the packed form can stand for the weights themselves: a model's node gives its weights
 * away once they are packed, plans for other sizes use the same ones, and who needs the tensor again unpacks it, bit
 * for bit. */
#pragma once

#include <glib.h>

#include "base/nn-pool.h"
#include "graph/graph.h"

/* What a segment is: one tap; a row of the kernel, [kernel w][in_channels], over all channels; one tap of the groups of
 * a block, for a grouped kernel (conv.h); or all taps of an input channel, for Winograd with few tiles (winograd.h). */
typedef enum { NN_PACKED_TAPS, NN_PACKED_ROWS, NN_PACKED_GROUPED, NN_PACKED_INPUTS } NnPackedLayout;

/* A block of output channels, a multiple of NN_CHANNEL_BLOCK; channels beyond the last and inputs of other groups are
 * zeros.
 * @first_input: the first input channel that is read
 * @weights: [n_segments][segment_length][channels]; @bias: [channels] */
typedef struct {
  guint first_channel, channels, first_input;
  gfloat *weights, *bias;
} NnPackedBlock;

/**
 * NnPackedConv: never changes once packed; reference-counted
 * @suspect: of INPUTS: as NnPackedWinograd's
 * @memory: where all blocks lie
 * @size: of them, bytes
 */
typedef struct _NnPackedConv {
  gint ref_count;
  NnPackedLayout layout;
  gboolean suspect;
  guint n_segments, segment_length;
  guint n_blocks;
  NnPackedBlock *blocks;
  gpointer memory;
  gsize size;
} NnPackedConv;

/* Takes @blocks (g_new), whose first_channel, channels and first_input are filled. @workers: who packs; NULL: the
 * caller. NULL: no memory. */
NnPackedConv *nn_packed_conv_new (const NnNode *node, NnPackedLayout layout, guint n_segments, guint segment_length,
                                  guint n_blocks, NnPackedBlock *blocks, NnPool *workers);
NnPackedConv *nn_packed_conv_ref (NnPackedConv *packed);
void nn_packed_conv_unref (NnPackedConv *packed);
/* Whether both are packed the same way; weights do not matter. */
gboolean nn_packed_conv_is_like (const NnPackedConv *packed, NnPackedLayout layout, guint n_segments,
                                 guint segment_length, guint n_blocks, const NnPackedBlock *blocks);

/* The weights, bit for bit: [out_channels][in_channels / groups][kernel h][kernel w]. */
void nn_packed_conv_unpack (const NnPackedConv *packed, const NnNode *node, gfloat *tensor);
