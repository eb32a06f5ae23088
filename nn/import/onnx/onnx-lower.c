/* gst-resnet: PLAIN nodes become the engine's own where it has them
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "import/onnx/onnx-lower.h"

#include <string.h>

#include "graph/graph-check.h"
#include "graph/graph-shapes.h"
#include "graph/remove-dead.h"
#include "graph/shape.h"
#include "import/onnx/onnx-import.h"
#include "import/onnx/onnx-lower-conv.h"
#include "import/onnx/onnx-lower-elements.h"
#include "import/onnx/onnx-lower-node.h"
#include "import/onnx/onnx-lower-pad.h"
#include "import/onnx/onnx-lower-pool.h"
#include "import/onnx/onnx-make.h"

/* Whether the operator only changes the shape. It then moves nothing if an image is 1×1. */
static gboolean
only_changes_shape (const gchar *type)
{
  static const gchar *const types[] = { "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose", "Identity", NULL };

  return g_strv_contains (types, type);
}

/* What an old node has become. @node: the new node. @image: its output as an image; with 0 channels it is none.
 * @shape: its output as PLAIN nodes see it. @padding: a Pad that is not among the new nodes, or NULL if there is
 * none. With a Pad, @node is the node that it pads by @pad, and @image and @shape are those of the Pad's output. */
typedef struct {
  guint node;
  NnShape image, shape;
  NnNode *padding;
  NnLowerPad pad;
} Lowered;

typedef struct {
  NnGraph *graph;
  const NnShape *shapes; /* those before the pass */
  Lowered *lowered;
  GPtrArray *nodes;
  guint input_copy; /* a copy of the network's input for operations that are no convolutions; NN_NO_NODE: none */
} Lower;

static guint
add_node (Lower *lower, NnNode *node)
{
  g_ptr_array_add (lower->nodes, node);
  return lower->nodes->len - 1;
}

static NnNode *
new_node (Lower *lower, NnOp op, const gchar *name)
{
  nn_graph_add (lower->graph, op, name);
  return g_ptr_array_steal_index (lower->graph->nodes, lower->graph->nodes->len - 1);
}

static NnShape
image_shape (guint channels, guint height, guint width)
{
  return (NnShape){ .channels = channels,
                    .height = height,
                    .width = width,
                    .dtype = NN_DTYPE_F32,
                    .n_dims = 4,
                    .dims = { 1, channels, height, width } };
}

/* Puts the Pad that an old node has become among the new nodes, because some node reads its output. */
static void
place_padding (Lower *lower, guint old)
{
  Lowered *lowered = &lower->lowered[old];

  if (!lowered->padding)
    return;
  nn_node_set_input (lowered->padding, 0, lowered->node);
  lowered->node = add_node (lower, g_steal_pointer (&lowered->padding));
}

/* Gives a node with the shape that a PLAIN reader knows. If the engine's node has another shape, that node is a
 * Reshape. */
static gboolean
reshape_for_plain (Lower *lower, guint old, guint *node, GError **error)
{
  const NnShape *wanted = &lower->shapes[old];
  Lowered *lowered = &lower->lowered[old];
  gint64 dims[NN_TENSOR_MAX_DIMS];
  NnConstant *constants[2] = { NULL };
  guint inputs[2] = { lowered->node, NN_NO_NODE }, d;
  NnOperator *op;
  NnNode *reshape;

  place_padding (lower, old);
  *node = lowered->node;
  if (nn_shape_same_dims (wanted, &lowered->shape))
    return TRUE;
  op = nn_operator_make ("Reshape", 2, NULL, NULL, 0, error);
  if (!op)
    return FALSE;
  for (d = 0; d < wanted->n_dims; d++)
    dims[d] = (gint64)wanted->dims[d];
  constants[1] = nn_constant_new_ints (dims, wanted->n_dims);
  reshape = new_node (lower, NN_OP_PLAIN, ((const NnNode *)g_ptr_array_index (lower->nodes, lowered->node))->name);
  nn_node_set_operator (reshape, op, 2, inputs, constants);
  reshape->out_channels = wanted->n_dims > 1 ? (guint)wanted->dims[1] : 0;
  *node = add_node (lower, reshape);
  return TRUE;
}

/* Of the engine's operations, only convolutions read the network's input itself, because its channels are not padded
 * with zeros. All others read a copy, y = 1 · x. */
static guint
copy_of_input (Lower *lower)
{
  static const gfloat ones[] = { 1, 1, 1 };
  const guint channels = ((const NnNode *)g_ptr_array_index (lower->nodes, 0))->out_channels;
  NnNode *node;

  if (lower->input_copy != NN_NO_NODE)
    return lower->input_copy;
  node = new_node (lower, NN_OP_CONV, "input copy");
  node->inputs[0] = 0;
  node->in_channels = node->out_channels = node->groups = channels;
  node->weight = g_bytes_new_static (ones, channels * sizeof *ones);
  lower->input_copy = add_node (lower, node);
  return lower->input_copy;
}

/* Makes the node read the new nodes of its inputs. If @takes_pad is TRUE, the node pads its first input itself. */
static void
read_images (Lower *lower, NnNode *node, gboolean takes_pad)
{
  guint slot;

  for (slot = 0; slot < nn_node_n_slots (node); slot++) {
    guint input = nn_node_get_input (node, slot);

    if (input == NN_NO_NODE)
      continue;
    if (slot > 0 || !takes_pad)
      place_padding (lower, input);
    input = lower->lowered[input].node;
    if (input == 0 && (node->op != NN_OP_CONV || slot > 0))
      input = copy_of_input (lower);
    nn_node_set_input (node, slot, input);
  }
  node->in_channels = ((const NnNode *)g_ptr_array_index (lower->nodes, nn_node_first_input (node)))->out_channels;
}

/* The output of the engine's node. If each element stays at its place, it is an image of the input's size; otherwise
 * it is the operator's own [1, C, H, W] or [1, C]. */
static NnShape
image_of_node (const NnLowering *l)
{
  const NnShape *out = l->out;
  guint slot = l->in[0] ? 0 : 1;

  switch (l->node->op) {
  case NN_OP_RELU:
  case NN_OP_SIGMOID:
  case NN_OP_ELEMENTWISE:
  case NN_OP_ACTIVATION:
  case NN_OP_AFFINE:
  case NN_OP_ADD:
    return image_shape (l->image[slot].channels, l->image[slot].height, l->image[slot].width);
  case NN_OP_GLOBAL_AVG_POOL:
  case NN_OP_GLOBAL_MAX_POOL:
    return image_shape (l->image[0].channels, 1, 1);
  default:
    break;
  }
  return out->n_dims == 4 ? image_shape ((guint)out->dims[1], (guint)out->dims[2], (guint)out->dims[3])
                          : image_shape ((guint)out->dims[1], 1, 1);
}

static gboolean
is_vector (const NnShape *image)
{
  return image->channels && image->height == 1 && image->width == 1;
}

static gsize
n_elements (const NnShape *shape)
{
  gsize n = 1;
  guint d;

  for (d = 0; d < shape->n_dims; d++)
    n *= (gsize)shape->dims[d];
  return n;
}

static gboolean
lower_one (Lower *lower, guint index, GError **error)
{
  NnNode *node = nn_graph_node (lower->graph, index);
  guint n_slots = nn_node_n_slots (node), slot;
  Lowered *lowered = &lower->lowered[index];
  g_autofree const NnShape **in = g_new0 (const NnShape *, n_slots);
  g_autofree NnShape *images = g_new0 (NnShape, n_slots);
  gboolean takes_pad = FALSE;
  NnLowering lowering
      = { .node = node, .in = in, .image = images, .out = &lower->shapes[index], .takes_pad = &takes_pad };
  NnLowered result = NN_LOWER_KEEP;

  if (node->op == NN_OP_PLAIN) {
    const gchar *type = nn_operator_get_type (node->onnx);

    for (slot = 0; slot < n_slots; slot++) {
      guint input = nn_node_get_input (node, slot);

      if (input == NN_NO_NODE)
        continue;
      in[slot] = &lower->shapes[input];
      images[slot] = lower->lowered[input].image;
    }
    if (in[0] && lower->lowered[node->inputs[0]].padding)
      lowering.pad = &lower->lowered[node->inputs[0]].pad;
    if (strcmp (type, "Pad") == 0 && !lowering.pad && nn_lower_find_pad (&lowering, &lowered->pad)) {
      lower->graph->nodes->pdata[index] = NULL;
      lowered->node = lower->lowered[node->inputs[0]].node;
      lowered->image = lowered->shape = lower->shapes[index];
      lowered->padding = node;
      return TRUE;
    }
    if (only_changes_shape (type) && in[0] && is_vector (&images[0]) && n_elements (in[0]) == n_elements (lowering.out)
        && ((const NnNode *)g_ptr_array_index (lower->nodes, lower->lowered[node->inputs[0]].node))->op != NN_OP_PLAIN)
      result = NN_LOWER_ALIAS;
    if (result == NN_LOWER_KEEP)
      result = nn_lower_weights (&lowering, type);
    if (result == NN_LOWER_KEEP)
      result = nn_lower_pool (&lowering, type);
    if (result == NN_LOWER_KEEP)
      result = nn_lower_elements (&lowering, type);
  }
  if (result == NN_LOWER_ALIAS) {
    *lowered = lower->lowered[node->inputs[0]];
    return TRUE;
  }
  lower->graph->nodes->pdata[index] = NULL;
  if (result == NN_LOWER_DONE) {
    read_images (lower, node, takes_pad);
    lowered->image = lowered->shape = image_of_node (&lowering);
    node->out_channels = lowered->image.channels;
  } else {
    for (slot = 0; slot < n_slots; slot++) {
      guint input = nn_node_get_input (node, slot);

      if (input == NN_NO_NODE)
        continue;
      if (!reshape_for_plain (lower, input, &input, error)) {
        nn_node_free (node);
        return FALSE;
      }
      nn_node_set_input (node, slot, input);
    }
    lowered->shape = lower->shapes[index];
    lowered->image = lower->shapes[index];
  }
  lowered->node = add_node (lower, node);
  return TRUE;
}

gboolean
nn_graph_lower (NnGraph *graph, GError **error)
{
  g_autofree NnShape *shapes = nn_graph_infer_shapes (graph, graph->height, graph->width, error);
  g_autofree Lowered *lowered = NULL;
  Lower lower = { .graph = graph, .shapes = shapes, .input_copy = NN_NO_NODE };
  guint n = graph->nodes->len, i;
  gboolean ok = TRUE;

  if (!shapes)
    return FALSE;
  lower.lowered = lowered = g_new0 (Lowered, n);
  lower.nodes = g_ptr_array_new_with_free_func ((GDestroyNotify)nn_node_free);
  for (i = 0; i < n && ok; i++)
    ok = lower_one (&lower, i, error);
  if (ok)
    place_padding (&lower, n - 1);
  for (i = 0; i < n; i++)
    g_clear_pointer (&lowered[i].padding, nn_node_free);
  g_ptr_array_unref (graph->nodes);
  graph->nodes = lower.nodes;
  if (!ok)
    return FALSE;
  g_ptr_array_set_size (graph->nodes, (gint)lowered[n - 1].node + 1);
  nn_graph_remove_dead (graph);
  return nn_graph_check (graph, error);
}
