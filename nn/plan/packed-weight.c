/* gst-resnet: a convolution's weights, packed for its kernels
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plan/packed-weight.h"

#include <string.h>

#include "base/nn-memory.h"
#include "kernels/bf16.h"
#include "plan/packed-bf16.h"
#include "plan/packed-conv.h"
#include "plan/packed-winograd.h"

/* More weights than one in so many that are kept as they are (denormals, say, or weights of few digits): then the
 * tensor itself is kept. */
#define MAX_EXACT 3

/* @multiple: zeros fill a segment up to it; @packed, @rest: bytes a weight */
static const struct {
  guint multiple, packed, rest;
  NnPackFunc *pack;
  NnUnpackFunc *unpack;
} forms[] = {
  [NN_PACKED_DIRECT] = { 1, sizeof (gfloat), 0, nn_packed_conv_pack, nn_packed_conv_unpack },
  [NN_PACKED_WINOGRAD_F2] = { 1, sizeof (gfloat), sizeof (gint8), nn_packed_winograd_pack, nn_packed_winograd_unpack },
  [NN_PACKED_WINOGRAD_F4] = { 1, sizeof (gfloat), sizeof (gint8), nn_packed_winograd_pack, nn_packed_winograd_unpack },
  [NN_PACKED_HIGH] = { NN_BF16_DEPTH, 2 * sizeof (NnBf16), sizeof (gint8), nn_packed_bf16_pack, nn_packed_bf16_unpack },
  [NN_PACKED_MEDIUM] = { NN_BF16_DEPTH, sizeof (NnBf16), sizeof (gint16), nn_packed_bf16_pack, nn_packed_bf16_unpack },
};

/* Weights of an output channel. */
static gsize
channel_weights (const NnNode *node)
{
  return (gsize)(node->in_channels / node->groups) * node->kernel[0] * node->kernel[1];
}

/* Bytes of a block's weights, whole cache lines; FALSE on overflow. */
static gboolean
weights_size (const NnPackedLayout *l, const NnPackedBlock *block, gsize *size)
{
  if (!nn_size_mul3 (l->n_segments, nn_size_round_up (l->segment_length, forms[l->form].multiple), block->channels,
                     size)
      || !nn_size_mul (*size, forms[l->form].packed, size) || *size > G_MAXSSIZE)
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
  return nn_size_round_up (channel_weights (node) * block->channels * forms[l->form].rest, NN_ALIGNMENT);
}

/* Gives the blocks their places. */
static gboolean
allocate (NnPackedWeight *p, const NnNode *node)
{
  const NnPackedLayout *l = &p->layout;
  gsize rests = 0, size;
  gchar *at, *rest;

  for (guint i = 0; i < l->n_blocks; i++) {
    if (!weights_size (l, &p->blocks[i], &size) || !nn_size_add (p->size, size + bias_size (&p->blocks[i]), &p->size))
      return FALSE;
    /* No overflow: less than the packed weights. */
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

  forms[p->packed->layout.form].pack (p->packed, p->node, p->weight, block, exact);
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

static NnPackedWeight *
packed_new (const NnNode *node, const NnPackedLayout *layout, NnPackedBlock *blocks, NnWorkers *workers)
{
  NnPackedWeight *p = g_new0 (NnPackedWeight, 1);
  g_autoptr (GBytes) weight = nn_node_get_weight (node);
  Packing packing = { p, node, NULL, node->bias ? g_bytes_get_data (node->bias, NULL) : NULL };

  p->ref_count = 1;
  p->layout = *layout;
  p->blocks = blocks;
  if (!weight || !allocate (p, node)) {
    nn_packed_weight_unref (p);
    return NULL;
  }
  packing.weight = g_bytes_get_data (weight, NULL);
  nn_workers_run (workers, pack_task, &packing, layout->n_blocks);
  finish_rests (p, node);
  p->suspect = (layout->segment == NN_PACKED_FREQUENCIES || layout->segment == NN_PACKED_INPUTS)
               && nn_winograd_is_suspect (packing.weight, node->out_channels, node->in_channels, workers);
  return p;
}

static gboolean
is_like (const NnPackedWeight *packed, const NnPackedLayout *layout, const NnPackedBlock *blocks)
{
  if (memcmp (&packed->layout, layout, sizeof *layout) != 0)
    return FALSE;
  for (guint i = 0; i < layout->n_blocks; i++) {
    const NnPackedBlock *a = &packed->blocks[i], *b = &blocks[i];

    if (a->first_channel != b->first_channel || a->channels != b->channels || a->first_input != b->first_input)
      return FALSE;
  }
  return TRUE;
}

static NnPackedWeight *
packed_ref (NnPackedWeight *packed)
{
  g_atomic_int_inc (&packed->ref_count);
  return packed;
}

NnPackedWeight *
nn_node_pack (NnNode *node, const NnPackedLayout *layout, NnPackedBlock *blocks, gboolean take, NnWorkers *workers)
{
  NnPackedWeight *packed;

  if (node->packed && is_like (node->packed, layout, blocks)) {
    g_free (blocks);
    return packed_ref (node->packed);
  }
  packed = packed_new (node, layout, blocks, workers);
  if (packed && take && packed->complete && (!node->packed || g_atomic_int_get (&node->packed->ref_count) == 1)) {
    nn_node_drop_weight (node);
    g_clear_pointer (&node->packed, nn_packed_weight_unref);
    node->packed = packed_ref (packed);
  }
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
    forms[packed->layout.form].unpack (packed, node, &packed->blocks[i], tensor);
}

GBytes *
nn_node_get_weight (const NnNode *node)
{
  gsize size;
  gfloat *tensor;

  if (node->weight)
    return g_bytes_ref (node->weight);
  /* No overflow: so many bytes it had before. */
  size = node->out_channels * channel_weights (node) * sizeof (gfloat);
  tensor = nn_aligned_alloc (size);
  if (!tensor)
    return NULL;
  nn_packed_weight_unpack (node->packed, node, tensor);
  return g_bytes_new_with_free_func (tensor, size, nn_aligned_free, tensor);
}
