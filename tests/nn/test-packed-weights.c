/* gst-resnet: packed weights stand for the weights themselves, whatever these are
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <string.h>

#include "graph-reference.h"
#include "kernels/bf16.h"
#include "kernels/conv.h"
#include "kernels/winograd.h"
#include "plan/packed-bf16.h"
#include "plan/packed-weight.h"
#include "plan/packed-winograd.h"

/* Makes a weight from a number between −1 and 1 and from the weight's index in the layer. */
typedef gfloat (*Maker) (gfloat random, gsize i);

static gfloat
plain (gfloat random, gsize i)
{
  return random * 0.1f;
}

/* Three of four weights are pruned, and some of the zeros are negative. */
static gfloat
pruned (gfloat random, gsize i)
{
  return i % 4 ? (i % 8 == 1 ? -0.0f : 0.0f) : random;
}

/* The numbers have few digits, so that all are exact. */
static gfloat
coarse (gfloat random, gsize i)
{
  return (gfloat)(gint)(random * 8) / 8;
}

/* Some kernels are all zeros, and some consist of denormals. */
static gfloat
tiny (gfloat random, gsize i)
{
  return i / 9 % 3 == 0 ? random * 0x1p-130f : i / 9 % 3 == 1 ? 0 : random * 0x1p-120f;
}

/* One tap is far larger than the others of its kernel. */
static gfloat
dwarfed (gfloat random, gsize i)
{
  return i % 27 == 13 ? random * 1e6f : random * 1e-3f;
}

/* The weights have all magnitudes that there are. */
static gfloat
wild (gfloat random, gsize i)
{
  return ldexpf (random, (gint)(i * 37 % 240) - 120);
}

static gfloat
huge (gfloat random, gsize i)
{
  return random * G_MAXFLOAT;
}

/* These are the weights of a damaged model. */
static gfloat
not_finite (gfloat random, gsize i)
{
  return i % 50 == 7 ? NAN : i % 50 == 23 ? -INFINITY : random;
}

static const struct {
  const gchar *name;
  Maker maker;
  gboolean complete; /* whether the packed weight must be complete */
} kinds[] = {
  { "not-finite", not_finite, FALSE }, { "wild", wild, FALSE },    { "huge", huge, FALSE },    { "tiny", tiny, FALSE },
  { "dwarfed", dwarfed, FALSE },       { "pruned", pruned, TRUE }, { "coarse", coarse, TRUE }, { "plain", plain, TRUE },
};

/* Packs the weight in blocks like those of a level with vectors of 16 channels, or in blocks of 64 channels that also
 * take what is left. */
static NnPackedWeight *
pack (NnNode *node, NnWinogradTile tile, guint channels)
{
  const guint padded = (node->out_channels + NN_CHANNEL_BLOCK - 1) / NN_CHANNEL_BLOCK * NN_CHANNEL_BLOCK;
  NnPackedLayout layout
      = { &nn_packed_winograd[tile], NN_PACKED_FREQUENCIES, nn_winograd_frequencies (tile), node->in_channels, 0 };
  NnPackedBlock *blocks = g_new0 (NnPackedBlock, padded / NN_CHANNEL_BLOCK);
  guint n = 0;

  for (guint c = 0; c < padded; c += blocks[n++].channels) {
    blocks[n].first_channel = c;
    blocks[n].channels = MIN (channels, padded - c);
  }
  layout.n_blocks = n;
  return nn_packed_weight_new (node, g_bytes_get_data (node->weight, NULL), &layout, blocks, NULL);
}

static void
test_unpack (gconstpointer data)
{
  const guint kind = GPOINTER_TO_UINT (data);
  static const guint sizes[][2] = { { 64, 64 }, { 70, 16 }, { 5, 33 }, { 130, 48 } };

  for (guint s = 0; s < G_N_ELEMENTS (sizes) * 4; s++) {
    const guint out = sizes[s / 4][0], in = sizes[s / 4][1];
    const gsize n = (gsize)9 * out * in;
    g_autoptr (NnGraph) graph = nn_graph_new ();
    const guint first = test_add_input (graph, in);
    NnNode *node = nn_graph_node (graph, test_add_conv (graph, "conv", first, out, 3, 1, 1, TRUE));
    g_autofree gfloat *weight = g_memdup2 (g_bytes_get_data (node->weight, NULL), n * sizeof (gfloat));
    g_autofree gfloat *got = g_new0 (gfloat, n);
    NnPackedWeight *packed;

    for (gsize i = 0; i < n; i++)
      weight[i] = kinds[kind].maker (weight[i], i);
    g_bytes_unref (node->weight);
    node->weight = g_bytes_new (weight, n * sizeof (gfloat));
    packed = pack (node, s % 2, s % 4 < 2 ? 16 : 64);
    g_assert_nonnull (packed);
    if (kinds[kind].complete)
      g_assert_true (packed->complete);
    /* What is kept besides takes a third of a float at most. The rest of a block that is not full counts, too. */
    g_assert_cmpuint (packed->size, <=,
                      (nn_winograd_frequencies (s % 2) * 4 + 9) * (gsize)in * (out + 15) + n * 4 / 3 + (out + 64) * 4);
    if (packed->complete) {
      nn_packed_weight_unpack (packed, node, got);
      g_assert_cmpmem (got, n * sizeof (gfloat), weight, n * sizeof (gfloat));
    }
    nn_packed_weight_unref (packed);
  }
}

/* Ordinary weights cost a byte each, and a few are kept as they are. */
static void
test_size (void)
{
  g_autoptr (NnGraph) graph = nn_graph_new ();
  const guint first = test_add_input (graph, 128);
  NnNode *node = nn_graph_node (graph, test_add_conv (graph, "conv", first, 128, 3, 1, 1, TRUE));
  const gsize n = (gsize)9 * 128 * 128;

  for (guint tile = 0; tile < NN_WINOGRAD_N_TILES; tile++) {
    NnPackedWeight *packed = pack (node, tile, 16);
    const gsize rest = packed->size - (gsize)nn_winograd_frequencies (tile) * 128 * 128 * 4 - 128 * 4;

    g_test_message ("%.3f bytes a weight", (gdouble)rest / (gdouble)n);
    g_assert_cmpuint (rest, <=, n * 3 / 2);
    nn_packed_weight_unref (packed);
  }
}

/* Packs the weight as plan-bf16.c cuts it: a segment is a row of the kernel or a tap. @width: the channels of a block,
 * 16 for tiles and 32 for vectors */
static NnPackedWeight *
pack_tile (NnNode *node, const NnPackedForm *form, guint width)
{
  const guint padded = (node->out_channels + 15) / 16 * 16;
  const guint in_group = node->in_channels / node->groups, out_group = node->out_channels / node->groups;
  const gboolean merged = node->groups == 1 && node->in_channels % NN_BF16_DEPTH != 0;
  NnPackedLayout layout
      = { form, merged ? NN_PACKED_ROWS : NN_PACKED_TAPS, node->kernel[0] * (merged ? 1 : node->kernel[1]),
          merged ? node->kernel[1] * node->in_channels : 0, (padded + width - 1) / width };
  NnPackedBlock *blocks = g_new0 (NnPackedBlock, layout.n_blocks);

  for (guint i = 0; i < layout.n_blocks; i++) {
    const guint last = MIN (width * i + width, node->out_channels) - 1;

    blocks[i].first_channel = width * i;
    blocks[i].channels = MIN (width, padded - width * i);
    if (!merged)
      layout.segment_length = MAX (layout.segment_length, (last / out_group - width * i / out_group + 1) * in_group);
  }
  for (guint i = 0; !merged && i < layout.n_blocks; i++)
    blocks[i].first_input = MIN (width * i / out_group * in_group, node->in_channels - layout.segment_length);
  return nn_packed_weight_new (node, g_bytes_get_data (node->weight, NULL), &layout, blocks, NULL);
}

static void
test_unpack_tile (gconstpointer data)
{
  const guint kind = GPOINTER_TO_UINT (data);
  static const struct {
    guint out, in, kernel, groups;
  } layers[]
      = { { 64, 64, 3, 1 }, { 70, 3, 7, 1 }, { 5, 33, 1, 1 }, { 130, 48, 1, 1 }, { 64, 64, 3, 16 }, { 40, 20, 3, 5 } };

  for (guint l = 0; l < G_N_ELEMENTS (layers); l++) {
    g_autoptr (NnGraph) graph = nn_graph_new ();
    const guint first = test_add_input (graph, layers[l].in);
    NnNode *node = nn_graph_node (
        graph, test_add_conv (graph, "conv", first, layers[l].out, layers[l].kernel, 1, layers[l].groups, TRUE));
    const gsize n = g_bytes_get_size (node->weight) / sizeof (gfloat);
    g_autofree gfloat *weight = g_memdup2 (g_bytes_get_data (node->weight, NULL), n * sizeof (gfloat));

    for (gsize i = 0; i < n; i++)
      weight[i] = kinds[kind].maker (weight[i], i);
    g_bytes_unref (node->weight);
    node->weight = g_bytes_new (weight, n * sizeof (gfloat));
    for (guint f = 0; f < 2; f++) {
      const NnPackedForm *form = f == 0 ? &nn_packed_high : &nn_packed_medium;
      g_autofree gfloat *got = g_new0 (gfloat, n);
      NnPackedWeight *packed = pack_tile (node, form, (l + kind) % 2 ? 16 : 32);

      g_assert_nonnull (packed);
      if (kinds[kind].complete)
        g_assert_true (packed->complete);
      if (packed->complete) {
        nn_packed_weight_unpack (packed, node, got);
        g_assert_cmpmem (got, n * sizeof (gfloat), weight, n * sizeof (gfloat));
      } else {
        g_assert_null (packed->blocks[0].rest);
      }
      nn_packed_weight_unref (packed);
    }
  }
}

/* Each weight is in its place, hi and lo give it to 16 bits, and everything else is zero. */
static void
test_tile_places (gconstpointer data)
{
  const guint width = GPOINTER_TO_UINT (data);
  g_autoptr (NnGraph) graph = nn_graph_new ();
  const guint first = test_add_input (graph, 33);
  NnNode *node = nn_graph_node (graph, test_add_conv (graph, "conv", first, 50, 3, 1, 1, TRUE));
  const gfloat *weight = g_bytes_get_data (node->weight, NULL), *bias = g_bytes_get_data (node->bias, NULL);
  NnPackedWeight *packed = pack_tile (node, &nn_packed_high, width);
  const guint chunks = (packed->layout.segment_length + NN_BF16_DEPTH - 1) / NN_BF16_DEPTH;
  gsize n = 0;

  for (guint output = 0; output < 50; output++) {
    const NnPackedBlock *block = &packed->blocks[output / width];
    const guint halves = block->channels / 16, c = output % width;
    const NnBf16 *weights = block->weights;

    g_assert_cmpfloat (block->bias[c], ==, bias[output]);
    for (guint input = 0; input < 33; input++) {
      for (guint tap = 0; tap < 9; tap++) {
        const guint j = tap % 3 * 33 + input, step = j / NN_BF16_DEPTH * packed->layout.n_segments + tap / 3;
        const guint d = j % NN_BF16_DEPTH;
        const NnBf16 *at
            = weights + ((gsize)step * 2 * halves + c / 16) * NN_BF16_WEIGHTS + d / 2 * 32 + c % 16 * 2 + d % 2;
        const gfloat hi = nn_bf16_to_float (at[0]), lo = nn_bf16_to_float (at[halves * NN_BF16_WEIGHTS]);
        const gfloat value = weight[((gsize)output * 33 + input) * 9 + tap];

        g_assert_cmpfloat (hi, ==, nn_bf16_to_float (nn_bf16_from_float (value)));
        g_assert_cmpfloat_with_epsilon (hi + lo, value, ABS (value) * 0x1p-16f);
      }
    }
  }
  for (guint i = 0; i < packed->layout.n_blocks; i++) {
    const NnPackedBlock *block = &packed->blocks[i];
    const gsize elements = (gsize)packed->layout.n_segments * chunks * 2 * (block->channels / 16) * NN_BF16_WEIGHTS;

    for (gsize e = 0; e < elements; e++)
      n += ((const NnBf16 *)block->weights)[e] != 0;
  }
  /* Only a few of the random weights are so round that they need no lo. */
  g_assert_cmpuint (n, <=, 2 * 50 * 33 * 9);
  g_assert_cmpuint (n, >=, 2 * 50 * 33 * 9 * 99 / 100);
  nn_packed_weight_unref (packed);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++) {
    g_autofree gchar *path = g_strdup_printf ("/packed-weights/%s", kinds[i].name);

    g_autofree gchar *tile_path = g_strdup_printf ("/packed-weights/tile/%s", kinds[i].name);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_unpack);
    g_test_add_data_func (tile_path, GUINT_TO_POINTER (i), test_unpack_tile);
  }
  g_test_add_func ("/packed-weights/size", test_size);
  g_test_add_data_func ("/packed-weights/tile-places/16", GUINT_TO_POINTER (16), test_tile_places);
  g_test_add_data_func ("/packed-weights/tile-places/32", GUINT_TO_POINTER (32), test_tile_places);
  return g_test_run ();
}
