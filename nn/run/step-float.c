/* gst-resnet: running the steps of a plan for float32
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "run/step-float.h"

#include <string.h>

#include "plan/float-kernels.h"
#include "plan/plan-conv.h"
#include "plan/plan-window.h"
#include "run/pooled-rows.h"
#include "run/step-plain.h"
#include "run/step-winograd.h"

/* Other buffers share the memory, so the border is made again where the last buffer that lay there had another layout.
 */
static void
zero_border (const NnRun *run, const NnBuffer *b)
{
  if (b->border == 0 || b->border_stays)
    return;
  for (guint i = 0; i < run->images; i++) {
    gfloat *image = nn_image_of (run, b, i);
    const gsize side = b->border * b->pixel;

    memset (image, 0, (b->border * b->row + side) * sizeof (gfloat));
    for (guint y = 0; y + 1 < b->height; y++)
      memset (image + (b->border + y + 1) * b->row - side, 0, 2 * side * sizeof (gfloat));
    memset (image + (b->border + b->height) * b->row - side, 0, (b->border * b->row + side) * sizeof (gfloat));
  }
}

/* Converts NCHW planes to NHWC; a task is a row of an image. */
static void
input_task (gpointer data, guint task, guint thread)
{
  const NnRun *run = data;
  const NnBuffer *b = run->plan->input;
  const guint image = task / b->height, y = task % b->height;
  const gsize plane = (gsize)b->height * b->width;
  const gfloat *in = run->input + (gsize)image * b->channels * plane + (gsize)y * b->width;
  gfloat *out = nn_image_of (run, b, image) + b->origin + y * b->row;

  if (b->channels == 3) { /* This is nearly always so, and compilers make vectors of this loop. */
    const gfloat *restrict r = in, *restrict g = in + plane, *restrict blue = in + 2 * plane;

    for (guint x = 0; x < b->width; x++, out += b->pixel) {
      out[0] = r[x];
      out[1] = g[x];
      out[2] = blue[x];
    }
    return;
  }
  for (guint x = 0; x < b->width; x++) {
    for (guint c = 0; c < b->channels; c++)
      out[x * b->pixel + c] = in[c * plane + x];
  }
}

/* Applies a convolution's activation to what a block of channels has just written. Pixels that adjoin in memory are
 * done in one call. */
static void
activate_pixels (const NnRun *run, const NnConvBlock *block, gfloat *out, guint first, guint n)
{
  const NnStep *step = run->step;
  const gint32 *offset = nn_step_direct (step)->out_offset;

  for (guint p = first, next; p < first + n; p = next) {
    gfloat *pixels = out + offset[p] + block->first_channel;

    for (next = p + 1; next < first + n && offset[next] - offset[next - 1] == (gint32)block->channels; next++)
      ;
    nn_float_kernels (run->plan)->activation.apply (&step->node->activation, pixels,
                                                    (gsize)(next - p) * block->channels, pixels);
  }
}

/* Computes @n pixels from @first on. @out is where image @image of the output begins, or where it would begin if the
 * rows that are written were a part of it. */
static void
conv_block (const NnRun *run, guint thread, const NnConvBlock *block, guint image, gfloat *out, guint first, guint n)
{
  const NnStep *step = run->step;
  const NnDirectConv *conv = nn_step_direct (step);
  const NnConvArgs args = {
    .in = nn_image_of (run, step->in, image),
    .out = out + block->first_channel,
    .residual = step->residual ? nn_image_of (run, step->residual, image) + block->first_channel : NULL,
    .in_offset = conv->in_offset,
    .out_offset = conv->out_offset,
    .residual_offset = conv->residual_offset,
    .weights = block->weights,
    .bias = block->bias,
    .next = conv->all_blocks || block + 1 == conv->blocks + conv->n_blocks ? NULL : block[1].weights,
    .segment_offset = block->segment_offset,
    .n_segments = conv->n_segments,
    .segment_length = conv->segment_length,
    .n_adjoining = conv->inputs_adjoin ? conv->n_pixels : 0,
    .channels = block->channels,
    .relu = step->relu,
    .scratch = nn_scratch_of (run, thread),
  };

  block->variant->func (&args, first, n);
  if (step->node->activation.kind)
    activate_pixels (run, block, out, first, n);
}

/* Tasks count pixels fastest, then images, then blocks, so that tasks that run at about the same time share weights. */
static void
conv_task (gpointer data, guint task, guint thread)
{
  const NnRun *run = data;
  const NnStep *step = run->step;
  const NnDirectConv *conv = nn_step_direct (step);
  const guint pixels = conv->batch_is_pixels ? run->images : conv->n_pixels;
  const guint images = conv->batch_is_pixels ? 1 : run->images;
  const guint first = task % conv->n_chunks * conv->chunk;
  const guint image = task / conv->n_chunks % images;
  guint block = task / conv->n_chunks / images;
  gfloat *out = nn_image_of (run, step->out, image);

  if (first >= pixels)
    return;
  if (!conv->all_blocks) {
    conv_block (run, thread, &conv->blocks[block], image, out, first, MIN (conv->chunk, pixels - first));
    return;
  }
  for (block = 0; block < conv->n_blocks; block++)
    conv_block (run, thread, &conv->blocks[block], image, out, first, MIN (conv->chunk, pixels - first));
}

/* @source is where pixel (0, 0) of @in is, or would be if the whole image were there. */
static NnWindowArgs
window_args (const NnRun *run, const gfloat *source, const NnBuffer *in, const NnBuffer *out, const NnWindow *window,
             guint image)
{
  return (NnWindowArgs){
    .in = source,
    .out = nn_image_of (run, out, image) + out->origin,
    .in_row = in->row,
    .in_pixel = in->pixel,
    .out_row = out->row,
    .out_pixel = out->pixel,
    .out_width = out->width,
    .channels = (guint)out->lanes,
    .window = *window,
  };
}

/* A task of a pool computes one row of its output. */
static NnWindowArgs
row_args (const NnRun *run, guint task)
{
  const NnStep *step = run->step;
  const guint image = task / step->out->height;
  const gfloat *source = nn_image_of (run, step->in, image) + step->in->origin;

  return window_args (run, source, step->in, step->out, nn_step_window (step), image);
}

static void
max_pool_task (gpointer data, guint task, guint thread)
{
  const NnRun *run = data;
  const NnWindowArgs args = row_args (run, task);

  nn_float_kernels (run->plan)->pool.max_pool_row (&args, task % run->step->out->height);
}

static void
avg_pool_task (gpointer data, guint task, guint thread)
{
  const NnRun *run = data;
  NnWindowArgs args = row_args (run, task);

  args.count_pad = run->step->node->count_pad;
  nn_float_kernels (run->plan)->pool.avg_pool_row (&args, task % run->step->out->height);
}

/* Computes a band of the pool's rows, and before that the rows of the convolution that they read. */
static void
pooled_task (gpointer data, guint task, guint thread)
{
  const NnRun *run = data;
  const NnStep *step = run->step;
  const NnDirectConv *conv = nn_step_direct (step);
  const NnPooledConv *pooled = step->pooled;
  const NnBuffer *in = step->out;
  NnPooledRows rows;
  NnWindowArgs args;
  gfloat *image;

  nn_pooled_rows (run, task, thread, 1, in->row, &rows);
  image = rows.memory - rows.band.begin_in * in->row;
  for (guint block = 0; block < conv->n_blocks && rows.missing < rows.band.end_in; block++)
    conv_block (run, thread, &conv->blocks[block], rows.band.image, image, rows.missing * in->width,
                (rows.band.end_in - rows.missing) * in->width);
  args = window_args (run, image, in, pooled->out, &pooled->window, rows.band.image);
  for (guint y = rows.band.first; y < rows.band.end; y++)
    nn_float_kernels (run->plan)->pool.max_pool_row (&args, y);
}

static void
average_task (gpointer data, guint task, guint thread)
{
  const NnRun *run = data;
  const NnBuffer *in = run->step->in, *out = run->step->out;

  nn_float_kernels (run->plan)->pool.global_avg_pool (nn_image_of (run, in, task) + in->origin, in->row, in->pixel,
                                                      in->height, in->width, (guint)in->lanes,
                                                      nn_image_of (run, out, task) + out->origin);
}

/* A task is a row: each pixel is multiplied by the factors, which are one pixel. */
static void
scale_task (gpointer data, guint task, guint thread)
{
  const NnRun *run = data;
  const NnStep *step = run->step;
  const NnBuffer *in = step->in, *factors = step->residual, *out = step->out;
  const guint image = task / out->height, y = task % out->height;

  nn_float_kernels (run->plan)->pool.scale (
      nn_image_of (run, in, image) + in->origin + y * in->row, nn_image_of (run, factors, image) + factors->origin,
      out->width, (guint)out->pixel, nn_image_of (run, out, image) + out->origin + y * out->row);
}

static void
sigmoid_task (gpointer data, guint task, guint thread)
{
  const NnRun *run = data;
  const NnBuffer *in = run->step->in, *out = run->step->out;
  const guint image = task / out->height, y = task % out->height;

  nn_float_kernels (run->plan)->pool.sigmoid (nn_image_of (run, in, image) + in->origin + y * in->row,
                                              out->width * out->pixel,
                                              nn_image_of (run, out, image) + out->origin + y * out->row);
}

static void
activation_task (gpointer data, guint task, guint thread)
{
  const NnRun *run = data;
  const NnBuffer *in = run->step->in, *out = run->step->out;
  const guint image = task / out->height, y = task % out->height;

  nn_float_kernels (run->plan)->activation.apply (
      &run->step->node->activation, nn_image_of (run, in, image) + in->origin + y * in->row, out->width * out->pixel,
      nn_image_of (run, out, image) + out->origin + y * out->row);
}

/* A task is a row, which is normalized pixel by pixel. */
static void
channel_norm_task (gpointer data, guint task, guint thread)
{
  const NnRun *run = data;
  const NnNode *node = run->step->node;
  const NnBuffer *in = run->step->in, *out = run->step->out;
  const gfloat *scale = g_bytes_get_data (node->weight, NULL), *bias = g_bytes_get_data (node->bias, NULL);
  const guint image = task / out->height, y = task % out->height;
  const gfloat *from = nn_image_of (run, in, image) + in->origin + y * in->row;
  gfloat *to = nn_image_of (run, out, image) + out->origin + y * out->row;

  for (guint x = 0; x < out->width; x++, from += in->pixel, to += out->pixel) {
    nn_float_kernels (run->plan)->pool.channel_norm (from, node->out_channels, (gfloat)node->bn_epsilon, scale, bias,
                                                     to);
    memset (to + node->out_channels, 0, (out->lanes - node->out_channels) * sizeof (gfloat));
  }
}

static void
add_task (gpointer data, guint task, guint thread)
{
  const NnRun *run = data;
  const NnStep *step = run->step;
  const NnBuffer *in = step->in, *residual = step->residual, *out = step->out;
  const guint image = task / out->height, y = task % out->height;

  nn_float_kernels (run->plan)->pool.add (
      nn_image_of (run, in, image) + in->origin + y * in->row,
      residual ? nn_image_of (run, residual, image) + residual->origin + y * residual->row : NULL,
      out->width * out->pixel, step->relu, nn_image_of (run, out, image) + out->origin + y * out->row);
}

static void
conv_run (NnRun *run)
{
  const NnStep *step = run->step;
  const NnDirectConv *conv = nn_step_direct (step);
  const guint images = conv->batch_is_pixels ? 1 : run->images;

  if (step->pooled)
    nn_pooled_run (run, pooled_task);
  else
    nn_workers_run (run->workers, conv_task, run, conv->n_chunks * images * (conv->all_blocks ? 1 : conv->n_blocks));
}

static const gchar *
conv_describe (const NnPlan *plan, const NnStep *step)
{
  return nn_step_direct (step)->blocks[0].variant->name;
}

static const gchar *
operator_describe (const NnPlan *plan, const NnStep *step)
{
  return nn_operator_get_type (step->node->onnx);
}

static void
input_run (NnRun *run)
{
  nn_workers_run (run->workers, input_task, run, run->images * run->plan->input->height);
}

static const NnStepRunner steps[] = {
  [NN_STEP_CONV] = { .run = conv_run, .describe = conv_describe },
  [NN_STEP_WINOGRAD] = { .run = nn_winograd_run, .describe = nn_winograd_describe },
  [NN_STEP_MAX_POOL] = { .task = max_pool_task, .name = "max pool" },
  [NN_STEP_AVG_POOL] = { .task = avg_pool_task, .name = "average" },
  [NN_STEP_GLOBAL_AVG_POOL] = { .task = average_task, .an_image = TRUE, .name = "average" },
  [NN_STEP_SIGMOID] = { .task = sigmoid_task, .name = "sigmoid" },
  [NN_STEP_ACTIVATION] = { .task = activation_task, .name = "activation" },
  [NN_STEP_SCALE] = { .task = scale_task, .name = "scale" },
  [NN_STEP_ADD] = { .task = add_task, .name = "add" },
  [NN_STEP_AFFINE] = { .task = nn_affine_task, .name = "affine" },
  [NN_STEP_CHANNEL_NORM] = { .task = channel_norm_task, .name = "channel norm" },
  [NN_STEP_CONCAT] = { .task = nn_concat_task, .name = "concat" },
  [NN_STEP_ELEMENTWISE] = { .task = nn_elementwise_task, .describe = operator_describe },
  [NN_STEP_PLAIN] = { .task = nn_plain_task, .an_image = TRUE, .plain_output = TRUE, .describe = operator_describe },
  [NN_STEP_TO_PLAIN] = { .task = nn_to_plain_task, .plain_output = TRUE, .name = "NHWC to NCHW" },
  [NN_STEP_TO_IMAGE] = { .task = nn_to_image_task, .name = "NCHW to NHWC" },
};

const NnRunFormat nn_run_float = {
  .has_float_images = TRUE,
  .input = input_run,
  .clear = zero_border,
  .steps = steps,
  .n_steps = G_N_ELEMENTS (steps),
};
