/* gst-resnet: running the steps of a plan for one or two bfloat16 a number
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "run/step-bf16.h"

#include "plan/plan-bf16.h"
#include "plan/plan-window.h"
#include "run/pooled-rows.h"

/* The two planes of one image; lo is NULL where a number is one bfloat16. */
typedef struct {
  NnBf16 *hi, *lo;
} Planes;

static Planes
planes_of (const NnRun *run, const NnBuffer *buffer, guint image)
{
  Planes planes = { (NnBf16 *)(run->arena + buffer->offset) + image * buffer->size, NULL };

  if (nn_bf16_kernels (run->plan)->products == 3)
    planes.lo = planes.hi + nn_plan_bf16_plane (run->plan, buffer);
  return planes;
}

static Planes
planes_at (Planes planes, gsize offset)
{
  return (Planes){ planes.hi + offset, planes.lo ? planes.lo + offset : NULL };
}

static void
zero_plane (const NnBuffer *b, NnBf16 *image)
{
  const gsize side = b->border * b->pixel, end = (b->height + 2 * (gsize)b->border) * b->row;

  memset (image + end, 0, (b->size - end) * sizeof (NnBf16));
  if (b->border == 0)
    return;
  memset (image, 0, (b->border * b->row + side) * sizeof (NnBf16));
  for (guint y = 0; y + 1 < b->height; y++)
    memset (image + (b->border + y + 1) * b->row - side, 0, 2 * side * sizeof (NnBf16));
  memset (image + (b->border + b->height) * b->row - side, 0, (b->border * b->row + side) * sizeof (NnBf16));
}

/* Clears the border and what follows the image, because other buffers share the memory. This is not needed where the
 * last buffer that lay there had the same layout (border_stays). */
static void
zero_border (const NnRun *run, const NnBuffer *buffer)
{
  if (buffer == run->plan->output || buffer->border_stays)
    return;
  for (guint i = 0; i < run->images; i++) {
    const Planes planes = planes_of (run, buffer, i);

    zero_plane (buffer, planes.hi);
    if (planes.lo)
      zero_plane (buffer, planes.lo);
  }
}

static void
input_task (gpointer data, guint task, guint thread)
{
  const NnRun *run = data;
  const NnBuffer *b = run->plan->input;
  const guint image = task / b->height, y = task % b->height;
  const gsize plane = (gsize)b->height * b->width;
  const Planes out = planes_at (planes_of (run, b, image), b->origin + y * b->row);

  nn_bf16_kernels (run->plan)->input (run->input + (gsize)image * b->channels * plane + (gsize)y * b->width, plane,
                                      b->channels, b->width, out.hi, out.lo);
}

static guint
conv_tiles (const NnRun *run, const NnBf16Conv *conv)
{
  return conv->batch_is_pixels ? (run->images + NN_BF16_PIXELS - 1) / NN_BF16_PIXELS : conv->n_tiles;
}

static guint
conv_chunks (const NnRun *run, const NnBf16Conv *conv)
{
  return (conv_tiles (run, conv) + conv->tiles_a_task - 1) / conv->tiles_a_task;
}

static NnBf16ConvArgs
conv_args (const NnRun *run, guint image, Planes out)
{
  const NnStep *step = run->step;
  const NnBf16Conv *conv = nn_step_bf16 (step);
  const Planes in = planes_of (run, step->in, image);
  const Planes residual = step->residual ? planes_of (run, step->residual, image) : (Planes){ NULL, NULL };

  return (NnBf16ConvArgs){
    .in_hi = in.hi,
    .in_lo = in.lo,
    .out_hi = out.hi,
    .out_lo = out.lo,
    .out_f32 = conv->out_f32 ? run->arena + step->out->offset + image * step->out->size : NULL,
    .residual_hi = residual.hi,
    .residual_lo = residual.lo,
    .tile_in = conv->tile_in,
    .in_stride = conv->in_stride,
    .rows = conv->batch_is_pixels ? MIN (run->images, NN_BF16_PIXELS) : conv->rows,
    .pixel_in = conv->pixel_in,
    .out_offset = conv->out_offset,
    .residual_offset = conv->residual_offset,
    .step_offset = conv->step_offset,
    .n_steps = conv->n_steps,
    .step_pairs = conv->step_pairs,
    .blocks = conv->blocks,
    .n_blocks = conv->n_blocks,
    .relu = step->relu,
    .pixels_outside = conv->pixels_outside,
  };
}

/* Tasks count tiles fastest, then images, then blocks, so that tasks that run at about the same time share weights. */
static void
conv_task (gpointer data, guint task, guint thread)
{
  const NnRun *run = data;
  const NnBf16Conv *conv = nn_step_bf16 (run->step);
  const guint n_chunks = conv_chunks (run, conv), images = conv->batch_is_pixels ? 1 : run->images;
  const guint first_tile = task % n_chunks * conv->tiles_a_task, image = task / n_chunks % images;
  const guint first_block = task / n_chunks / images * conv->blocks_a_task;
  const guint n_tiles = conv_tiles (run, conv);
  const NnBf16ConvArgs args = conv_args (run, image, planes_of (run, run->step->out, image));

  nn_bf16_kernels (run->plan)->conv (&args, first_tile, MIN (conv->tiles_a_task, n_tiles - first_tile), first_block,
                                     MIN (conv->blocks_a_task, conv->n_blocks - first_block));
}

/* @source is where pixel (0, 0) of @in is, or would be if the whole image were there. */
static void
max_pool_rows (const NnRun *run, const NnBuffer *in, Planes source, const NnBuffer *out, guint image,
               const NnWindow *window, guint first, guint end)
{
  const Planes target = planes_at (planes_of (run, out, image), out->origin);
  const NnBf16PoolArgs args = {
    .in_hi = source.hi,
    .in_lo = source.lo,
    .out_hi = target.hi,
    .out_lo = target.lo,
    .in_row = in->row,
    .in_pixel = in->pixel,
    .out_row = out->row,
    .out_pixel = out->pixel,
    .out_width = out->width,
    .channels = (guint)out->lanes,
    .window = *window,
  };

  for (guint y = first; y < end; y++)
    nn_bf16_kernels (run->plan)->max_pool_row (&args, y);
}

static void
max_pool_task (gpointer data, guint task, guint thread)
{
  const NnRun *run = data;
  const NnStep *step = run->step;
  const guint image = task / step->out->height, y = task % step->out->height;

  max_pool_rows (run, step->in, planes_at (planes_of (run, step->in, image), step->in->origin), step->out, image,
                 nn_step_window (step), y, y + 1);
}

/* Computes a band of the pool's rows, and before that the rows of the convolution that they read. */
static void
pooled_task (gpointer data, guint task, guint thread)
{
  const NnRun *run = data;
  const NnStep *step = run->step;
  const NnBuffer *in = step->out;
  const guint a_row = nn_step_bf16 (step)->tiles_a_row;
  NnPooledRows rows;
  NnBf16ConvArgs args;
  Planes image = { NULL, NULL };

  nn_pooled_rows (run, task, thread, nn_plan_bf16_n_planes (run->plan), in->row / 2, &rows);
  image.hi = (NnBf16 *)rows.memory - rows.band.begin_in * in->row;
  if (nn_bf16_kernels (run->plan)->products == 3)
    image.lo = image.hi + step->pooled->n_rows * in->row;
  args = conv_args (run, rows.band.image, image);
  if (rows.missing < rows.band.end_in)
    nn_bf16_kernels (run->plan)->conv (&args, rows.missing * a_row, (rows.band.end_in - rows.missing) * a_row, 0,
                                       nn_step_bf16 (step)->n_blocks);
  max_pool_rows (run, in, image, step->pooled->out, rows.band.image, &step->pooled->window, rows.band.first,
                 rows.band.end);
}

static void
average_task (gpointer data, guint task, guint thread)
{
  const NnRun *run = data;
  const NnStep *step = run->step;
  const NnBuffer *in = step->in, *out = step->out;
  const NnWindow *w = nn_step_window (step);
  const guint image = task / out->height, y = task % out->height;
  const Planes source = planes_at (planes_of (run, in, image), in->origin);
  const Planes target = planes_at (planes_of (run, out, image), out->origin + y * out->row);
  guint top;
  const guint bottom = nn_window_taps (w, 0, y, &top);

  for (guint x = 0; x < out->width; x++) {
    const Planes to = planes_at (target, x * out->pixel);
    guint left;
    const guint right = nn_window_taps (w, 1, x, &left);
    const gboolean any = top < bottom && left < right;
    Planes from = source;

    if (any)
      from = planes_at (source,
                        (gsize)nn_window_at (w, 0, y, top) * in->row + (gsize)nn_window_at (w, 1, x, left) * in->pixel);
    nn_bf16_kernels (run->plan)->average (from.hi, from.lo, in->row * w->dilation[0], in->pixel * w->dilation[1],
                                          any ? bottom - top : 0, any ? right - left : 0, (guint)in->lanes, to.hi,
                                          to.lo);
  }
}

static void
add_task (gpointer data, guint task, guint thread)
{
  const NnRun *run = data;
  const NnStep *step = run->step;
  const NnBuffer *in = step->in, *other = step->residual, *out = step->out;
  const guint image = task / out->height, y = task % out->height;
  const Planes a = planes_at (planes_of (run, in, image), in->origin + y * in->row);
  const Planes to = planes_at (planes_of (run, out, image), out->origin + y * out->row);
  Planes b = { NULL, NULL };

  if (other)
    b = planes_at (planes_of (run, other, image), other->origin + y * other->row);
  nn_bf16_kernels (run->plan)->add (a.hi, a.lo, b.hi, b.lo, out->width * out->pixel, step->relu, to.hi, to.lo);
}

static void
input_run (NnRun *run)
{
  nn_workers_run (run->workers, input_task, run, run->images * run->plan->input->height);
}

static void
conv_run (NnRun *run)
{
  const NnStep *step = run->step;
  const NnBf16Conv *conv = nn_step_bf16 (step);
  const guint groups = (conv->n_blocks + conv->blocks_a_task - 1) / conv->blocks_a_task;

  if (step->pooled)
    nn_pooled_run (run, pooled_task);
  else
    nn_workers_run (run->workers, conv_task, run,
                    conv_chunks (run, conv) * (conv->batch_is_pixels ? 1 : run->images) * groups);
}

static const gchar *
conv_describe (const NnPlan *plan, const NnStep *step)
{
  return nn_bf16_kernels (plan)->name;
}

static const NnStepRunner steps[] = {
  [NN_STEP_CONV] = { .run = conv_run, .describe = conv_describe },
  [NN_STEP_MAX_POOL] = { .task = max_pool_task, .name = "max pool" },
  [NN_STEP_AVG_POOL] = { .task = average_task, .name = "average" },
  [NN_STEP_GLOBAL_AVG_POOL] = { .task = average_task, .name = "average" },
  [NN_STEP_ADD] = { .task = add_task, .name = "add" },
};

const NnRunFormat nn_run_bf16 = {
  .input = input_run,
  .clear = zero_border,
  .steps = steps,
  .n_steps = G_N_ELEMENTS (steps),
};
