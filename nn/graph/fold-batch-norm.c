/* gst-resnet: folding of BatchNorm, and of factors and terms, into the layer before them
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>

#include "base/nn-budget.h"
#include "base/nn-memory.h"
#include "graph/fold-batch-norm.h"

static const gfloat *
floats (GBytes *bytes)
{
  return bytes ? g_bytes_get_data (bytes, NULL) : NULL;
}

/* Ioffe & Szegedy 2015, algorithm 2: in evaluation BatchNorm is y = scale · x + shift with
 * scale = gamma / sqrt (variance + epsilon), shift = beta − mean · scale. */
static void
scale_and_shift (const NnNode *bn, guint channel, gdouble *scale, gdouble *shift)
{
  if (bn->op == NN_OP_AFFINE) {
    *scale = floats (bn->weight)[channel];
    *shift = bn->bias ? floats (bn->bias)[channel] : 0;
    return;
  }
  *scale = floats (bn->bn_gamma)[channel] / sqrt (floats (bn->bn_variance)[channel] + bn->bn_epsilon);
  *shift = floats (bn->bn_beta)[channel] - floats (bn->bn_mean)[channel] * *scale;
}

/* W' = scale · W, b' = scale · b + shift. The weight is replaced and never written, because its bytes may be those of a
 * mapped file. */
static gboolean
fold (NnNode *conv, const NnNode *bn, GError **error)
{
  gsize n = g_bytes_get_size (conv->weight) / sizeof (gfloat), per_channel = n / conv->out_channels, i;
  const gfloat *old_weight = floats (conv->weight), *old_bias = floats (conv->bias);
  gfloat *weight, *bias;
  GBytes *folded = nn_floats_new (n, &weight);
  guint channel;

  if (!folded)
    return nn_budget_no_memory (n * sizeof (gfloat), conv->name, "its weights with the BatchNorm folded in", error);
  bias = g_new (gfloat, conv->out_channels);
  for (channel = 0; channel < conv->out_channels; channel++) {
    const gfloat *from = old_weight + channel * per_channel;
    gfloat *to = weight + channel * per_channel;
    gdouble scale, shift;

    scale_and_shift (bn, channel, &scale, &shift);
    for (i = 0; i < per_channel; i++)
      to[i] = (gfloat)(from[i] * scale);
    bias[channel] = (gfloat)((old_bias ? old_bias[channel] : 0.0) * scale + shift);
  }
  nn_node_drop_weight (conv);
  conv->weight = folded;
  g_clear_pointer (&conv->bias, g_bytes_unref);
  conv->bias = g_bytes_new_take (bias, conv->out_channels * sizeof (gfloat));
  return TRUE;
}

/* A BatchNorm that cannot be folded into a convolution before it becomes a 1×1 convolution with one group for each
 * channel. */
static void
become_convolution (NnNode *bn)
{
  guint n = bn->out_channels, channel;
  gfloat *weight = g_new (gfloat, n), *bias = g_new (gfloat, n);

  for (channel = 0; channel < n; channel++) {
    gdouble scale, shift;

    scale_and_shift (bn, channel, &scale, &shift);
    weight[channel] = (gfloat)scale;
    bias[channel] = (gfloat)shift;
  }
  bn->op = NN_OP_CONV;
  bn->groups = n;
  bn->weight = g_bytes_new_take (weight, n * sizeof (gfloat));
  bn->bias = g_bytes_new_take (bias, n * sizeof (gfloat));
  g_clear_pointer (&bn->bn_gamma, g_bytes_unref);
  g_clear_pointer (&bn->bn_beta, g_bytes_unref);
  g_clear_pointer (&bn->bn_mean, g_bytes_unref);
  g_clear_pointer (&bn->bn_variance, g_bytes_unref);
}

gboolean
nn_graph_fold_batch_norm (NnGraph *graph, GError **error)
{
  g_autofree guint *readers = nn_graph_count_readers (graph);
  gboolean ok = TRUE;
  guint i;

  for (i = 0; i < graph->nodes->len && ok; i++) {
    NnNode *bn = nn_graph_node (graph, i), *conv;

    if (bn->op != NN_OP_BATCH_NORM && bn->op != NN_OP_AFFINE)
      continue;
    conv = nn_graph_node (graph, bn->inputs[0]);
    if ((conv->op == NN_OP_CONV || conv->op == NN_OP_LINEAR) && readers[bn->inputs[0]] == 1 && !conv->relu
        && !conv->activation.kind && conv->inputs[1] == NN_NO_NODE) {
      ok = fold (conv, bn, error);
      if (ok)
        nn_graph_absorb (graph, bn->inputs[0], i);
    } else if (bn->op == NN_OP_BATCH_NORM) {
      become_convolution (bn);
    }
  }
  nn_graph_compact (graph);
  return ok;
}
