/* gst-resnet: what a well-formed graph promises
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "graph/graph-check.h"
#include "base/nn-memory.h"

/* The most padding of a convolution on one side. It is as large as the largest input, and sums of a few such numbers
 * cannot overflow. */
#define MAX_PAD 65535

static gboolean
check_floats (const NnNode *node, const gchar *what, GBytes *bytes, gsize n, gboolean required, GError **error)
{
  gsize size;

  if (!bytes && !required)
    return TRUE;
  if (!bytes || !nn_size_mul (n, sizeof (gfloat), &size) || g_bytes_get_size (bytes) != size) {
    g_set_error (error, NN_ERROR, NN_ERROR_ARCHITECTURE,
                 "%s: %s should have %" G_GSIZE_FORMAT " floats and has %" G_GSIZE_FORMAT, node->name, what, n,
                 bytes ? g_bytes_get_size (bytes) / sizeof (gfloat) : 0);
    return FALSE;
  }
  return TRUE;
}

static guint
n_inputs (const NnNode *node)
{
  switch (node->op) {
  case NN_OP_INPUT:
    return 0;
  case NN_OP_ADD:
  case NN_OP_SCALE:
    return 2;
  case NN_OP_CONV:
    return node->inputs[1] == NN_NO_NODE ? 1 : 2;
  case NN_OP_CONCAT:
    return nn_node_n_slots (node);
  default:
    return 1;
  }
}

static gboolean
check_window (const NnNode *node, GError **error)
{
  guint i;

  for (i = 0; i < 2; i++) {
    gboolean is_pool = node->op == NN_OP_MAX_POOL || node->op == NN_OP_AVG_POOL;
    /* With this, each window has at least one pixel in it. */
    gboolean pool_pad_fits = node->pad[i] <= node->kernel[i] / 2 && node->pad_more[i] >= 0
                             && (gint64)node->pad[i] + node->pad_more[i] < MAX (node->kernel[i], 1);
    gboolean pad_fits
        = node->pad[i] <= MAX_PAD && node->pad_more[i] <= MAX_PAD && (gint64)node->pad[i] + node->pad_more[i] >= 0;

    if (!node->kernel[i] || !node->stride[i] || !node->dilation[i] || (is_pool ? !pool_pad_fits : !pad_fits)) {
      g_set_error (error, NN_ERROR, NN_ERROR_ARCHITECTURE,
                   "%s: kernel %u, stride %u, dilation %u, padding %u do not go", node->name, node->kernel[i],
                   node->stride[i], node->dilation[i], node->pad[i]);
      return FALSE;
    }
  }
  return TRUE;
}

static gboolean
check_parameters (const NnNode *node, GError **error)
{
  gsize n = 0, kernel = 0;

  switch (node->op) {
  case NN_OP_CONV:
    if (!node->groups || node->in_channels % node->groups || node->out_channels % node->groups) {
      g_set_error (error, NN_ERROR, NN_ERROR_ARCHITECTURE, "%s: %u groups do not divide %u → %u channels", node->name,
                   node->groups, node->in_channels, node->out_channels);
      return FALSE;
    }
    if (!nn_size_mul (node->kernel[0], node->kernel[1], &kernel)
        || !nn_size_mul3 (node->out_channels, node->in_channels / node->groups, kernel, &n)) {
      g_set_error (error, NN_ERROR, NN_ERROR_TOO_LARGE, "%s: the weight's size overflows", node->name);
      return FALSE;
    }
    return check_window (node, error) && check_floats (node, "the weight", node->weight, n, TRUE, error)
           && check_floats (node, "the bias", node->bias, node->out_channels, FALSE, error);
  case NN_OP_LINEAR:
    if (!nn_size_mul (node->out_channels, node->in_channels, &n)) {
      g_set_error (error, NN_ERROR, NN_ERROR_TOO_LARGE, "%s: the weight's size overflows", node->name);
      return FALSE;
    }
    return check_floats (node, "the weight", node->weight, n, TRUE, error)
           && check_floats (node, "the bias", node->bias, node->out_channels, FALSE, error);
  case NN_OP_AFFINE:
  case NN_OP_CHANNEL_NORM:
    return check_floats (node, "the weight", node->weight, node->out_channels, TRUE, error)
           && check_floats (node, "the bias", node->bias, node->out_channels, FALSE, error);
  case NN_OP_BATCH_NORM:
    n = node->out_channels;
    return check_floats (node, "gamma", node->bn_gamma, n, TRUE, error)
           && check_floats (node, "beta", node->bn_beta, n, TRUE, error)
           && check_floats (node, "the mean", node->bn_mean, n, TRUE, error)
           && check_floats (node, "the variance", node->bn_variance, n, TRUE, error);
  case NN_OP_MAX_POOL:
  case NN_OP_AVG_POOL:
    return check_window (node, error);
  default:
    return TRUE;
  }
}

/* Checks the inputs of an operator as far as the graph needs it. The operator itself checks their shapes. */
static gboolean
check_operator (const NnGraph *graph, guint index, GError **error)
{
  const NnNode *node = nn_graph_node (graph, index);
  guint i, n = 0;

  for (i = 0; i < nn_node_n_slots (node); i++) {
    guint input = nn_node_get_input (node, i);

    if (input == NN_NO_NODE)
      continue;
    n++;
    if (input >= index || (node->constants && node->constants[i])
        || (node->op == NN_OP_ELEMENTWISE && nn_graph_node (graph, input)->out_channels != node->out_channels)) {
      g_set_error (error, NN_ERROR, NN_ERROR_ARCHITECTURE, "%s: input %u should be an earlier node%s", node->name, i,
                   node->op == NN_OP_ELEMENTWISE ? " of as many channels" : "");
      return FALSE;
    }
  }
  if (!node->onnx || !node->constants || !n) {
    g_set_error (error, NN_ERROR, NN_ERROR_ARCHITECTURE, "%s: should have an operator and at least one input",
                 node->name);
    return FALSE;
  }
  return TRUE;
}

/* The output must have the channels of all inputs, one after the other. */
static gboolean
check_concat (const NnGraph *graph, guint index, GError **error)
{
  const NnNode *node = nn_graph_node (graph, index);
  guint64 channels = 0;
  guint i, n = nn_node_n_slots (node);

  for (i = 0; i < n; i++) {
    guint input = nn_node_get_input (node, i);

    if (input >= index) {
      g_set_error (error, NN_ERROR, NN_ERROR_ARCHITECTURE, "%s: input %u should be an earlier node", node->name, i);
      return FALSE;
    }
    channels += nn_graph_node (graph, input)->out_channels;
  }
  if (channels != node->out_channels || node->in_channels != nn_graph_node (graph, node->inputs[0])->out_channels) {
    g_set_error (error, NN_ERROR, NN_ERROR_ARCHITECTURE, "%s: %u channels should be %" G_GUINT64_FORMAT, node->name,
                 node->out_channels, channels);
    return FALSE;
  }
  return TRUE;
}

static gboolean
check_channels (const NnGraph *graph, guint index, GError **error)
{
  const NnNode *node = nn_graph_node (graph, index);
  gboolean changes = node->op == NN_OP_CONV || node->op == NN_OP_LINEAR;
  guint i, n = n_inputs (node);

  if (node->op == NN_OP_PLAIN || node->op == NN_OP_ELEMENTWISE)
    return check_operator (graph, index, error);
  if (node->op == NN_OP_CONCAT)
    return check_concat (graph, index, error);
  for (i = 0; i < 2; i++) {
    guint input = node->inputs[i];
    guint expected
        = i == 0 || node->op == NN_OP_ADD || node->op == NN_OP_SCALE ? node->in_channels : node->out_channels;

    if (i < n ? input >= index : input != NN_NO_NODE) {
      g_set_error (error, NN_ERROR, NN_ERROR_ARCHITECTURE, "%s: input %u should %s", node->name, i,
                   i < n ? "be an earlier node" : "not be there");
      return FALSE;
    }
    if (i < n && nn_graph_node (graph, input)->out_channels != expected) {
      g_set_error (error, NN_ERROR, NN_ERROR_ARCHITECTURE, "%s: input %u should have %u channels, %s has %u",
                   node->name, i, expected, nn_graph_node (graph, input)->name,
                   nn_graph_node (graph, input)->out_channels);
      return FALSE;
    }
  }
  if (!node->out_channels || (node->op != NN_OP_INPUT && !node->in_channels)
      || (node->op != NN_OP_INPUT && !changes && node->in_channels != node->out_channels)) {
    g_set_error (error, NN_ERROR, NN_ERROR_ARCHITECTURE, "%s: %u → %u channels do not go", node->name,
                 node->in_channels, node->out_channels);
    return FALSE;
  }
  return TRUE;
}

gboolean
nn_graph_check (const NnGraph *graph, GError **error)
{
  guint i;

  if (!graph->nodes->len) {
    g_set_error (error, NN_ERROR, NN_ERROR_ARCHITECTURE, "the graph has no nodes");
    return FALSE;
  }
  for (i = 0; i < graph->nodes->len; i++) {
    const NnNode *node = nn_graph_node (graph, i);

    if (!node || (i == 0) != (node->op == NN_OP_INPUT)) {
      g_set_error (error, NN_ERROR, NN_ERROR_ARCHITECTURE, "node %u: the first node, and no other, is the input", i);
      return FALSE;
    }
    if (!check_channels (graph, i, error) || !check_parameters (node, error))
      return FALSE;
    if (node->relu && node->op != NN_OP_CONV && node->op != NN_OP_ADD && node->op != NN_OP_AFFINE) {
      g_set_error (error, NN_ERROR, NN_ERROR_ARCHITECTURE, "%s: only convolutions and sums carry a ReLU", node->name);
      return FALSE;
    }
    if ((node->op == NN_OP_ACTIVATION) != (node->activation.kind != NN_LAYER_ACTIVATION_NONE)
        && (node->op != NN_OP_CONV || node->relu)) {
      g_set_error (error, NN_ERROR, NN_ERROR_ARCHITECTURE,
                   "%s: only an activation has a kind of activation, and a convolution without a ReLU may carry one",
                   node->name);
      return FALSE;
    }
  }
  return TRUE;
}
