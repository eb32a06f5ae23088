/* gst-resnet: a convolution's weights, packed for matrix tiles
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "graph/packed-tile.h"

#include "base/nn-memory.h"
#include "graph/float-place.h"
#include "graph/node-weight.h"

#define LANES 16
/* More weights than one in so many that are kept as they are: then the tensor itself is kept. */
#define MAX_EXACT 3

typedef struct {
  const NnPackedTile *packed;
  const NnNode *node;
  const gfloat *weight, *bias; /* packing */
  gfloat *tensor;              /* unpacking */
} Work;

/* Up to LANES weights that lie side by side in a tile: input @d of a step, output channels from @first on.
 * @at: the first one's hi; @tensor_at: its place in the tensor; @seen: how many weights of the block came before */
typedef struct {
  NnBf16 *at;
  gsize lo; /* from a hi to its lo */
  gsize tensor_at, tensor_step, seen;
  guint n;
} Run;

typedef void (*RunFunc) (const Work *work, const Run *run, NnTileRest *rest, gpointer data);

/* Visits the weights of a block in the order of packing: segments, inputs, output channels. */
static inline void
visit (const Work *work, guint index, RunFunc func, gpointer data)
{
  const NnNode *node = work->node;
  const NnTileLayout *l = &work->packed->layout;
  const NnTileBlock *block = &work->packed->blocks[index];
  const guint in_group = node->in_channels / node->groups, out_group = node->out_channels / node->groups;
  const gsize taps = (gsize)node->kernel[0] * node->kernel[1], halves = block->channels / 16;
  const gsize step = (l->products == 3 ? 2 : 1) * halves * NN_TILE_WEIGHTS;
  const guint block_end = MIN (block->first_channel + block->channels, node->out_channels);
  Run run = { .lo = halves * NN_TILE_WEIGHTS, .tensor_step = in_group * taps };

  for (guint s = 0; s < l->n_segments; s++) {
    guint tap = l->merged ? s * node->kernel[1] : s, input = l->merged ? 0 : (guint)block->first_input;

    for (guint j = 0; j < l->segment_length; j++) {
      const guint group = input / in_group, d = j % NN_TILE_DEPTH;
      const guint begin = MAX (block->first_channel, group * out_group);
      const guint end = MIN (block_end, (group + 1) * out_group);
      NnBf16 *tile = block->weights + ((gsize)s * l->chunks + j / NN_TILE_DEPTH) * step + d / 2 * 32 + d % 2;

      for (guint output = begin; output < end; output += run.n) {
        const guint c = output - block->first_channel;

        run.n = MIN (LANES - c % LANES, end - output);
        run.at = tile + c / 16 * NN_TILE_WEIGHTS + c % 16 * 2;
        run.tensor_at = (gsize)output * run.tensor_step + input % in_group * taps + tap;
        func (work, &run, &work->packed->rests[index], data);
        run.seen += run.n;
      }
      if (++input == node->in_channels && l->merged) {
        input = 0;
        tap++;
      }
    }
  }
}

/* nn_bf16_from_float() without a branch. */
static inline NnBf16
round_bf16 (gfloat x)
{
  guint32 u, rounded, nan, normal;

  memcpy (&u, &x, sizeof u);
  rounded = (u + 0x7fff + (u >> 16 & 1)) >> 16;
  nan = -(guint32)((u & 0x7fffffff) > 0x7f800000);
  normal = -(guint32)((u & 0x7f800000) != 0);
  rounded = (rounded & ~nan) | ((u >> 16 | 0x40) & nan);
  return (NnBf16)((rounded & normal) | (u >> 16 & 0x8000));
}

static inline void
pack_run (const Work *work, const Run *run, NnTileRest *rest, gpointer data)
{
  const gboolean both = work->packed->layout.products == 3;
  GArray *exact = data;
  gfloat weight[LANES] = { 0 };
  guint32 distance[LANES], far = 0;
  NnBf16 hi[LANES], lo[LANES];

  for (guint i = 0; i < run->n; i++)
    weight[i] = work->weight[run->tensor_at + i * run->tensor_step];
  for (guint i = 0; i < LANES; i++) {
    hi[i] = round_bf16 (weight[i]);
    lo[i] = both ? round_bf16 (weight[i] - nn_bf16_to_float (hi[i])) : 0;
  }
  for (guint i = 0; i < LANES; i++)
    distance[i]
        = nn_float_place (weight[i])
          - nn_float_place (both ? nn_bf16_to_float (hi[i]) + nn_bf16_to_float (lo[i]) : nn_bf16_to_float (hi[i]));
  for (guint i = 0; i < run->n; i++) {
    run->at[2 * i] = hi[i];
    if (both)
      run->at[run->lo + 2 * i] = lo[i];
  }
  if (!rest->rest)
    return;
  for (guint i = 0; i < run->n; i++) {
    const guint32 reach = both ? G_MAXINT8 : G_MAXINT16;

    far |= distance[i] + reach > 2 * reach;
    if (both)
      ((gint8 *)rest->rest)[run->seen + i] = (gint8)distance[i];
    else
      ((gint16 *)rest->rest)[run->seen + i] = (gint16)distance[i];
  }
  for (guint i = 0; far && i < run->n; i++) {
    const guint32 reach = both ? G_MAXINT8 : G_MAXINT16;

    if (distance[i] + reach <= 2 * reach)
      continue;
    if (both)
      ((gint8 *)rest->rest)[run->seen + i] = G_MININT8;
    else
      ((gint16 *)rest->rest)[run->seen + i] = G_MININT16;
    g_array_append_val (exact, weight[i]);
  }
}

static void
pack_task (gpointer data, guint task, guint thread)
{
  const Work *work = data;
  const NnTileBlock *block = &work->packed->blocks[task];
  NnTileRest *rest = &work->packed->rests[task];
  GArray *exact = g_array_new (FALSE, FALSE, sizeof (gfloat));

  visit (work, task, pack_run, exact);
  rest->n_exact = exact->len;
  rest->exact = g_memdup2 (exact->data, exact->len * sizeof (gfloat));
  g_array_unref (exact);
  for (guint c = 0; work->bias && c < block->channels && block->first_channel + c < work->node->out_channels; c++)
    block->bias[c] = work->bias[block->first_channel + c];
}

/* Weights that the block's output channels have. */
static gsize
n_weights (const NnNode *node, const NnTileBlock *block)
{
  const guint n = MIN (block->channels, node->out_channels - MIN (block->first_channel, node->out_channels));

  return (gsize)n * (node->in_channels / node->groups) * node->kernel[0] * node->kernel[1];
}

static gsize
round_up (gsize size)
{
  return (size + NN_ALIGNMENT - 1) / NN_ALIGNMENT * NN_ALIGNMENT;
}

/* Gives the blocks their places. */
static gboolean
allocate (NnPackedTile *p, const NnNode *node)
{
  const NnTileLayout *l = &p->layout;
  const gsize a_step = (l->products == 3 ? 2 : 1) * NN_TILE_WEIGHTS * sizeof (NnBf16);
  const gsize a_rest = l->products == 3 ? sizeof (gint8) : sizeof (gint16);
  gsize rests = 0;
  gchar *at;
  gchar *rest;

  for (guint i = 0; i < l->n_blocks; i++) {
    const NnTileBlock *block = &p->blocks[i];
    gsize size;

    if (!nn_size_mul3 ((gsize)l->n_segments * l->chunks, block->channels / 16, a_step, &size)
        || !nn_size_add (p->size, size, &p->size)
        || !nn_size_add (p->size, round_up (block->channels * sizeof (gfloat)), &p->size))
      return FALSE;
    /* No overflow: so many bytes and more the tensor has. */
    rests += round_up (n_weights (node, block) * a_rest);
  }
  p->memory = at = nn_aligned_alloc0 (p->size);
  p->rest_memory = rest = nn_aligned_alloc0 (MAX (rests, 1));
  if (!p->memory || !p->rest_memory)
    return FALSE;
  p->size += rests;
  for (guint i = 0; i < l->n_blocks; i++) {
    NnTileBlock *block = &p->blocks[i];

    /* A multiple of the alignment: a tile is. */
    block->weights = (NnBf16 *)(gpointer)at;
    at += (gsize)l->n_segments * l->chunks * (block->channels / 16) * a_step;
    block->bias = (gfloat *)(gpointer)at;
    at += round_up (block->channels * sizeof (gfloat));
    p->rests[i].rest = rest;
    rest += round_up (n_weights (node, block) * a_rest);
  }
  return TRUE;
}

/* Weights that are mostly far away (denormals, say) are better kept as they are. */
static void
finish_rests (NnPackedTile *p, const NnNode *node)
{
  const gsize all = (gsize)node->out_channels * (node->in_channels / node->groups) * node->kernel[0] * node->kernel[1];
  gsize exact = 0;

  for (guint i = 0; i < p->layout.n_blocks; i++)
    exact += p->rests[i].n_exact;
  p->complete = exact <= all / MAX_EXACT;
  if (p->complete) {
    p->size += exact * sizeof (gfloat);
    return;
  }
  for (guint i = 0; i < p->layout.n_blocks; i++) {
    p->size
        -= round_up (n_weights (node, &p->blocks[i]) * (p->layout.products == 3 ? sizeof (gint8) : sizeof (gint16)));
    p->rests[i].rest = NULL;
    g_clear_pointer (&p->rests[i].exact, g_free);
  }
  nn_aligned_free (p->rest_memory);
  p->rest_memory = NULL;
}

NnPackedTile *
nn_packed_tile_new (const NnNode *node, const NnTileLayout *layout, NnTileBlock *blocks, NnPool *workers)
{
  NnPackedTile *p = g_new0 (NnPackedTile, 1);
  g_autoptr (GBytes) weight = nn_node_get_weight (node);
  Work work;

  p->ref_count = 1;
  p->layout = *layout;
  p->blocks = blocks;
  p->rests = g_new0 (NnTileRest, layout->n_blocks);
  if (!weight || !allocate (p, node)) {
    nn_packed_tile_unref (p);
    return NULL;
  }
  work = (Work){ .packed = p,
                 .node = node,
                 .weight = g_bytes_get_data (weight, NULL),
                 .bias = node->bias ? g_bytes_get_data (node->bias, NULL) : NULL };
  nn_pool_run (workers, pack_task, &work, layout->n_blocks);
  finish_rests (p, node);
  return p;
}

NnPackedTile *
nn_packed_tile_ref (NnPackedTile *packed)
{
  g_atomic_int_inc (&packed->ref_count);
  return packed;
}

void
nn_packed_tile_unref (NnPackedTile *packed)
{
  if (!g_atomic_int_dec_and_test (&packed->ref_count))
    return;
  for (guint i = 0; i < packed->layout.n_blocks; i++)
    g_free (packed->rests[i].exact);
  nn_aligned_free (packed->memory);
  nn_aligned_free (packed->rest_memory);
  g_free (packed->rests);
  g_free (packed->blocks);
  g_free (packed);
}

gboolean
nn_packed_tile_is_like (const NnPackedTile *packed, const NnTileLayout *layout, const NnTileBlock *blocks)
{
  if (memcmp (&packed->layout, layout, sizeof *layout) != 0)
    return FALSE;
  for (guint i = 0; i < layout->n_blocks; i++) {
    const NnTileBlock *a = &packed->blocks[i], *b = &blocks[i];

    if (a->first_channel != b->first_channel || a->channels != b->channels || a->first_input != b->first_input)
      return FALSE;
  }
  return TRUE;
}

static inline void
unpack_run (const Work *work, const Run *run, NnTileRest *rest, gpointer data)
{
  const gboolean both = work->packed->layout.products == 3;
  const gfloat **exact = data;

  for (guint i = 0; i < run->n; i++) {
    const gint32 distance
        = both ? ((const gint8 *)rest->rest)[run->seen + i] : ((const gint16 *)rest->rest)[run->seen + i];
    const gfloat hi = nn_bf16_to_float (run->at[2 * i]);
    const gfloat back = both ? hi + nn_bf16_to_float (run->at[run->lo + 2 * i]) : hi;

    work->tensor[run->tensor_at + i * run->tensor_step]
        = distance == (both ? G_MININT8 : G_MININT16) ? *(*exact)++
                                                      : nn_float_at_place (nn_float_place (back) + (guint32)distance);
  }
}

void
nn_packed_tile_unpack (const NnPackedTile *packed, const NnNode *node, gfloat *tensor)
{
  const Work work = { .packed = packed, .node = node, .tensor = tensor };

  g_return_if_fail (packed->complete);
  for (guint i = 0; i < packed->layout.n_blocks; i++) {
    const gfloat *exact = packed->rests[i].exact;

    visit (&work, i, unpack_run, &exact);
  }
}
