/* gst-resnet: one residual block
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "import/resnet/resnet-blocks.h"

#include "base/nn-budget.h"
#include "base/nn-memory.h"
#include "import/resnet/resnet-antialias.h"
#include "import/resnet/resnet-gates.h"

static gchar *
block_layer (guint stage, guint block, const gchar *layer)
{
  return g_strdup_printf ("layer%u.%u.%s", stage + 1, block, layer);
}

static void
add_block_op (NnResnetBuilder *builder, guint stage, guint block, NnOp op, const gchar *what, guint other)
{
  g_autofree gchar *name = block_layer (stage, block, what);

  nn_resnet_add_simple (builder, op, name, other);
}

/* This is option A of He et al. 2015, section 3.3: x[:, :, ::2, ::2] between planes / 4 channels of zeros on both
 * sides, where planes is twice the channels of x. It is written as a 1×1 convolution with a stride of 2, whose
 * output channel in / 2 + i is input channel i. */
static gboolean
add_zero_padded_shortcut (NnResnetBuilder *builder, const gchar *name, GError **error)
{
  guint in = builder->channels, out = 2 * in, i;
  const gsize n = (gsize)out * in;
  gfloat *weight;
  GBytes *bytes = nn_floats_new (n, &weight);
  NnNode *node;

  if (!bytes)
    return nn_budget_no_memory (n * sizeof (gfloat), name, "its weights", error);
  memset (weight, 0, n * sizeof (gfloat));
  for (i = 0; i < in; i++)
    weight[(gsize)(in / 2 + i) * in + i] = 1;
  nn_resnet_add_simple (builder, NN_OP_CONV, name, NN_NO_NODE);
  node = nn_graph_node (builder->graph, builder->last);
  node->out_channels = builder->channels = out;
  node->stride[0] = node->stride[1] = 2;
  node->weight = bytes;
  return TRUE;
}

/* The pool of He et al. 2018, figure 2c, takes the mean of each 2×2. Sizes are rounded up and padding is not
 * counted, as in timm and mmpretrain. */
static void
add_average_pool (NnResnetBuilder *builder, const gchar *name)
{
  NnNode *pool;

  nn_resnet_add_simple (builder, NN_OP_AVG_POOL, name, NN_NO_NODE);
  pool = nn_graph_node (builder->graph, builder->last);
  pool->kernel[0] = pool->kernel[1] = 2;
  pool->stride[0] = pool->stride[1] = 2;
  pool->pad_more[0] = pool->pad_more[1] = 1;
  builder->survey.average_shortcut = TRUE;
}

/* This is timm's AvgPool2dSame with a stride of 1, which dilated networks have. The zeros below and to the right
 * count. */
static void
add_same_average_pool (NnResnetBuilder *builder, const gchar *name)
{
  NnNode *pool;

  add_average_pool (builder, name);
  pool = nn_graph_node (builder->graph, builder->last);
  pool->stride[0] = pool->stride[1] = 1;
  pool->count_pad = TRUE;
}

/* Whether the projection stands behind a pool, so that its convolution has the number 1 in its Sequential. Either
 * the convolution's own shape or the BatchNorm behind it says so. */
static gboolean
is_behind_pool (const NnResnetBuilder *builder, const gchar *layer)
{
  g_autofree gchar *first = g_strconcat (layer, ".0", NULL), *second = g_strconcat (layer, ".1.weight", NULL);
  g_autofree gchar *third = g_strconcat (layer, ".2", NULL);
  const NnTensor *tensor = nn_resnet_get (builder, second);

  if (nn_resnet_has (builder, first, "weight"))
    return FALSE;
  return (tensor && tensor->n_dims == 4) || nn_resnet_has (builder, third, "weight")
         || nn_resnet_has (builder, third, "running_mean");
}

/* The side of a projection's kernel is 1, and 3 in SENet-154. */
static guint
projection_kernel (const NnResnetBuilder *builder, const gchar *conv)
{
  g_autofree gchar *name = g_strconcat (conv, ".weight", NULL);
  const NnTensor *weight = nn_resnet_get (builder, name);

  return weight && weight->n_dims == 4 && weight->dims[2] == 3 ? 3 : 1;
}

static gboolean
has_projection (const NnResnetBuilder *builder, guint stage, guint block)
{
  static const gchar *const tensors[]
      = { "downsample.0.weight", "downsample.0.bias",         "downsample.1.weight",
          "downsample.2.weight", "downsample.1.running_mean", "downsample.2.running_mean" };
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (tensors); i++) {
    g_autofree gchar *name = block_layer (stage, block, tensors[i]);

    if (nn_resnet_get (builder, name))
      return TRUE;
  }
  return FALSE;
}

/* The distance between the taps of a stage's 3×3 where the later stages are dilated instead of having a stride (Chen
 * et al. 2017; torchvision's replace_stride_with_dilation, timm's output_stride). */
static guint
stage_dilation (const NnResnetBuilder *builder, guint stage)
{
  guint stride = 4, dilation = 1, i;

  for (i = 1; i <= stage; i++)
    if (stride >= builder->traits->output_stride)
      dilation *= 2;
    else
      stride *= 2;
  return dilation;
}

/* A stage's first 3×3 still has the dilation of the stage before. */
static guint
dilation_of (const NnResnetBuilder *builder, guint stage, guint block, guint number)
{
  gboolean first = block == 0 && stage > 0 && number == (builder->survey.bottleneck ? 2u : 1u);

  return stage_dilation (builder, first ? stage - 1 : stage);
}

/* Appends the shortcut to builder->last: the part that is added to the block's output, which has @out channels. Its
 * end becomes builder->last. */
static gboolean
add_shortcut (NnResnetBuilder *builder, guint stage, guint block, guint stride, guint out, GError **error)
{
  g_autofree gchar *layer = block_layer (stage, block, "downsample");
  gboolean behind_pool = is_behind_pool (builder, layer);
  g_autofree gchar *conv = g_strconcat (layer, behind_pool ? ".1" : ".0", NULL);
  g_autofree gchar *bn = g_strconcat (layer, behind_pool ? ".2" : ".1", NULL);
  /* In timm's pre-activation networks the pool is there if there is a deep stem. */
  gboolean averages = behind_pool || (builder->survey.names.naming == NN_NAMING_TIMM_V2 && builder->survey.deep_stem);
  gboolean bare = builder->survey.order != NN_ORDER_POST;
  gboolean doubles = stride == 2 && out == 2 * builder->channels && builder->channels % 2 == 0;
  gboolean anything = has_projection (builder, stage, block);

  if (!anything && stride == 1 && out == builder->channels)
    return TRUE;
  if (!anything && doubles && builder->stem_kernel == 3 && !builder->survey.bottleneck && !bare) {
    return add_zero_padded_shortcut (builder, layer, error);
  }
  if (averages && stride == 1 && stage_dilation (builder, stage) > 1) {
    g_autofree gchar *pool = g_strconcat (layer, ".pool", NULL);

    add_same_average_pool (builder, pool);
  }
  if (averages && stride == 2) {
    g_autofree gchar *pool = g_strconcat (layer, ".pool", NULL);

    add_average_pool (builder, pool);
    stride = 1;
  }
  return nn_resnet_add_conv (builder, conv, bare ? NULL : bn, out, projection_kernel (builder, conv), stride, NULL,
                             error);
}

/* Appends convolution @number, its BatchNorm, and a ReLU unless it is the block's last convolution. With
 * pre-activation, the BatchNorm and the ReLU belong to the next convolution, and nothing follows the last one. */
static gboolean
add_block_conv (NnResnetBuilder *builder, guint stage, guint block, guint number, guint out, guint kernel, guint stride,
                guint *groups, GError **error)
{
  gboolean pre = builder->survey.order != NN_ORDER_POST, last = number == (builder->survey.bottleneck ? 3u : 2u);
  g_autofree gchar *path = block_layer (stage, block, "");
  g_autofree gchar *conv = g_strdup_printf ("%sconv%u", path, number);
  g_autofree gchar *bn = g_strdup_printf ("%sbn%u", path, number + pre);
  g_autofree gchar *relu = g_strdup_printf ("relu%u", number + pre);

  /* In timm's anti-aliased networks a pool behind the ReLU has the stride. */
  gboolean pools = stride == 2 && builder->traits->antialias != NN_ANTIALIAS_NONE;
  guint index = builder->graph->nodes->len;

  if (!nn_resnet_add_conv (builder, conv, pre && last ? NULL : bn, out, kernel, pools ? 1 : stride, groups, error))
    return FALSE;
  if (kernel == 3)
    nn_resnet_dilate (builder, index, dilation_of (builder, stage, block, number));
  if (!last)
    add_block_op (builder, stage, block, NN_OP_RELU, relu, NN_NO_NODE);
  return !pools || nn_resnet_add_antialias (builder, conv, error);
}

/* Appends the block's convolutions; the last one becomes builder->last. @out: the channels that are expected, 0: any */
static gboolean
add_main (NnResnetBuilder *builder, guint stage, guint block, guint stride, guint out, NnResnetBlock *shape,
          GError **error)
{
  gboolean first = builder->survey.stride_in_1x1;

  shape->groups = 1;
  if (!builder->survey.bottleneck) {
    if (!add_block_conv (builder, stage, block, 1, 0, 3, stride, NULL, error))
      return FALSE;
    shape->inner[0] = shape->inner[1] = builder->channels;
    return add_block_conv (builder, stage, block, 2, out, 3, 1, NULL, error);
  }
  if (!add_block_conv (builder, stage, block, 1, 0, 1, first ? stride : 1, NULL, error))
    return FALSE;
  shape->inner[0] = builder->channels;
  /* Either all blocks are grouped or none is. If the first one is not, a weight of another size is an error. */
  if (!builder->blocks->len || g_array_index (builder->blocks, NnResnetBlock, 0).groups != 1)
    shape->groups = 0;
  if (!add_block_conv (builder, stage, block, 2, 0, 3, first ? 1 : stride, &shape->groups, error))
    return FALSE;
  shape->inner[1] = builder->channels;
  return add_block_conv (builder, stage, block, 3, out, 1, 1, NULL, error);
}

/* See figure 5 of He et al. 2015, and figure 1b of He et al. 2016. */
gboolean
nn_resnet_add_block (NnResnetBuilder *builder, guint stage, guint block, GError **error)
{
  NnResnetOrder order = builder->survey.order;
  gboolean strides = block == 0 && (stage > 0 || builder->survey.stride_in_first_stage);
  gboolean dilates = stage > 0 && stage_dilation (builder, stage) > stage_dilation (builder, stage - 1);
  guint stride = strides && !dilates ? 2 : 1;
  guint input = builder->last, in_channels = builder->channels, activated, main_output;
  NnResnetBlock shape = { stage, { 0, 0 }, 0, 0 };
  g_autofree gchar *path = block_layer (stage, block, "");

  if (order != NN_ORDER_POST) {
    g_autofree gchar *bn = block_layer (stage, block, "bn1");

    if (!nn_resnet_add_batch_norm (builder, bn, error))
      return FALSE;
    add_block_op (builder, stage, block, NN_OP_RELU, "relu1", NN_NO_NODE);
  }
  activated = builder->last;
  /* From the second block on, the shortcut is the block's input, so that the last convolution's channels are known. */
  if (!add_main (builder, stage, block, stride, block > 0 ? in_channels : 0, &shape, error))
    return FALSE;
  if (builder->survey.caffe && !builder->survey.bottleneck)
    add_block_op (builder, stage, block, NN_OP_RELU, "relu2", NN_NO_NODE);
  if (!nn_resnet_add_gate (builder, path, error))
    return FALSE;
  shape.out = builder->channels;
  g_array_append_val (builder->blocks, shape);

  /* A projection of He et al. 2016 starts behind the first ReLU. Every other shortcut starts at the block's input. */
  main_output = builder->last;
  builder->last = order == NN_ORDER_PRE && has_projection (builder, stage, block) ? activated : input;
  builder->channels = in_channels;
  if (!add_shortcut (builder, stage, block, stride, shape.out, error))
    return FALSE;
  input = builder->last;
  builder->last = main_output;
  add_block_op (builder, stage, block, NN_OP_ADD, "add", input);
  if (order == NN_ORDER_POST)
    add_block_op (builder, stage, block, NN_OP_RELU, "relu", NN_NO_NODE);
  return TRUE;
}
