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

#include <glib.h>

#include "base/nn-workers.h"
#include "graph/graph.h"

typedef enum {
  NN_PACKED_DIRECT, /* float32; packed-conv.c */
  NN_PACKED_WINOGRAD_F2,
  NN_PACKED_WINOGRAD_F4, /* + NnWinogradTile; float32; packed-winograd.c */
  NN_PACKED_HIGH,        /* for tiles, two bfloat16 a number; packed-bf16.c */
  NN_PACKED_MEDIUM,      /* bfloat16 */
} NnPackedForm;

/* What a segment is: one tap; a row of the kernel, [kernel w][in_channels], over all channels; one tap of the groups of
 * a block, for a grouped kernel (conv.h); all taps of an input channel, for Winograd with few tiles (winograd.h); or
 * one of Winograd's frequencies. */
typedef enum {
  NN_PACKED_TAPS,
  NN_PACKED_ROWS,
  NN_PACKED_GROUPED,
  NN_PACKED_INPUTS,
  NN_PACKED_FREQUENCIES,
} NnPackedSegment;

/* What the order of packed weights depends on, beside the blocks. */
typedef struct {
  NnPackedForm form;
  NnPackedSegment segment;
  guint n_segments, segment_length, n_blocks;
} NnPackedLayout;

/* A block of output channels, a multiple of NN_CHANNEL_BLOCK; channels beyond the last and inputs of other groups are
 * zeros.
 * @first_input: the first input channel that is read
 * @weights: [n_segments][segment_length][channels] floats, or as NnBf16Block says; @bias: [channels]
 * @rest: what is lost of the weights, in an order of its form's; NULL where it is not kept
 * @exact: n_exact weights whose rest is the least number there is, in the order of the rest */
typedef struct {
  guint first_channel, channels, first_input;
  gpointer weights;
  gfloat *bias;
  gpointer rest;
  gfloat *exact;
  guint n_exact;
} NnPackedBlock;

/**
 * NnPackedWeight: never changes once packed; reference-counted
 * @complete: it can be unpacked
 * @suspect: Winograd's sums may be far less exact than direct ones with these weights
 * @memory: where all blocks' weights and biases lie; @rests: where their rests lie
 * @size: of it all, bytes
 */
typedef struct _NnPackedWeight {
  gint ref_count;
  NnPackedLayout layout;
  gboolean complete, suspect;
  NnPackedBlock *blocks;
  gpointer memory, rests;
  gsize size;
} NnPackedWeight;

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
