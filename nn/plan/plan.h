/* gst-resnet: what a plan is: a graph at one input size as steps, buffers in one arena and packed weights
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "base/nn-workers.h"
#include "graph/graph.h"
#include "graph/shape.h"
#include "kernels/conv.h"
#include "kernels/pool.h"
#include "plan/packed-forms.h"
#include "plan/weight-store.h"

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
  NN_STEP_CHANNEL_NORM,
  NN_STEP_CONCAT,
  NN_STEP_ELEMENTWISE,
  NN_STEP_PLAIN,    /* plain buffers to plain buffer */
  NN_STEP_TO_PLAIN, /* the node's image (NHWC) to its plain buffer (NCHW) */
  NN_STEP_TO_IMAGE, /* the other way */
} NnStepKind;

/**
 * NnStep: one loop over tasks, whatever the number format
 * @node: of the graph; @index: its index
 * @in, @residual, @out: buffers
 * @flops: 2 × multiply-adds; @cost: what the cost model says, in flops at the peak (0: nothing)
 * @packed: where the weights and biases of a convolution lie, or NULL
 * @pooled: CONV: not NULL: a task is a band of this pool's rows, and @out is not in the arena
 * @own: what steps of this kind and format have besides: the header of whoever plans them says what, and
 * @free_own frees it
 */
typedef struct {
  NnStepKind kind;
  const NnNode *node;
  guint index;
  const NnBuffer *in, *residual, *out;
  gboolean relu;
  gdouble flops, cost;
  NnPackedWeight *packed;
  NnPooledConv *pooled;
  gpointer own;
  GDestroyNotify free_own;
} NnStep;

/**
 * NnPlan: what a session executes
 * @format: the number format of its images; @kernels: that format's table of kernels
 * @batch: images the arena has room for
 * @split, @inner: nodes before that one run so many images at a time, the others the whole batch; @n_inner_steps: how
 * many of the steps are theirs
 * @buffers: one a node, those of removed steps unused
 * @plain: one a node
 * @output_is_plain: the network's output is its last node's plain buffer, not @output
 * @max_operands: inputs and outputs of the operator that has the most
 * @limit: the least exact algorithm allowed
 * @arena_size: floats; @scratch_size: floats a thread; @shared_scratch_size: floats, one for all threads
 * @packed_size: bytes of packed weights
 * @weights, @workers: as NnPlanOptions says, while the plan is made
 * @suspect: a WINOGRAD step's weights are such that it may lose digits which direct sums keep
 */
typedef struct {
  const struct _NnPlanFormat *format;
  gpointer kernels;
  guint batch, inner, split, n_inner_steps;
  NnAlgorithm limit;
  guint n_buffers;
  NnBuffer *buffers;
  NnPlainBuffer *plain;
  gboolean output_is_plain, suspect;
  guint max_operands;
  GArray *steps;
  NnWeightStore *weights;
  NnWorkers *workers;
  const NnBuffer *input, *output;
  gsize arena_size, scratch_size, shared_scratch_size, packed_size;
} NnPlan;
