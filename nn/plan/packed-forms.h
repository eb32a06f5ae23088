/* gst-resnet: the forms of packed weights
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "base/nn-workers.h"
#include "graph/graph.h"

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

typedef struct _NnPackedForm NnPackedForm;

/* What the order of packed weights depends on, beside the blocks. */
typedef struct {
  const NnPackedForm *form;
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

/* Fills a block's weights and rest, which are zeros, from the tensor; weights whose rest is out of reach go to @exact,
 * floats. */
typedef void NnPackFunc (const NnPackedWeight *packed, const NnNode *node, const gfloat *weight,
                         const NnPackedBlock *block, GArray *exact);
/* Writes a block's weights into the tensor. */
typedef void NnUnpackFunc (const NnPackedWeight *packed, const NnNode *node, const NnPackedBlock *block,
                           gfloat *tensor);

/**
 * NnPackedForm: how weights are written for one family of kernels
 * @multiple: zeros fill a segment up to a multiple of it
 * @packed, @rest: bytes that a weight takes, and what is lost of it
 * @is_suspect: whether sums with weights of this form may be far less exact than direct ones, [out][in][9]; NULL: never
 */
struct _NnPackedForm {
  guint multiple, packed, rest;
  NnPackFunc *pack;
  NnUnpackFunc *unpack;
  gboolean (*is_suspect) (const gfloat *weight, guint out_channels, guint in_channels, NnWorkers *workers);
};
