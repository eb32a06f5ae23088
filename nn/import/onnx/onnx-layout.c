/* gst-resnet: transposes move towards the output until they meet their inverse
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "graph/graph-check.h"
#include "graph/graph-shapes.h"
#include "graph/remove-dead.h"
#include "graph/shape.h"
#include "import/onnx/onnx-layout.h"
#include "import/onnx/onnx-make.h"
#include "ops/op-quantize.h"
#include "ops/operator-attributes.h"

/* What an old node has become: a new one that is seen through a Transpose (in ONNX's words, dims[k] = new
 * dims[perm[k]]). */
typedef struct {
  guint node;
  guint n;
  guint perm[NN_TENSOR_MAX_DIMS];
  gboolean is_permuted;
  guint transposed; /* the Transpose that was made of the view; NN_NO_NODE: none yet */
} View;

typedef struct {
  NnGraph *graph;
  const NnShape *shapes;
  View *views;
  GPtrArray *nodes; /* the new ones */
} Sink;

static gboolean
is_one_of (const NnNode *node, const gchar *const *types)
{
  return node->onnx && g_strv_contains (types, nn_operator_get_type (node->onnx));
}

/* Whether each element of the output comes from the elements at its place, after broadcasting. */
static gboolean
is_element_by_element (const NnNode *node)
{
  static const gchar *const types[] = {
    "Add",  "Sub", "Mul",  "Div",  "Relu", "Clip",  "LeakyRelu",          "Sigmoid", "HardSigmoid", "HardSwish", "Tanh",
    "Elu",  "Exp", "Sqrt", "Abs",  "Neg",  "Erf",   "Softplus",           "Max",     "Min",         "Pow",       "Mish",
    "Cast", "Sum", "Celu", "Selu", "Gelu", "Swish", NN_OP_TYPE_QUANTIZED, NULL
  };

  return is_one_of (node, types);
}

static void
set_identity (View *view, guint node, guint n_dims)
{
  guint i;

  view->node = node;
  view->n = n_dims;
  view->is_permuted = FALSE;
  view->transposed = NN_NO_NODE;
  for (i = 0; i < n_dims; i++)
    view->perm[i] = i;
}

static void
set_permuted (View *view)
{
  guint i;

  view->is_permuted = FALSE;
  for (i = 0; i < view->n; i++)
    view->is_permuted |= view->perm[i] != i;
}

static guint
add_node (Sink *sink, NnNode *node)
{
  g_ptr_array_add (sink->nodes, node);
  return sink->nodes->len - 1;
}

/* Gives a new node with the old node's value as it was. It adds a Transpose if there is a view and none was added
 * yet. */
static gboolean
materialize (Sink *sink, guint index, guint *node, GError **error)
{
  View *view = &sink->views[index];
  gint64 perm[NN_TENSOR_MAX_DIMS];
  NnConstant *no_constant = NULL;
  NnOperator *op;
  NnNode *transpose;
  guint i;

  *node = view->node;
  if (!view->is_permuted)
    return TRUE;
  if (view->transposed == NN_NO_NODE) {
    for (i = 0; i < view->n; i++)
      perm[i] = view->perm[i];
    op = nn_operator_make ("Transpose", 1, "perm", perm, view->n, error);
    if (!op)
      return FALSE;
    /* The node is made in the graph and taken out of it, because only nn_graph_add() knows a node's defaults. */
    nn_graph_add (sink->graph, NN_OP_PLAIN, ((const NnNode *)g_ptr_array_index (sink->nodes, view->node))->name);
    transpose = g_ptr_array_steal_index (sink->graph->nodes, sink->graph->nodes->len - 1);
    nn_node_set_operator (transpose, op, 1, &view->node, &no_constant);
    transpose->out_channels = view->n > 1 ? (guint)sink->shapes[index].dims[1] : 0;
    view->transposed = add_node (sink, transpose);
  }
  *node = view->transposed;
  return TRUE;
}

/* Keeps the node as it was, on its inputs as they were. */
static gboolean
keep (Sink *sink, guint index, GError **error)
{
  NnNode *node = nn_graph_node (sink->graph, index);
  guint slot, input;

  for (slot = 0; slot < nn_node_n_slots (node); slot++) {
    if (nn_node_get_input (node, slot) == NN_NO_NODE)
      continue;
    if (!materialize (sink, nn_node_get_input (node, slot), &input, error))
      return FALSE;
    nn_node_set_input (node, slot, input);
  }
  sink->graph->nodes->pdata[index] = NULL;
  set_identity (&sink->views[index], add_node (sink, node), sink->shapes[index].n_dims);
  return TRUE;
}

/* The view that all inputs share; NULL if they share none or if it changes nothing. */
static const View *
common_view (const Sink *sink, const NnNode *node, guint n_dims)
{
  const View *common = NULL;
  guint slot;

  for (slot = 0; slot < nn_node_n_slots (node); slot++) {
    const View *view;

    if (nn_node_get_input (node, slot) == NN_NO_NODE)
      continue;
    view = &sink->views[nn_node_get_input (node, slot)];
    if (view->n != n_dims || (common && memcmp (common->perm, view->perm, n_dims * sizeof *view->perm) != 0))
      return NULL;
    common = view;
  }
  return common && common->is_permuted ? common : NULL;
}

/* Gives the dimensions of a constant that goes through the view with the other inputs. Only the dimension that its
 * elements lie along may change. FALSE means that they lie along several, so that they would have to move. */
static gboolean
permute_constant (const NnConstant *constant, const View *view, guint64 *dims)
{
  const NnValue *value = &constant->value;
  guint k, n_large = 0;

  if (value->n_dims > view->n)
    return FALSE;
  for (k = 0; k < view->n; k++)
    dims[k] = 1;
  for (k = 0; k < value->n_dims; k++) {
    n_large += value->dims[k] != 1;
    dims[view->perm[k + view->n - value->n_dims]] = value->dims[k];
  }
  return n_large <= 1;
}

static void
take_over (Sink *sink, guint index, const View *common)
{
  NnNode *node = nn_graph_node (sink->graph, index);
  View view = *common;
  guint slot, k;

  for (slot = 0; slot < nn_node_n_slots (node); slot++)
    if (nn_node_get_input (node, slot) != NN_NO_NODE)
      nn_node_set_input (node, slot, sink->views[nn_node_get_input (node, slot)].node);
  for (k = 0; k < view.n; k++)
    if (view.perm[k] == 1)
      node->out_channels = (guint)sink->shapes[index].dims[k];
  sink->graph->nodes->pdata[index] = NULL;
  view.transposed = NN_NO_NODE;
  view.node = add_node (sink, node);
  sink->views[index] = view;
}

static gboolean
sink_through_elements (Sink *sink, guint index, gboolean *done)
{
  NnNode *node = nn_graph_node (sink->graph, index);
  const View *view = common_view (sink, node, sink->shapes[index].n_dims);
  guint64 dims[NN_TENSOR_MAX_DIMS];
  guint slot;

  *done = FALSE;
  if (!view || !is_element_by_element (node))
    return TRUE;
  for (slot = 0; slot < nn_node_n_slots (node); slot++)
    if (node->constants[slot] && node->constants[slot]->value.n_elements != 1
        && !permute_constant (node->constants[slot], view, dims))
      return TRUE;
  for (slot = 0; slot < nn_node_n_slots (node); slot++) {
    NnConstant *constant = node->constants[slot];

    if (!constant || constant->value.n_elements == 1 || !permute_constant (constant, view, dims))
      continue;
    constant->value.n_dims = view->n;
    memcpy (constant->value.dims, dims, view->n * sizeof *dims);
  }
  take_over (sink, index, view);
  *done = TRUE;
  return TRUE;
}

static gboolean
sink_through_concat (Sink *sink, guint index, gboolean *done, GError **error)
{
  NnNode *node = nn_graph_node (sink->graph, index);
  const View *view = common_view (sink, node, sink->shapes[index].n_dims);
  guint slot, n = 0;
  NnOperator *op;
  gint64 axis;

  *done = FALSE;
  if (!view || strcmp (nn_operator_get_type (node->onnx), "Concat") != 0
      || !nn_operator_get_int (node->onnx, "axis", &axis))
    return TRUE;
  axis += axis < 0 ? view->n : 0;
  if (axis < 0 || axis >= view->n)
    return TRUE;
  for (slot = 0; slot < nn_node_n_slots (node); slot++) {
    if (node->constants[slot])
      return TRUE;
    n += nn_node_get_input (node, slot) != NN_NO_NODE;
  }
  op = nn_operator_make_int ("Concat", n, "axis", view->perm[axis], error);
  if (!op)
    return FALSE;
  nn_operator_unref (node->onnx);
  node->onnx = op;
  take_over (sink, index, view);
  *done = TRUE;
  return TRUE;
}

/* The elements around the sides stay the same; their numbers move with the dimensions. */
static gboolean
sink_through_pad (Sink *sink, guint index, gboolean *done)
{
  NnNode *node = nn_graph_node (sink->graph, index);
  const View *view = common_view (sink, node, sink->shapes[index].n_dims);
  NnConstant *pads;
  guint k;

  *done = FALSE;
  if (!view || strcmp (nn_operator_get_type (node->onnx), "Pad") != 0 || !node->constants[1]
      || !node->constants[1]->value.i64 || node->constants[1]->value.n_elements != 2 * view->n
      || (nn_node_n_slots (node) > 3 && node->constants[3]))
    return TRUE;
  pads = nn_constant_new_zeros (&node->constants[1]->value);
  if (!pads)
    return TRUE;
  for (k = 0; k < view->n; k++) {
    pads->value.i64[view->perm[k]] = node->constants[1]->value.i64[k];
    pads->value.i64[view->n + view->perm[k]] = node->constants[1]->value.i64[view->n + k];
  }
  nn_constant_free (node->constants[1]);
  node->constants[1] = pads;
  take_over (sink, index, view);
  *done = TRUE;
  return TRUE;
}

/* Whether the view shows an image of [1, C, H, W] with its channels last, as [1, H, W, C]. */
static gboolean
has_channels_last (const View *view)
{
  return view && view->n == 4 && view->perm[0] == 0 && view->perm[1] == 2 && view->perm[2] == 3 && view->perm[3] == 1;
}

/* Gives the node another operator with @n_inputs inputs. The first input stays, the others are the constants. */
static void
replace_operator (NnNode *node, NnOperator *op, guint n_inputs, NnConstant *const *constants)
{
  const guint input = node->inputs[0];
  guint inputs[] = { input, NN_NO_NODE, NN_NO_NODE };

  for (guint slot = 0; slot < nn_node_n_slots (node); slot++)
    nn_constant_free (node->constants[slot]);
  g_free (node->constants);
  nn_operator_unref (node->onnx);
  node->inputs[1] = NN_NO_NODE;
  nn_node_set_operator (node, op, n_inputs, inputs, constants);
}

/* A matrix that multiplies each pixel's channels becomes a convolution of 1×1. */
static gboolean
sink_through_matmul (Sink *sink, guint index, gboolean *done, GError **error)
{
  NnNode *node = nn_graph_node (sink->graph, index);
  const View *view = common_view (sink, node, sink->shapes[index].n_dims);
  const NnConstant *matrix = nn_node_n_slots (node) > 1 ? node->constants[1] : NULL;
  NnConstant *constants[] = { NULL, NULL };
  NnValue type = { .dtype = NN_DTYPE_F32, .n_dims = 4 };
  NnOperator *op;
  gsize in, out;

  *done = FALSE;
  if (!has_channels_last (view) || strcmp (nn_operator_get_type (node->onnx), "MatMul") != 0 || !matrix
      || !matrix->value.f32 || matrix->value.n_dims != 2 || !matrix->value.n_elements)
    return TRUE;
  in = (gsize)matrix->value.dims[0];
  out = (gsize)matrix->value.dims[1];
  type.dims[0] = out;
  type.dims[1] = in;
  type.dims[2] = type.dims[3] = 1;
  type.n_elements = matrix->value.n_elements;
  constants[1] = nn_constant_new_zeros (&type);
  if (!constants[1])
    return TRUE;
  for (gsize o = 0; o < out; o++)
    for (gsize i = 0; i < in; i++)
      constants[1]->value.f32[o * in + i] = matrix->value.f32[i * out + o];
  op = nn_operator_make ("Conv", 2, NULL, NULL, 0, error);
  if (!op) {
    nn_constant_free (constants[1]);
    return FALSE;
  }
  replace_operator (node, op, 2, constants);
  take_over (sink, index, view);
  *done = TRUE;
  return TRUE;
}

/* This is for a LayerNormalization over each pixel's channels. */
static gboolean
sink_through_layer_norm (Sink *sink, guint index, gboolean *done, GError **error)
{
  NnNode *node = nn_graph_node (sink->graph, index);
  const View *view = common_view (sink, node, sink->shapes[index].n_dims);
  const guint n_slots = nn_node_n_slots (node);
  NnConstant *constants[] = { NULL, NULL, NULL };
  gdouble epsilon = 1e-5;
  NnOperator *op;
  gint64 axis;

  *done = FALSE;
  if (!has_channels_last (view) || strcmp (nn_operator_get_type (node->onnx), "LayerNormalization") != 0
      || nn_operator_get_n_outputs (node->onnx) != 1 || !nn_operator_get_int (node->onnx, "axis", &axis)
      || (axis != -1 && axis != 3) || !nn_operator_get_float (node->onnx, "epsilon", &epsilon) || n_slots > 3)
    return TRUE;
  for (guint slot = 1; slot < n_slots; slot++)
    if (node->constants[slot] ? !node->constants[slot]->value.f32 || node->constants[slot]->value.n_dims != 1
                                    || node->constants[slot]->value.dims[0] != sink->shapes[index].dims[3]
                              : slot == 1 || nn_node_get_input (node, slot) != NN_NO_NODE)
      return TRUE;
  constants[1] = nn_constant_copy (node->constants[1]);
  constants[2] = n_slots > 2 && node->constants[2] ? nn_constant_copy (node->constants[2])
                                                   : nn_constant_new_zeros (&node->constants[1]->value);
  op = constants[2] ? nn_operator_make_channel_norm ((gfloat)epsilon, error) : NULL;
  if (!op) {
    nn_constant_free (constants[1]);
    nn_constant_free (constants[2]);
    return constants[2] == NULL;
  }
  replace_operator (node, op, 3, constants);
  take_over (sink, index, view);
  *done = TRUE;
  return TRUE;
}

static gboolean
take_transpose (Sink *sink, guint index)
{
  const NnNode *node = nn_graph_node (sink->graph, index);
  const View *in = &sink->views[node->inputs[0]];
  View view = *in;
  guint n, k;
  const gint64 *perm = nn_operator_get_ints (node->onnx, "perm", &n);

  if (sink->shapes[index].n_dims != in->n || (perm && n != in->n))
    return FALSE;
  for (k = 0; k < in->n; k++) {
    /* Without perm the dimensions are reversed. */
    gint64 from = perm && n ? perm[k] : in->n - 1 - k;

    if (from < 0 || from >= in->n)
      return FALSE;
    view.perm[k] = in->perm[from];
  }
  view.transposed = NN_NO_NODE;
  set_permuted (&view);
  sink->views[index] = view;
  return TRUE;
}

static gboolean
sink_one (Sink *sink, guint index, GError **error)
{
  const NnNode *node = nn_graph_node (sink->graph, index);
  gboolean done;

  if (node->op != NN_OP_PLAIN)
    return keep (sink, index, error);
  if (strcmp (nn_operator_get_type (node->onnx), "Transpose") == 0 && node->inputs[0] != NN_NO_NODE
      && take_transpose (sink, index))
    return TRUE;
  if (!sink_through_elements (sink, index, &done) || done)
    return done;
  if (!sink_through_concat (sink, index, &done, error) || done)
    return done;
  if (!sink_through_pad (sink, index, &done) || done)
    return done;
  if (!sink_through_matmul (sink, index, &done, error) || done)
    return done;
  if (!sink_through_layer_norm (sink, index, &done, error) || done)
    return done;
  return keep (sink, index, error);
}

gboolean
nn_graph_sink_transposes (NnGraph *graph, GError **error)
{
  g_autofree NnShape *shapes = nn_graph_infer_shapes (graph, graph->height, graph->width, error);
  g_autofree View *views = NULL;
  Sink sink = { .graph = graph, .shapes = shapes };
  guint n = graph->nodes->len, i, output = 0;
  gboolean ok = TRUE;

  if (!shapes)
    return FALSE;
  sink.views = views = g_new0 (View, n);
  sink.nodes = g_ptr_array_new_with_free_func ((GDestroyNotify)nn_node_free);
  for (i = 0; i < n && ok; i++)
    ok = sink_one (&sink, i, error);
  ok = ok && materialize (&sink, n - 1, &output, error);
  g_ptr_array_unref (graph->nodes);
  graph->nodes = sink.nodes;
  if (!ok)
    return FALSE;
  g_ptr_array_set_size (graph->nodes, (gint)output + 1);
  nn_graph_remove_dead (graph);
  return nn_graph_check (graph, error);
}
