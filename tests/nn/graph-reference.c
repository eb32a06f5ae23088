/* gst-resnet tests: graphs by hand and what they compute, naively
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "graph-reference.h"

#include <math.h>
#include <string.h>

#include "graph/fold-batch-norm.h"
#include "graph/graph-check.h"
#include "graph/graph-shapes.h"
#include "graph/shape.h"

GBytes *
test_random_floats (guint32 seed, gsize n, gdouble low, gdouble high)
{
  GRand *rand = g_rand_new_with_seed (seed);
  gfloat *values = g_new (gfloat, MAX (n, 1));
  gsize i;

  for (i = 0; i < n; i++)
    values[i] = (gfloat)g_rand_double_range (rand, low, high);
  g_rand_free (rand);
  return g_bytes_new_take (values, n * sizeof (gfloat));
}

guint
test_add_input (NnGraph *graph, guint channels)
{
  guint index = nn_graph_add (graph, NN_OP_INPUT, "input");

  nn_graph_node (graph, index)->out_channels = channels;
  return index;
}

static NnNode *
add (NnGraph *graph, NnOp op, const gchar *name, guint input, guint out, guint *index)
{
  NnNode *node;

  *index = nn_graph_add (graph, op, name);
  node = nn_graph_node (graph, *index);
  node->inputs[0] = input;
  node->in_channels = nn_graph_node (graph, input)->out_channels;
  node->out_channels = out ? out : node->in_channels;
  return node;
}

guint
test_add_conv (NnGraph *graph, const gchar *name, guint input, guint out, guint kernel, guint stride, guint groups,
               gboolean bias)
{
  guint index, i;
  NnNode *node = add (graph, NN_OP_CONV, name, input, out, &index);

  for (i = 0; i < 2; i++) {
    node->kernel[i] = kernel;
    node->stride[i] = stride;
    node->pad[i] = kernel / 2;
  }
  node->groups = groups;
  node->weight = test_random_floats (index * 10, (gsize)out * (node->in_channels / groups) * kernel * kernel, -1, 1);
  if (bias)
    node->bias = test_random_floats (index * 10 + 1, out, -1, 1);
  return index;
}

guint
test_add_batch_norm (NnGraph *graph, const gchar *name, guint input)
{
  guint index;
  NnNode *node = add (graph, NN_OP_BATCH_NORM, name, input, 0, &index);

  node->bn_epsilon = 1e-5;
  node->bn_gamma = test_random_floats (index * 10 + 2, node->out_channels, -2, 2);
  node->bn_beta = test_random_floats (index * 10 + 3, node->out_channels, -1, 1);
  node->bn_mean = test_random_floats (index * 10 + 4, node->out_channels, -1, 1);
  node->bn_variance = test_random_floats (index * 10 + 5, node->out_channels, 0.01, 3);
  return index;
}

guint
test_add_max_pool (NnGraph *graph, const gchar *name, guint input, guint kernel, guint stride, guint pad)
{
  guint index, i;
  NnNode *node = add (graph, NN_OP_MAX_POOL, name, input, 0, &index);

  for (i = 0; i < 2; i++) {
    node->kernel[i] = kernel;
    node->stride[i] = stride;
    node->pad[i] = pad;
  }
  return index;
}

guint
test_add_simple (NnGraph *graph, NnOp op, const gchar *name, guint input, guint other)
{
  guint index;

  add (graph, op, name, input, 0, &index)->inputs[1] = other;
  return index;
}

guint
test_add_linear (NnGraph *graph, const gchar *name, guint input, guint out)
{
  guint index;
  NnNode *node = add (graph, NN_OP_LINEAR, name, input, out, &index);

  node->weight = test_random_floats (index * 10 + 6, (gsize)out * node->in_channels, -1, 1);
  node->bias = test_random_floats (index * 10 + 7, out, -1, 1);
  return index;
}

void
test_assert_valid (const NnGraph *graph)
{
  GError *error = NULL;

  nn_graph_check (graph, &error);
  g_assert_no_error (error);
}

static gdouble
value (GBytes *bytes, gsize index)
{
  return bytes ? ((const gfloat *)g_bytes_get_data (bytes, NULL))[index] : 0;
}

static gdouble
conv_at (const NnNode *node, const NnShape *in, const gdouble *x, guint channel, guint y, guint x0)
{
  guint per_group = node->in_channels / node->groups, c, i, j;
  guint first = channel / (node->out_channels / node->groups) * per_group;
  gdouble sum = value (node->bias, channel);

  for (c = 0; c < per_group; c++)
    for (i = 0; i < node->kernel[0]; i++)
      for (j = 0; j < node->kernel[1]; j++) {
        gint64 row = (gint64)y * node->stride[0] + (gint64)i * node->dilation[0] - node->pad[0];
        gint64 column = (gint64)x0 * node->stride[1] + (gint64)j * node->dilation[1] - node->pad[1];
        gsize w = (((gsize)channel * per_group + c) * node->kernel[0] + i) * node->kernel[1] + j;

        if (row >= 0 && row < in->height && column >= 0 && column < in->width)
          sum += value (node->weight, w)
                 * x[((gsize)(first + c) * in->height + (gsize)row) * in->width + (gsize)column];
      }
  return sum;
}

static gdouble
pool_at (const NnNode *node, const NnShape *in, const gdouble *x, guint channel, guint y, guint x0)
{
  gdouble best = -INFINITY, sum = 0;
  guint i, j, n = 0;

  for (i = 0; i < node->kernel[0]; i++)
    for (j = 0; j < node->kernel[1]; j++) {
      gint64 row = (gint64)y * node->stride[0] + i - node->pad[0];
      gint64 column = (gint64)x0 * node->stride[1] + j - node->pad[1];

      if (row >= 0 && row < in->height && column >= 0 && column < in->width) {
        gdouble here = x[((gsize)channel * in->height + (gsize)row) * in->width + (gsize)column];

        best = fmax (best, here);
        sum += here;
        n++;
      }
    }
  return node->op == NN_OP_AVG_POOL ? sum / n : best;
}

static gdouble
element (const NnNode *node, const NnShape *in, const NnShape *out, const gdouble *x, const gdouble *other,
         guint channel, guint row, guint column)
{
  gsize index = ((gsize)channel * out->height + row) * out->width + column, i, area = (gsize)in->height * in->width;
  gdouble sum;

  switch (node->op) {
  case NN_OP_CONV:
    return conv_at (node, in, x, channel, row, column) + (other ? other[index] : 0);
  case NN_OP_BATCH_NORM:
    return value (node->bn_gamma, channel) * (x[index] - value (node->bn_mean, channel))
               / sqrt (value (node->bn_variance, channel) + node->bn_epsilon)
           + value (node->bn_beta, channel);
  case NN_OP_RELU:
    return fmax (0, x[index]);
  case NN_OP_ADD:
    return x[index] + other[index];
  case NN_OP_MAX_POOL:
  case NN_OP_AVG_POOL:
    return pool_at (node, in, x, channel, row, column);
  case NN_OP_GLOBAL_AVG_POOL:
    for (sum = 0, i = 0; i < area; i++)
      sum += x[channel * area + i];
    return sum / (gdouble)area;
  case NN_OP_GLOBAL_MAX_POOL:
    for (sum = x[channel * area], i = 1; i < area; i++)
      sum = fmax (sum, x[channel * area + i]);
    return sum;
  case NN_OP_SIGMOID:
    return 1 / (1 + exp (-x[index]));
  case NN_OP_SCALE:
    return x[index] * other[channel];
  case NN_OP_AFFINE:
    return x[index] * value (node->weight, channel) + value (node->bias, channel);
  case NN_OP_CONCAT:
    return channel < in->channels ? x[index] : other[index - in->channels * area];
  case NN_OP_LINEAR:
    for (sum = value (node->bias, channel), i = 0; i < node->in_channels; i++)
      sum += value (node->weight, channel * (gsize)node->in_channels + i) * x[i];
    return sum;
  default:
    g_assert_not_reached ();
  }
}

gdouble *
test_run_graph (const NnGraph *graph, guint height, guint width, gsize *n)
{
  guint n_nodes = graph->nodes->len, i, c, row, column;
  gdouble **outputs = g_new0 (gdouble *, n_nodes), *result;
  GError *error = NULL;
  NnShape *shapes = nn_graph_infer_shapes (graph, height, width, &error);

  g_assert_no_error (error);
  for (i = 0; i < n_nodes; i++) {
    const NnNode *node = nn_graph_node (graph, i);
    const NnShape *out = &shapes[i];
    gsize size = (gsize)out->channels * out->height * out->width, k = 0;

    outputs[i] = g_new (gdouble, size);
    if (node->op == NN_OP_INPUT) {
      GBytes *input = test_random_floats (4711, size, -1, 1);

      for (k = 0; k < size; k++)
        outputs[i][k] = value (input, k);
      g_bytes_unref (input);
      continue;
    }
    for (c = 0; c < out->channels; c++)
      for (row = 0; row < out->height; row++)
        for (column = 0; column < out->width; column++, k++) {
          const gdouble *other = node->inputs[1] == NN_NO_NODE ? NULL : outputs[node->inputs[1]];

          outputs[i][k]
              = element (node, &shapes[node->inputs[0]], out, outputs[node->inputs[0]], other, c, row, column);
          if (node->relu)
            outputs[i][k] = fmax (0, outputs[i][k]);
        }
  }
  *n = (gsize)shapes[n_nodes - 1].channels * shapes[n_nodes - 1].height * shapes[n_nodes - 1].width;
  result = g_steal_pointer (&outputs[n_nodes - 1]);
  for (i = 0; i < n_nodes; i++)
    g_free (outputs[i]);
  g_free (outputs);
  g_free (shapes);
  return result;
}

void
test_assert_pass_keeps_output (NnGraph *graph, void (*pass) (NnGraph *), guint height, guint width, gdouble tolerance)
{
  g_autofree gdouble *before = NULL, *after = NULL;
  gdouble largest = 0, worst = 0;
  gsize n_before, n_after, i;

  test_assert_valid (graph);
  before = test_run_graph (graph, height, width, &n_before);
  pass (graph);
  test_assert_valid (graph);
  after = test_run_graph (graph, height, width, &n_after);
  g_assert_cmpuint (n_before, ==, n_after);
  for (i = 0; i < n_before; i++) {
    largest = fmax (largest, fabs (before[i]));
    worst = fmax (worst, fabs (before[i] - after[i]));
  }
  g_assert_cmpfloat (largest, >, 0);
  g_assert_cmpfloat (worst, <=, tolerance * largest);
}

guint
test_count_op (const NnGraph *graph, NnOp op)
{
  guint i, n = 0;

  for (i = 0; i < graph->nodes->len; i++)
    n += nn_graph_node (graph, i)->op == op;
  return n;
}

void
test_fold_batch_norm (NnGraph *graph)
{
  GError *error = NULL;

  nn_graph_fold_batch_norm (graph, &error);
  g_assert_no_error (error);
}
