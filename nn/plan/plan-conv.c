/* gst-resnet: planning one convolution: segments, blocks of channels, packed weights, how the work is cut
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plan/plan-conv.h"

#include "base/nn-memory.h"
#include "plan/packed-conv.h"
#include "plan/plan-pack.h"
#include "plan/plan-stages.h"

/* Weights up to this size in bytes are kept in a core's second-level cache while pixels stream past. */
#define WEIGHTS_IN_CACHE (256 * 1024)
/* A task should read and write at most this many bytes of activations, so that they come from the cache. */
#define ACTIVATIONS_IN_CACHE (128 * 1024)
/* There are this many tasks for each thread, so that all threads finish at about the same time. */
#define TASKS_A_THREAD 4

typedef struct {
  const NnNode *node;
  const NnBuffer *in;
  NnPackedSegment segment;
  guint in_group, out_group;
  gboolean image3;
} Geometry;

/* Returns the first input channel that a block of output channels reads. A block inside one group of few channels reads
 * its neighbours, too, with weights of zero. */
static guint
block_first_input (const Geometry *g, const NnDirectConv *conv, guint first_channel)
{
  guint start;

  if (g->node->groups == 1)
    return 0;
  if (g->segment == NN_PACKED_GROUPED)
    return first_channel;
  start = first_channel / g->out_group * g->in_group;
  return MIN (start, g->node->in_channels - conv->segment_length);
}

/* Returns how many input channels a block of @channels output channels may touch at most. */
static guint
inputs_of_block (const Geometry *g, guint channels)
{
  const NnNode *node = g->node;
  guint most = 0;

  if (node->groups == 1)
    return node->in_channels;
  for (guint c = 0; c < node->out_channels; c += channels) {
    const guint last = MIN (c + channels, node->out_channels) - 1;
    const guint groups = last / g->out_group - c / g->out_group + 1;

    most = MAX (most, groups * g->in_group);
  }
  return most;
}

/* Picks the variant for the next channels, of which @left are left (a multiple of NN_CHANNEL_BLOCK). */
static const NnConvVariant *
pick_variant (const NnConvKernels *kernels, const Geometry *g, guint left, guint *channels)
{
  if (g->segment == NN_PACKED_GROUPED) {
    *channels = left;
    return &kernels->grouped;
  }
  if (g->image3 && left >= kernels->image3.channels) {
    *channels = kernels->image3.channels;
    return &kernels->image3;
  }
  for (guint i = 0; i < kernels->n_variants; i++) {
    const NnConvVariant *v = &kernels->variant[i];
    const gboolean last = i == kernels->n_variants - 1;

    *channels = v->channels;
    if (*channels == 0)
      *channels = g->node->groups == 1 ? left : NN_CHANNEL_BLOCK;
    /* A wide block that spans several groups consists mostly of zeros. */
    if (last || (*channels <= left && (g->node->groups == 1 || g->out_group % *channels == 0)))
      return v;
  }
  return NULL;
}

static void
make_segment_offsets (const Geometry *g, const NnDirectConv *conv, NnConvBlock *block)
{
  const NnNode *node = g->node;

  for (guint s = 0; s < conv->n_segments; s++) {
    const guint ky = g->segment == NN_PACKED_ROWS ? s : s / node->kernel[1];
    const guint kx = g->segment == NN_PACKED_ROWS ? 0 : s % node->kernel[1];

    block->segment_offset[s]
        = (gint32)(ky * node->dilation[0] * g->in->row + kx * node->dilation[1] * g->in->pixel + block->first_input);
  }
}

gboolean
nn_plan_pack_blocks (NnPlan *plan, NnStep *step, const NnPackedLayout *layout, NnConvBlock *blocks, GError **error)
{
  NnPackedBlock *packed = g_new0 (NnPackedBlock, layout->n_blocks);

  for (guint i = 0; i < layout->n_blocks; i++) {
    packed[i].first_channel = blocks[i].first_channel;
    packed[i].channels = blocks[i].channels;
    packed[i].first_input = blocks[i].first_input;
  }
  if (!nn_plan_pack (plan, step, layout, packed, error))
    return FALSE;
  for (guint i = 0; i < layout->n_blocks; i++) {
    blocks[i].weights = step->packed->blocks[i].weights;
    blocks[i].bias = step->packed->blocks[i].bias;
  }
  return TRUE;
}

static gboolean
make_blocks (NnPlan *plan, NnStep *step, NnDirectConv *conv, const Geometry *g, GError **error)
{
  const NnNode *node = g->node;
  const guint padded = (guint)nn_size_round_up (node->out_channels, NN_CHANNEL_BLOCK);
  guint widest = 0;
  NnPackedLayout layout;
  GArray *blocks = g_array_new (FALSE, TRUE, sizeof (NnConvBlock));

  for (guint c = 0; c < padded;) {
    NnConvBlock block = { .first_channel = c };

    block.variant = pick_variant (&nn_float_kernels (plan)->conv, g, padded - c, &block.channels);
    widest = MAX (widest, block.channels);
    c += block.channels;
    g_array_append_val (blocks, block);
  }
  conv->n_blocks = blocks->len;
  conv->blocks = (NnConvBlock *)g_array_free (blocks, FALSE);

  if (g->segment == NN_PACKED_ROWS) {
    conv->n_segments = node->kernel[0];
    conv->segment_length = node->kernel[1] * node->in_channels;
  } else {
    conv->n_segments = node->kernel[0] * node->kernel[1];
    conv->segment_length = g->segment == NN_PACKED_GROUPED ? g->in_group : inputs_of_block (g, widest);
  }

  for (guint i = 0; i < conv->n_blocks; i++) {
    NnConvBlock *block = &conv->blocks[i];

    block->first_input = block_first_input (g, conv, block->first_channel);
    block->segment_offset = g_try_new0 (gint32, conv->n_segments);
    if (!block->segment_offset)
      return nn_plan_no_memory (node, error);
    make_segment_offsets (g, conv, block);
    if (block->variant->scratch)
      plan->scratch_size
          = MAX (plan->scratch_size, block->variant->scratch (conv->n_segments, conv->segment_length, block->channels));
  }
  layout = (NnPackedLayout){ &nn_packed_direct, g->segment, conv->n_segments, conv->segment_length, conv->n_blocks };
  return nn_plan_pack_blocks (plan, step, &layout, conv->blocks, error);
}

static gboolean
make_offsets (const NnStep *step, NnDirectConv *conv, const Geometry *g, GError **error)
{
  const NnNode *node = g->node;
  const NnBuffer *in = step->in, *out = step->out, *residual = step->residual;
  guint more;
  const guint pad[2] = { nn_node_pad (node, 0, in->height, &more), nn_node_pad (node, 1, in->width, &more) };

  conv->in_offset = g_try_new0 (gint32, conv->n_pixels);
  conv->out_offset = g_try_new0 (gint32, conv->n_pixels);
  conv->residual_offset = residual ? g_try_new0 (gint32, conv->n_pixels) : NULL;
  if (!conv->in_offset || !conv->out_offset || (residual && !conv->residual_offset))
    return nn_plan_no_memory (node, error);

  for (guint p = 0; p < conv->n_pixels; p++) {
    const guint y = p / out->width, x = p % out->width;

    if (conv->batch_is_pixels) {
      conv->in_offset[p] = (gint32)(p * in->size + in->origin);
      conv->out_offset[p] = (gint32)(p * out->size + out->origin);
      continue;
    }
    conv->in_offset[p] = (gint32)((y * node->stride[0] + in->border - pad[0]) * in->row
                                  + (x * node->stride[1] + in->border - pad[1]) * in->pixel);
    conv->out_offset[p] = (gint32)(out->origin + y * out->row + x * out->pixel);
    if (residual)
      conv->residual_offset[p] = (gint32)(residual->origin + y * residual->row + x * residual->pixel);
  }
  return TRUE;
}

/* Decides how many pixels a task takes, and whether it takes all blocks of channels. */
static void
cut (const NnPlan *plan, const NnStep *step, NnDirectConv *conv, guint threads)
{
  const NnConvVariant *variant = conv->blocks[0].variant;
  const NnNode *node = step->node;
  const gsize weights = (gsize)conv->n_segments * conv->segment_length * step->out->lanes * sizeof (gfloat);
  const gsize a_pixel
      = (step->in->pixel * node->stride[0] * node->stride[1] + step->out->pixel * (step->residual ? 2 : 1))
        * sizeof (gfloat);
  guint chunk;

  if (variant->fixed) {
    conv->chunk = conv->batch_is_pixels ? 1 : variant->pixels;
    conv->all_blocks = TRUE;
  } else {
    const guint images = conv->batch_is_pixels ? 1 : nn_plan_images (plan, step->index);
    guint wanted;

    conv->all_blocks
        = weights <= WEIGHTS_IN_CACHE && !conv->batch_is_pixels && variant != &nn_float_kernels (plan)->conv.image3;
    chunk = CLAMP (ACTIVATIONS_IN_CACHE / a_pixel, 4 * variant->pixels, conv->n_pixels);
    wanted = threads > 1 ? TASKS_A_THREAD * threads : 1;
    if (!conv->all_blocks)
      wanted = (wanted + conv->n_blocks - 1) / conv->n_blocks;
    wanted = (wanted + images - 1) / images;
    chunk = MIN (chunk, (conv->n_pixels + wanted - 1) / wanted);
    chunk = (chunk + variant->pixels - 1) / variant->pixels * variant->pixels;
    conv->chunk = MAX (chunk, variant->pixels);
  }
  conv->n_chunks = (conv->n_pixels + conv->chunk - 1) / conv->chunk;
}

static NnPackedSegment
choose_segment (const NnPlan *plan, const Geometry *g)
{
  const NnNode *node = g->node;

  if (node->groups == 1)
    return node->dilation[1] == 1 && g->in->pixel == node->in_channels ? NN_PACKED_ROWS : NN_PACKED_TAPS;
  /* The size of a group is a power of two, so that a block has whole groups. */
  if (nn_float_kernels (plan)->conv.grouped.func && g->in_group == g->out_group && g->in_group <= NN_CONV_MAX_GROUP
      && (g->in_group & (g->in_group - 1)) == 0 && g->in->pixel % NN_CHANNEL_BLOCK == 0)
    return NN_PACKED_GROUPED;
  return NN_PACKED_TAPS;
}

/* Returns whether kernels->image3 can compute the step. */
static gboolean
is_image3 (const NnPlan *plan, const Geometry *g, const NnStep *step)
{
  const NnNode *node = g->node;
  guint more;

  return nn_float_kernels (plan)->conv.image3.func && nn_plan_is_plain_3x3 (node) && step->in->height == 3
         && step->in->width == 3 && step->out->height == 3 && step->out->width == 3
         && nn_node_pad (node, 0, 3, &more) == 1 && nn_node_pad (node, 1, 3, &more) == 1;
}

static void
free_conv (gpointer data)
{
  NnDirectConv *conv = data;

  for (guint i = 0; i < conv->n_blocks; i++)
    g_free (conv->blocks[i].segment_offset);
  g_free (conv->blocks);
  g_free (conv->in_offset);
  g_free (conv->out_offset);
  g_free (conv->residual_offset);
  g_free (conv);
}

gboolean
nn_plan_conv (NnPlan *plan, NnStep *step, guint threads, GError **error)
{
  const NnNode *node = step->node;
  NnDirectConv *conv = g_new0 (NnDirectConv, 1);
  Geometry g = { .node = node, .in = step->in };

  step->kind = NN_STEP_CONV;
  step->own = conv;
  step->free_own = free_conv;
  g.in_group = node->in_channels / node->groups;
  g.out_group = node->out_channels / node->groups;
  g.image3 = is_image3 (plan, &g, step);
  g.segment = g.image3 ? NN_PACKED_TAPS : choose_segment (plan, &g);
  conv->batch_is_pixels = node->op == NN_OP_LINEAR;
  conv->n_pixels = conv->batch_is_pixels ? plan->batch : step->out->height * step->out->width;
  if (!make_blocks (plan, step, conv, &g, error) || !make_offsets (step, conv, &g, error))
    return FALSE;
  conv->inputs_adjoin = node->kernel[0] == 1 && node->kernel[1] == 1 && node->groups == 1 && node->stride[0] == 1
                        && node->stride[1] == 1 && !conv->batch_is_pixels;
  cut (plan, step, conv, threads);
  return TRUE;
}
