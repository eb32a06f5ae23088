/* gst-resnet: a convolution's weights, transformed for Winograd's algorithm
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "graph/packed-winograd.h"

#include <string.h>

#include "base/nn-memory.h"
#include "graph/float-place.h"
#include "graph/node-weight.h"
#include "kernels/conv.h"

#define LANES NN_WINOGRAD_LANES
/* Inputs that are transformed, then compared with what comes back, while they are in a cache. */
#define INPUTS 16
/* A rest that stands for a weight in exact. */
#define FAR G_MININT8
/* More weights than one in so many that are kept as they are: then the tensor itself is kept. */
#define MAX_EXACT 3

/* A tile's error is about float32's epsilon times the sum over the channels of (largest tap · largest input); where all
 * inputs are alike the output is the sum of all taps. The first may exceed the largest of the second so many times: in
 * trained and in random networks it was 0.4 to 11 times. */
#define MAX_CANCELLATION 50.
/* So may a layer's largest tap exceed the mean of all taps' magnitudes; 2.5 to 20 times elsewhere. */
#define MAX_OUTLIER 300.

/* What is seen of some output channels. */
typedef struct {
  gdouble error, scale, magnitudes;
  gfloat tap;
} Look;

static Look
look_at (const gfloat *weight, guint out_channels, guint in_channels)
{
  Look look = { 0 };

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
      look.magnitudes += (gdouble)sizes;
      look.tap = MAX (look.tap, largest);
    }
    look.error = MAX (look.error, most);
    look.scale = MAX (look.scale, ABS (all));
  }
  return look;
}

static void
add_look (Look *all, const Look *one)
{
  all->error = MAX (all->error, one->error);
  all->scale = MAX (all->scale, one->scale);
  all->magnitudes += one->magnitudes;
  all->tap = MAX (all->tap, one->tap);
}

static gboolean
is_suspect (const Look *look, guint out_channels, guint in_channels)
{
  const gdouble n = 9. * out_channels * in_channels;

  return look->error > MAX_CANCELLATION * look->scale || (gdouble)look->tap * n > MAX_OUTLIER * look->magnitudes;
}

gboolean
nn_packed_winograd_is_suspect (const gfloat *weight, guint out_channels, guint in_channels)
{
  const Look look = look_at (weight, out_channels, in_channels);

  return is_suspect (&look, out_channels, in_channels);
}

typedef struct {
  const NnPackedWinograd *packed;
  const NnNode *node;
  const gfloat *weight, *bias;
  NnWinogradInverse inverse;
  Look *looks; /* one a block */
} Packing;

/* What is lost of the same tap of some kernels, lanes of @rest. */
static void
keep_tap (const gfloat *weight, const gfloat *back, gint8 *rest, GArray *exact)
{
  guint32 distance[LANES], far = 0;

  for (guint l = 0; l < LANES; l++) {
    distance[l] = nn_float_place (weight[l]) - nn_float_place (back[l]);
    far |= (distance[l] + 127) & ~(guint32)255; /* not −127 to 128 */
    far |= distance[l] == 128;
  }
  for (guint l = 0; l < LANES; l++)
    rest[l] = (gint8)distance[l];
  for (guint l = 0; far && l < LANES; l++) {
    if (distance[l] + 127 <= 254)
      continue;
    rest[l] = FAR;
    g_array_append_val (exact, weight[l]);
  }
}

/* Inputs @first_in to @end_in of a block. */
static void
keep_rest (const Packing *p, NnWinogradBlock *block, guint first_in, guint end_in, GArray *exact)
{
  const guint in_channels = p->node->in_channels, out_channels = p->node->out_channels;

  for (guint in = first_in; in < end_in; in++) {
    for (guint c = 0; c < block->channels; c += LANES) {
      gfloat back[9][LANES], weight[9][LANES] = { { 0 } };

      for (guint l = 0; l < LANES && block->first_channel + c + l < out_channels; l++) {
        const gfloat *w = p->weight + ((gsize)(block->first_channel + c + l) * in_channels + in) * 9;

        for (guint tap = 0; tap < 9; tap++)
          weight[tap][l] = w[tap];
      }
      nn_winograd_unpack (&p->inverse, block->weights, in_channels, block->channels, in, c, back);
      for (guint tap = 0; tap < 9; tap++)
        keep_tap (weight[tap], back[tap], block->rest + ((gsize)in * 9 + tap) * block->channels + c, exact);
    }
  }
}

static void
pack_task (gpointer data, guint task, guint thread)
{
  const Packing *p = data;
  const NnNode *node = p->node;
  NnWinogradBlock *block = &p->packed->blocks[task];
  const guint end = MIN (block->channels, node->out_channels - MIN (block->first_channel, node->out_channels));
  GArray *exact = g_array_new (FALSE, FALSE, sizeof (gfloat));

  for (guint in = 0; in < node->in_channels; in += INPUTS) {
    const guint n = MIN (INPUTS, node->in_channels - in);

    nn_winograd_pack (p->packed->tile, p->weight, node->out_channels, node->in_channels, block->first_channel,
                      block->channels, in, n, block->weights);
    if (block->rest)
      keep_rest (p, block, in, in + n, exact);
  }
  block->n_exact = exact->len;
  block->exact = g_memdup2 (exact->data, exact->len * sizeof (gfloat));
  g_array_unref (exact);
  p->looks[task] = look_at (p->weight + (gsize)block->first_channel * node->in_channels * 9, end, node->in_channels);
  for (guint c = 0; p->bias && c < end; c++)
    block->bias[c] = p->bias[block->first_channel + c];
}

/* Gives the blocks their places. */
static gboolean
allocate (NnPackedWinograd *p, const NnNode *node)
{
  const guint frequencies = nn_winograd_frequencies (p->tile);
  gsize floats = 0, rests = 0;
  gfloat *at;
  gint8 *rest;

  for (guint i = 0; i < p->n_blocks; i++) {
    gsize one, bytes;

    /* A block's weights and bias are whole cache lines. */
    if (!nn_size_mul3 (frequencies, node->in_channels, p->blocks[i].channels, &one)
        || !nn_size_add (floats, one + p->blocks[i].channels, &floats)
        || !nn_size_mul3 (9, node->in_channels, p->blocks[i].channels, &bytes) || !nn_size_add (rests, bytes, &rests))
      return FALSE;
  }
  if (!nn_size_mul (floats, sizeof (gfloat), &p->size))
    return FALSE;
  p->memory = at = nn_aligned_alloc0 (p->size);
  p->rests = rest = nn_aligned_alloc0 (rests);
  if (!p->memory || !p->rests)
    return FALSE;
  p->size += rests;
  for (guint i = 0; i < p->n_blocks; i++) {
    NnWinogradBlock *block = &p->blocks[i];

    block->weights = at;
    block->bias = at + (gsize)frequencies * node->in_channels * block->channels;
    at = block->bias + block->channels;
    block->rest = rest;
    rest += (gsize)9 * node->in_channels * block->channels;
  }
  return TRUE;
}

/* Weights that are mostly far away (of few digits, say) are better kept as they are. */
static void
finish_rests (NnPackedWinograd *p, const NnNode *node)
{
  gsize exact = 0, all = 9 * (gsize)node->in_channels * node->out_channels;

  for (guint i = 0; i < p->n_blocks; i++)
    exact += p->blocks[i].n_exact;
  p->complete = exact <= all / MAX_EXACT;
  if (p->complete) {
    p->size += exact * sizeof (gfloat);
    return;
  }
  for (guint i = 0; i < p->n_blocks; i++) {
    p->size -= (gsize)9 * node->in_channels * p->blocks[i].channels;
    p->blocks[i].rest = NULL;
    g_clear_pointer (&p->blocks[i].exact, g_free);
  }
  nn_aligned_free (p->rests);
  p->rests = NULL;
}

NnPackedWinograd *
nn_packed_winograd_new (const NnNode *node, NnWinogradTile tile, guint n_blocks, NnWinogradBlock *blocks,
                        NnPool *workers)
{
  NnPackedWinograd *p = g_new0 (NnPackedWinograd, 1);
  g_autoptr (GBytes) weight = nn_node_get_weight (node);
  g_autofree Look *looks = g_new0 (Look, n_blocks);
  Look look = { 0 };
  Packing packing;

  p->ref_count = 1;
  p->tile = tile;
  p->n_blocks = n_blocks;
  p->blocks = blocks;
  if (!weight || !allocate (p, node)) {
    nn_packed_winograd_unref (p);
    return NULL;
  }
  packing = (Packing){ .packed = p,
                       .node = node,
                       .weight = g_bytes_get_data (weight, NULL),
                       .bias = node->bias ? g_bytes_get_data (node->bias, NULL) : NULL,
                       .looks = looks };
  nn_winograd_inverse (tile, &packing.inverse);
  nn_pool_run (workers, pack_task, &packing, n_blocks);
  for (guint i = 0; i < n_blocks; i++)
    add_look (&look, &looks[i]);
  p->suspect = is_suspect (&look, node->out_channels, node->in_channels);
  finish_rests (p, node);
  return p;
}

NnPackedWinograd *
nn_packed_winograd_ref (NnPackedWinograd *packed)
{
  g_atomic_int_inc (&packed->ref_count);
  return packed;
}

void
nn_packed_winograd_unref (NnPackedWinograd *packed)
{
  if (!g_atomic_int_dec_and_test (&packed->ref_count))
    return;
  for (guint i = 0; i < packed->n_blocks; i++)
    g_free (packed->blocks[i].exact);
  nn_aligned_free (packed->memory);
  nn_aligned_free (packed->rests);
  g_free (packed->blocks);
  g_free (packed);
}

gboolean
nn_packed_winograd_is_like (const NnPackedWinograd *packed, guint n_blocks, const NnWinogradBlock *blocks)
{
  if (packed->n_blocks != n_blocks)
    return FALSE;
  for (guint i = 0; i < n_blocks; i++) {
    if (packed->blocks[i].first_channel != blocks[i].first_channel || packed->blocks[i].channels != blocks[i].channels)
      return FALSE;
  }
  return TRUE;
}

void
nn_packed_winograd_unpack (const NnPackedWinograd *packed, const NnNode *node, gfloat *tensor)
{
  const guint in_channels = node->in_channels;
  NnWinogradInverse inverse;

  g_return_if_fail (packed->complete);
  nn_winograd_inverse (packed->tile, &inverse);
  for (guint i = 0; i < packed->n_blocks; i++) {
    const NnWinogradBlock *block = &packed->blocks[i];
    const gfloat *exact = block->exact;

    for (guint in = 0; in < in_channels; in++) {
      for (guint c = 0; c < block->channels; c += LANES) {
        gfloat back[9][LANES];

        nn_winograd_unpack (&inverse, block->weights, in_channels, block->channels, in, c, back);
        for (guint tap = 0; tap < 9; tap++) {
          const gint8 *rest = block->rest + ((gsize)in * 9 + tap) * block->channels + c;

          for (guint l = 0; l < LANES && block->first_channel + c + l < node->out_channels; l++)
            tensor[((gsize)(block->first_channel + c + l) * in_channels + in) * 9 + tap]
                = rest[l] == FAR ? *exact++ : nn_float_at_place (nn_float_place (back[tap][l]) + (guint32)rest[l]);
        }
      }
    }
  }
}
