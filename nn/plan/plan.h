/* gst-resnet: a graph at one input size → steps, buffers in one arena, packed weights
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "base/nn-workers.h"
#include "graph/graph.h"
#include "graph/shape.h"
#include "kernels/activation.h"
#include "kernels/bf16.h"
#include "kernels/conv.h"
#include "kernels/pool.h"
#include "kernels/winograd.h"
#include "plan/packed-forms.h"

/**
 * NnBuffer: where one node's output lies in the arena
 * @channels: real ones; @lanes: with the zeros after them, what kernels compute; @pixel: floats from one pixel to the
 * next, sometimes more: what lies between is neither defined nor used
 * @border: pixels of zeros around the image
 * @row: floats from one row to the next
 * @size: floats an image with its border; image i of a batch starts at offset + i × size
 * @origin: floats from the image's start to pixel (0, 0)
 * @offset: floats from the arena's start, for the planned batch
 * @slack: floats after the last image that may be read and never count (tiles)
 * @whole: written by nodes that run some images at a time, read by nodes that run all: image i is that of the batch,
 * not of the pass
 * @border_stays: an image alike lay there before and left its border; else who writes the image makes it
 * @in_rows: never there: the convolution's loop takes some rows after the other to the max pool (NnPooledConv); size is
 * 0, and row and pixel are those of the rows
 */
typedef struct {
  guint channels, height, width;
  guint border;
  gsize lanes, pixel, row, size, origin, offset, slack;
  gboolean whole, border_stays, in_rows;
} NnBuffer;

/**
 * NnPlainBuffer: where a node's output lies as plain row-major tensors (all outputs of its operator one after the
 * other)
 * @size: floats an image (an int64 takes two), 0: nobody needs this form; image i of a batch starts at offset + i ×
 * size
 * @offset: floats from the arena's start
 * @whole: as NnBuffer's
 */
typedef struct {
  gsize size, offset;
  gboolean whole;
} NnPlainBuffer;

/* plan-bf16.h */
typedef struct _NnBf16Conv NnBf16Conv;

/* A block of output channels of a convolution. */
typedef struct {
  const NnConvVariant *variant;
  guint first_channel, channels, first_input;
  gfloat *weights, *bias;
  gint32 *segment_offset;
} NnConvBlock;

/**
 * NnPooledConv: the max pool that a CONV step's loop computes, too; a task is a band of its rows
 * @out: the pool's; @band: rows; @n_bands: an image
 * @n_rows: of the convolution that a band reads at most
 * @scratch: where in a thread's scratch memory NN_POOLED_HEAD floats and then the rows lie
 * @name: of both nodes
 */
typedef struct {
  const NnBuffer *out;
  NnWindow window;
  guint band, n_bands, n_rows;
  gsize scratch;
  gchar *name;
} NnPooledConv;

#define NN_POOLED_HEAD NN_CHANNEL_BLOCK

/* Rows @first to before @end of image @image's pool, which read rows @begin_in to before @end_in. */
typedef struct {
  guint image, first, end, begin_in, end_in;
} NnPooledBand;

/* How a convolution is computed, from the most exact to the least. */
typedef enum {
  NN_ALGORITHM_AUTO,
  NN_ALGORITHM_DIRECT,
  NN_ALGORITHM_WINOGRAD_F2,
  NN_ALGORITHM_WINOGRAD_F4,
} NnAlgorithm;

/**
 * NnWinogradStep: what a WINOGRAD step has besides its blocks of channels
 * @tiles_x: a row; @n_tiles: an image; tiles of all images are numbered one after the other
 * @fused: a task takes a block of tiles through all three steps, for one of @n_parts of the groups of channels; else
 * all are transformed first and a task takes a block and a group of channels
 * @own_tiles: not fused; a thread multiplies the tiles that it has transformed, not some channels of all
 * @taps: weights are not transformed (NnWinogradTapsArgs): all tiles are, then a task takes one of the step's blocks
 * @block: tiles; @group: channels; @n_groups
 * @v_frequency, @m_frequency: floats from one frequency to the next, of transformed tiles and of products; @v_size:
 * floats of a block of transformed tiles; @m_offset: where the products begin in a thread's scratch memory
 * The step's blocks have weights [frequencies][in_channels][channels]; in_offset and out_offset are those of a block's
 * tiles in the products.
 */
typedef struct {
  gchar *name;
  NnWinogradTile tile;
  NnWinogradTransforms transforms;
  guint tiles_x, n_tiles;
  gboolean fused, own_tiles;
  void (*taps) (const NnWinogradTapsArgs *args);
  guint block, group, n_groups, n_parts;
  gsize v_frequency, v_size, m_frequency, m_offset;
} NnWinogradStep;

typedef enum {
  NN_STEP_CONV,
  NN_STEP_WINOGRAD,
  NN_STEP_MAX_POOL, /* also the global one: its window is the image */
  NN_STEP_AVG_POOL,
  NN_STEP_GLOBAL_AVG_POOL,
  NN_STEP_SIGMOID,
  NN_STEP_ACTIVATION,
  NN_STEP_SCALE,
  NN_STEP_ADD,
  NN_STEP_AFFINE,
  NN_STEP_CONCAT,
  NN_STEP_ELEMENTWISE,
  NN_STEP_PLAIN,    /* plain buffers to plain buffer */
  NN_STEP_TO_PLAIN, /* the node's image (NHWC) to its plain buffer (NCHW) */
  NN_STEP_TO_IMAGE, /* the other way */
} NnStepKind;

/**
 * NnOperands: inputs and outputs of an operator
 * @in: n_in types, of constants with their elements; unused where @present is FALSE
 * @in_node: the node whose buffer holds the elements, NN_NO_NODE for constants
 * @out: n_out types; @out_offset: floats from the plain buffer's start
 */
typedef struct {
  guint n_in, n_out;
  NnValue *in, *out;
  guint *in_node;
  gboolean *present;
  gsize *out_offset;
} NnOperands;

/**
 * NnStep: one loop over tasks
 * @node: of the graph; @in, @residual, @out: buffers
 * CONV: a task is some pixels (of all images one after the other when @batch_is_pixels) of one block, or of all blocks
 * when @all_blocks: then the weights stay in the cache and the pixels stream, else the other way round
 * @inputs_adjoin: a pixel's inputs are followed by the next one's
 * @pooled: CONV: not NULL: a task is a band of this pool's rows instead; @out is not in the arena
 * @window: of MAX_POOL, AVG_POOL and GLOBAL_AVG_POOL
 */
typedef struct {
  NnStepKind kind;
  const NnNode *node;
  const NnBuffer *in, *residual, *out;
  gboolean relu;
  gdouble flops, cost; /* 2 × multiply-adds; what the cost model says, in flops at the peak (0: nothing) */

  guint n_pixels, chunk, n_chunks;
  gboolean batch_is_pixels, all_blocks, inputs_adjoin;
  guint n_segments, segment_length;
  gint32 *in_offset, *out_offset, *residual_offset;
  guint n_blocks;
  NnConvBlock *blocks;
  NnPooledConv *pooled;
  NnBf16Conv *tile; /* instead of all that, in a plan for tiles */

  NnPackedWeight *packed; /* CONV, WINOGRAD: where the weights and biases of blocks (or of tile's) lie */

  guint index; /* of the node */
  NnWindow window;
  NnOperands operands;      /* PLAIN, ELEMENTWISE */
  gfloat *factors;          /* AFFINE: out->pixel factors, then as many terms */
  NnWinogradStep *winograd; /* NULL but for WINOGRAD */
} NnStep;

/**
 * NnPlan: what a session executes
 * @batch: images the arena has room for
 * @split, @inner: nodes before that one run so many images at a time, the others the whole batch; @n_inner_steps: how
 * many of the steps are theirs
 * @buffers: one a node, those of removed steps unused
 * @plain: one a node
 * @tile: matrix tiles, where the plan is for them (its conv is not NULL)
 * @output_is_plain: the network's output is its last node's plain buffer, not @output
 * @max_operands: inputs and outputs of the operator that has the most
 * @limit: the least exact algorithm allowed
 * @arena_size: floats; @scratch_size: floats a thread; @shared_scratch_size: floats, one for all threads
 * @packed_size: bytes of packed weights
 * @take_weights, @workers: as NnPlanOptions says, while the plan is made
 * @suspect: a WINOGRAD step's weights are such that it may lose digits which direct sums keep
 */
typedef struct {
  guint batch, inner, split, n_inner_steps;
  NnConvKernels conv;
  NnPoolKernels pool;
  NnWinogradKernels winograd;
  NnActivationKernels activation;
  NnAlgorithm limit;
  NnBf16Kernels tile;
  guint n_buffers;
  NnBuffer *buffers;
  NnPlainBuffer *plain;
  gboolean output_is_plain;
  guint max_operands;
  GArray *steps;
  gboolean take_weights, suspect;
  NnWorkers *workers;
  const NnBuffer *input, *output;
  gsize arena_size, scratch_size, shared_scratch_size, packed_size;
} NnPlan;

/**
 * NnPlanOptions
 * @batch: the most images at once that are wanted; the plan may take fewer
 * @threads: how many will share the tasks; it changes only how the work is cut, never a bit of the result
 * @limit: the least exact algorithm allowed; AUTO: no limit
 * @algorithms: one a node, AUTO where the cost model decides; NULL: it decides everywhere. One that a layer cannot be
 * computed with is the direct one.
 * @tile: NULL: float32; else a plan for tiles (plan-bf16.h), NN_ERROR_UNSUPPORTED where the network has a layer that
 * they have no kernel for
 * @take_weights: nodes give their weights away for the packed ones, where these can stand for them; changes the graph's
 * nodes, so that its owner must see to it that nobody else looks at them meanwhile
 * @workers: who packs weights; NULL: the caller alone
 */
typedef struct {
  guint height, width, batch, threads;
  gboolean take_weights;
  const NnConvKernels *conv;
  const NnPoolKernels *pool;
  const NnWinogradKernels *winograd;
  const NnActivationKernels *activation; /* NULL: the portable ones */
  const NnBf16Kernels *tile;
  NnAlgorithm limit;
  const NnAlgorithm *algorithms;
  NnWorkers *workers;
} NnPlanOptions;
