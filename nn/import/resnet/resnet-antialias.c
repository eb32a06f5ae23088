/* gst-resnet: the pools of anti-aliased networks
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "import/resnet/resnet-antialias.h"

#include "import/onnx/onnx-make.h"

/* Adds a border of one pixel that mirrors the image without repeating its edge. */
static gboolean
add_reflected_border (NnResnetBuilder *builder, const gchar *name, GError **error)
{
  static const gint64 pads[8] = { 0, 0, 1, 1, 0, 0, 1, 1 };
  NnOperator *op = nn_operator_make_newest ("Pad", 2, "mode", "reflect", error);
  const guint inputs[] = { builder->last, NN_NO_NODE };
  NnConstant *constants[] = { NULL, NULL };

  if (!op)
    return FALSE;
  constants[1] = nn_constant_new_ints (pads, 8);
  nn_resnet_add_simple (builder, NN_OP_PLAIN, name, NN_NO_NODE);
  nn_graph_node (builder->graph, builder->last)->in_channels = 0;
  nn_node_set_operator (nn_graph_node (builder->graph, builder->last), op, 2, inputs, constants);
  return TRUE;
}

/* Adds the filter [1 2 1]ᵀ [1 2 1] / 16 on each channel. */
static void
add_binomial (NnResnetBuilder *builder, const gchar *name)
{
  static const gfloat row[3] = { 1, 2, 1 };
  guint n = builder->channels, channel, i;
  gfloat *weight = g_new (gfloat, (gsize)9 * n);
  NnNode *node;

  for (channel = 0; channel < n; channel++)
    for (i = 0; i < 9; i++)
      weight[(gsize)9 * channel + i] = row[i / 3] * row[i % 3] / 16;
  nn_resnet_add_simple (builder, NN_OP_CONV, name, NN_NO_NODE);
  node = nn_graph_node (builder->graph, builder->last);
  node->groups = n;
  node->kernel[0] = node->kernel[1] = 3;
  node->stride[0] = node->stride[1] = 2;
  node->weight = g_bytes_new_take (weight, (gsize)9 * n * sizeof (gfloat));
}

gboolean
nn_resnet_add_antialias (NnResnetBuilder *builder, const gchar *name, GError **error)
{
  g_autofree gchar *border = g_strconcat (name, ".aa.border", NULL), *pool = g_strconcat (name, ".aa", NULL);
  NnNode *node;

  if (builder->traits->antialias == NN_ANTIALIAS_BLUR) {
    if (!add_reflected_border (builder, border, error))
      return FALSE;
    add_binomial (builder, pool);
    return TRUE;
  }
  nn_resnet_add_simple (builder, NN_OP_AVG_POOL, pool, NN_NO_NODE);
  node = nn_graph_node (builder->graph, builder->last);
  node->kernel[0] = node->kernel[1] = 2;
  node->stride[0] = node->stride[1] = 2;
  return TRUE;
}
