/* gst-resnet: the head that fastai's vision_learner puts on a ResNet
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>

#include "import/resnet/resnet-fastai.h"

#include "base/nn-budget.h"
#include "base/nn-memory.h"

/* A BatchNorm1d and the linear layer behind it as one layer: W' = W · scale, b' = b + W · shift. They are computed
 * in float64 and rounded once. */
typedef struct {
  guint in, out;
  gfloat *weight, *bias;
} Folded;

static const NnTensor *
take (NnResnetBuilder *builder, const gchar *layer, const gchar *suffix, guint n_dims, guint64 a, guint64 b,
      NnTensorRole role, GError **error)
{
  g_autofree gchar *name = g_strconcat (layer, suffix, NULL);
  const guint64 dims[] = { a, b };

  return nn_resnet_take (builder, name, n_dims, dims, role, error);
}

static gboolean
fold (NnResnetBuilder *builder, const gchar *norm, const gchar *linear, guint in, Folded *folded, GError **error)
{
  const NnTensor *gamma = take (builder, norm, ".weight", 1, in, 0, NN_ROLE_GAMMA, error), *beta, *mean, *variance;
  const NnTensor *weight, *bias = NULL;
  gsize row, i;

  if (!gamma || !(beta = take (builder, norm, ".bias", 1, in, 0, NN_ROLE_BETA, error))
      || !(mean = take (builder, norm, ".running_mean", 1, in, 0, NN_ROLE_MEAN, error))
      || !(variance = take (builder, norm, ".running_var", 1, in, 0, NN_ROLE_VARIANCE, error)))
    return FALSE;
  nn_resnet_take_counter (builder, norm);
  weight = take (builder, linear, ".weight", 2, 0, in, NN_ROLE_WEIGHT, error);
  if (!weight)
    return FALSE;
  if (nn_resnet_has (builder, linear, "bias")
      && !(bias = take (builder, linear, ".bias", 1, weight->dims[0], 0, NN_ROLE_BIAS, error)))
    return FALSE;
  folded->in = in;
  folded->out = (guint)weight->dims[0];
  folded->weight = nn_aligned_alloc (weight->n_elements * sizeof (gfloat));
  if (!folded->weight)
    return nn_budget_no_memory (weight->n_elements * sizeof (gfloat), weight->name, "its values", error);
  folded->bias = g_new (gfloat, folded->out);
  for (row = 0; row < folded->out; row++) {
    gdouble sum = bias ? bias->f32[row] : 0;

    for (i = 0; i < in; i++) {
      gdouble scale = gamma->f32[i] / sqrt ((gdouble)variance->f32[i] + NN_RESNET_EPSILON);
      gdouble w = weight->f32[row * in + i];

      folded->weight[row * in + i] = (gfloat)(w * scale);
      sum += w * (beta->f32[i] - mean->f32[i] * scale);
    }
    folded->bias[row] = (gfloat)sum;
  }
  return TRUE;
}

static void
folded_clear (Folded *folded)
{
  nn_aligned_free (folded->weight);
  g_free (folded->bias);
}

/* Appends the columns from @first to @first + builder->channels of the layer to builder->last. */
static gboolean
add_linear (NnResnetBuilder *builder, const gchar *name, const Folded *folded, guint first, gboolean bias,
            GError **error)
{
  guint in = builder->channels;
  const gsize n = (gsize)folded->out * in;
  gfloat *weight;
  GBytes *bytes = nn_floats_new (n, &weight);
  NnNode *node;
  guint row, i;

  if (!bytes)
    return nn_budget_no_memory (n * sizeof (gfloat), name, "its weights", error);
  for (row = 0; row < folded->out; row++)
    for (i = 0; i < in; i++)
      weight[(gsize)row * in + i] = folded->weight[(gsize)row * folded->in + first + i];
  nn_resnet_add_simple (builder, NN_OP_LINEAR, name, NN_NO_NODE);
  node = nn_graph_node (builder->graph, builder->last);
  node->out_channels = builder->channels = folded->out;
  node->weight = bytes;
  if (bias)
    node->bias = g_bytes_new (folded->bias, folded->out * sizeof (gfloat));
  return TRUE;
}

/* The head has AdaptiveConcatPool2d (the maxima, then the means), BatchNorm1d, Linear, ReLU, BatchNorm1d and Linear.
 * The first Linear is made as the sum of its two halves. */
gboolean
nn_resnet_add_fastai_head (NnResnetBuilder *builder, GError **error)
{
  guint channels = builder->channels, features = builder->last, maxima;
  Folded first = { 0 }, second = { 0 };
  gboolean ok;

  ok = fold (builder, "head.0", "head.1", 2 * channels, &first, error)
       && fold (builder, "head.2", "head.3", first.out, &second, error);
  if (ok) {
    nn_resnet_add_simple (builder, NN_OP_GLOBAL_MAX_POOL, "maxpool.last", NN_NO_NODE);
    ok = add_linear (builder, "head.1.max", &first, 0, TRUE, error);
  }
  if (ok) {
    maxima = builder->last;
    builder->last = features;
    builder->channels = channels;
    nn_resnet_add_simple (builder, NN_OP_GLOBAL_AVG_POOL, "avgpool", NN_NO_NODE);
    ok = add_linear (builder, "head.1.mean", &first, channels, FALSE, error);
  }
  if (ok) {
    nn_resnet_add_simple (builder, NN_OP_ADD, "head.1.add", maxima);
    nn_resnet_add_simple (builder, NN_OP_RELU, "head.1.relu", NN_NO_NODE);
    ok = add_linear (builder, "head.3", &second, 0, TRUE, error);
  }
  folded_clear (&first);
  folded_clear (&second);
  return ok;
}
