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
 * NnBuffer: where the output of one node lies in the arena
 * @channels: the channels that the layer has; @lanes: these and the zeros after them, which kernels compute, too
 * @pixel: floats from one pixel to the next, at least @lanes; what lies between is neither defined nor used
 * @border: how many pixels of zeros lie around the image
 * @row: floats from one row to the next
 * @size: floats of an image with its border; image i of a batch starts at offset + i × size
 * @origin: floats from the image's start to pixel (0, 0)
 * @offset: floats from the arena's start, for the planned batch
 * @slack: floats after the last image that a kernel may read; they never change a result
 * @whole: the buffer is written by nodes that run some images at a time and read by nodes that run all of them; image i
 * is then image i of the batch, not of the pass
 * @border_stays: an image of the same layout lay there before and left its border of zeros; where it is FALSE, the step
 * that writes the image makes the border
 * @in_rows: the image is never there as a whole: the convolution's loop hands a few rows at a time to the max pool
 * (NnPooledConv); size is 0, and row and pixel are those of these rows
 */
typedef struct {
  guint channels, height, width;
  guint border;
  gsize lanes, pixel, row, size, origin, offset, slack;
  gboolean whole, border_stays, in_rows;
} NnBuffer;

/**
 * NnPlainBuffer: where the output of a node lies as plain row-major tensors, all outputs of its operator one after the
 * other
 * @size: floats that an image takes (an int64 takes two); 0: no node needs this form. Image i of a batch starts at
 * offset + i × size
 * @offset: floats from the arena's start
 * @whole: has the same meaning as in NnBuffer
 */
typedef struct {
  gsize size, offset;
  gboolean whole;
} NnPlainBuffer;

/**
 * NnPooledConv: the max pool that a CONV step's loop computes, too; a task is a band of the pool's rows
 * @out: the pool's buffer; @band: how many rows a band has; @n_bands: how many bands an image has
 * @n_rows: how many of the convolution's rows a band reads at most
 * @scratch: where in a thread's scratch memory NN_POOLED_HEAD floats lie, followed by the rows
 * @name: the names of both nodes, for a profile
 */
typedef struct {
  const NnBuffer *out;
  NnWindow window;
  guint band, n_bands, n_rows;
  gsize scratch;
  gchar *name;
} NnPooledConv;

#define NN_POOLED_HEAD NN_CHANNEL_BLOCK

/* The band has the rows from @first to before @end of the pool of image @image. They read the convolution's rows from
 * @begin_in to before @end_in. */
typedef struct {
  guint image, first, end, begin_in, end_in;
} NnPooledBand;

/* These are the ways to compute a convolution, from the most exact to the least exact. */
typedef enum {
  NN_ALGORITHM_AUTO,
  NN_ALGORITHM_DIRECT,
  NN_ALGORITHM_WINOGRAD_F2,
  NN_ALGORITHM_WINOGRAD_F4,
} NnAlgorithm;

typedef enum {
  NN_STEP_CONV,
  NN_STEP_WINOGRAD,
  NN_STEP_MAX_POOL, /* also the global one, whose window is the image */
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
  NN_STEP_PLAIN,    /* reads plain buffers and writes one */
  NN_STEP_TO_PLAIN, /* copies the node's image (NHWC) into its plain buffer (NCHW) */
  NN_STEP_TO_IMAGE, /* copies the other way */
} NnStepKind;

/**
 * NnStep: one loop over tasks, whatever the number format
 * @node: the node of the graph that it computes; @index: the index of this node
 * @in, @residual, @out: buffers; @residual is added (SCALE multiplies with it), or it is NULL
 * @flops: 2 × the number of multiply-adds; @cost: the cost in flops at the peak by the cost model; 0: the model says
 * nothing
 * @packed: where the weights and biases of a convolution lie, or NULL
 * @pooled: only for CONV: where it is not NULL, a task is a band of this pool's rows, and @out is not in the arena
 * @own: what steps of this kind and format have besides; the header of the file that plans them describes it, and
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
 * @batch: how many images the arena has room for
 * @split, @inner: nodes before @split run @inner images at a time, the others run the whole batch; @n_inner_steps: how
 * many of the steps belong to the former
 * @buffers, @plain: one for each node
 * @output_is_plain: the network's output is its last node's plain buffer, not @output
 * @max_operands: the inputs and outputs of the operator that has the most of them
 * @limit: the least exact algorithm that is allowed
 * @arena_size: floats; @scratch_size: floats for each thread; @shared_scratch_size: floats for all threads together
 * @packed_size: bytes of packed weights
 * @weights, @workers: those of NnPlanOptions while the plan is made, NULL afterwards
 * @suspect: the weights of a WINOGRAD step are such that it may lose digits which direct sums keep
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
