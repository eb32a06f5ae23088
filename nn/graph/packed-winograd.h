/* gst-resnet: a convolution's weights, transformed for Winograd's algorithm
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Transforming rounds, so beside the transformed weights lies what is lost by that: a byte a weight, by how many floats
 * it is from the one that is computed back (nn_winograd_unpack()), and the few weights as they are that are further
 * away. With it this form can stand for the weights themselves, as NnPackedConv does, at about a third of their size.
 */
#pragma once

#include <glib.h>

#include "base/nn-pool.h"
#include "graph/graph.h"
#include "kernels/winograd.h"

/* A block of output channels, a multiple of NN_CHANNEL_BLOCK; channels beyond the last are zeros.
 * @weights: [frequencies][in_channels][channels]; @bias: [channels]
 * @rest: [in_channels][9][channels], NULL where it is not kept; @exact: the weights that it does not reach, in its
 * order
 */
typedef struct {
  guint first_channel, channels;
  gfloat *weights, *bias;
  gint8 *rest;
  gfloat *exact;
  guint n_exact;
} NnWinogradBlock;

/**
 * NnPackedWinograd: never changes once packed; reference-counted
 * @complete: the weights can be unpacked
 * @suspect: Winograd's sums may be far less exact than direct ones with these weights
 * @memory: where all blocks' weights and biases lie; @rests: where their rests lie
 * @size: of it all, bytes
 */
typedef struct _NnPackedWinograd {
  gint ref_count;
  NnWinogradTile tile;
  gboolean complete, suspect;
  guint n_blocks;
  NnWinogradBlock *blocks;
  gpointer memory, rests;
  gsize size;
} NnPackedWinograd;

/* Takes @blocks (g_new), whose first_channel and channels are filled. @workers: who packs; NULL: the caller. NULL: no
 * memory. */
NnPackedWinograd *nn_packed_winograd_new (const NnNode *node, NnWinogradTile tile, guint n_blocks,
                                          NnWinogradBlock *blocks, NnPool *workers);
NnPackedWinograd *nn_packed_winograd_ref (NnPackedWinograd *packed);
void nn_packed_winograd_unref (NnPackedWinograd *packed);
/* Whether the blocks are the same; weights do not matter. */
gboolean nn_packed_winograd_is_like (const NnPackedWinograd *packed, guint n_blocks, const NnWinogradBlock *blocks);
/* The weights of a complete one, bit for bit: [out_channels][in_channels][3][3]. */
void nn_packed_winograd_unpack (const NnPackedWinograd *packed, const NnNode *node, gfloat *tensor);

/* Whether Winograd's sums may be far less exact than direct ones with such weights, [out][in][9]. */
gboolean nn_packed_winograd_is_suspect (const gfloat *weight, guint out_channels, guint in_channels);
