/* gst-resnet: the forms of packed weights
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "base/nn-workers.h"
#include "graph/graph.h"

/* NnPackedSegment says what a segment is. TAPS: one tap. ROWS: a row of the kernel, [kernel w][in_channels], over all
 * channels. GROUPED: one tap of the groups of a block, for a grouped kernel (conv.h). INPUTS: all taps of an input
 * channel, for Winograd with few tiles (winograd.h). FREQUENCIES: one of Winograd's frequencies. */
typedef enum {
  NN_PACKED_TAPS,
  NN_PACKED_ROWS,
  NN_PACKED_GROUPED,
  NN_PACKED_INPUTS,
  NN_PACKED_FREQUENCIES,
} NnPackedSegment;

typedef struct _NnPackedForm NnPackedForm;

/* The order of packed weights depends on this and on the blocks. */
typedef struct {
  const NnPackedForm *form;
  NnPackedSegment segment;
  guint n_segments, segment_length, n_blocks;
} NnPackedLayout;

/* This is a block of output channels; their number is a multiple of NN_CHANNEL_BLOCK. The weights are zeros for
 * channels beyond the last one and for inputs of other groups.
 * @first_input: the first input channel that is read
 * @weights: [n_segments][segment_length][channels] floats, or bfloat16 in the order that NnBf16Block describes; @bias:
 * [channels]
 * @rest: what packing loses of the weights, in an order that the form chooses; NULL where it is not kept
 * @exact: n_exact weights that are kept as they are, in the order of the rest; the rest of each is the least number of
 * its type */
typedef struct {
  guint first_channel, channels, first_input;
  gpointer weights;
  gfloat *bias;
  gpointer rest;
  gfloat *exact;
  guint n_exact;
} NnPackedBlock;

/**
 * NnPackedWeight: packed weights, which never change once they are packed; they are reference-counted
 * @complete: they can be unpacked
 * @suspect: with these weights Winograd's sums may be far less exact than direct ones
 * @memory: where the weights and biases of all blocks lie; @rests: where their rests lie
 * @size: the size of all of it in bytes
 */
typedef struct _NnPackedWeight {
  gint ref_count;
  NnPackedLayout layout;
  gboolean complete, suspect;
  NnPackedBlock *blocks;
  gpointer memory, rests;
  gsize size;
} NnPackedWeight;

/* Fills the weights and the rest of a block from the tensor; both are zeros before. Weights whose distance does not fit
 * into the rest are appended to @exact, an array of floats. */
typedef void NnPackFunc (const NnPackedWeight *packed, const NnNode *node, const gfloat *weight,
                         const NnPackedBlock *block, GArray *exact);
/* Writes a block's weights into the tensor. */
typedef void NnUnpackFunc (const NnPackedWeight *packed, const NnNode *node, const NnPackedBlock *block,
                           gfloat *tensor);

/**
 * NnPackedForm: how weights are written for one family of kernels
 * @multiple: zeros fill each segment up to a multiple of this number
 * @packed, @rest: how many bytes a weight takes, and how many bytes what is lost of it takes
 * @is_suspect: whether sums with weights of this form may be far less exact than direct ones; the weights are
 * [out][in][9]. NULL means that they never are.
 */
struct _NnPackedForm {
  guint multiple, packed, rest;
  NnPackFunc *pack;
  NnUnpackFunc *unpack;
  gboolean (*is_suspect) (const gfloat *weight, guint out_channels, guint in_channels, NnWorkers *workers);
};
