/* gst-resnet: the stem and the order of the stages
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "import/resnet/resnet-stages.h"

#include "import/resnet/resnet-antialias.h"
#include "import/resnet/resnet-blocks.h"

static void
add_max_pool (NnResnetBuilder *builder)
{
  NnNode *pool;

  nn_resnet_add_simple (builder, NN_OP_MAX_POOL, "maxpool", NN_NO_NODE);
  pool = nn_graph_node (builder->graph, builder->last);
  pool->kernel[0] = pool->kernel[1] = 3;
  pool->stride[0] = pool->stride[1] = 2;
  if (builder->survey.caffe)
    pool->pad_more[0] = pool->pad_more[1] = 1;
  else
    pool->pad[0] = pool->pad[1] = 1;
}

/* timm's anti-aliased networks have the mean of each 2×2 in the pool's place, or a pool without a stride and a blur. */
static gboolean
add_stem_pool (NnResnetBuilder *builder, GError **error)
{
  NnNode *pool;

  if (builder->traits->antialias == NN_ANTIALIAS_AVERAGE)
    return nn_resnet_add_antialias (builder, "maxpool", error);
  add_max_pool (builder);
  if (builder->traits->antialias == NN_ANTIALIAS_NONE)
    return TRUE;
  pool = nn_graph_node (builder->graph, builder->last);
  pool->stride[0] = pool->stride[1] = 1;
  return nn_resnet_add_antialias (builder, "maxpool", error);
}

/* He et al. 2018, "Bag of tricks", figure 2b: the stem has three convolutions of 3×3, the first one with the stride. */
static gboolean
add_deep_stem (NnResnetBuilder *builder, GError **error)
{
  static const gchar *const names[3][2] = { { "conv1.0", "conv1.1" }, { "conv1.3", "conv1.4" }, { "conv1.6", "bn1" } };
  guint i;

  for (i = 0; i < 3; i++) {
    gboolean last = i == 2, bare = last && builder->survey.order != NN_ORDER_POST;
    g_autofree gchar *relu = g_strdup_printf (last ? "relu" : "conv1.relu%u", i + 1);

    if (!nn_resnet_add_conv (builder, names[i][0], bare ? NULL : names[i][1], 0, 3, i == 0 ? 2 : 1, NULL, error))
      return FALSE;
    if (!bare)
      nn_resnet_add_simple (builder, NN_OP_RELU, relu, NN_NO_NODE);
  }
  builder->stem_kernel = 7; /* it stands for a stem for ImageNet's sizes */
  return TRUE;
}

/* The stem is one convolution: 7×7 with a stride of 2 for ImageNet's sizes, or 3×3 for CIFAR's. */
static gboolean
add_plain_stem (NnResnetBuilder *builder, GError **error)
{
  const guint64 dims[] = { 0, 3, 7, 7 };
  const NnTensor *weight = nn_resnet_get (builder, "conv1.weight");
  gboolean bare = builder->survey.order != NN_ORDER_POST;
  gboolean only_large = builder->survey.names.naming == NN_NAMING_HUGGING_FACE;
  g_autofree gchar *found = NULL;

  if (!weight)
    return nn_resnet_take (builder, "conv1.weight", 4, dims, NN_ROLE_WEIGHT, error) != NULL;
  if (weight->n_dims != 4 || (weight->dims[1] != 3 && weight->dims[1] != 1) || weight->dims[2] != weight->dims[3]
      || (weight->dims[2] != 7 && (weight->dims[2] != 3 || only_large))) {
    found = nn_tensor_shape_string (weight);
    g_set_error (error, NN_ERROR, NN_ERROR_ARCHITECTURE,
                 "%s: expected [*, 3, 7, 7] (ImageNet's stem)%s, with 1 for 3 where pictures are grey; found %s",
                 weight->name, only_large ? "" : " or [*, 3, 3, 3] (CIFAR's)", found);
    return FALSE;
  }
  builder->stem_kernel = (guint)weight->dims[2];
  if (!nn_resnet_add_conv (builder, "conv1", bare ? NULL : "bn1", 0, builder->stem_kernel,
                           builder->stem_kernel == 7 ? 2 : 1, NULL, error))
    return FALSE;
  if (!bare)
    nn_resnet_add_simple (builder, NN_OP_RELU, "relu", NN_NO_NODE);
  return TRUE;
}

gboolean
nn_resnet_add_stem (NnResnetBuilder *builder, GError **error)
{
  guint index = nn_graph_add (builder->graph, NN_OP_INPUT, "input");
  const NnTensor *first = nn_resnet_get (builder, builder->survey.deep_stem ? "conv1.0.weight" : "conv1.weight");

  /* The input is in colour or grey (X-ray, thermal, MNIST). If it is anything else, the convolution's error says so. */
  builder->channels = first && first->n_dims == 4 && first->dims[1] == 1 ? 1 : 3;
  nn_graph_node (builder->graph, index)->out_channels = builder->channels;
  builder->last = index;
  if (!(builder->survey.deep_stem ? add_deep_stem : add_plain_stem) (builder, error))
    return FALSE;
  builder->stem_channels = builder->channels;
  if (builder->survey.pool_is_conv) { /* Bello et al. 2021, ResNet-RS */
    if (!nn_resnet_add_conv (builder, "maxpool.0", "maxpool.1", builder->channels, 3, 2, NULL, error))
      return FALSE;
    nn_resnet_add_simple (builder, NN_OP_RELU, "maxpool.2", NN_NO_NODE);
  } else if (builder->stem_kernel == 7 || builder->traits->stem_pool) {
    return add_stem_pool (builder, error);
  }
  return TRUE;
}

gboolean
nn_resnet_add_stages (NnResnetBuilder *builder, GError **error)
{
  guint stage, block;

  /* A stage without blocks may come before one that has some. Its first tensor is then the one that is missing. */
  for (stage = 0; stage < MAX (builder->survey.n_stages, 1); stage++)
    for (block = 0; block < MAX (builder->survey.n_blocks[stage], 1); block++)
      if (!nn_resnet_add_block (builder, stage, block, error))
        return FALSE;
  if (builder->survey.order == NN_ORDER_POST
      || (!nn_resnet_has (builder, "norm", "weight") && !nn_resnet_has (builder, "norm", "running_mean")))
    return TRUE;
  if (!nn_resnet_add_batch_norm (builder, "norm", error))
    return FALSE;
  nn_resnet_add_simple (builder, NN_OP_RELU, "norm.relu", NN_NO_NODE);
  return TRUE;
}
