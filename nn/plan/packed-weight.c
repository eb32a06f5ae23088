/* gst-resnet: a convolution's weights, packed for its kernels
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plan/packed-weight.h"

#include "base/nn-memory.h"

/* If more than one weight in this many has to be kept as it is (because the weights are denormals, say, or have few
 * digits), the tensor itself is kept. */
#define MAX_EXACT 3

/* Returns how many weights an output channel has. */
static gsize
channel_weights (const NnNode *node)
{
  return (gsize)(node->in_channels / node->groups) * node->kernel[0] * node->kernel[1];
}

/* Computes the bytes of a block's weights, rounded up to whole cache lines. Returns FALSE on overflow. */
static gboolean
weights_size (const NnPackedLayout *l, const NnPackedBlock *block, gsize *size)
{
  if (!nn_size_mul3 (l->n_segments, nn_size_round_up (l->segment_length, l->form->multiple), block->channels, size)
      || !nn_size_mul (*size, l->form->packed, size) || *size > G_MAXSSIZE)
    return FALSE;
  *size = nn_size_round_up (*size, NN_ALIGNMENT);
  return TRUE;
}

static gsize
bias_size (const NnPackedBlock *block)
{
  return nn_size_round_up (block->channels * sizeof (gfloat), NN_ALIGNMENT);
}

static gsize
rest_size (const NnPackedLayout *l, const NnNode *node, const NnPackedBlock *block)
{
  return nn_size_round_up (channel_weights (node) * block->channels * l->form->rest, NN_ALIGNMENT);
}

/* Allocates the memory and gives each block its place there. */
static gboolean
allocate (NnPackedWeight *p, const NnNode *node)
{
  const NnPackedLayout *l = &p->layout;
  gsize rests = 0, size;
  gchar *at, *rest;

  for (guint i = 0; i < l->n_blocks; i++) {
    if (!weights_size (l, &p->blocks[i], &size) || !nn_size_add (p->size, size + bias_size (&p->blocks[i]), &p->size))
      return FALSE;
    /* This does not overflow, since the rests are smaller than the packed weights. */
    rests += rest_size (l, node, &p->blocks[i]);
  }
  p->memory = at = nn_aligned_alloc0 (p->size);
  p->rests = rest = rests > 0 ? nn_aligned_alloc0 (rests) : NULL;
  if (!p->memory || (rests > 0 && !p->rests))
    return FALSE;
  p->size += rests;
  for (guint i = 0; i < l->n_blocks; i++) {
    NnPackedBlock *block = &p->blocks[i];

    weights_size (l, block, &size);
    block->weights = at;
    block->bias = (gfloat *)(gpointer)(at + size);
    at += size + bias_size (block);
    block->rest = rest;
    rest += rest_size (l, node, block);
  }
  return TRUE;
}

typedef struct {
  NnPackedWeight *packed;
  const NnNode *node;
  const gfloat *weight, *bias;
} Packing;

static void
pack_task (gpointer data, guint task, guint thread)
{
  const Packing *p = data;
  NnPackedBlock *block = &p->packed->blocks[task];
  GArray *exact = g_array_new (FALSE, FALSE, sizeof (gfloat));

  p->packed->layout.form->pack (p->packed, p->node, p->weight, block, exact);
  block->n_exact = exact->len;
  block->exact = g_memdup2 (exact->data, exact->len * sizeof (gfloat));
  g_array_unref (exact);
  for (guint c = 0; p->bias && c < block->channels && block->first_channel + c < p->node->out_channels; c++)
    block->bias[c] = p->bias[block->first_channel + c];
}

static void
finish_rests (NnPackedWeight *p, const NnNode *node)
{
  gsize exact = 0;

  for (guint i = 0; i < p->layout.n_blocks; i++)
    exact += p->blocks[i].n_exact;
  p->complete = exact <= node->out_channels * channel_weights (node) / MAX_EXACT;
  if (p->complete) {
    p->size += exact * sizeof (gfloat);
    return;
  }
  for (guint i = 0; i < p->layout.n_blocks; i++) {
    p->size -= rest_size (&p->layout, node, &p->blocks[i]);
    p->blocks[i].rest = NULL;
    g_clear_pointer (&p->blocks[i].exact, g_free);
  }
  g_clear_pointer (&p->rests, nn_aligned_free);
}

NnPackedWeight *
nn_packed_weight_new (const NnNode *node, const gfloat *weight, const NnPackedLayout *layout, NnPackedBlock *blocks,
                      NnWorkers *workers)
{
  NnPackedWeight *p = g_new0 (NnPackedWeight, 1);
  Packing packing = { p, node, weight, node->bias ? g_bytes_get_data (node->bias, NULL) : NULL };

  p->ref_count = 1;
  p->layout = *layout;
  p->blocks = blocks;
  if (!allocate (p, node)) {
    nn_packed_weight_unref (p);
    return NULL;
  }
  nn_workers_run (workers, pack_task, &packing, layout->n_blocks);
  finish_rests (p, node);
  p->suspect
      = layout->form->is_suspect && layout->form->is_suspect (weight, node->out_channels, node->in_channels, workers);
  return p;
}

gboolean
nn_packed_weight_is_like (const NnPackedWeight *packed, const NnPackedLayout *layout, const NnPackedBlock *blocks)
{
  const NnPackedLayout *l = &packed->layout;

  if (l->form != layout->form || l->segment != layout->segment || l->n_segments != layout->n_segments
      || l->segment_length != layout->segment_length || l->n_blocks != layout->n_blocks)
    return FALSE;
  for (guint i = 0; i < layout->n_blocks; i++) {
    const NnPackedBlock *a = &packed->blocks[i], *b = &blocks[i];

    if (a->first_channel != b->first_channel || a->channels != b->channels || a->first_input != b->first_input)
      return FALSE;
  }
  return TRUE;
}

NnPackedWeight *
nn_packed_weight_ref (NnPackedWeight *packed)
{
  g_atomic_int_inc (&packed->ref_count);
  return packed;
}

void
nn_packed_weight_unref (NnPackedWeight *packed)
{
  if (!g_atomic_int_dec_and_test (&packed->ref_count))
    return;
  for (guint i = 0; i < packed->layout.n_blocks; i++)
    g_free (packed->blocks[i].exact);
  nn_aligned_free (packed->memory);
  nn_aligned_free (packed->rests);
  g_free (packed->blocks);
  g_free (packed);
}

void
nn_packed_weight_unpack (const NnPackedWeight *packed, const NnNode *node, gfloat *tensor)
{
  g_return_if_fail (packed->complete);
  for (guint i = 0; i < packed->layout.n_blocks; i++)
    packed->layout.form->unpack (packed, node, &packed->blocks[i], tensor);
}
