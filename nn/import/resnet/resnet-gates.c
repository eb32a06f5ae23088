/* gst-resnet: attention over channels
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "import/resnet/resnet-gates.h"

#include "base/nn-budget.h"
#include "base/nn-memory.h"

/* A convolution across channels becomes a matrix of channels × channels; this limits it to 256 MiB. */
#define MAX_ECA_CHANNELS 8192
/* This is longer than any kernel that the rule of Wang et al. 2020 gives. */
#define MAX_ECA_KERNEL 99

/* Appends a 1×1 convolution with or without a bias. Its weight may be that of a linear layer. */
static gboolean
add_dense (NnResnetBuilder *builder, const gchar *gate, const gchar *name, guint out, GError **error)
{
  g_autofree gchar *layer = g_strconcat (gate, name, NULL), *weight_name = g_strconcat (layer, ".weight", NULL);
  const NnTensor *weight = nn_resnet_get (builder, weight_name);
  const guint64 dims[] = { out, builder->channels, 1, 1 };

  weight = nn_resnet_take (builder, weight_name, weight && weight->n_dims == 2 ? 2 : 4, dims, NN_ROLE_WEIGHT, error);
  return weight && nn_resnet_append_conv (builder, layer, weight, error);
}

/* Hu et al. 2018: a global average pool, two small layers and a sigmoid. The pool and the sigmoid are the caller's. */
static gboolean
add_squeeze_excite (NnResnetBuilder *builder, const gchar *gate, GError **error)
{
  g_autofree gchar *relu = g_strconcat (gate, "relu", NULL);
  guint channels = builder->channels;

  if (!add_dense (builder, gate, "fc1", 0, error))
    return FALSE;
  nn_resnet_add_simple (builder, NN_OP_RELU, relu, NN_NO_NODE);
  return add_dense (builder, gate, "fc2", channels, error);
}

/* Wang et al. 2020, equation 9: a one-dimensional convolution over the channels' means, with zeros beyond the ends.
 * It is written as a matrix, in which row c has the kernel around column c. */
static gboolean
add_efficient (NnResnetBuilder *builder, const gchar *gate, GError **error)
{
  g_autofree gchar *layer = g_strconcat (gate, "conv", NULL), *name = g_strconcat (layer, ".weight", NULL);
  const guint64 dims[] = { 1, 1, 0 };
  const NnTensor *tensor = nn_resnet_take (builder, name, 3, dims, NN_ROLE_WEIGHT, error);
  gsize n = builder->channels, half, row, i;
  gfloat *matrix;
  GBytes *bytes;

  if (!tensor)
    return FALSE;
  if (tensor->dims[2] % 2 == 0 || tensor->dims[2] > MAX_ECA_KERNEL || n > MAX_ECA_CHANNELS) {
    g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED,
                 "%s: a kernel of %" G_GUINT64_FORMAT " across %" G_GSIZE_FORMAT
                 " channels; an odd one up to %d and up to %d channels are known",
                 tensor->name, tensor->dims[2], n, MAX_ECA_KERNEL, MAX_ECA_CHANNELS);
    return FALSE;
  }
  half = (gsize)tensor->dims[2] / 2;
  bytes = nn_floats_new (n * n, &matrix);
  if (!bytes)
    return nn_budget_no_memory (n * n * sizeof (gfloat), tensor->name, "its matrix", error);
  memset (matrix, 0, n * n * sizeof (gfloat));
  for (row = 0; row < n; row++)
    for (i = 0; i < tensor->dims[2]; i++)
      if (row + i >= half && row + i - half < n)
        matrix[row * n + row + i - half] = tensor->f32[i];
  nn_resnet_add_simple (builder, NN_OP_CONV, layer, NN_NO_NODE);
  nn_graph_node (builder->graph, builder->last)->weight = bytes;
  return TRUE;
}

gboolean
nn_resnet_add_gate (NnResnetBuilder *builder, const gchar *block, GError **error)
{
  g_autofree gchar *gate = g_strconcat (block, "se.", NULL), *pool = g_strconcat (gate, "pool", NULL);
  g_autofree gchar *sigmoid = g_strconcat (gate, "sigmoid", NULL), *scale = g_strconcat (gate, "scale", NULL);
  g_autofree gchar *fc1 = g_strconcat (gate, "fc1", NULL), *fc2 = g_strconcat (gate, "fc2", NULL);
  g_autofree gchar *conv = g_strconcat (gate, "conv", NULL);
  gboolean squeezes = nn_resnet_has (builder, fc1, "weight") || nn_resnet_has (builder, fc2, "weight");
  guint main_output = builder->last, factors;

  if (!squeezes && !nn_resnet_has (builder, conv, "weight"))
    return TRUE;
  if (squeezes)
    builder->survey.squeeze_excite = TRUE;
  else
    builder->survey.efficient_attention = TRUE;
  nn_resnet_add_simple (builder, NN_OP_GLOBAL_AVG_POOL, pool, NN_NO_NODE);
  if (!(squeezes ? add_squeeze_excite : add_efficient) (builder, gate, error))
    return FALSE;
  nn_resnet_add_simple (builder, NN_OP_SIGMOID, sigmoid, NN_NO_NODE);
  factors = builder->last;
  builder->last = main_output;
  nn_resnet_add_simple (builder, NN_OP_SCALE, scale, factors);
  return TRUE;
}
