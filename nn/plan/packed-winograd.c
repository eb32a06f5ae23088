/* gst-resnet: a convolution's weights, transformed for Winograd's algorithm
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plan/packed-winograd.h"

#include "plan/float-place.h"
#include "plan/packed-conv.h"

#define LANES NN_WINOGRAD_LANES
/* This many inputs are transformed and then compared with what comes back while they are still in a cache. */
#define INPUTS 16
/* This value of a rest says that the weight itself is in the block's exact weights. */
#define FAR G_MININT8

/* A tile's error is about float32's epsilon times the sum over the channels of (largest tap · largest input). Where all
 * inputs are alike, the output is the sum of all taps. The first sum may be at most this many times the largest of the
 * second ones; in trained and in random networks it was 0.4 to 11 times as large. */
#define MAX_CANCELLATION 50.
/* A layer's largest tap may be at most this many times the mean magnitude of all taps; in other networks it was 2.5 to
 * 20 times as large. */
#define MAX_OUTLIER 300.

/* A task looks at this many output channels. */
#define LOOK_CHANNELS 16

/* This is what nn_winograd_is_suspect() sees of some output channels.
 * @error: the largest sum over an output channel's inputs of the largest tap; @scale: the largest sum of all taps of an
 * output channel
 * @magnitudes: the sum of the magnitudes of all taps; @tap: the largest magnitude of a tap */
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

typedef struct {
  const gfloat *weight;
  guint out_channels, in_channels;
  Look *looks; /* one for each task */
} Looking;

static void
look_task (gpointer data, guint task, guint thread)
{
  const Looking *l = data;
  const guint first = task * LOOK_CHANNELS, n = MIN (LOOK_CHANNELS, l->out_channels - first);

  l->looks[task] = look_at (l->weight + (gsize)first * l->in_channels * 9, n, l->in_channels);
}

gboolean
nn_winograd_is_suspect (const gfloat *weight, guint out_channels, guint in_channels, NnWorkers *workers)
{
  const guint n_tasks = (out_channels + LOOK_CHANNELS - 1) / LOOK_CHANNELS;
  const gdouble n = 9. * out_channels * in_channels;
  g_autofree Look *looks = g_new (Look, n_tasks);
  Looking looking = { weight, out_channels, in_channels, looks };
  Look all = { 0 };

  nn_workers_run (workers, look_task, &looking, n_tasks);
  for (guint i = 0; i < n_tasks; i++) {
    all.error = MAX (all.error, looks[i].error);
    all.scale = MAX (all.scale, looks[i].scale);
    all.magnitudes += looks[i].magnitudes;
    all.tap = MAX (all.tap, looks[i].tap);
  }
  return all.error > MAX_CANCELLATION * all.scale || (gdouble)all.tap * n > MAX_OUTLIER * all.magnitudes;
}

static NnWinogradTile
tile_of (const NnPackedWeight *packed)
{
  return packed->layout.form == &nn_packed_winograd[NN_WINOGRAD_F2] ? NN_WINOGRAD_F2 : NN_WINOGRAD_F4;
}

/* Keeps what is lost of the same tap of LANES kernels in as many numbers of @rest. */
static void
keep_tap (const gfloat *weight, const gfloat *back, gint8 *rest, GArray *exact)
{
  guint32 distance[LANES], far = 0;

  for (guint l = 0; l < LANES; l++) {
    distance[l] = nn_float_place (weight[l]) - nn_float_place (back[l]);
    far |= (distance[l] + 127) & ~(guint32)255; /* the distance is not from −127 to 128 */
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

/* Keeps what is lost of the inputs from @first_in to before @end_in of a block. */
static void
keep_rest (const NnNode *node, const NnWinogradInverse *inverse, const gfloat *weights, const NnPackedBlock *block,
           guint first_in, guint end_in, GArray *exact)
{
  const guint in_channels = node->in_channels;
  gint8 *rest = (gint8 *)block->rest + (gsize)first_in * 9 * block->channels;

  for (guint in = first_in; in < end_in; in++, rest += 9 * block->channels) {
    for (guint c = 0; c < block->channels; c += LANES) {
      gfloat back[9][LANES], weight[9][LANES] = { { 0 } };

      for (guint l = 0; l < LANES && block->first_channel + c + l < node->out_channels; l++) {
        const gfloat *w = weights + ((gsize)(block->first_channel + c + l) * in_channels + in) * 9;

        for (guint tap = 0; tap < 9; tap++)
          weight[tap][l] = w[tap];
      }
      nn_winograd_unpack (inverse, block->weights, in_channels, block->channels, in, c, back);
      for (guint tap = 0; tap < 9; tap++)
        keep_tap (weight[tap], back[tap], rest + tap * block->channels + c, exact);
    }
  }
}

static void
winograd_pack (const NnPackedWeight *packed, const NnNode *node, const gfloat *weight, const NnPackedBlock *block,
               GArray *exact)
{
  NnWinogradInverse inverse;

  nn_winograd_inverse (tile_of (packed), &inverse);
  for (guint in = 0; in < node->in_channels; in += INPUTS) {
    const guint n = MIN (INPUTS, node->in_channels - in);

    nn_winograd_pack (tile_of (packed), weight, node->out_channels, node->in_channels, block->first_channel,
                      block->channels, in, n, block->weights);
    keep_rest (node, &inverse, weight, block, in, in + n, exact);
  }
}

static void
winograd_unpack (const NnPackedWeight *packed, const NnNode *node, const NnPackedBlock *block, gfloat *tensor)
{
  const guint in_channels = node->in_channels;
  const gint8 *rest = block->rest;
  const gfloat *exact = block->exact;
  NnWinogradInverse inverse;

  nn_winograd_inverse (tile_of (packed), &inverse);
  for (guint in = 0; in < in_channels; in++, rest += 9 * block->channels) {
    for (guint c = 0; c < block->channels; c += LANES) {
      gfloat back[9][LANES];

      nn_winograd_unpack (&inverse, block->weights, in_channels, block->channels, in, c, back);
      for (guint tap = 0; tap < 9; tap++) {
        const gint8 *r = rest + tap * block->channels + c;

        for (guint l = 0; l < LANES && block->first_channel + c + l < node->out_channels; l++)
          tensor[((gsize)(block->first_channel + c + l) * in_channels + in) * 9 + tap]
              = r[l] == FAR ? *exact++ : nn_float_at_place (nn_float_place (back[tap][l]) + (guint32)r[l]);
      }
    }
  }
}

#define FORM                                                                                                           \
  {                                                                                                                    \
    .multiple = 1, .packed = sizeof (gfloat), .rest = sizeof (gint8), .pack = winograd_pack,                           \
    .unpack = winograd_unpack, .is_suspect = nn_winograd_is_suspect                                                    \
  }

const NnPackedForm nn_packed_winograd[NN_WINOGRAD_N_TILES] = { [NN_WINOGRAD_F2] = FORM, [NN_WINOGRAD_F4] = FORM };

const NnPackedForm nn_packed_taps = {
  .multiple = 1,
  .packed = sizeof (gfloat),
  .pack = nn_packed_conv_pack,
  .unpack = nn_packed_conv_unpack,
  .is_suspect = nn_winograd_is_suspect,
};
