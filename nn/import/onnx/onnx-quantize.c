/* gst-resnet: quantized tensors as the floats that they stand for
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <string.h>

#include "graph/graph-check.h"
#include "graph/graph-shapes.h"
#include "graph/remove-dead.h"
#include "graph/shape.h"
#include "import/onnx/onnx-make.h"
#include "import/onnx/onnx-quantize.h"
#include "ops/op-quantize.h"
#include "ops/operator-attributes.h"

/* What an old node has become. @twin is the node of the floats that its integers stand for, or NN_NO_NODE if its
 * values are not on a grid. */
typedef struct {
  guint node, twin;
  gfloat scale;
  gint64 zero;
  NnDType dtype;
} Joined;

typedef struct {
  NnGraph *graph;
  const NnShape *shapes;
  Joined *joined;
  GPtrArray *nodes; /* the new ones */
} Join;

/* Whether the output only holds elements of the first input, which are at most chosen by their order. A scale is
 * positive, so the order of the floats is the same. */
static gboolean
only_moves (const NnNode *node)
{
  static const gchar *const types[]
      = { "MaxPool", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose", "Slice", NULL };

  return g_strv_contains (types, nn_operator_get_type (node->onnx)) && nn_operator_get_n_outputs (node->onnx) == 1;
}

/* Reads the grid. FALSE means that there is more than one scale or zero point for all elements, that it is not in
 * float32, or that an attribute asks for something else. */
static gboolean
read_grid (const NnNode *node, NnDType dtype, Joined *grid)
{
  static const gchar *const other[] = { "block_size", "output_dtype", "precision" };
  const NnConstant *scale = node->constants[1], *zero = nn_node_n_slots (node) > 2 ? node->constants[2] : NULL;
  gint64 value;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (other); i++)
    if (nn_operator_get_int (node->onnx, other[i], &value) && value)
      return FALSE;
  for (i = 1; i < nn_node_n_slots (node); i++)
    if (nn_node_get_input (node, i) != NN_NO_NODE)
      return FALSE;
  if (!scale || scale->value.n_elements != 1 || !scale->value.f32 || !(scale->value.f32[0] > 0)
      || !isfinite (scale->value.f32[0]) || (zero && (zero->value.n_elements != 1 || !zero->value.i64)))
    return FALSE;
  grid->scale = scale->value.f32[0];
  grid->zero = zero ? zero->value.i64[0] : 0;
  grid->dtype = dtype;
  return TRUE;
}

static guint
add_node (Join *join, NnNode *node)
{
  g_ptr_array_add (join->nodes, node);
  return join->nodes->len - 1;
}

static NnNode *
new_plain (Join *join, const NnNode *like)
{
  NnNode *node;

  nn_graph_add (join->graph, NN_OP_PLAIN, like->name);
  node = g_ptr_array_steal_index (join->graph->nodes, join->graph->nodes->len - 1);
  node->out_channels = like->out_channels;
  return node;
}

static gboolean
range_of (NnDType dtype, gfloat *low, gfloat *high)
{
  switch (dtype) {
  case NN_DTYPE_I8:
    *low = G_MININT8;
    *high = G_MAXINT8;
    return TRUE;
  case NN_DTYPE_U8:
    *low = 0;
    *high = G_MAXUINT8;
    return TRUE;
  case NN_DTYPE_I16:
    *low = G_MININT16;
    *high = G_MAXINT16;
    return TRUE;
  case NN_DTYPE_U16:
    *low = 0;
    *high = G_MAXUINT16;
    return TRUE;
  default:
    return FALSE;
  }
}

/* Adds the node of the floats that a QuantizeLinear's integers stand for. */
static gboolean
add_rounding (Join *join, const NnNode *quantize, Joined *grid, GError **error)
{
  guint inputs[5] = { quantize->inputs[0], NN_NO_NODE, NN_NO_NODE, NN_NO_NODE, NN_NO_NODE };
  NnConstant *constants[5] = { NULL };
  gfloat low, high;
  NnOperator *op;
  NnNode *node;

  if (!range_of (grid->dtype, &low, &high))
    return TRUE;
  op = nn_operator_make (NN_OP_TYPE_QUANTIZED, 5, NULL, NULL, 0, error);
  if (!op)
    return FALSE;
  constants[1] = nn_constant_new_float (grid->scale);
  constants[2] = nn_constant_new_float ((gfloat)grid->zero);
  constants[3] = nn_constant_new_float (low);
  constants[4] = nn_constant_new_float (high);
  node = new_plain (join, quantize);
  nn_node_set_operator (node, op, 5, inputs, constants);
  grid->twin = add_node (join, node);
  return TRUE;
}

/* Adds the same operator on floats. */
static void
add_twin (Join *join, const NnNode *node, const Joined *source, Joined *joined)
{
  guint n = nn_node_n_slots (node), i;
  g_autofree guint *inputs = g_new (guint, n);
  g_autofree NnConstant **constants = g_new (NnConstant *, n);
  NnNode *twin = new_plain (join, node);

  for (i = 0; i < n; i++) {
    inputs[i] = i == 0 ? source->twin : NN_NO_NODE;
    constants[i] = nn_constant_copy (node->constants[i]);
  }
  nn_node_set_operator (twin, nn_operator_ref (node->onnx), n, inputs, constants);
  joined->scale = source->scale;
  joined->zero = source->zero;
  joined->dtype = source->dtype;
  joined->twin = add_node (join, twin);
}

static gboolean
same_grid (const Joined *a, const Joined *b)
{
  return a->scale == b->scale && a->zero == b->zero;
}

static gboolean
only_first_is_node (const NnNode *node)
{
  guint slot;

  for (slot = 1; slot < nn_node_n_slots (node); slot++)
    if (nn_node_get_input (node, slot) != NN_NO_NODE)
      return FALSE;
  return node->inputs[0] != NN_NO_NODE;
}

static gboolean
join_one (Join *join, guint index, GError **error)
{
  NnNode *node = nn_graph_node (join->graph, index);
  guint n_slots = nn_node_n_slots (node), first = node->inputs[0], slot;
  const Joined *source = first != NN_NO_NODE ? &join->joined[first] : NULL;
  Joined *joined = &join->joined[index], grid;

  joined->twin = NN_NO_NODE;
  if (node->op == NN_OP_PLAIN && source && source->twin != NN_NO_NODE
      && strcmp (nn_operator_get_type (node->onnx), "DequantizeLinear") == 0 && read_grid (node, source->dtype, &grid)
      && same_grid (&grid, source)) {
    joined->node = source->twin;
    return TRUE;
  }
  for (slot = 0; slot < n_slots; slot++)
    if (nn_node_get_input (node, slot) != NN_NO_NODE)
      nn_node_set_input (node, slot, join->joined[nn_node_get_input (node, slot)].node);
  join->graph->nodes->pdata[index] = NULL;
  joined->node = add_node (join, node);
  if (node->op != NN_OP_PLAIN || !only_first_is_node (node))
    return TRUE;
  if (strcmp (nn_operator_get_type (node->onnx), "QuantizeLinear") == 0 && nn_dtype_is_float (join->shapes[first].dtype)
      && read_grid (node, join->shapes[index].dtype, joined))
    return add_rounding (join, node, joined, error);
  if (source && source->twin != NN_NO_NODE && only_moves (node))
    add_twin (join, node, source, joined);
  return TRUE;
}

static gboolean
has_operator (const NnGraph *graph, const gchar *type)
{
  for (guint i = 0; i < graph->nodes->len; i++) {
    const NnNode *node = nn_graph_node (graph, i);

    if (node->onnx && strcmp (nn_operator_get_type (node->onnx), type) == 0)
      return TRUE;
  }
  return FALSE;
}

gboolean
nn_graph_join_quantization (NnGraph *graph, GError **error)
{
  g_autofree NnShape *shapes = NULL;
  g_autofree Joined *joined = NULL;
  Join join = { .graph = graph };
  guint n = graph->nodes->len, i;
  gboolean ok = TRUE;

  if (!has_operator (graph, "DequantizeLinear"))
    return TRUE;
  join.shapes = shapes = nn_graph_infer_shapes (graph, graph->height, graph->width, error);
  if (!shapes)
    return FALSE;
  join.joined = joined = g_new0 (Joined, n);
  join.nodes = g_ptr_array_new_with_free_func ((GDestroyNotify)nn_node_free);
  for (i = 0; i < n && ok; i++)
    ok = join_one (&join, i, error);
  g_ptr_array_unref (graph->nodes);
  graph->nodes = join.nodes;
  if (!ok)
    return FALSE;
  g_ptr_array_set_size (graph->nodes, (gint)joined[n - 1].node + 1);
  nn_graph_remove_dead (graph);
  return nn_graph_check (graph, error);
}
