/* gst-resnet: planning one 3×3 convolution of stride 1 as Winograd's: blocks of tiles, packed weights, its cost
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plan/plan-winograd.h"

#include "base/nn-memory.h"
#include "plan/packed-winograd.h"
#include "plan/plan-pack.h"
#include "plan/plan-stages.h"

/* A block's transformed tiles should stay in a core's second-level cache, so they take at most this many bytes. */
#define TILES_IN_CACHE (224 * 1024)
/* The products of one group of channels should stay there, too, so they take at most this many bytes. */
#define PRODUCTS_IN_CACHE (128 * 1024)
/* Each block of tiles may read transformed weights of up to this many bytes again, so each task transforms its own
 * tiles. Weights of this size are also better read than transformed again while they are multiplied. */
#define FUSED_WEIGHTS (1024 * 1024)
/* Where transformed tiles are shared, a block has this many register tiles of the kernel, so that this many use each
 * weight that is in a cache. */
#define SHARED_STEPS 4
/* There are this many blocks for each thread, so that all threads finish at about the same time. There are fewer where
 * the blocks would have so few tiles that most of a task is calls and half-filled registers. */
#define BLOCKS_A_THREAD 4
#define FEWEST_TILES 15
/* Where threads share the channels, each thread makes an image's transformed tiles for itself if they take up to this
 * many bytes: to fetch what others have made takes longer, above all between cores that share no cache. */
#define OWN_TILES (128 * 1024)
/* All threads may read weights of up to this many bytes, each for tiles of its own, where otherwise all threads would
 * read the tiles. */
#define OWN_WEIGHTS (4 * 1024 * 1024)

gboolean
nn_plan_winograd_fits (const NnPlan *plan, const NnStep *step)
{
  return nn_plan_is_plain_3x3 (step->node) && step->in->lanes % NN_CHANNEL_BLOCK == 0
         && !nn_float_kernels (plan)->conv.variant[0].fixed;
}

/* Returns how many tiles an image has. */
static guint
count_tiles (const NnStep *step, NnWinogradTile tile)
{
  return nn_winograd_tiles (tile, step->out->width) * nn_winograd_tiles (tile, step->out->height);
}

/* Returns the size of the transformed weights in bytes. */
static gsize
transformed_weights (const NnStep *step, NnWinogradTile tile)
{
  return nn_winograd_frequencies (tile) * step->node->in_channels * step->out->lanes * sizeof (gfloat);
}

gboolean
nn_plan_winograd_keeps_taps (const NnPlan *plan, const NnStep *step, NnWinogradTile tile)
{
  return tile == NN_WINOGRAD_F4 && nn_float_kernels (plan)->winograd.taps
         && count_tiles (step, tile) <= NN_WINOGRAD_TAPS_TILES && transformed_weights (step, tile) > FUSED_WEIGHTS;
}

/* Consecutive frequencies must not fall into the same set of the first-level cache, so NN_CHANNEL_BLOCK more floats lie
 * between them than a block of tiles needs. */
static gsize
frequency_stride (guint tiles, gsize channels)
{
  return tiles * channels + NN_CHANNEL_BLOCK;
}

static void
cut (NnPlan *plan, NnStep *step, NnWinogradConv *w, guint threads)
{
  const guint f = nn_winograd_frequencies (w->tile);
  const gsize in_pixel = step->in->lanes, weights = transformed_weights (step, w->tile);
  const guint tiles = w->n_tiles * nn_plan_images (plan, step->index);
  const guint pixels = w->blocks[0].variant->pixels, shared = SHARED_STEPS * pixels;
  /* What cannot be shared by channels is shared by tiles. */
  const guint fewest = w->n_blocks < threads ? MIN (threads * pixels, shared) : shared;
  const gboolean by_tiles = weights <= FUSED_WEIGHTS && w->n_tiles >= fewest;
  guint blocks, wanted;

  w->fused = by_tiles || (tiles <= shared && f * tiles * in_pixel * sizeof (gfloat) <= OWN_TILES);
  if (by_tiles) {
    w->block = (guint)CLAMP (TILES_IN_CACHE / (f * in_pixel * sizeof (gfloat)), 1, tiles);
    wanted = threads > 1 ? threads * CLAMP (tiles / threads / FEWEST_TILES, 1, BLOCKS_A_THREAD) : 1;
    w->block = MAX (MIN (w->block, (tiles + wanted - 1) / wanted), MIN (w->block, 6));
  } else {
    w->block = MIN (shared, tiles);
  }
  /* The blocks are of about the same size: their number stays the same, or becomes a multiple of the number of threads
   * where each thread has tiles of its own. */
  blocks = (tiles + w->block - 1) / w->block;
  w->own_tiles = !w->fused && threads > 1 && weights <= OWN_WEIGHTS && tiles >= 2 * threads * pixels;
  if (w->own_tiles)
    blocks = threads * MAX (blocks / threads, 1);
  w->block = (tiles + blocks - 1) / blocks;

  w->group = (guint)(PRODUCTS_IN_CACHE / (f * w->block * sizeof (gfloat)));
  w->group = MAX (w->group / w->blocks[0].channels, 1) * w->blocks[0].channels;
  wanted = by_tiles || threads == 1 ? 1 : 4 * threads;
  while (w->group > w->blocks[0].channels && blocks * ((step->out->lanes + w->group - 1) / w->group) < wanted)
    w->group -= w->blocks[0].channels;
  w->group = MIN (w->group, (guint)step->out->lanes);
  w->n_groups = ((guint)step->out->lanes + w->group - 1) / w->group;
  w->n_parts = by_tiles ? 1 : MIN (threads, w->n_groups);

  w->v_frequency = frequency_stride (w->block, in_pixel);
  w->m_frequency = frequency_stride (w->block, w->group);
  w->v_size = f * w->v_frequency;
  w->m_offset = w->fused ? w->v_size : 0;
  plan->scratch_size = MAX (plan->scratch_size, w->m_offset + f * w->m_frequency);
  if (!w->fused)
    plan->shared_scratch_size = MAX (plan->shared_scratch_size, blocks * w->v_size);
}

/* Returns the variant to begin with. This is the widest one, but where an image has few tiles it is one that takes them
 * in two steps: the second step finds the weights in the first-level cache, and while both run all of the next weights
 * can be fetched. So few tiles are shared by channels, and of @channels channels several threads need two blocks. */
static guint
choose_variant (const NnPlan *plan, const NnWinogradConv *w, guint channels, guint threads)
{
  const NnConvVariant *widest = &nn_float_kernels (plan)->conv.variant[0];

  if (w->n_tiles > widest->pixels || (threads > 1 && channels <= widest->channels))
    for (guint i = 1; i < nn_float_kernels (plan)->conv.n_variants; i++)
      if (nn_float_kernels (plan)->conv.variant[i].pixels > widest->pixels
          && w->n_tiles <= 2 * nn_float_kernels (plan)->conv.variant[i].pixels)
        return i;
  return 0;
}

static gboolean
make_blocks (NnPlan *plan, NnStep *step, NnWinogradConv *w, guint threads, GError **error)
{
  const guint padded = (guint)nn_size_round_up (step->node->out_channels, NN_CHANNEL_BLOCK);
  NnPackedLayout layout;
  GArray *blocks = g_array_new (FALSE, TRUE, sizeof (NnConvBlock));

  for (guint c = 0; c < padded;) {
    NnConvBlock block = { .first_channel = c };

    for (guint i = choose_variant (plan, w, padded, threads); i < nn_float_kernels (plan)->conv.n_variants; i++) {
      block.variant = &nn_float_kernels (plan)->conv.variant[i];
      block.channels = block.variant->channels;
      if (block.channels <= padded - c)
        break;
    }
    c += block.channels;
    g_array_append_val (blocks, block);
  }
  w->n_blocks = blocks->len;
  w->blocks = (NnConvBlock *)g_array_free (blocks, FALSE);
  layout = (NnPackedLayout){ &nn_packed_winograd[w->tile], NN_PACKED_FREQUENCIES, nn_winograd_frequencies (w->tile),
                             step->node->in_channels, w->n_blocks };
  return nn_plan_pack_blocks (plan, step, &layout, w->blocks, error);
}

/* Cuts the channels into blocks of NN_WINOGRAD_TAPS_CHANNELS; each block takes all tiles of all images. */
static gboolean
plan_taps (NnPlan *plan, NnStep *step, NnWinogradConv *w, GError **error)
{
  const guint channels = NN_WINOGRAD_TAPS_CHANNELS, f = nn_winograd_frequencies (w->tile);
  const guint tiles = w->n_tiles * nn_plan_images (plan, step->index);
  NnPackedLayout layout;

  w->taps = nn_float_kernels (plan)->winograd.taps;
  w->n_blocks = (step->node->out_channels + channels - 1) / channels;
  w->blocks = g_new0 (NnConvBlock, w->n_blocks);
  for (guint i = 0; i < w->n_blocks; i++) {
    w->blocks[i].first_channel = i * channels;
    w->blocks[i].channels = channels;
  }
  w->block = NN_WINOGRAD_TAPS_TILES;
  w->group = channels;
  w->v_frequency = NN_WINOGRAD_TAPS_TILES * NN_WINOGRAD_TAPS_CHUNK;
  w->v_size = f * NN_WINOGRAD_TAPS_TILES * nn_size_round_up (step->in->lanes, NN_WINOGRAD_TAPS_CHUNK);
  w->m_frequency = NN_WINOGRAD_TAPS_TILES * channels;
  plan->scratch_size = MAX (plan->scratch_size, f * w->m_frequency);
  plan->shared_scratch_size = MAX (plan->shared_scratch_size, (tiles + w->block - 1) / w->block * w->v_size);
  w->name = g_strdup ("winograd 4x4, taps");
  layout = (NnPackedLayout){ &nn_packed_taps, NN_PACKED_INPUTS, step->node->in_channels, 9, w->n_blocks };
  return nn_plan_pack_blocks (plan, step, &layout, w->blocks, error);
}

static void
free_conv (gpointer data)
{
  NnWinogradConv *w = data;

  g_free (w->name);
  g_free (w->blocks);
  g_free (w->in_offset);
  g_free (w->out_offset);
  g_free (w);
}

gboolean
nn_plan_winograd (NnPlan *plan, NnStep *step, NnWinogradTile tile, guint threads, GError **error)
{
  NnWinogradConv *w = g_new0 (NnWinogradConv, 1);

  step->kind = NN_STEP_WINOGRAD;
  step->own = w;
  step->free_own = free_conv;
  w->tile = tile;
  w->transforms = nn_float_kernels (plan)->winograd.tile[tile];
  w->tiles_x = nn_winograd_tiles (tile, step->out->width);
  w->n_tiles = count_tiles (step, tile);
  if (nn_plan_winograd_keeps_taps (plan, step, tile))
    return plan_taps (plan, step, w, error);
  if (!make_blocks (plan, step, w, threads, error))
    return FALSE;
  cut (plan, step, w, threads);
  w->in_offset = g_try_new (gint32, w->block);
  w->out_offset = g_try_new (gint32, w->block);
  if (!w->in_offset || !w->out_offset)
    return nn_plan_no_memory (step->node, error);
  for (guint t = 0; t < w->block; t++) {
    w->in_offset[t] = (gint32)(t * step->in->lanes);
    w->out_offset[t] = (gint32)(t * w->group);
  }
  w->name = g_strdup_printf ("winograd %ux%u, %s", nn_winograd_output (tile), nn_winograd_output (tile),
                             w->blocks[0].variant->name);
  return TRUE;
}
