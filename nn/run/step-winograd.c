/* gst-resnet: running a convolution that is planned as Winograd's
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The tiles of all images are numbered one after the other and cut into blocks. There are three ways to run them:
 *
 * Where the weights are small, a task takes a block through all three steps (transform, products, transform back), so
 * that nothing leaves the second-level cache. Where an image has few tiles, a task does the same for some of the output
 * channels only.
 *
 * Elsewhere all tiles are transformed first. A task then multiplies one block of tiles with the weights of some output
 * channels.
 *
 * Or, also after the tiles are transformed, a task multiplies all tiles with the weights of some output channels, which
 * it transforms itself.
 *
 * The sums of a tile are made in the same order, whichever block the tile is in. */
#include "run/step-winograd.h"

#include "base/nn-memory.h"
#include "plan/plan-winograd.h"

/* The tiles of all images of a run, and the blocks that they are cut into. */
typedef struct {
  const NnRun *run;
  guint n_tiles, n_blocks;
} Tiles;

/* The bias of a product is zero, because the real bias is added after the transform back. */
static const gfloat zeros[64] __attribute__ ((aligned (NN_ALIGNMENT)));

/* Transforms @channels channels, from @first on, of tile @t. */
static void
transform_tile (const NnRun *run, guint t, guint first, guint channels, gfloat *v)
{
  const NnStep *step = run->step;
  const NnWinogradConv *w = nn_step_winograd (step);
  const NnBuffer *in = step->in;
  const guint m = nn_winograd_output (w->tile);
  const guint tile = t % w->n_tiles, y = tile / w->tiles_x * m, x = tile % w->tiles_x * m;
  guint more;
  const gsize corner = (in->border - nn_node_pad (step->node, 0, in->height, &more)) * in->row
                       + (in->border - nn_node_pad (step->node, 1, in->width, &more)) * in->pixel;
  const NnWinogradInputArgs args = {
    .in = nn_image_of (run, in, t / w->n_tiles) + corner + y * in->row + x * in->pixel + first,
    .in_row = in->row,
    .in_pixel = in->pixel,
    .rows = step->out->height + 2 - y,
    .columns = step->out->width + 2 - x,
    .channels = channels,
    .out = v,
    .frequency = w->v_frequency,
  };

  w->transforms.input (&args);
}

static void
transform_input (const NnRun *run, guint first, guint n, gfloat *v)
{
  const guint lanes = (guint)run->step->in->lanes;

  for (guint t = first; t < first + n; t++, v += lanes)
    transform_tile (run, t, 0, lanes, v);
}

/* Applies the convolution's activation to the pixels of a tile that have just been written. */
static void
activate_tile (const NnRun *run, const NnWinogradOutputArgs *args, guint m)
{
  for (guint y = 0; y < MIN (m, args->rows); y++) {
    for (guint x = 0; x < MIN (m, args->columns); x++) {
      gfloat *pixel = args->out + y * args->out_row + x * args->out_pixel;

      nn_float_kernels (run->plan)->activation.apply (&run->step->node->activation, pixel, args->channels, pixel);
    }
  }
}

static void
transform_output (const NnRun *run, guint first, guint n, const NnConvBlock *block, const gfloat *products)
{
  const NnStep *step = run->step;
  const NnWinogradConv *w = nn_step_winograd (step);
  const NnBuffer *out = step->out, *residual = step->residual;
  const guint m = nn_winograd_output (w->tile);

  for (guint t = first; t < first + n; t++, products += w->group) {
    const guint image = t / w->n_tiles, tile = t % w->n_tiles, y = tile / w->tiles_x * m, x = tile % w->tiles_x * m;
    NnWinogradOutputArgs args = {
      .in = products,
      .frequency = w->m_frequency,
      .out = nn_image_of (run, out, image) + out->origin + y * out->row + x * out->pixel + block->first_channel,
      .out_row = out->row,
      .out_pixel = out->pixel,
      .bias = block->bias,
      .rows = out->height - y,
      .columns = out->width - x,
      .channels = block->channels,
      .relu = step->relu,
    };

    if (residual) {
      args.residual = nn_image_of (run, residual, image) + residual->origin + y * residual->row + x * residual->pixel
                      + block->first_channel;
      args.residual_row = residual->row;
      args.residual_pixel = residual->pixel;
    }
    w->transforms.output (&args);
    if (step->node->activation.kind)
      activate_tile (run, &args, m);
  }
}

/* Returns the weights that are multiplied after those of block @i at frequency @f, or NULL. */
static const gfloat *
next_weights (const NnStep *step, guint f, guint i, guint first_block, guint end_block)
{
  const NnWinogradConv *w = nn_step_winograd (step);
  const guint next_i = i + 1 < end_block ? i + 1 : first_block, next_f = i + 1 < end_block ? f : f + 1;
  const NnConvBlock *next = &w->blocks[next_i];

  if (next_f < nn_winograd_frequencies (w->tile))
    return next->weights + (gsize)next_f * step->node->in_channels * next->channels;
  return end_block < w->n_blocks ? w->blocks[end_block].weights : NULL;
}

/* Multiplies one block of tiles with the weights of one group of output channels, and transforms the products back. */
static void
multiply (const NnRun *run, guint first, guint n, guint group, const gfloat *v, gfloat *products)
{
  const NnStep *step = run->step;
  const NnWinogradConv *w = nn_step_winograd (step);
  const guint frequencies = nn_winograd_frequencies (w->tile), begin = group * w->group, end = begin + w->group;
  static const gint32 segment = 0;

  guint first_block = 0, end_block;

  while (w->blocks[first_block].first_channel < begin)
    first_block++;
  for (end_block = first_block; end_block < w->n_blocks && w->blocks[end_block].first_channel < end;)
    end_block++;
  for (guint f = 0; f < frequencies; f++) {
    for (guint i = first_block; i < end_block; i++) {
      const NnConvBlock *block = &w->blocks[i];
      const NnConvArgs args = {
        .in = v + f * w->v_frequency,
        .out = products + f * w->m_frequency + (block->first_channel - begin),
        .in_offset = w->in_offset,
        .out_offset = w->out_offset,
        .weights = block->weights + (gsize)f * step->node->in_channels * block->channels,
        .bias = zeros,
        .next = next_weights (step, f, i, first_block, end_block),
        .segment_offset = &segment,
        .n_segments = 1,
        .segment_length = step->node->in_channels,
        .channels = block->channels,
      };

      block->variant->func (&args, 0, n);
    }
  }
  for (guint i = first_block; i < end_block; i++)
    transform_output (run, first, n, &w->blocks[i], products + (w->blocks[i].first_channel - begin));
}

static guint
tiles_of_block (const Tiles *tiles, guint block)
{
  const guint most = nn_step_winograd (tiles->run->step)->block;

  return MIN (most, tiles->n_tiles - block * most);
}

static void
fused_task (gpointer data, guint task, guint thread)
{
  const Tiles *tiles = data;
  const NnRun *run = tiles->run;
  const NnWinogradConv *w = nn_step_winograd (run->step);
  gfloat *v = nn_scratch_of (run, thread);
  const guint block = task % tiles->n_blocks, part = task / tiles->n_blocks;
  const guint first = block * w->block, n = tiles_of_block (tiles, block);

  transform_input (run, first, n, v);
  for (guint group = w->n_groups * part / w->n_parts; group < w->n_groups * (part + 1) / w->n_parts; group++)
    multiply (run, first, n, group, v, v + w->m_offset);
}

/* Tasks count blocks of tiles fastest, so that they share weights that are in a cache. With own_tiles they count groups
 * of channels fastest, so that a thread takes the tiles that it has transformed itself: from another thread's cache
 * they come slowly. */
static void
product_task (gpointer data, guint task, guint thread)
{
  const Tiles *tiles = data;
  const NnRun *run = tiles->run;
  const NnWinogradConv *w = nn_step_winograd (run->step);
  const guint block = w->own_tiles ? task / w->n_groups : task % tiles->n_blocks;
  const guint group = w->own_tiles ? task % w->n_groups : task / tiles->n_blocks;

  multiply (run, block * w->block, tiles_of_block (tiles, block), group, run->shared_scratch + block * w->v_size,
            nn_scratch_of (run, thread) + w->m_offset);
}

/* A task transforms one tile. */
static void
input_task (gpointer data, guint task, guint thread)
{
  const Tiles *tiles = data;
  const NnRun *run = tiles->run;
  const NnWinogradConv *w = nn_step_winograd (run->step);

  transform_input (run, task, 1,
                   run->shared_scratch + task / w->block * w->v_size + task % w->block * run->step->in->lanes);
}

/* A task transforms one tile, for weights that are not transformed. The tile is stored in chunks of channels. */
static void
chunks_task (gpointer data, guint task, guint thread)
{
  const Tiles *tiles = data;
  const NnRun *run = tiles->run;
  const NnWinogradConv *w = nn_step_winograd (run->step);
  const guint lanes = (guint)run->step->in->lanes, chunk = NN_WINOGRAD_TAPS_CHUNK;
  gfloat *v = run->shared_scratch + task / w->block * w->v_size + task % w->block * chunk;

  for (guint c = 0; c < lanes; c += chunk, v += nn_winograd_frequencies (w->tile) * w->v_frequency)
    transform_tile (run, task, c, MIN (chunk, lanes - c), v);
}

/* A task computes a block of output channels for all tiles. */
static void
taps_task (gpointer data, guint task, guint thread)
{
  const Tiles *tiles = data;
  const NnRun *run = tiles->run;
  const NnStep *step = run->step;
  const NnWinogradConv *w = nn_step_winograd (step);
  const NnConvBlock *block = &w->blocks[task];
  gfloat *products = nn_scratch_of (run, thread);

  for (guint i = 0; i < tiles->n_blocks; i++) {
    const NnWinogradTapsArgs args = {
      .weights = block->weights,
      .in = run->shared_scratch + i * w->v_size,
      .out = products,
      .in_channels = step->node->in_channels,
    };

    w->taps (&args);
    transform_output (run, i * w->block, tiles_of_block (tiles, i), block, products);
  }
}

void
nn_winograd_run (NnRun *run)
{
  const NnStep *step = run->step;
  const NnWinogradConv *w = nn_step_winograd (step);
  Tiles tiles = { .run = run, .n_tiles = w->n_tiles * run->images };

  tiles.n_blocks = (tiles.n_tiles + w->block - 1) / w->block;
  if (w->taps) {
    nn_workers_run (run->workers, chunks_task, &tiles, tiles.n_tiles);
    nn_workers_run (run->workers, taps_task, &tiles, w->n_blocks);
  } else if (w->fused) {
    nn_workers_run (run->workers, fused_task, &tiles, tiles.n_blocks * w->n_parts);
  } else {
    nn_workers_run (run->workers, input_task, &tiles, tiles.n_tiles);
    nn_workers_run (run->workers, product_task, &tiles, tiles.n_blocks * w->n_groups);
  }
}

const gchar *
nn_winograd_describe (const NnPlan *plan, const NnStep *step)
{
  return nn_step_winograd (step)->name;
}
