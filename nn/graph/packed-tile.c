/* gst-resnet: a convolution's weights, packed for matrix tiles
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "graph/packed-tile.h"

#include "base/nn-memory.h"
#include "graph/float-place.h"
#include "graph/node-weight.h"

#define LANES 16
/* Of 32 output channels 18 KB: less than a first-level cache. */
#define MAX_TAPS 144
/* More weights than one in so many that are kept as they are: then the tensor itself is kept. */
#define MAX_EXACT 3

typedef struct {
  const NnPackedTile *packed;
  const NnNode *node;
  const gfloat *weight, *bias; /* packing */
  gfloat *tensor;              /* unpacking */
} Work;

/* Up to LANES weights that lie side by side in a tile: one tap of one input, output channels of a block.
 * @row: of the tile of hi, where they lie in every other place from the @lane-th on, @odd; @lo: from there to lo's
 * @tensor: the first one, @tensor_step: from it to the next; @seen: how many weights of the block came before */
typedef struct {
  NnBf16 *row;
  gsize lo, tensor_step, seen;
  const gfloat *tensor;
  guint lane, n;
  gboolean odd;
} Run;

typedef void (*RunFunc) (const Work *work, const Run *run, NnTileRest *rest, gpointer data);

/* Inputs that are visited together: their taps lie side by side in the tensor. */
static guint
inputs_at_once (gsize taps)
{
  return (guint)MAX (MAX_TAPS / taps, 1);
}

/* Some inputs of a block's output channels, out of rows that are a power of two or so apart and so in each other's way
 * in a cache; the step from one channel to the next. */
static gsize
copy_rows (const gfloat *tensor, gsize row, guint n_rows, gsize n, gfloat *copy)
{
  for (guint i = 0; i < n_rows; i++)
    memcpy (copy + i * n, tensor + i * row, n * sizeof (gfloat));
  return n;
}

/* Visits the weights of a block: some inputs, their taps, each input, output channels. */
static inline __attribute__ ((always_inline)) void
visit (const Work *work, const gfloat *tensor, guint index, RunFunc func, gpointer data)
{
  const NnNode *node = work->node;
  const NnTileLayout *l = &work->packed->layout;
  const NnTileBlock *block = &work->packed->blocks[index];
  const guint in_group = node->in_channels / node->groups, out_group = node->out_channels / node->groups;
  const guint taps = node->kernel[0] * node->kernel[1], at_once = inputs_at_once (taps);
  const gsize halves = block->channels / 16, row = (gsize)in_group * taps;
  const gsize step = (l->products == 3 ? 2 : 1) * halves * NN_TILE_WEIGHTS;
  const guint block_end = MIN (block->first_channel + block->channels, node->out_channels);
  const guint first = l->merged ? 0 : (guint)block->first_input;
  const guint end_input = l->merged ? node->in_channels : first + l->segment_length;
  gfloat copy[32 * MAX_TAPS];
  Run run = { .lo = halves * NN_TILE_WEIGHTS };

  for (guint input = first, n; input < end_input; input += n) {
    const guint group = input / in_group, in = input % in_group;
    const guint begin = MAX (block->first_channel, group * out_group), end = MIN (block_end, (group + 1) * out_group);
    const gfloat *from = tensor + begin * row + (gsize)in * taps;

    n = MIN (MIN (at_once, in_group - in), end_input - input);
    if (begin >= end)
      continue; /* of another block */
    run.tensor_step = row;
    if (!work->tensor && (gsize)n * taps <= MAX_TAPS) {
      run.tensor_step = copy_rows (from, row, end - begin, (gsize)n * taps, copy);
      from = copy;
    }
    for (guint tap = 0; tap < taps; tap++) {
      const guint s = l->merged ? tap / node->kernel[1] : tap;
      const guint j = l->merged ? tap % node->kernel[1] * node->in_channels + input : input - first;

      for (guint i = 0; i < n; i++) {
        const guint d = (j + i) % NN_TILE_DEPTH;
        NnBf16 *tile = block->weights + ((gsize)s * l->chunks + (j + i) / NN_TILE_DEPTH) * step + d / 2 * 32;

        run.odd = d % 2;
        for (guint output = begin; output < end; output += run.n) {
          const guint c = output - block->first_channel;

          run.lane = c % LANES;
          run.n = MIN (LANES - run.lane, end - output);
          run.row = tile + c / LANES * NN_TILE_WEIGHTS;
          run.tensor = from + (output - begin) * run.tensor_step + (gsize)i * taps + tap;
          func (work, &run, &work->packed->rests[index], data);
          run.seen += run.n;
        }
      }
    }
  }
}

/* Four floats and their bits: the compiler's own vectors, which each machine has. */
typedef guint32 Bits __attribute__ ((vector_size (16)));
typedef gint32 Signed __attribute__ ((vector_size (16)));
typedef gfloat Floats __attribute__ ((vector_size (16)));

/* nn_bf16_from_float() of each; the results in the lower halves. */
static inline Bits
round_quad (Floats from)
{
  const Bits u = (Bits)from, nearest = (u + 0x7fff + (u >> 16 & 1)) >> 16;
  const Bits nan = (Bits)((Signed)(0x7f800000 - (u & 0x7fffffff)) >> 31);
  const Bits denormal = (Bits)((u & 0x7f800000) == 0);

  return (((nearest & ~nan) | ((u >> 16 | 0x40) & nan)) & ~denormal) | (u >> 16 & 0x8000);
}

/* nn_float_place() of each. */
static inline Bits
place_quad (Floats from)
{
  return (Bits)from ^ ((Bits)((Signed)from >> 31) & G_MAXINT32);
}

/* Adds 16-bit numbers to every other place of a part of a row of a tile, which has zeros there. */
static inline void
store_quad (NnBf16 *row, gboolean odd, Bits values)
{
  const guint shift = odd == (G_BYTE_ORDER == G_LITTLE_ENDIAN) ? 16 : 0;
  Bits pairs;

  memcpy (&pairs, row, sizeof pairs);
  pairs |= values << shift;
  memcpy (row, &pairs, sizeof pairs);
}

/* All lanes, with zeros where the run has none. */
static inline __attribute__ ((always_inline)) void
pack_run (const Work *work, const Run *run, NnTileRest *rest, gpointer data)
{
  const gboolean both = work->packed->layout.products == 3;
  const guint32 reach = both ? G_MAXINT8 : G_MAXINT16;
  GArray *exact = data;
  gfloat weight[LANES] = { 0 };
  guint32 distance[LANES], any[4];
  Bits far = { 0 };

  for (guint i = 0; i < run->n; i++)
    weight[run->lane + i] = run->tensor[i * run->tensor_step];
  for (guint q = 0; q < LANES; q += 4) {
    const Floats w = { weight[q], weight[q + 1], weight[q + 2], weight[q + 3] };
    const Bits hi = round_quad (w);
    Floats back = (Floats)(hi << 16);
    Bits d;

    store_quad (run->row + 2 * q, run->odd, hi);
    if (both) {
      const Bits lo = round_quad (w - back);

      store_quad (run->row + run->lo + 2 * q, run->odd, lo);
      back += (Floats)(lo << 16);
    }
    d = place_quad (w) - place_quad (back);
    far |= (d + reach) & ~(2 * reach + 1); /* not from −reach to reach + 1, or that */
    far |= (Bits)(d == reach + 1);
    memcpy (distance + q, &d, sizeof d);
  }
  if (!rest->rest)
    return;
  memcpy (any, &far, sizeof any);
  for (guint i = 0; (any[0] | any[1] | any[2] | any[3]) && i < LANES; i++) {
    if (distance[i] + reach <= 2 * reach)
      continue;
    distance[i] = ~reach;
    g_array_append_val (exact, weight[i]);
  }
  for (guint i = 0; i < run->n; i++) {
    if (both)
      ((gint8 *)rest->rest)[run->seen + i] = (gint8)distance[run->lane + i];
    else
      ((gint16 *)rest->rest)[run->seen + i] = (gint16)distance[run->lane + i];
  }
}

static void
pack_task (gpointer data, guint task, guint thread)
{
  const Work *work = data;
  const NnTileBlock *block = &work->packed->blocks[task];
  NnTileRest *rest = &work->packed->rests[task];
  GArray *exact = g_array_new (FALSE, FALSE, sizeof (gfloat));

  visit (work, work->weight, task, pack_run, exact);
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

/* Bytes of a block's rests, whole cache lines. */
static gsize
rest_size (const NnPackedTile *p, const NnNode *node, const NnTileBlock *block)
{
  return round_up (n_weights (node, block) * (p->layout.products == 3 ? sizeof (gint8) : sizeof (gint16)));
}

/* Gives the blocks their places. */
static gboolean
allocate (NnPackedTile *p, const NnNode *node)
{
  const NnTileLayout *l = &p->layout;
  const gsize a_step = (l->products == 3 ? 2 : 1) * NN_TILE_WEIGHTS * sizeof (NnBf16);
  gsize rests = 0;
  gchar *at, *rest;

  for (guint i = 0; i < l->n_blocks; i++) {
    const NnTileBlock *block = &p->blocks[i];
    gsize size;

    if (!nn_size_mul3 ((gsize)l->n_segments * l->chunks, block->channels / 16, a_step, &size)
        || !nn_size_add (p->size, size, &p->size)
        || !nn_size_add (p->size, round_up (block->channels * sizeof (gfloat)), &p->size))
      return FALSE;
    /* No overflow: so many bytes and more the tensor has. */
    rests += rest_size (p, node, block);
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
    rest += rest_size (p, node, block);
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
    p->size -= rest_size (p, node, &p->blocks[i]);
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

static inline __attribute__ ((always_inline)) void
unpack_run (const Work *work, const Run *run, NnTileRest *rest, gpointer data)
{
  const gboolean both = work->packed->layout.products == 3;
  const gfloat **exact = data;

  for (guint i = 0; i < run->n; i++) {
    const gint32 distance
        = both ? ((const gint8 *)rest->rest)[run->seen + i] : ((const gint16 *)rest->rest)[run->seen + i];
    const NnBf16 *at = run->row + 2 * (run->lane + i) + run->odd;
    const gfloat hi = nn_bf16_to_float (at[0]), back = both ? hi + nn_bf16_to_float (at[run->lo]) : hi;

    work->tensor[run->tensor - work->tensor + (gssize)(i * run->tensor_step)]
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

    visit (&work, tensor, i, unpack_run, &exact);
  }
}
