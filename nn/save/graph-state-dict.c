/* gst-resnet: a graph as a state dict
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "save/graph-state-dict.h"

#include <string.h>

#include "import/resnet/resnet-builder.h"
#include "import/resnet/resnet-names.h"
#include "save/graph-fingerprint.h"
#include "save/graph-structure.h"

/* A way in which a file could name the layers. In each name, @part is replaced by @instead. The loader concludes from
 * such names how the rest of the network is built. */
typedef struct {
  NnNaming naming;
  const gchar *part, *instead;
} Style;

static const Style styles[] = {
  { NN_NAMING_TORCHVISION, NULL, NULL },
  { NN_NAMING_TIMM_V2, NULL, NULL },
  { NN_NAMING_TORCHVISION, "downsample", "shortcut" }, /* kuangliu's pre-activation networks */
  { NN_NAMING_TORCHVISION, ".se.", ".se_module." },    /* Cadene's networks, after Caffe's */
  { NN_NAMING_SENET, NULL, NULL },
};

static void
add (NnWeights *weights, const gchar *layer, const gchar *suffix, GBytes *floats, guint n_dims, const guint64 *dims)
{
  g_autofree gchar *name = g_strconcat (layer, suffix, NULL);

  if (floats)
    nn_weights_add_f32 (weights, name, n_dims, dims, floats);
}

/* Returns the kernel of efficient channel attention. In a graph it is a matrix, whose middle row has the kernel around
 * the diagonal. Returns NULL where the matrix is not of that kind. */
static GBytes *
eca_kernel (const NnNode *node, guint64 *size)
{
  gsize n = node->in_channels, middle = n / 2, half = 0, i;
  const gfloat *row = (const gfloat *)g_bytes_get_data (node->weight, NULL) + middle * n;

  if (node->out_channels != n || g_bytes_get_size (node->weight) != n * n * sizeof (gfloat))
    return NULL;
  for (i = 0; i < n; i++)
    if (row[i] != 0)
      half = MAX (half, i > middle ? i - middle : middle - i);
  if (half > middle || middle + half >= n)
    return NULL;
  *size = 2 * half + 1;
  return g_bytes_new (row + middle - half, (gsize)*size * sizeof (gfloat));
}

/* Adds the tensors of a node. Returns FALSE where the style has no name for the layer, or another layer has that name.
 */
static gboolean
add_node (NnWeights *weights, const NnNode *node, const gchar *name, const Style *style)
{
  const guint64 conv_dims[]
      = { node->out_channels, node->groups ? node->in_channels / node->groups : 0, node->kernel[0], node->kernel[1] };
  const guint64 linear_dims[] = { node->out_channels, node->in_channels, 1, 1 };
  g_autofree gchar *layer = NULL, *weight = NULL;

  /* Nodes without parameters have no tensors, and neither has the shortcut of He et al. 2015's option A. */
  if (!node->weight && !node->bn_gamma)
    return TRUE;
  if (!name || (node->op == NN_OP_CONV && g_str_has_suffix (name, ".downsample")))
    return name != NULL;
  layer = nn_naming_from_ours (style->naming, name);
  if (!layer)
    return FALSE;
  if (style->part) {
    g_auto (GStrv) parts = g_strsplit (layer, style->part, 2);
    gchar *other = g_strjoinv (style->instead, parts);

    g_free (layer);
    layer = other;
  }
  weight = g_strconcat (layer, ".weight", NULL);
  if (nn_weights_get (weights, weight))
    return FALSE;
  switch (node->op) {
  case NN_OP_CONV:
    if (g_str_has_suffix (name, ".se.conv")) {
      guint64 kernel_dims[] = { 1, 1, 0 };
      g_autoptr (GBytes) kernel = eca_kernel (node, &kernel_dims[2]);

      add (weights, layer, ".weight", kernel, 3, kernel_dims);
      return kernel != NULL;
    }
    add (weights, layer, ".weight", node->weight, 4, conv_dims);
    add (weights, layer, ".bias", node->bias, 1, conv_dims);
    return TRUE;
  case NN_OP_LINEAR:
    /* In timm's networks of that kind it is a 1×1 convolution. */
    add (weights, layer, ".weight", node->weight, style->naming == NN_NAMING_TIMM_V2 ? 4 : 2, linear_dims);
    add (weights, layer, ".bias", node->bias, 1, linear_dims);
    return TRUE;
  case NN_OP_BATCH_NORM:
    add (weights, layer, ".weight", node->bn_gamma, 1, conv_dims);
    add (weights, layer, ".bias", node->bn_beta, 1, conv_dims);
    add (weights, layer, ".running_mean", node->bn_mean, 1, conv_dims);
    add (weights, layer, ".running_var", node->bn_variance, 1, conv_dims);
    return TRUE;
  default:
    return FALSE;
  }
}

/* @names are our names of the nodes; where it is NULL the nodes' own names are used. Returns NULL where a node has no
 * name in that style. */
static NnWeights *
name_tensors (const NnGraph *graph, gchar *const *names, const Style *style)
{
  g_autoptr (NnWeights) weights = nn_weights_new ("safetensors", "the saved file");
  guint i;

  for (i = 0; i < graph->nodes->len; i++)
    if (!add_node (weights, nn_graph_node (graph, i), names ? names[i] : nn_graph_node (graph, i)->name, style))
      return NULL;
  return g_steal_pointer (&weights);
}

static gboolean
builds_the_same (const NnWeights *weights, const gchar *fingerprint)
{
  g_autoptr (GPtrArray) warnings = g_ptr_array_new_with_free_func (g_free);
  g_autofree gchar *architecture = NULL, *built = NULL;
  guint64 n_parameters;
  g_autoptr (NnGraph) graph = nn_resnet_build (weights, &architecture, &n_parameters, warnings, NULL);

  if (!graph)
    return FALSE;
  built = nn_graph_fingerprint (graph);
  return !strcmp (built, fingerprint);
}

static NnWeights *
try_styles (const NnGraph *graph, gchar *const *names, const gchar *fingerprint)
{
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (styles); i++) {
    NnWeights *weights = name_tensors (graph, names, &styles[i]);

    if (weights && builds_the_same (weights, fingerprint))
      return weights;
    nn_weights_free (weights);
  }
  return NULL;
}

NnWeights *
nn_graph_to_state_dict (const NnGraph *graph, GError **error)
{
  g_autofree gchar *fingerprint = NULL;
  NnWeights *weights;
  gchar **names;
  guint i;

  for (i = 0; i < graph->nodes->len; i++) {
    const NnNode *node = nn_graph_node (graph, i);

    if (node->onnx || node->op == NN_OP_CONCAT) {
      g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED,
                   "a state dict has no names for this network: %s: its operation is no part of a ResNet; save it as "
                   ".onnx",
                   node->name);
      return NULL;
    }
  }
  fingerprint = nn_graph_fingerprint (graph);
  weights = try_styles (graph, NULL, fingerprint);

  if (weights)
    return weights;
  names = nn_graph_name_resnet (graph, error);
  if (!names) {
    g_prefix_error (error, "a state dict has no names for this network: ");
    return NULL;
  }
  weights = try_styles (graph, names, fingerprint);
  nn_graph_names_free (graph, names);
  if (!weights)
    g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED,
                 "a state dict has no names for this network: from its tensors alone another network would be built "
                 "(other strides, pools or activations than the family's); save it as .onnx");
  return weights;
}
