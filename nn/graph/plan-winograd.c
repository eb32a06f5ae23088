/* gst-resnet: planning one 3×3 convolution of stride 1 as Winograd's: blocks of tiles, packed weights, its cost
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/nn-memory.h"
#include "graph/plan.h"

/* A block's transformed tiles should stay in a core's second-level cache; bytes. */
#define TILES_IN_CACHE (224 * 1024)
/* So should the products of one group of channels; bytes. */
#define PRODUCTS_IN_CACHE (128 * 1024)
/* Weights that each block of tiles may read again while the next transforms its tiles itself; bytes. */
#define FUSED_WEIGHTS (1024 * 1024)
/* Tiles a block where transformed tiles are shared: so many use each weight once it is in a register. */
#define SHARED_TILES 24

gboolean
nn_plan_winograd_fits (const NnPlan *plan, const NnStep *step)
{
  const NnNode *node = step->node;

  return node->op == NN_OP_CONV && node->groups == 1 && node->kernel[0] == 3 && node->kernel[1] == 3
         && node->stride[0] == 1 && node->stride[1] == 1 && node->dilation[0] == 1 && node->dilation[1] == 1
         && step->in->pixel % NN_CHANNEL_BLOCK == 0 && !plan->conv.variant[0].fixed;
}

static gsize
round_up (gsize value, gsize multiple)
{
  return (value + multiple - 1) / multiple * multiple;
}

/* Consecutive frequencies must not fall into the same set of the first-level cache. */
static gsize
frequency_stride (guint tiles, gsize channels)
{
  return tiles * channels + NN_CHANNEL_BLOCK;
}

static void
cut (NnPlan *plan, NnStep *step, NnWinogradStep *w, guint threads)
{
  const guint f = nn_winograd_frequencies (w->tile);
  const gsize in_pixel = step->in->pixel,
              weights = (gsize)f * step->node->in_channels * step->out->pixel * sizeof (gfloat);
  const guint tiles = w->n_tiles * nn_plan_images (plan, step->index);
  guint blocks, wanted;

  w->fused = weights <= FUSED_WEIGHTS && w->n_tiles >= SHARED_TILES;
  if (w->fused) {
    w->block = (guint)CLAMP (TILES_IN_CACHE / (f * in_pixel * sizeof (gfloat)), 1, tiles);
    wanted = threads > 1 ? 4 * threads : 1;
    w->block = MAX (MIN (w->block, (tiles + wanted - 1) / wanted), MIN (w->block, 6));
  } else {
    w->block = MIN (SHARED_TILES, tiles);
  }
  /* Blocks of about the same size: the same number of them. */
  blocks = (tiles + w->block - 1) / w->block;
  w->block = (tiles + blocks - 1) / blocks;

  w->group = (guint)(PRODUCTS_IN_CACHE / (f * w->block * sizeof (gfloat)));
  w->group = MAX (w->group / step->blocks[0].channels, 1) * step->blocks[0].channels;
  if (!w->fused && threads > 1)
    while (w->group > step->blocks[0].channels && blocks * ((step->out->pixel + w->group - 1) / w->group) < 4 * threads)
      w->group -= step->blocks[0].channels;
  w->group = MIN (w->group, (guint)step->out->pixel);
  w->n_groups = ((guint)step->out->pixel + w->group - 1) / w->group;

  w->v_frequency = frequency_stride (w->block, in_pixel);
  w->m_frequency = frequency_stride (w->block, w->group);
  w->v_size = f * w->v_frequency;
  w->m_offset = w->fused ? w->v_size : 0;
  plan->scratch_size = MAX (plan->scratch_size, w->m_offset + f * w->m_frequency);
  if (!w->fused)
    plan->shared_scratch_size = MAX (plan->shared_scratch_size, blocks * w->v_size);
}

/* A tile's error is about float32's epsilon times the sum over the channels of (largest tap · largest input); where all
 * inputs are alike the output is the sum of all taps. The first may exceed the largest of the second so many times: in
 * trained and in random networks it was 0.4 to 11 times. */
#define MAX_CANCELLATION 50.
/* So may a layer's largest tap exceed the mean of all taps' magnitudes; 2.5 to 20 times elsewhere. */
#define MAX_OUTLIER 300.

gboolean
nn_plan_winograd_is_suspect (const gfloat *weight, guint out_channels, guint in_channels)
{
  const gdouble n = 9. * out_channels * in_channels;
  gdouble error = 0, scale = 0, magnitudes = 0;
  gfloat tap = 0;

  for (guint o = 0; o < out_channels; o++) {
    gdouble most = 0, all = 0;

    for (guint c = 0; c < in_channels; c++, weight += 9) {
      gfloat largest = 0, sum = 0, sizes = 0;

      for (guint i = 0; i < 9; i++) {
        largest = MAX (largest, ABS (weight[i]));
        sum += weight[i];
        sizes += ABS (weight[i]);
      }
      most += (gdouble)largest;
      all += (gdouble)sum;
      magnitudes += (gdouble)sizes;
      tap = MAX (tap, largest);
    }
    error = MAX (error, most);
    scale = MAX (scale, ABS (all));
  }
  return error > MAX_CANCELLATION * scale || (gdouble)tap * n > MAX_OUTLIER * magnitudes;
}

typedef struct {
  const NnStep *step;
  NnWinogradTile tile;
  const gfloat *weight;
} Packing;

static void
pack_task (gpointer data, guint task, guint thread)
{
  const Packing *p = data;
  const NnNode *node = p->step->node;
  const NnConvBlock *block = &p->step->blocks[task];
  const gfloat *bias = node->bias ? g_bytes_get_data (node->bias, NULL) : NULL;

  nn_winograd_pack (p->tile, p->weight, node->out_channels, node->in_channels, block->first_channel, block->channels,
                    block->weights);
  for (guint c = 0; bias && c < block->channels && block->first_channel + c < node->out_channels; c++)
    block->bias[c] = bias[block->first_channel + c];
}

static gboolean
make_blocks (NnPlan *plan, NnStep *step, NnWinogradStep *w, GError **error)
{
  const NnNode *node = step->node;
  g_autoptr (GBytes) weight = nn_node_get_weight (node);
  const guint padded = (guint)round_up (node->out_channels, NN_CHANNEL_BLOCK);
  GArray *blocks;
  Packing packing;
  gsize size = 0;
  gfloat *at;

  if (!weight)
    return FALSE;
  plan->suspect |= nn_plan_winograd_is_suspect (g_bytes_get_data (weight, NULL), node->out_channels, node->in_channels);
  blocks = g_array_new (FALSE, TRUE, sizeof (NnConvBlock));
  for (guint c = 0; c < padded;) {
    NnConvBlock block = { .first_channel = c };

    for (guint i = 0; i < plan->conv.n_variants; i++) {
      block.variant = &plan->conv.variant[i];
      block.channels = block.variant->channels;
      if (block.channels <= padded - c)
        break;
    }
    c += block.channels;
    g_array_append_val (blocks, block);
  }
  step->n_blocks = blocks->len;
  step->blocks = (NnConvBlock *)g_array_free (blocks, FALSE);
  step->n_segments = 1;
  step->segment_length = node->in_channels;
  for (guint i = 0; i < step->n_blocks; i++) {
    gsize one;

    /* In floats; a block's weights and bias are whole cache lines. */
    if (!nn_size_mul3 (nn_winograd_frequencies (w->tile), node->in_channels, step->blocks[i].channels, &one)
        || !nn_size_add (size, one + step->blocks[i].channels, &size))
      return FALSE;
  }
  if (!nn_size_mul (size, sizeof (gfloat), &size))
    return FALSE;
  w->memory = nn_aligned_alloc0 (size);
  if (!w->memory)
    return FALSE;
  plan->packed_size += size;
  at = w->memory;
  for (guint i = 0; i < step->n_blocks; i++) {
    NnConvBlock *block = &step->blocks[i];

    block->weights = at;
    block->bias = at + (gsize)nn_winograd_frequencies (w->tile) * node->in_channels * block->channels;
    at = block->bias + block->channels;
  }
  packing = (Packing){ step, w->tile, g_bytes_get_data (weight, NULL) };
  nn_pool_run (plan->workers, pack_task, &packing, step->n_blocks);
  return TRUE;
}

gboolean
nn_plan_winograd (NnPlan *plan, NnStep *step, NnWinogradTile tile, guint threads, GError **error)
{
  const guint m = nn_winograd_output (tile);
  NnWinogradStep *w = g_new0 (NnWinogradStep, 1);

  step->kind = NN_STEP_WINOGRAD;
  step->winograd = w;
  w->tile = tile;
  w->transforms = plan->winograd.tile[tile];
  w->tiles_x = (step->out->width + m - 1) / m;
  w->n_tiles = w->tiles_x * ((step->out->height + m - 1) / m);
  if (!make_blocks (plan, step, w, error))
    goto no_memory;
  cut (plan, step, w, threads);
  step->in_offset = g_try_new (gint32, w->block);
  step->out_offset = g_try_new (gint32, w->block);
  if (!step->in_offset || !step->out_offset)
    goto no_memory;
  for (guint t = 0; t < w->block; t++) {
    step->in_offset[t] = (gint32)(t * step->in->pixel);
    step->out_offset[t] = (gint32)(t * w->group);
  }
  w->name = g_strdup_printf ("winograd %ux%u, %s", m, m, step->blocks[0].variant->name);
  return TRUE;

no_memory:
  g_set_error (error, NN_ERROR, NN_ERROR_TOO_LARGE, "layer %s: no memory for its packed weights", step->node->name);
  return FALSE;
}

void
nn_plan_winograd_clear (NnStep *step)
{
  if (!step->winograd)
    return;
  g_free (step->winograd->name);
  nn_aligned_free (step->winograd->memory);
  g_clear_pointer (&step->winograd, g_free);
}
