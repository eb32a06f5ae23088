/* gst-resnet: a convolution's weights, packed for matrix tiles
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plan/packed-bf16.h"

#include "kernels/bf16.h"
#include "plan/float-place.h"

#define LANES 16
/* The copy of this many taps of 32 output channels takes 18 KB, which is less than a first-level cache. */
#define MAX_TAPS 144

/* @tensor: where the weights go when they are unpacked; NULL when they are packed */
typedef struct {
  const NnPackedWeight *packed;
  const NnNode *node;
  const NnPackedBlock *block;
  gfloat *tensor;
} Work;

/* A run is up to LANES weights that lie side by side in a tile: one tap of one input for some output channels of a
 * block.
 * @row: the row of the tile of hi where they lie in every other place from the @lane-th on; @odd: they lie in the odd
 * places; @lo: the distance from there to the same row of lo
 * @tensor: the first weight in the tensor, @tensor_step: from it to the next; @seen: how many weights of the block came
 * before */
typedef struct {
  NnBf16 *row;
  gsize lo, tensor_step, seen;
  const gfloat *tensor;
  guint lane, n;
  gboolean odd;
} Run;

typedef void (*RunFunc) (const Work *work, const Run *run, gpointer data);

/* Returns how many inputs are visited together, since their taps lie side by side in the tensor. */
static guint
inputs_at_once (gsize taps)
{
  return (guint)MAX (MAX_TAPS / taps, 1);
}

/* Copies some inputs of a block's output channels. Their rows in the tensor are often a power of two apart, and so in
 * each other's way in a cache. Returns the step from one channel to the next in the copy. */
static gsize
copy_rows (const gfloat *tensor, gsize row, guint n_rows, gsize n, gfloat *copy)
{
  for (guint i = 0; i < n_rows; i++)
    memcpy (copy + i * n, tensor + i * row, n * sizeof (gfloat));
  return n;
}

/* Visits the weights of a block: some inputs, then their taps, then each of these inputs, then the output channels. The
 * first steps of all segments lie first, then all the second ones, so that taps that meet the same inputs follow each
 * other. */
static inline __attribute__ ((always_inline)) void
visit (const Work *work, const gfloat *tensor, RunFunc func, gpointer data)
{
  const NnNode *node = work->node;
  const NnPackedLayout *l = &work->packed->layout;
  const NnPackedBlock *block = work->block;
  const gboolean merged = l->segment == NN_PACKED_ROWS;
  const guint in_group = node->in_channels / node->groups, out_group = node->out_channels / node->groups;
  const guint taps = node->kernel[0] * node->kernel[1], at_once = inputs_at_once (taps);
  const gsize halves = block->channels / 16, row = (gsize)in_group * taps;
  const gsize step = (l->form == &nn_packed_high ? 2 : 1) * halves * NN_BF16_WEIGHTS;
  const guint block_end = MIN (block->first_channel + block->channels, node->out_channels);
  const guint first = merged ? 0 : block->first_input;
  const guint end_input = merged ? node->in_channels : first + l->segment_length;
  gfloat copy[32 * MAX_TAPS];
  Run run = { .lo = halves * NN_BF16_WEIGHTS };

  for (guint input = first, n; input < end_input; input += n) {
    const guint group = input / in_group, in = input % in_group;
    const guint begin = MAX (block->first_channel, group * out_group), end = MIN (block_end, (group + 1) * out_group);
    const gfloat *from = tensor + begin * row + (gsize)in * taps;

    n = MIN (MIN (at_once, in_group - in), end_input - input);
    if (begin >= end)
      continue; /* these output channels belong to another block */
    run.tensor_step = row;
    if (!work->tensor && (gsize)n * taps <= MAX_TAPS) {
      run.tensor_step = copy_rows (from, row, end - begin, (gsize)n * taps, copy);
      from = copy;
    }
    for (guint tap = 0; tap < taps; tap++) {
      const guint s = merged ? tap / node->kernel[1] : tap;
      const guint j = merged ? tap % node->kernel[1] * node->in_channels + input : input - first;

      for (guint i = 0; i < n; i++) {
        const guint d = (j + i) % NN_BF16_DEPTH;
        NnBf16 *tile
            = (NnBf16 *)block->weights + ((gsize)(j + i) / NN_BF16_DEPTH * l->n_segments + s) * step + d / 2 * 32;

        run.odd = d % 2;
        for (guint output = begin; output < end; output += run.n) {
          const guint c = output - block->first_channel;

          run.lane = c % LANES;
          run.n = MIN (LANES - run.lane, end - output);
          run.row = tile + c / LANES * NN_BF16_WEIGHTS;
          run.tensor = from + (output - begin) * run.tensor_step + (gsize)i * taps + tap;
          func (work, &run, data);
          run.seen += run.n;
        }
      }
    }
  }
}

/* These are four floats and their bits in the compiler's own vectors, which each machine has. */
typedef guint32 Bits __attribute__ ((vector_size (16)));
typedef gint32 Signed __attribute__ ((vector_size (16)));
typedef gfloat Floats __attribute__ ((vector_size (16)));

/* Does what nn_bf16_from_float() does to each of four floats; the results are in the lower halves. */
static inline Bits
round_quad (Floats from)
{
  const Bits u = (Bits)from, nearest = (u + 0x7fff + (u >> 16 & 1)) >> 16;
  const Bits nan = (Bits)((Signed)(0x7f800000 - (u & 0x7fffffff)) >> 31);
  const Bits denormal = (Bits)((u & 0x7f800000) == 0);

  return (((nearest & ~nan) | ((u >> 16 | 0x40) & nan)) & ~denormal) | (u >> 16 & 0x8000);
}

/* Does what nn_float_place() does to each of four floats. */
static inline Bits
place_quad (Floats from)
{
  return (Bits)from ^ ((Bits)((Signed)from >> 31) & G_MAXINT32);
}

/* Writes 16-bit numbers to every other place of a part of a row of a tile, which has zeros there. */
static inline void
store_quad (NnBf16 *row, gboolean odd, Bits values)
{
  const guint shift = odd == (G_BYTE_ORDER == G_LITTLE_ENDIAN) ? 16 : 0;
  Bits pairs;

  memcpy (&pairs, row, sizeof pairs);
  pairs |= values << shift;
  memcpy (row, &pairs, sizeof pairs);
}

/* Packs all lanes of a row of a tile, with zeros where the run has no weight. */
static inline __attribute__ ((always_inline)) void
pack_run (const Work *work, const Run *run, gpointer data)
{
  const gboolean both = work->packed->layout.form == &nn_packed_high;
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
    far |= (d + reach) & ~(2 * reach + 1); /* the distance is not from −reach to reach + 1 */
    far |= (Bits)(d == reach + 1);
    memcpy (distance + q, &d, sizeof d);
  }
  memcpy (any, &far, sizeof any);
  for (guint i = 0; (any[0] | any[1] | any[2] | any[3]) && i < LANES; i++) {
    if (distance[i] + reach <= 2 * reach)
      continue;
    distance[i] = ~reach;
    g_array_append_val (exact, weight[i]);
  }
  for (guint i = 0; i < run->n; i++) {
    if (both)
      ((gint8 *)work->block->rest)[run->seen + i] = (gint8)distance[run->lane + i];
    else
      ((gint16 *)work->block->rest)[run->seen + i] = (gint16)distance[run->lane + i];
  }
}

static void
bf16_pack (const NnPackedWeight *packed, const NnNode *node, const gfloat *weight, const NnPackedBlock *block,
           GArray *exact)
{
  const Work work = { .packed = packed, .node = node, .block = block };

  visit (&work, weight, pack_run, exact);
}

static inline __attribute__ ((always_inline)) void
unpack_run (const Work *work, const Run *run, gpointer data)
{
  const gboolean both = work->packed->layout.form == &nn_packed_high;
  const gfloat **exact = data;

  for (guint i = 0; i < run->n; i++) {
    const gint32 distance
        = both ? ((const gint8 *)work->block->rest)[run->seen + i] : ((const gint16 *)work->block->rest)[run->seen + i];
    const NnBf16 *at = run->row + 2 * (run->lane + i) + run->odd;
    const gfloat hi = nn_bf16_to_float (at[0]), back = both ? hi + nn_bf16_to_float (at[run->lo]) : hi;

    work->tensor[run->tensor - work->tensor + (gssize)(i * run->tensor_step)]
        = distance == (both ? G_MININT8 : G_MININT16) ? *(*exact)++
                                                      : nn_float_at_place (nn_float_place (back) + (guint32)distance);
  }
}

static void
bf16_unpack (const NnPackedWeight *packed, const NnNode *node, const NnPackedBlock *block, gfloat *tensor)
{
  const Work work = { packed, node, block, tensor };
  const gfloat *exact = block->exact;

  visit (&work, tensor, unpack_run, &exact);
}

const NnPackedForm nn_packed_high = {
  .multiple = NN_BF16_DEPTH,
  .packed = 2 * sizeof (NnBf16),
  .rest = sizeof (gint8),
  .pack = bf16_pack,
  .unpack = bf16_unpack,
};

const NnPackedForm nn_packed_medium = {
  .multiple = NN_BF16_DEPTH,
  .packed = sizeof (NnBf16),
  .rest = sizeof (gint16),
  .pack = bf16_pack,
  .unpack = bf16_unpack,
};
