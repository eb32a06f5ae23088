/* gst-resnet: the stem and the stages
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "graph/resnet-private.h"

gboolean
nn_resnet_add_stem (NnResnetBuilder *builder, GError **error)
{
  const gchar *prefix = builder->survey.prefix;
  g_autofree gchar *conv = g_strconcat (prefix, "conv1", NULL), *bn = g_strconcat (prefix, "bn1", NULL);
  g_autofree gchar *weight_name = g_strconcat (conv, ".weight", NULL), *found = NULL;
  const NnTensor *weight = nn_weights_get (builder->weights, weight_name);
  guint index = nn_graph_add (builder->graph, NN_OP_INPUT, "input");

  nn_graph_node (builder->graph, index)->out_channels = 3;
  builder->last = index;
  builder->channels = 3;
  found = nn_tensor_shape_string (weight);
  if (weight->n_dims != 4 || weight->dims[1] != 3 || weight->dims[2] != weight->dims[3]
      || (weight->dims[2] != 7 && weight->dims[2] != 3)) {
    g_set_error (error, NN_ERROR, NN_ERROR_ARCHITECTURE,
                 "%s: expected [*, 3, 7, 7] (ImageNet's stem) or [*, 3, 3, 3] (CIFAR's), found %s", weight_name, found);
    return FALSE;
  }
  builder->stem_kernel = (guint)weight->dims[2];
  if (!nn_resnet_add_conv (builder, conv, bn, 0, builder->stem_kernel, builder->stem_kernel == 7 ? 2 : 1, NULL, error))
    return FALSE;
  builder->stem_channels = builder->channels;
  nn_resnet_add_simple (builder, NN_OP_RELU, "relu", NN_NO_NODE);
  if (builder->stem_kernel == 7) {
    NnNode *pool;

    nn_resnet_add_simple (builder, NN_OP_MAX_POOL, "maxpool", NN_NO_NODE);
    pool = nn_graph_node (builder->graph, builder->last);
    pool->kernel[0] = pool->kernel[1] = 3;
    pool->stride[0] = pool->stride[1] = 2;
    pool->pad[0] = pool->pad[1] = 1;
  }
  return TRUE;
}

static gchar *
block_layer (const NnResnetBuilder *builder, guint stage, guint block, const gchar *layer)
{
  return g_strdup_printf ("%slayer%u.%u.%s", builder->survey.prefix, stage + 1, block, layer);
}

static gboolean
add_block_conv (NnResnetBuilder *builder, guint stage, guint block, guint number, guint out, guint kernel, guint stride,
                guint *groups, GError **error)
{
  g_autofree gchar *path = block_layer (builder, stage, block, "");
  g_autofree gchar *conv = g_strdup_printf ("%sconv%u", path, number), *bn = g_strdup_printf ("%sbn%u", path, number);

  return nn_resnet_add_conv (builder, conv, bn, out, kernel, stride, groups, error);
}

static void
add_block_op (NnResnetBuilder *builder, guint stage, guint block, NnOp op, const gchar *what, guint other)
{
  g_autofree gchar *name = block_layer (builder, stage, block, what);

  nn_resnet_add_simple (builder, op, name, other);
}

/* He et al. 2015, section 3.3, option A: x[:, :, ::2, ::2] between planes / 4 channels of zeros on both sides, planes
 * being twice the channels of x. As a 1×1 convolution of stride 2: output channel in / 2 + i is input channel i. */
static void
add_zero_padded_shortcut (NnResnetBuilder *builder, const gchar *name)
{
  guint in = builder->channels, out = 2 * in, i;
  gfloat *weight = g_new0 (gfloat, (gsize)out * in);
  NnNode *node;

  for (i = 0; i < in; i++)
    weight[(gsize)(in / 2 + i) * in + i] = 1;
  nn_resnet_add_simple (builder, NN_OP_CONV, name, NN_NO_NODE);
  node = nn_graph_node (builder->graph, builder->last);
  node->out_channels = builder->channels = out;
  node->stride[0] = node->stride[1] = 2;
  node->weight = g_bytes_new_take (weight, (gsize)out * in * sizeof (gfloat));
}

/* From the block's input to what is added to its output, which has `out` channels; the result is builder->last. */
static gboolean
add_shortcut (NnResnetBuilder *builder, guint stage, guint block, guint stride, guint out, GError **error)
{
  g_autofree gchar *layer = block_layer (builder, stage, block, builder->survey.shortcut);
  g_autofree gchar *conv = g_strconcat (layer, ".0", NULL), *bn = g_strconcat (layer, ".1", NULL);
  gboolean doubles = stride == 2 && out == 2 * builder->channels && builder->channels % 2 == 0;
  gboolean anything = nn_resnet_has (builder, conv, "weight") || nn_resnet_has (builder, conv, "bias")
                      || nn_resnet_has (builder, bn, "weight") || nn_resnet_has (builder, bn, "running_mean");

  if (!anything && stride == 1 && out == builder->channels)
    return TRUE;
  if (!anything && doubles && builder->stem_kernel == 3 && !builder->survey.bottleneck) {
    add_zero_padded_shortcut (builder, layer);
    return TRUE;
  }
  return nn_resnet_add_conv (builder, conv, bn, out, 1, stride, NULL, error);
}

/* He et al. 2015, figure 5; stride on the first 3×3 convolution, as torchvision has it. */
static gboolean
add_block (NnResnetBuilder *builder, guint stage, guint block, GError **error)
{
  guint stride = stage > 0 && block == 0 ? 2 : 1;
  guint input = builder->last, in_channels = builder->channels, main_output;
  /* Past the first block the sum's other side is the block's input, so the last convolution's outputs are known. */
  guint out = block > 0 ? in_channels : 0;
  NnResnetBlock shape = { stage, { 0, 0 }, 0, 0 };

  if (builder->survey.bottleneck) {
    if (!add_block_conv (builder, stage, block, 1, 0, 1, 1, NULL, error))
      return FALSE;
    shape.inner[0] = builder->channels;
    add_block_op (builder, stage, block, NN_OP_RELU, "relu1", NN_NO_NODE);
    /* All blocks are grouped or none is: one whose weight has another size among those that have none is damaged. */
    if (builder->blocks->len && g_array_index (builder->blocks, NnResnetBlock, 0).groups == 1)
      shape.groups = 1;
    if (!add_block_conv (builder, stage, block, 2, 0, 3, stride, &shape.groups, error))
      return FALSE;
    shape.inner[1] = builder->channels;
    add_block_op (builder, stage, block, NN_OP_RELU, "relu2", NN_NO_NODE);
    if (!add_block_conv (builder, stage, block, 3, out, 1, 1, NULL, error))
      return FALSE;
  } else {
    shape.groups = 1;
    if (!add_block_conv (builder, stage, block, 1, 0, 3, stride, NULL, error))
      return FALSE;
    shape.inner[0] = shape.inner[1] = builder->channels;
    add_block_op (builder, stage, block, NN_OP_RELU, "relu1", NN_NO_NODE);
    if (!add_block_conv (builder, stage, block, 2, out, 3, 1, NULL, error))
      return FALSE;
  }
  main_output = builder->last;
  shape.out = builder->channels;
  g_array_append_val (builder->blocks, shape);

  builder->last = input;
  builder->channels = in_channels;
  if (!add_shortcut (builder, stage, block, stride, shape.out, error))
    return FALSE;
  input = builder->last;
  builder->last = main_output;
  add_block_op (builder, stage, block, NN_OP_ADD, "add", input);
  add_block_op (builder, stage, block, NN_OP_RELU, "relu", NN_NO_NODE);
  return TRUE;
}

gboolean
nn_resnet_add_stages (NnResnetBuilder *builder, GError **error)
{
  guint stage, block;

  /* A stage without blocks before one that has some: its first tensor is what is missing. */
  for (stage = 0; stage < MAX (builder->survey.n_stages, 1); stage++)
    for (block = 0; block < MAX (builder->survey.n_blocks[stage], 1); block++)
      if (!add_block (builder, stage, block, error))
        return FALSE;
  return TRUE;
}
