/* gst-resnet: a convolution's weights, packed for matrix tiles
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Two bfloat16 hold 16 of a float32's 24 bits. So beside them lies by how many floats a weight is from their sum: a
 * byte a weight with three products, two with one, and the few weights as they are that are further away. With it this
 * form can stand for the weights themselves, as NnPackedConv does. */
#pragma once

#include <glib.h>

#include "base/nn-pool.h"
#include "graph/graph.h"
#include "kernels/tile.h"

/**
 * NnTileLayout: what the order of packed weights depends on; zeros where they differ in nothing else
 * @products: 3 or 1
 * @merged: a segment is a row of the kernel, [kernel w][in_channels]; else one tap
 * @chunks: steps a segment, of NN_TILE_DEPTH inputs
 */
typedef struct {
  guint products, merged, n_segments, segment_length, chunks, n_blocks;
} NnTileLayout;

/* What is lost of a block's weights, in the order of packing; the byte (or two) of one in @exact is the least. */
typedef struct {
  gpointer rest;
  gfloat *exact;
  guint n_exact;
} NnTileRest;

/**
 * NnPackedTile: never changes once packed; reference-counted
 * @complete: the weights can be unpacked
 * @blocks: as many as the layout says; @rests: of each, NULL where they are not kept
 * @memory: where all blocks' weights and biases lie; @rest_memory: where their rests lie
 * @size: of it all, bytes
 */
typedef struct _NnPackedTile {
  gint ref_count;
  NnTileLayout layout;
  gboolean complete;
  NnTileBlock *blocks;
  NnTileRest *rests;
  gpointer memory, rest_memory;
  gsize size;
} NnPackedTile;

/* Takes @blocks (g_new), whose first_channel, channels and first_input are filled. @workers: who packs; NULL: the
 * caller. NULL: no memory. */
NnPackedTile *nn_packed_tile_new (const NnNode *node, const NnTileLayout *layout, NnTileBlock *blocks, NnPool *workers);
NnPackedTile *nn_packed_tile_ref (NnPackedTile *packed);
void nn_packed_tile_unref (NnPackedTile *packed);
/* Whether both are packed the same way; weights do not matter. */
gboolean nn_packed_tile_is_like (const NnPackedTile *packed, const NnTileLayout *layout, const NnTileBlock *blocks);
/* The weights of a complete one, bit for bit: [out_channels][in_channels / groups][kernel h][kernel w]. */
void nn_packed_tile_unpack (const NnPackedTile *packed, const NnNode *node, gfloat *tensor);
