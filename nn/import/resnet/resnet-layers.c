/* gst-resnet: taking tensors out of the state dict and making layers of them
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "import/resnet/resnet-layers.h"

#include <math.h>
#include <string.h>

#include "import/onnx/onnx-make.h"

/* The expected shape as text, such as "[128, *, 3, 3]". Where any size does, it shows what @found (nullable) has
 * there if that has as many dimensions, and otherwise *. */
static gchar *
expected_shape (guint n_dims, const guint64 *dims, const NnTensor *found)
{
  GString *string = g_string_new ("[");
  guint i;

  for (i = 0; i < n_dims; i++) {
    if (i)
      g_string_append (string, ", ");
    if (dims[i])
      g_string_append_printf (string, "%" G_GUINT64_FORMAT, dims[i]);
    else if (found && found->n_dims == n_dims && found->dims[i])
      g_string_append_printf (string, "%" G_GUINT64_FORMAT, found->dims[i]);
    else
      g_string_append_c (string, '*');
  }
  g_string_append_c (string, ']');
  return g_string_free (string, FALSE);
}

static gboolean
shape_fits (const NnTensor *tensor, guint n_dims, const guint64 *dims)
{
  guint i;

  if (tensor->n_dims != n_dims)
    return FALSE;
  for (i = 0; i < n_dims; i++)
    if (!tensor->dims[i] || (dims[i] && dims[i] != tensor->dims[i]))
      return FALSE;
  return TRUE;
}

const NnTensor *
nn_resnet_get (const NnResnetBuilder *builder, const gchar *name)
{
  return nn_resnet_names_get (&builder->survey.names, name);
}

const NnTensor *
nn_resnet_take (NnResnetBuilder *builder, const gchar *name, guint n_dims, const guint64 *dims, NnTensorRole role,
                GError **error)
{
  const NnTensor *tensor = nn_resnet_get (builder, name);
  g_autofree gchar *expected = expected_shape (n_dims, dims, tensor);
  g_autofree gchar *shown = nn_resnet_names_shown (&builder->survey.names, name);
  NnTaken taken = { tensor, role };
  guint i;

  if (!tensor) {
    g_set_error (error, NN_ERROR, NN_ERROR_ARCHITECTURE, "%s: missing, expected %s", shown, expected);
    return NULL;
  }
  if (!shape_fits (tensor, n_dims, dims)) {
    g_autofree gchar *found = nn_tensor_shape_string (tensor);

    g_set_error (error, NN_ERROR, NN_ERROR_ARCHITECTURE, "%s: expected %s, found %s", shown, expected, found);
    return NULL;
  }
  if (!tensor->f32) {
    g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED, "%s: expected floating-point numbers, found %s", shown,
                 nn_dtype_name (tensor->dtype));
    return NULL;
  }
  /* Sizes that were expected need no check: they are those of tensors that were taken before, or follow from them. */
  for (i = 0; i < n_dims; i++) {
    guint64 limit = n_dims == 2 || !strcmp (name, "fc.weight") ? NN_RESNET_MAX_CLASSES : NN_RESNET_MAX_CHANNELS;

    if (!dims[i] && tensor->dims[i] > limit) {
      g_set_error (error, NN_ERROR, NN_ERROR_TOO_LARGE,
                   "%s: a size of %" G_GUINT64_FORMAT " is over the limit of %" G_GUINT64_FORMAT, shown,
                   tensor->dims[i], limit);
      return NULL;
    }
  }
  g_array_append_val (builder->taken, taken);
  g_hash_table_add (builder->used, (gpointer)tensor);
  return tensor;
}

gboolean
nn_resnet_has (const NnResnetBuilder *builder, const gchar *layer, const gchar *suffix)
{
  g_autofree gchar *name = g_strconcat (layer, ".", suffix, NULL);

  return nn_resnet_get (builder, name) != NULL;
}

/* The tensor's floats as bytes that keep the tensor's storage alive after the state dict is gone. */
static GBytes *
tensor_bytes (const NnTensor *tensor)
{
  return g_bytes_new_with_free_func (tensor->f32, tensor->n_elements * sizeof (gfloat), (GDestroyNotify)g_bytes_unref,
                                     g_bytes_ref (tensor->storage));
}

static GBytes *
take_vector (NnResnetBuilder *builder, const gchar *layer, const gchar *suffix, guint n, NnTensorRole role,
             GError **error)
{
  g_autofree gchar *name = g_strconcat (layer, ".", suffix, NULL);
  const guint64 dims[] = { n };
  const NnTensor *tensor = nn_resnet_take (builder, name, 1, dims, role, error);

  return tensor ? tensor_bytes (tensor) : NULL;
}

/* Puts a copy in the place of bytes of the file. The classifier is not folded and would keep the whole file in
 * memory. */
static void
detach (GBytes **bytes)
{
  gsize size;
  gconstpointer data = g_bytes_get_data (*bytes, &size);
  GBytes *copy = g_bytes_new (data, size);

  g_bytes_unref (*bytes);
  *bytes = copy;
}

static GBytes *
constant_vector (guint n, gfloat value)
{
  gfloat *v = g_new (gfloat, n);
  guint i;

  for (i = 0; i < n; i++)
    v[i] = value;
  return g_bytes_new_take (v, n * sizeof (gfloat));
}

static NnNode *
append (NnResnetBuilder *builder, NnOp op, const gchar *name, guint out_channels)
{
  guint index = nn_graph_add (builder->graph, op, name);
  NnNode *node = nn_graph_node (builder->graph, index);

  if (op != NN_OP_INPUT) {
    node->inputs[0] = builder->last;
    node->in_channels = builder->channels;
  }
  node->out_channels = out_channels;
  builder->last = index;
  builder->channels = out_channels;
  return node;
}

void
nn_resnet_add_simple (NnResnetBuilder *builder, NnOp op, const gchar *name, guint other)
{
  append (builder, op, name, builder->channels)->inputs[1] = other;
}

/* The counter is an integer, or a float if somebody converted all tensors to one type. Its value is not needed. */
void
nn_resnet_take_counter (NnResnetBuilder *builder, const gchar *layer)
{
  g_autofree gchar *name = g_strconcat (layer, ".num_batches_tracked", NULL);
  const NnTensor *tensor = nn_resnet_get (builder, name);
  NnTaken taken = { tensor, NN_ROLE_COUNTER };

  if (!tensor)
    return;
  g_array_append_val (builder->taken, taken);
  g_hash_table_add (builder->used, (gpointer)tensor);
}

gboolean
nn_resnet_add_batch_norm (NnResnetBuilder *builder, const gchar *layer, GError **error)
{
  gboolean affine = nn_resnet_has (builder, layer, "weight") || nn_resnet_has (builder, layer, "bias");
  guint n = builder->channels;
  NnNode *node;

  if (!builder->survey.has_statistics && affine) {
    g_autofree gchar *name = g_strconcat (layer, ".running_mean", NULL);
    g_autofree gchar *shown = nn_resnet_names_shown (&builder->survey.names, name);

    g_set_error (
        error, NN_ERROR, NN_ERROR_UNFIT,
        "%s: missing, as every running statistic is, so the network cannot be evaluated: save the whole "
        "state_dict() of a model with BatchNorm and track_running_stats=True (GroupNorm, as in BiT's and other "
        "networks, is not known)",
        shown);
    return FALSE;
  }
  /* If the layer has no tensors at all, the error names the one that comes first. */
  affine |= !nn_resnet_has (builder, layer, "running_mean") && !nn_resnet_has (builder, layer, "running_var");
  node = append (builder, NN_OP_BATCH_NORM, layer, n);
  node->bn_epsilon = NN_RESNET_EPSILON;
  node->bn_gamma = affine ? take_vector (builder, layer, "weight", n, NN_ROLE_GAMMA, error) : constant_vector (n, 1);
  if (!node->bn_gamma)
    return FALSE;
  node->bn_beta = affine ? take_vector (builder, layer, "bias", n, NN_ROLE_BETA, error) : constant_vector (n, 0);
  if (!node->bn_beta)
    return FALSE;
  node->bn_mean = take_vector (builder, layer, "running_mean", n, NN_ROLE_MEAN, error);
  if (!node->bn_mean)
    return FALSE;
  node->bn_variance = take_vector (builder, layer, "running_var", n, NN_ROLE_VARIANCE, error);
  if (!node->bn_variance)
    return FALSE;
  nn_resnet_take_counter (builder, layer);
  return TRUE;
}

/* The number of channels that all tensors of a BatchNorm agree on; 0 if they do not agree or are not there. If the
 * convolution before it has another number of channels, the convolution is what is wrong. */
static guint
batch_norm_channels (const NnResnetBuilder *builder, const gchar *layer)
{
  static const gchar *const suffixes[] = { "running_mean", "running_var", "weight", "bias" };
  guint64 n = 0;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (suffixes); i++) {
    g_autofree gchar *name = g_strconcat (layer, ".", suffixes[i], NULL);
    const NnTensor *tensor = nn_resnet_get (builder, name);

    if (!tensor && i >= 2)
      continue;
    if (!tensor || tensor->n_dims != 1 || (n && tensor->dims[0] != n))
      return 0;
    n = tensor->dims[0];
  }
  return n <= NN_RESNET_MAX_CHANNELS ? (guint)n : 0;
}

/* The number of groups that a weight of [*, per_group, …] makes of the channels that come in; 0 if they cannot be
 * grouped so. */
static guint
groups_of (const NnResnetBuilder *builder, const gchar *weight_name, guint kernel)
{
  const NnTensor *tensor = nn_resnet_get (builder, weight_name);
  guint64 in = builder->channels;

  if (!tensor || tensor->n_dims != 4 || !tensor->dims[1] || in % tensor->dims[1]
      || tensor->dims[0] % (in / tensor->dims[1]) || tensor->dims[2] != kernel || tensor->dims[3] != kernel)
    return 0;
  return (guint)(in / tensor->dims[1]);
}

gboolean
nn_resnet_add_conv (NnResnetBuilder *builder, const gchar *layer, const gchar *bn_layer, guint out, guint kernel,
                    guint stride, guint *groups, GError **error)
{
  g_autofree gchar *weight_name = g_strconcat (layer, ".weight", NULL);
  guint g = groups ? *groups : 1;
  guint64 dims[4] = { out, 0, kernel, kernel };
  const NnTensor *weight;
  NnNode *node;
  guint i;

  if (!out && bn_layer && builder->survey.has_batch_norm)
    dims[0] = batch_norm_channels (builder, bn_layer);
  if (!g)
    g = MAX (groups_of (builder, weight_name, kernel), 1);
  /* If the groups do not divide the channels, the error below shows what one group would take. */
  dims[1] = MAX (builder->channels / g, 1);
  weight = nn_resnet_take (builder, weight_name, 4, dims, NN_ROLE_WEIGHT, error);
  if (!weight)
    return FALSE;
  if (builder->channels % g || weight->dims[0] % g) {
    g_set_error (error, NN_ERROR, NN_ERROR_ARCHITECTURE,
                 "%s: %u → %" G_GUINT64_FORMAT " channels do not go in %u groups", weight->name, builder->channels,
                 weight->dims[0], g);
    return FALSE;
  }
  node = append (builder, NN_OP_CONV, layer, (guint)weight->dims[0]);
  for (i = 0; i < 2; i++) {
    node->kernel[i] = kernel;
    node->stride[i] = stride;
    node->pad[i] = kernel / 2;
  }
  node->groups = g;
  node->weight = tensor_bytes (weight);
  if (!builder->survey.has_batch_norm || nn_resnet_has (builder, layer, "bias")) {
    node->bias = take_vector (builder, layer, "bias", node->out_channels, NN_ROLE_BIAS, error);
    if (!node->bias)
      return FALSE;
  }
  if (groups)
    *groups = g;
  return !bn_layer || !builder->survey.has_batch_norm || nn_resnet_add_batch_norm (builder, bn_layer, error);
}

gboolean
nn_resnet_append_conv (NnResnetBuilder *builder, const gchar *layer, const NnTensor *weight, GError **error)
{
  NnNode *node = append (builder, NN_OP_CONV, layer, (guint)weight->dims[0]);

  node->weight = tensor_bytes (weight);
  if (!nn_resnet_has (builder, layer, "bias"))
    return TRUE;
  node->bias = take_vector (builder, layer, "bias", node->out_channels, NN_ROLE_BIAS, error);
  return node->bias != NULL;
}

gboolean
nn_resnet_append_linear (NnResnetBuilder *builder, const gchar *layer, const NnTensor *weight, GError **error)
{
  NnNode *node = append (builder, NN_OP_LINEAR, layer, (guint)weight->dims[0]);

  node->weight = tensor_bytes (weight);
  detach (&node->weight);
  if (nn_resnet_has (builder, layer, "bias")) {
    node->bias = take_vector (builder, layer, "bias", node->out_channels, NN_ROLE_BIAS, error);
    if (!node->bias)
      return FALSE;
    detach (&node->bias);
  }
  return TRUE;
}

gboolean
nn_resnet_add_operator (NnResnetBuilder *builder, const gchar *op_type, const gchar *name, guint n_values,
                        const gfloat *values, GError **error)
{
  NnOperator *op = nn_operator_make_newest (op_type, n_values + 1, NULL, NULL, error);
  g_autofree NnConstant **constants = g_new0 (NnConstant *, n_values + 1);
  g_autofree guint *inputs = g_new (guint, n_values + 1);
  guint i;

  if (!op)
    return FALSE;
  inputs[0] = builder->last;
  for (i = 0; i < n_values; i++) {
    inputs[i + 1] = NN_NO_NODE;
    constants[i + 1] = isnan (values[i]) ? NULL : nn_constant_new_float (values[i]);
  }
  nn_node_set_operator (append (builder, NN_OP_ELEMENTWISE, name, builder->channels), op, n_values + 1, inputs,
                        constants);
  return TRUE;
}

void
nn_resnet_dilate (NnResnetBuilder *builder, guint index, guint dilation)
{
  NnNode *node = nn_graph_node (builder->graph, index);
  guint i;

  for (i = 0; i < 2; i++) {
    node->dilation[i] = dilation;
    node->pad[i] = dilation * (node->kernel[i] / 2);
  }
}
