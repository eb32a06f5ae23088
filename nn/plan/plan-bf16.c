/* gst-resnet: the number formats of one and two bfloat16 a number: where tiles begin, packed weights, how work is cut
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plan/plan-bf16.h"

#include "base/nn-memory.h"
#include "plan/packed-bf16.h"
#include "plan/plan-pack.h"
#include "plan/plan-stages.h"

/* Weights up to this size are kept in a core's second-level cache while pixels stream past. Processors with AMX have 2
 * MB of it. */
#define WEIGHTS_IN_CACHE (1024 * 1024)
/* There are this many tasks for each thread, so that all threads finish at about the same time. */
#define TASKS_A_THREAD 4
/* This many tiles go through the kernel together: tiles of pixels times tiles of channels. */
#define TILES_AT_ONCE 4

/**
 * Geometry: how a convolution's pixels and inputs are cut
 * @merged: a segment spans a row of the kernel, so that steps are full; otherwise it is one tap
 * @flat: a tile's pixels run on from row to row over the border between them; otherwise each row begins a new tile, and
 * a tile that is the only one of its row has no more rows than the row has pixels
 * @a_row: how many tiles a row has (not flat), or how many slots (flat)
 * @halves: 0 for matrices. Vectors take any pixels of a line, which is an image or a row: the line is cut into this
 * many halves of tiles, each with about as many pixels.
 * @line: how many pixels a line has; @a_line: how many tiles
 * @chunks: how many steps a segment has
 */
typedef struct {
  const NnNode *node;
  const NnBuffer *in, *out;
  gboolean batch_is_pixels, merged, flat;
  guint in_group, out_group;
  guint n_segments, segment_length, chunks;
  guint n_tiles, a_row, halves, line, a_line, batch;
  gsize stride, base;
} Geometry;

static gboolean
fits (const NnGraph *graph, guint index)
{
  const NnNode *node = nn_graph_node (graph, index);

  switch (node->op) {
  case NN_OP_CONV:
  case NN_OP_LINEAR:
    return !node->activation.kind;
  case NN_OP_RELU:
  case NN_OP_ADD:
  case NN_OP_MAX_POOL:
  case NN_OP_GLOBAL_MAX_POOL:
  case NN_OP_AVG_POOL:
  case NN_OP_GLOBAL_AVG_POOL:
    if (node->count_pad && (node->same || node->pad[0] || node->pad[1] || node->pad_more[0] || node->pad_more[1]))
      return FALSE;
    /* The last layer writes float32, which the kernels of these layers do not do. Nor can they read the three channels
     * of the network's input. */
    return index + 1 < graph->nodes->len && node->inputs[0] != 0 && node->inputs[1] != 0;
  default:
    return FALSE;
  }
}

/* Returns how many input channels a block of 32 output channels may touch at most. */
static guint
inputs_of_block (const Geometry *g)
{
  const NnNode *node = g->node;
  guint most = 0;

  if (node->groups == 1)
    return node->in_channels;
  for (guint c = 0; c < node->out_channels; c += 32) {
    const guint last = MIN (c + 32, node->out_channels) - 1;

    most = MAX (most, (last / g->out_group - c / g->out_group + 1) * g->in_group);
  }
  return most;
}

static guint
block_first_input (const Geometry *g, guint first_channel)
{
  if (g->node->groups == 1)
    return 0;
  return MIN (first_channel / g->out_group * g->in_group, g->node->in_channels - g->segment_length);
}

static Geometry
geometry (const NnPlan *plan, const NnNode *node, const NnBuffer *in, const NnBuffer *out)
{
  Geometry g = { .node = node, .in = in, .out = out, .batch = plan->batch };
  guint64 slots, by_row;
  guint more;

  g.in_group = node->in_channels / node->groups;
  g.out_group = node->out_channels / node->groups;
  g.merged = node->groups == 1 && node->dilation[1] == 1 && in->pixel == node->in_channels
             && node->in_channels % NN_BF16_DEPTH != 0;
  g.n_segments = node->kernel[0] * (g.merged ? 1 : node->kernel[1]);
  g.segment_length = g.merged ? node->kernel[1] * node->in_channels : inputs_of_block (&g);
  g.chunks = (g.segment_length + NN_BF16_DEPTH - 1) / NN_BF16_DEPTH;
  g.batch_is_pixels = node->op == NN_OP_LINEAR;
  if (g.batch_is_pixels) {
    g.n_tiles = (plan->batch + NN_BF16_PIXELS - 1) / NN_BF16_PIXELS;
    g.stride = in->size;
    g.base = in->origin;
    return g;
  }
  g.stride = node->stride[1] * in->pixel;
  g.base = (in->border - nn_node_pad (node, 0, in->height, &more)) * in->row
           + (in->border - nn_node_pad (node, 1, in->width, &more)) * in->pixel;
  if (nn_bf16_kernels (plan)->vectors) {
    g.line = out->width * (out->in_rows ? 1 : out->height);
    g.halves = (g.line + NN_BF16_PIXELS / 2 - 1) / (NN_BF16_PIXELS / 2);
    g.a_line = g.a_row = (g.halves + 1) / 2;
    g.n_tiles = g.a_line * (out->in_rows ? out->height : 1);
    return g;
  }
  g.a_row = (out->width + NN_BF16_PIXELS - 1) / NN_BF16_PIXELS;
  by_row = (guint64)g.a_row * out->height;
  if (node->stride[0] == 1 && node->stride[1] == 1 && !out->in_rows) {
    slots = (guint64)(out->height - 1) * (in->row / in->pixel) + out->width;
    if ((slots + NN_BF16_PIXELS - 1) / NN_BF16_PIXELS + (g.a_row == 1 ? 1 : 0) <= by_row) {
      g.flat = TRUE;
      g.a_row = (guint)(in->row / in->pixel);
      g.n_tiles = (guint)((slots + NN_BF16_PIXELS - 1) / NN_BF16_PIXELS);
      return g;
    }
  }
  g.n_tiles = (guint)by_row;
  return g;
}

/* Returns a tile's first input element. */
static gsize
tile_in (const Geometry *g, guint tile)
{
  if (g->batch_is_pixels || g->flat)
    return g->base + (gsize)tile * NN_BF16_PIXELS * g->stride;
  return g->base + (gsize)(tile / g->a_row) * g->node->stride[0] * g->in->row
         + (gsize)(tile % g->a_row) * NN_BF16_PIXELS * g->stride;
}

/* Finds the output pixel in slot @i of @tile. Returns FALSE where the slot is no pixel. */
static gboolean
tile_pixel (const Geometry *g, guint tile, guint i, guint *y, guint *x)
{
  if (g->halves > 0) {
    const guint64 half = 2 * (tile % g->a_line) + i / (NN_BF16_PIXELS / 2);
    const guint64 pixel = half * g->line / g->halves + i % (NN_BF16_PIXELS / 2);
    const guint64 in_image = (guint64)(tile / g->a_line) * g->line + pixel;

    *y = (guint)(in_image / g->out->width);
    *x = (guint)(in_image % g->out->width);
    return half < g->halves && pixel < (half + 1) * g->line / g->halves;
  }
  if (g->flat) {
    const guint slot = tile * NN_BF16_PIXELS + i;

    *y = slot / g->a_row;
    *x = slot % g->a_row;
  } else {
    *y = tile / g->a_row;
    *x = tile % g->a_row * NN_BF16_PIXELS + i;
  }
  return *y < g->out->height && *x < g->out->width;
}

/* Returns the first input element of the pixel in slot @i of @tile. Where there is no pixel, the one before it is
 * taken. */
static gsize
pixel_in (const Geometry *g, guint tile, guint i)
{
  guint y, x;

  if (g->batch_is_pixels)
    return g->base + MIN (tile * NN_BF16_PIXELS + i, g->batch - 1) * g->stride;
  while (i > 0 && !tile_pixel (g, tile, i, &y, &x))
    i--;
  tile_pixel (g, tile, i, &y, &x);
  return g->base + (gsize)y * g->node->stride[0] * g->in->row + (gsize)x * g->stride;
}

static gsize
step_offset (const Geometry *g, guint segment, guint chunk)
{
  const NnNode *node = g->node;
  const guint ky = g->merged ? segment : segment / node->kernel[1];
  const guint kx = g->merged ? 0 : segment % node->kernel[1];

  return (gsize)ky * node->dilation[0] * g->in->row + (gsize)kx * node->dilation[1] * g->in->pixel
         + (gsize)chunk * NN_BF16_DEPTH;
}

/* Returns one past the last element that is read, counted from the first image's start. */
static gsize
read_end (const Geometry *g)
{
  const gsize last = g->halves > 0 ? pixel_in (g, g->n_tiles - 1, NN_BF16_PIXELS - 1)
                                   : tile_in (g, g->n_tiles - 1) + (NN_BF16_PIXELS - 1) * g->stride;

  return last + step_offset (g, g->n_segments - 1, g->chunks - 1) + block_first_input (g, g->node->out_channels - 1)
         + NN_BF16_DEPTH;
}

static gboolean
make_room (NnPlan *plan, const NnGraph *graph, GError **error)
{
  /* Zeros lie after each image for those inputs of a last step that meet weights of zero. */
  for (guint i = 0; i < plan->n_buffers; i++)
    plan->buffers[i].size += plan->buffers[i].in_rows ? 0 : NN_BF16_DEPTH;
  for (guint i = 1; i < plan->n_buffers; i++) {
    const NnNode *node = nn_graph_node (graph, i);

    if (node->op == NN_OP_CONV || node->op == NN_OP_LINEAR) {
      NnBuffer *in = &plan->buffers[node->inputs[0]];
      const Geometry g = geometry (plan, node, in, &plan->buffers[i]);
      const gsize there = g.batch_is_pixels ? in->size * plan->batch : in->size, end = read_end (&g);

      /* All offsets are 32 bits, also those of the output. */
      if (MAX (end, there) > G_MAXINT32 || plan->buffers[i].size > G_MAXINT32
          || (g.batch_is_pixels && plan->buffers[i].size * plan->batch > G_MAXINT32)) {
        g_set_error (error, NN_ERROR, NN_ERROR_TOO_LARGE, "layer %s: its activations are too large", node->name);
        return FALSE;
      }
      if (end > there)
        in->slack = MAX (in->slack, (end - there + NN_CHANNEL_BLOCK - 1) / NN_CHANNEL_BLOCK * NN_CHANNEL_BLOCK);
    }
  }
  return TRUE;
}

/* Returns how many output channels a block has. Four tiles of pixels with 16 channels need half of the weights that two
 * tiles with 32 channels need, and twice the pixels. These pixels cost nothing new where several taps read the same
 * ones, or where those of all steps stay in the first-level cache. Where an image is four tiles, the weights are read
 * once. The order of a sum is the same for both widths, so the choice changes no bit. */
static guint
block_width (const NnPlan *plan, const Geometry *g)
{
  const gboolean new_inputs = g->n_segments == 1 && g->chunks > 2;

  return nn_bf16_kernels (plan)->vectors || g->batch_is_pixels || (new_inputs && g->n_tiles > TILES_AT_ONCE) ? 32 : 16;
}

static gboolean
make_blocks (NnPlan *plan, NnStep *step, NnBf16Conv *conv, const Geometry *g, GError **error)
{
  const guint padded = (g->node->out_channels + 15) / 16 * 16, width = block_width (plan, g);
  const guint n_blocks = (padded + width - 1) / width;
  const NnPackedLayout layout
      = { nn_plan_bf16_n_planes (plan) == 2 ? &nn_packed_high : &nn_packed_medium,
          g->merged ? NN_PACKED_ROWS : NN_PACKED_TAPS, g->n_segments, g->segment_length, n_blocks };
  NnPackedBlock *blocks = g_new0 (NnPackedBlock, n_blocks);

  for (guint i = 0; i < n_blocks; i++) {
    blocks[i].first_channel = width * i;
    blocks[i].channels = MIN (width, padded - width * i);
    /* The first input is that of a block of 32 channels, so that inputs begin at whole cache lines. */
    blocks[i].first_input = block_first_input (g, blocks[i].first_channel / 32 * 32);
  }
  if (!nn_plan_pack (plan, step, &layout, blocks, error))
    return FALSE;
  conv->n_blocks = n_blocks;
  conv->blocks = g_new (NnBf16Block, n_blocks);
  for (guint i = 0; i < n_blocks; i++) {
    const NnPackedBlock *block = &step->packed->blocks[i];

    conv->blocks[i] = (NnBf16Block){ block->first_channel, block->channels, (gint32)block->first_input, block->weights,
                                     block->bias };
  }
  return TRUE;
}

static gboolean
make_offsets (const Geometry *g, const NnStep *step, gboolean vectors, NnBf16Conv *conv, GError **error)
{
  const NnBuffer *out = step->out, *residual = step->residual;
  const gsize slots = (gsize)conv->n_tiles * NN_BF16_PIXELS;

  conv->tile_in = vectors ? NULL : g_try_new (gint32, conv->n_tiles);
  conv->pixel_in = vectors ? g_try_new (gint32, slots) : NULL;
  conv->step_offset = g_try_new (gint32, conv->n_steps);
  conv->out_offset = g_try_new (gint32, slots);
  conv->residual_offset = residual ? g_try_new0 (gint32, slots) : NULL;
  if (!(vectors ? conv->pixel_in : conv->tile_in) || !conv->step_offset || !conv->out_offset
      || (residual && !conv->residual_offset))
    return nn_plan_no_memory (g->node, error);
  for (guint s = 0; s < conv->n_steps; s++)
    conv->step_offset[s] = (gint32)step_offset (g, s % g->n_segments, s / g->n_segments);
  for (guint t = 0; t < conv->n_tiles; t++) {
    if (!vectors)
      conv->tile_in[t] = (gint32)tile_in (g, t);
    for (guint i = 0; i < NN_BF16_PIXELS; i++) {
      const guint slot = t * NN_BF16_PIXELS + i;
      guint y, x;

      if (vectors)
        conv->pixel_in[slot] = (gint32)pixel_in (g, t, i);
      conv->out_offset[slot] = -1;
      if (g->batch_is_pixels) {
        if (slot < g->batch)
          conv->out_offset[slot] = (gint32)(slot * out->size + out->origin);
      } else if (tile_pixel (g, t, i, &y, &x)) {
        conv->out_offset[slot] = (gint32)(out->origin + y * out->row + x * out->pixel);
        if (residual)
          conv->residual_offset[slot] = (gint32)(residual->origin + y * residual->row + x * residual->pixel);
      }
    }
  }
  return TRUE;
}

/* Decides which tiles and blocks a task takes. Where the weights fit in the cache, the pixels are cut, and each task
 * has all channels. Otherwise the channels are cut, and each task has all pixels of an image. With several images a
 * task takes only as many channels as fit in half of the cache, so that the next images find their weights there. Few
 * tiles are not cut, because products of one sum would then wait for each other. */
static void
cut (const NnPlan *plan, NnBf16Conv *conv, guint threads)
{
  const guint halves = conv->blocks[0].channels / 16, at_once = TILES_AT_ONCE / halves;
  const gsize weights = (gsize)conv->n_steps * conv->n_blocks * halves * nn_plan_bf16_n_planes (plan) * NN_BF16_WEIGHTS
                        * sizeof (NnBf16);
  const guint images = conv->batch_is_pixels ? 1 : plan->batch;
  const guint wanted = threads > 1 ? (TASKS_A_THREAD * threads + images - 1) / images : 1;
  const gboolean few
      = !nn_bf16_kernels (plan)->vectors && threads > 1 && (guint64)conv->n_tiles * images < 2 * at_once * threads;

  conv->pixels_outside = weights <= WEIGHTS_IN_CACHE && !conv->batch_is_pixels && !few;
  conv->tiles_a_task = conv->n_tiles;
  conv->blocks_a_task = conv->n_blocks;
  if (conv->pixels_outside) {
    conv->tiles_a_task = ((conv->n_tiles + wanted - 1) / wanted + at_once - 1) / at_once * at_once;
    return;
  }
  conv->blocks_a_task = (conv->n_blocks + wanted - 1) / wanted;
  if (images > 1)
    conv->blocks_a_task = MIN (conv->blocks_a_task, (guint)MAX (WEIGHTS_IN_CACHE / 2 / (weights / conv->n_blocks), 1));
  /* A cache line of a pixel must belong to one task. */
  conv->blocks_a_task = (conv->blocks_a_task * halves + 1) / 2 * 2 / halves;
}

static void
free_conv (gpointer data)
{
  NnBf16Conv *conv = data;

  g_free (conv->blocks);
  g_free (conv->tile_in);
  g_free (conv->pixel_in);
  g_free (conv->step_offset);
  g_free (conv->out_offset);
  g_free (conv->residual_offset);
  g_free (conv);
}

static gboolean
plan_conv (NnPlan *plan, NnStep *step, NnAlgorithm algorithm, guint threads, GError **error)
{
  const Geometry g = geometry (plan, step->node, step->in, step->out);
  NnBf16Conv *conv = g_new0 (NnBf16Conv, 1);

  step->kind = NN_STEP_CONV;
  step->own = conv;
  step->free_own = free_conv;
  if (step->residual && step->residual->pixel < step->out->pixel) {
    g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED, "layer %s: adds a tensor of %u channels to one of %u",
                 step->node->name, step->residual->channels, step->out->channels);
    return FALSE;
  }
  conv->batch_is_pixels = g.batch_is_pixels;
  conv->out_f32 = step->out == plan->output;
  conv->n_tiles = g.n_tiles;
  conv->n_steps = g.n_segments * g.chunks;
  conv->step_pairs = (MIN (g.segment_length, NN_BF16_DEPTH) + 7) / 8 * 4;
  conv->in_stride = g.stride;
  conv->rows = !g.flat && g.a_row == 1 ? MIN (step->out->width, NN_BF16_PIXELS) : NN_BF16_PIXELS;
  conv->tiles_a_row = g.a_row;
  if (!make_blocks (plan, step, conv, &g, error)
      || !make_offsets (&g, step, nn_bf16_kernels (plan)->vectors, conv, error))
    return FALSE;
  cut (plan, conv, threads);
  return TRUE;
}

static gboolean
init (gpointer kernels, NnIsa isa, guint products)
{
  return nn_bf16_kernels_init (kernels, isa, products);
}

#define FORMAT(n_products)                                                                                             \
  {                                                                                                                    \
    .kernels_size = sizeof (NnBf16Kernels), .init = init, .products = n_products, .gap = NN_BF16_DEPTH, .fits = fits,  \
    .stages = nn_plan_one_stage, .buffers = make_room, .conv = plan_conv                                               \
  }

const NnPlanFormat nn_plan_high = FORMAT (3);
const NnPlanFormat nn_plan_medium = FORMAT (1);
