/* gst-resnet: a graph at one input size → steps, buffers in one arena, packed weights
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "graph/graph.h"
#include "kernels/conv.h"
#include "kernels/pool.h"

/**
 * NnBuffer: where one node's output lies in the arena
 * @channels: real ones; @pixel: floats from one pixel to the next
 * @border: pixels of zeros around the image
 * @row: floats from one row to the next
 * @size: floats an image with its border; image i of a batch starts at offset + i × size
 * @origin: floats from the image's start to pixel (0, 0)
 * @offset: floats from the arena's start, for the planned batch
 */
typedef struct {
  guint channels, height, width;
  guint border;
  gsize pixel, row, size, origin, offset;
} NnBuffer;

/**
 * NnPlainBuffer: where a node's output lies as plain row-major tensors (all outputs of its operator one after the
 * other)
 * @size: floats an image (an int64 takes two), 0: nobody needs this form; image i of a batch starts at offset + i ×
 * size
 * @offset: floats from the arena's start
 */
typedef struct {
  gsize size, offset;
} NnPlainBuffer;

/* A block of output channels of a convolution. */
typedef struct {
  const NnConvVariant *variant;
  guint first_channel, channels;
  gfloat *weights, *bias;
  gint32 *segment_offset;
} NnConvBlock;

typedef enum {
  NN_STEP_CONV,
  NN_STEP_MAX_POOL, /* also the global one: its window is the image */
  NN_STEP_AVG_POOL,
  NN_STEP_GLOBAL_AVG_POOL,
  NN_STEP_SIGMOID,
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
 * when
 *   @all_blocks: then the weights stay in the cache and the pixels stream, else the other way round
 */
typedef struct {
  NnStepKind kind;
  const NnNode *node;
  const NnBuffer *in, *residual, *out;
  gboolean relu;
  gdouble flops;

  guint n_pixels, chunk, n_chunks;
  gboolean batch_is_pixels, all_blocks;
  guint n_segments, segment_length;
  gint32 *in_offset, *out_offset, *residual_offset;
  guint n_blocks;
  NnConvBlock *blocks;

  guint index;         /* of the node */
  NnOperands operands; /* PLAIN, ELEMENTWISE */
  gfloat *factors;     /* AFFINE: out->pixel factors, then as many terms */
} NnStep;

/**
 * NnPlan: what a session executes
 * @batch: images the arena has room for
 * @buffers: one a node, those of removed steps unused
 * @plain: one a node
 * @output_is_plain: the network's output is its last node's plain buffer, not @output
 * @max_operands: inputs and outputs of the operator that has the most
 * @arena_size: floats; @scratch_size: floats a thread
 * @packed_size: bytes of packed weights
 */
typedef struct {
  guint batch;
  NnConvKernels conv;
  NnPoolKernels pool;
  guint n_buffers;
  NnBuffer *buffers;
  NnPlainBuffer *plain;
  gboolean output_is_plain;
  guint max_operands;
  GArray *steps;
  const NnBuffer *input, *output;
  gsize arena_size, scratch_size, packed_size;
} NnPlan;

/* @batch: the most images at once that are wanted; the plan may take fewer. @threads: how many will share the tasks; it
 * changes only how the work is cut, never a bit of the result. */
NnPlan *nn_plan_new (const NnGraph *graph, guint height, guint width, guint batch, guint threads,
                     const NnConvKernels *conv, const NnPoolKernels *pool, GError **error);
void nn_plan_free (NnPlan *plan);

/* Fills a CONV step's geometry, offset tables and packed weights from its node; plan-conv.c. */
gboolean nn_plan_conv (NnPlan *plan, NnStep *step, guint threads, GError **error);
void nn_plan_conv_clear (NnStep *step);

/* Which nodes' outputs are wanted as images, which as plain tensors, and how large those are: fills plan->plain, and
 * @wants_image[i]. */
gboolean nn_plan_size_plain (NnPlan *plan, const NnGraph *graph, const NnShape *shapes, gboolean *wants_image,
                             GError **error);
/* Places buffers that live at the same time beside each other: offsets and plan->arena_size. */
gboolean nn_plan_place (NnPlan *plan, const NnGraph *graph, GError **error);
/* Fills operands of a PLAIN or an ELEMENTWISE step. */
gboolean nn_plan_operands (NnPlan *plan, const NnShape *shapes, NnStep *step, GError **error);
/* Fills the factors of an AFFINE step. */
gboolean nn_plan_affine (NnPlan *plan, NnStep *step, GError **error);
void nn_plan_operands_clear (NnStep *step);
