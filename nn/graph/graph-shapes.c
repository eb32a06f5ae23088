/* gst-resnet: shape inference
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "graph/graph-shapes.h"

#include "graph/graph-plain.h"

/* The most elements that a layer's output of one image may have: as many as a gint32 can count, so that kernels can
 * compute offsets without overflow. These are 8 GiB of floats. */
#define MAX_ELEMENTS G_MAXINT32

/* The largest input side. */
#define MAX_SIDE 65535

/* All nodes but PLAIN ones read images. Checks that their inputs are images, and that the first has as many channels as
 * the weights were made for. */
static gboolean
check_inputs (const NnNode *node, const NnShape *shapes, GError **error)
{
  guint slot;

  for (slot = 0; slot < nn_node_n_slots (node); slot++) {
    guint input = nn_node_get_input (node, slot);
    const NnShape *in;

    if (input == NN_NO_NODE)
      continue;
    in = &shapes[input];
    if (!in->channels || (slot == 0 && node->in_channels && in->channels != node->in_channels)) {
      g_autofree gchar *shape = nn_shape_string (in);

      g_set_error (error, NN_ERROR, NN_ERROR_ARGUMENT,
                   "%s: an input of [1, %u, height, width] is expected, not of %s; "
                   "the network's input should have the size that its file was made for",
                   node->name, node->in_channels, shape);
      return FALSE;
    }
  }
  return TRUE;
}

static gboolean
infer_one (const NnNode *node, const NnShape *shapes, NnShape *out, GError **error)
{
  const NnShape *in = &shapes[nn_node_first_input (node)];
  guint slot;

  out->channels = node->out_channels;
  out->height = in->height;
  out->width = in->width;
  switch (node->op) {
  case NN_OP_CONV:
  case NN_OP_MAX_POOL:
  case NN_OP_AVG_POOL:
    out->height = nn_node_output_size (node, 0, in->height);
    out->width = nn_node_output_size (node, 1, in->width);
    break;
  case NN_OP_GLOBAL_AVG_POOL:
  case NN_OP_GLOBAL_MAX_POOL:
    out->height = out->width = 1;
    break;
  case NN_OP_LINEAR:
    if (in->height != 1 || in->width != 1) {
      g_set_error (error, NN_ERROR, NN_ERROR_ARGUMENT, "%s: a linear layer takes an input of 1×1, not of %u×%u",
                   node->name, in->height, in->width);
      return FALSE;
    }
    break;
  default:
    break;
  }
  if (!out->height || !out->width) {
    g_set_error (error, NN_ERROR, NN_ERROR_ARGUMENT,
                 "%s: its %u×%u kernel does not fit into an input of %u×%u; use a larger input", node->name,
                 node->kernel[0], node->kernel[1], in->height, in->width);
    return FALSE;
  }
  for (slot = 1; slot < nn_node_n_slots (node); slot++) {
    const NnShape *other;

    if (nn_node_get_input (node, slot) == NN_NO_NODE)
      continue;
    other = &shapes[nn_node_get_input (node, slot)];

    if (node->op == NN_OP_SCALE) {
      if (other->height == 1 && other->width == 1)
        return TRUE;
      g_set_error (error, NN_ERROR, NN_ERROR_ARGUMENT, "%s: its factors should be 1×1, not %u×%u", node->name,
                   other->height, other->width);
      return FALSE;
    }
    if (other->height != out->height || other->width != out->width) {
      g_set_error (error, NN_ERROR, NN_ERROR_ARGUMENT, "%s: %s of %u×%u and %u×%u", node->name,
                   node->op == NN_OP_ADD || node->op == NN_OP_CONV ? "a sum" : "a combination", out->height, out->width,
                   other->height, other->width);
      return FALSE;
    }
  }
  return TRUE;
}

NnShape *
nn_graph_infer_shapes (const NnGraph *graph, guint height, guint width, GError **error)
{
  g_autofree NnShape *shapes = g_new0 (NnShape, MAX (graph->nodes->len, 1));
  guint i;

  if (!height || !width || height > MAX_SIDE || width > MAX_SIDE) {
    g_set_error (error, NN_ERROR, NN_ERROR_ARGUMENT,
                 "the input's size should be 1×1 to %u×%u, not %u×%u (height × width)", MAX_SIDE, MAX_SIDE, height,
                 width);
    return NULL;
  }
  for (i = 0; i < graph->nodes->len; i++) {
    const NnNode *node = nn_graph_node (graph, i);

    if (node->op == NN_OP_INPUT)
      shapes[i] = (NnShape){ node->out_channels, height, width };
    else if (node->op == NN_OP_PLAIN
                 ? !nn_plain_infer (node, shapes, &shapes[i], error)
                 : !check_inputs (node, shapes, error) || !infer_one (node, shapes, &shapes[i], error))
      return NULL;
    if (node->op == NN_OP_PLAIN)
      continue;
    /* Each side is below 2^32, so the first product cannot overflow. */
    if ((guint64)shapes[i].height * shapes[i].width > MAX_ELEMENTS / shapes[i].channels) {
      g_set_error (error, NN_ERROR, NN_ERROR_ARGUMENT,
                   "%s: %u × %u × %u elements are more than %d; use a smaller input", node->name, shapes[i].channels,
                   shapes[i].height, shapes[i].width, MAX_ELEMENTS);
      return NULL;
    }
    shapes[i].dtype = NN_DTYPE_F32;
    shapes[i].n_dims = 4;
    shapes[i].dims[0] = 1;
    shapes[i].dims[1] = shapes[i].channels;
    shapes[i].dims[2] = shapes[i].height;
    shapes[i].dims[3] = shapes[i].width;
  }
  return g_steal_pointer (&shapes);
}
