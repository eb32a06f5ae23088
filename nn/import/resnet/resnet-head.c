/* gst-resnet: the classifier at the end
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "import/resnet/resnet-head.h"

#include <math.h>
#include <string.h>

#include "import/resnet/resnet-fastai.h"

/* This is the bound in the generalized-mean pooling of Radenović et al. 2019, as everybody's code has it. */
#define GEM_LEAST 1e-6f

/* The pool gives (the mean of max (x, 1e-6)^p)^(1/p). */
static gboolean
add_gem (NnResnetBuilder *builder, const NnTensor *power, GError **error)
{
  const gfloat least[] = { GEM_LEAST, NAN }, p = power->f32[0], root = 1 / p;

  if (!nn_resnet_add_operator (builder, "Clip", "gem.clip", 2, least, error)
      || !nn_resnet_add_operator (builder, "Pow", "gem.pow", 1, &p, error))
    return FALSE;
  nn_resnet_add_simple (builder, NN_OP_GLOBAL_AVG_POOL, "avgpool", NN_NO_NODE);
  return nn_resnet_add_operator (builder, "Pow", "gem.root", 1, &root, error);
}

/* Appends the mean and the maximum, either half of each in a sum or one behind the other. */
static gboolean
add_two_pools (NnResnetBuilder *builder, NnHeadPool pool, GError **error)
{
  guint features = builder->last, channels = builder->channels, average, maxima;
  const gfloat half = 0.5f;
  NnNode *node;

  nn_resnet_add_simple (builder, NN_OP_GLOBAL_AVG_POOL, "avgpool", NN_NO_NODE);
  average = builder->last;
  builder->last = features;
  nn_resnet_add_simple (builder, NN_OP_GLOBAL_MAX_POOL, "maxpool.last", NN_NO_NODE);
  maxima = builder->last;
  if (pool == NN_HEAD_POOL_HALVES) {
    nn_resnet_add_simple (builder, NN_OP_ADD, "pool.add", average);
    return nn_resnet_add_operator (builder, "Mul", "pool.half", 1, &half, error);
  }
  builder->last = pool == NN_HEAD_POOL_AVERAGE_MAX ? average : maxima;
  nn_resnet_add_simple (builder, NN_OP_CONCAT, "pool.concat", pool == NN_HEAD_POOL_AVERAGE_MAX ? maxima : average);
  node = nn_graph_node (builder->graph, builder->last);
  node->out_channels = builder->channels = 2 * channels;
  return TRUE;
}

/* The width that the layers take tells whether there are two pools. Which pools they are, the user says; otherwise
 * they are the usual ones. */
static gboolean
add_pool (NnResnetBuilder *builder, const NnResnetChain *chain, GPtrArray *warnings, GError **error)
{
  const NnResnetTraits *traits = builder->traits;
  NnHeadPool pool = traits->has_pool ? traits->pool : NN_HEAD_POOL_AVERAGE;
  gboolean twice = chain->layers && chain->width == 2 * (guint64)builder->channels;

  if (chain->gem && !traits->has_pool)
    return add_gem (builder, chain->gem, error);
  if (twice && !traits->has_pool) {
    pool = NN_HEAD_POOL_AVERAGE_MAX;
    g_ptr_array_add (warnings,
                     g_strdup_printf ("the classifier takes twice the last stage's %u channels: they are taken "
                                      "as the means and then the maxima (timm's catavgmax); if the maxima come "
                                      "first, set architecture=pool=catmaxavg",
                                      builder->channels));
  }
  if (twice != (pool >= NN_HEAD_POOL_AVERAGE_MAX)) {
    g_set_error (error, NN_ERROR, NN_ERROR_ARGUMENT,
                 "architecture: that pool gives %u numbers, and the classifier takes %" G_GUINT64_FORMAT,
                 builder->channels * (twice ? 1 : 2), chain->layers ? chain->width : builder->channels);
    return FALSE;
  }
  if (pool >= NN_HEAD_POOL_HALVES)
    return add_two_pools (builder, pool, error);
  nn_resnet_add_simple (builder, pool == NN_HEAD_POOL_MAX ? NN_OP_GLOBAL_MAX_POOL : NN_OP_GLOBAL_AVG_POOL, "avgpool",
                        NN_NO_NODE);
  return TRUE;
}

/* Appends the activation between two layers, which the file does not show. */
static gboolean
add_activation (NnResnetBuilder *builder, const NnHeadLayer *layer, const NnHeadLayer *next, guint number,
                GPtrArray *warnings, GError **error)
{
  const gchar *type = builder->traits->activation;
  g_autofree gchar *name = g_strdup_printf ("head.%u.act", number);

  if (!type)
    g_ptr_array_add (warnings,
                     g_strdup_printf ("between the classifier's layers %s and %s a ReLU is taken, which the file does "
                                      "not show; if it is another or none, set architecture=head=gelu (or silu, tanh, "
                                      "…, none)",
                                      layer->name, next->name));
  if (!type || !strcmp (type, "Relu")) {
    nn_resnet_add_simple (builder, NN_OP_RELU, name, NN_NO_NODE);
    return TRUE;
  }
  return !*type || nn_resnet_add_operator (builder, type, name, 0, NULL, error);
}

static gboolean
add_layer (NnResnetBuilder *builder, const NnHeadLayer *layer, const gchar *name, GError **error)
{
  g_autofree gchar *weight_name = g_strconcat (name, ".weight", NULL);
  const guint64 dims[] = { 0, builder->channels, 1, 1 };
  const NnTensor *weight;

  switch (layer->kind) {
  case NN_HEAD_LINEAR:
    weight = nn_resnet_take (builder, weight_name, layer->weight->n_dims, dims, NN_ROLE_WEIGHT, error);
    return weight && nn_resnet_append_linear (builder, name, weight, error);
  case NN_HEAD_NORM:
    builder->survey.has_statistics |= layer->mean || layer->variance;
    return nn_resnet_add_batch_norm (builder, name, error);
  default:
    if (layer->weight->n_elements == 1 && layer->weight->f32)
      return nn_resnet_add_operator (builder, "PRelu", name, 1, layer->weight->f32, error);
    g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED,
                 "%s: a PReLU with a slope for each channel is not known in a classifier; export the model to ONNX",
                 layer->weight->name);
    return FALSE;
  }
}

static gboolean
add_chain (NnResnetBuilder *builder, const NnResnetChain *chain, GPtrArray *warnings, GError **error)
{
  for (guint i = 0; i < chain->layers->len; i++) {
    const NnHeadLayer *layer = &g_array_index (chain->layers, NnHeadLayer, i);
    g_autofree gchar *name = nn_resnet_chain_layer_name (chain, i);

    if (!add_layer (builder, layer, name, error)
        || (layer->activates && !add_activation (builder, layer, layer + 1, i, warnings, error)))
      return FALSE;
  }
  return TRUE;
}

gboolean
nn_resnet_add_head (NnResnetBuilder *builder, const NnResnetChain *chain, GPtrArray *warnings, GError **error)
{
  const guint64 dims[] = { 0, builder->channels, 1, 1 };
  const NnTensor *weight = nn_resnet_get (builder, "fc.weight");

  if (builder->survey.names.naming == NN_NAMING_FASTAI)
    return nn_resnet_add_fastai_head (builder, error);
  if (!add_pool (builder, chain, warnings, error))
    return FALSE;
  if (chain->layers && chain->layers->len)
    return add_chain (builder, chain, warnings, error);
  if (!weight) {
    g_autofree gchar *shown = nn_resnet_names_shown (&builder->survey.names, "fc.weight");

    g_set_error (error, NN_ERROR, NN_ERROR_ARCHITECTURE,
                 "%s: missing, expected [*, %u]; a network without its classifier cannot classify", shown,
                 builder->channels);
    return FALSE;
  }
  /* The classifier of timm's pre-activation networks is a 1×1 convolution. */
  weight = nn_resnet_take (builder, "fc.weight", weight->n_dims == 4 ? 4 : 2, dims, NN_ROLE_WEIGHT, error);
  return weight && nn_resnet_append_linear (builder, "fc", weight, error);
}
