/* gst-resnet: activations that a graph spells out in several operators
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "import/onnx/onnx-activation.h"

#include <math.h>
#include <string.h>

#include "graph/graph-shapes.h"
#include "graph/remove-dead.h"
#include "graph/shape.h"
#include "import/onnx/onnx-make.h"
#include "kernels/activation.h"

/* The limits are the operators of one activation, the evaluations in all, so that no graph takes long, and the
 * numbers that each evaluation is made for. */
#define MAX_NODES 14
#define MAX_EVALUATIONS 4096
#define N_POINTS 129
#define LARGEST 9.f
#define TOLERANCE 3e-6f

typedef struct {
  NnGraph *graph;
  const NnShape *shapes;
  guint *n_readers;
  guint evaluations;
  gfloat points[N_POINTS];
} Join;

/* The nodes of what may be an activation, the last one first. @leaf is the node that they read. */
typedef struct {
  guint n, nodes[MAX_NODES];
  guint leaf;
} Candidate;

static gboolean
is_one_of (const NnNode *node, const gchar *const *types)
{
  return node->op == NN_OP_PLAIN && g_strv_contains (types, nn_operator_get_type (node->onnx));
}

/* Whether the node computes each element from the elements at its place and from single numbers. */
static gboolean
is_scalar_function (const NnNode *node)
{
  static const gchar *const types[]
      = { "Add", "Sub",  "Mul",  "Div", "Neg", "Sigmoid", "HardSigmoid", "Tanh",       "Erf",
          "Exp", "Clip", "Relu", "Min", "Max", "Pow",     "Sqrt",        "Reciprocal", NULL };

  if (!is_one_of (node, types))
    return FALSE;
  for (guint s = 0; s < nn_node_n_slots (node); s++)
    if (node->constants[s] && (node->constants[s]->value.n_elements != 1 || !node->constants[s]->value.f32))
      return FALSE;
  return TRUE;
}

/* Whether the node makes a function that is no polynomial. None of the known functions is a polynomial. */
static gboolean
bends (const NnNode *node)
{
  static const gchar *const types[]
      = { "Sigmoid", "HardSigmoid", "Tanh", "Erf", "Exp", "Clip", "Relu", "Min", "Max", NULL };

  return is_one_of (node, types);
}

static gboolean
contains (const Candidate *c, guint node)
{
  for (guint i = 0; i < c->n; i++)
    if (c->nodes[i] == node)
      return TRUE;
  return FALSE;
}

/* Counts the inputs of the candidate's nodes that are not among these nodes: 0, 1, or 2 for more than one. @leaf is
 * set to one of them, and @next to the last of them that can be one of the candidate's nodes, or NN_NO_NODE. */
static guint
find_leaves (const Join *join, const Candidate *c, guint *leaf, guint *next)
{
  guint n = 0;

  *leaf = *next = NN_NO_NODE;
  for (guint i = 0; i < c->n; i++) {
    const NnNode *node = nn_graph_node (join->graph, c->nodes[i]);

    for (guint s = 0; s < nn_node_n_slots (node); s++) {
      const guint input = nn_node_get_input (node, s);
      guint inside = 0;

      if (input == NN_NO_NODE || contains (c, input))
        continue;
      if (n == 0 || input != *leaf)
        n = MIN (n + 1, 2);
      *leaf = input;
      if (!is_scalar_function (nn_graph_node (join->graph, input)) || (*next != NN_NO_NODE && input <= *next))
        continue;
      for (guint j = 0; j < c->n; j++)
        for (guint t = 0; t < nn_node_n_slots (nn_graph_node (join->graph, c->nodes[j])); t++)
          inside += nn_node_get_input (nn_graph_node (join->graph, c->nodes[j]), t) == input;
      if (inside == join->n_readers[input])
        *next = input;
    }
  }
  return n;
}

static gint
compare_indices (gconstpointer a, gconstpointer b)
{
  const guint x = *(const guint *)a, y = *(const guint *)b;

  return x < y ? -1 : x > y;
}

/* Computes the candidate's function of join->points into @values. */
static gboolean
evaluate (const Join *join, const Candidate *c, gfloat *values)
{
  gfloat results[MAX_NODES][N_POINTS];
  guint order[MAX_NODES];

  memcpy (order, c->nodes, c->n * sizeof *order);
  qsort (order, c->n, sizeof *order, compare_indices);
  for (guint i = 0; i < c->n; i++) {
    const NnNode *node = nn_graph_node (join->graph, order[i]);
    const guint n_slots = nn_node_n_slots (node);
    const NnValue vector = { .dtype = NN_DTYPE_F32, .n_dims = 1, .dims = { N_POINTS }, .n_elements = N_POINTS };
    g_autofree NnValue *in = g_new0 (NnValue, n_slots);
    g_autofree const NnValue **pointers = g_new0 (const NnValue *, n_slots);
    NnValue out[8] = { 0 };
    guint n = 0;

    for (guint s = 0; s < n_slots; s++) {
      const guint input = nn_node_get_input (node, s);

      if (node->constants[s]) {
        in[s] = node->constants[s]->value;
        in[s].n_dims = 0;
      } else if (input != NN_NO_NODE) {
        in[s] = vector;
        in[s].f32 = (gfloat *)join->points;
        for (guint j = 0; j < i; j++)
          if (order[j] == input)
            in[s].f32 = results[j];
      } else {
        continue;
      }
      pointers[s] = &in[s];
      n = s + 1;
    }
    if (nn_operator_get_n_outputs (node->onnx) != 1 || !nn_operator_infer (node->onnx, pointers, n, out, NULL)
        || out[0].n_elements != N_POINTS || !nn_dtype_is_float (out[0].dtype))
      return FALSE;
    out[0].dtype = NN_DTYPE_F32;
    out[0].f32 = results[i];
    if (!nn_operator_run (node->onnx, pointers, n, out, NULL))
      return FALSE;
  }
  memcpy (values, results[c->n - 1], sizeof results[0]);
  return TRUE;
}

static gboolean
find_function (const Join *join, const gfloat *values, NnLayerActivation *activation)
{
  static const NnLayerActivation known[] = {
    { NN_LAYER_ACTIVATION_SIGMOID, 0, 0 },
    { NN_LAYER_ACTIVATION_SWISH, 1, 0 },
    { NN_LAYER_ACTIVATION_SWISH, 1.702f, 0 }, /* this is a quick approximation of Gelu */
    { NN_LAYER_ACTIVATION_HARD_SIGMOID, 1.f / 6, 0.5f },
    { NN_LAYER_ACTIVATION_HARD_SIGMOID, 0.2f, 0.5f },
    { NN_LAYER_ACTIVATION_HARD_SWISH, 0, 0 },
    { NN_LAYER_ACTIVATION_TANH, 0, 0 },
    { NN_LAYER_ACTIVATION_GELU, 0, 0 },
    { NN_LAYER_ACTIVATION_GELU_TANH, 0, 0 },
  };
  NnActivationKernels kernels;

  nn_activation_kernels_init_c (&kernels);
  for (guint i = 0; i < G_N_ELEMENTS (known); i++) {
    gfloat expected[N_POINTS];
    gboolean same = TRUE;

    kernels.apply (&known[i], join->points, N_POINTS, expected);
    for (guint p = 0; p < N_POINTS && same; p++)
      same = fabsf (values[p] - expected[p]) <= TOLERANCE * (1 + fabsf (expected[p]));
    if (same) {
      *activation = known[i];
      return TRUE;
    }
  }
  return FALSE;
}

/* Whether the function that ends with node @end is a known one. If it is, @c and @activation are set. */
static gboolean
match (Join *join, guint end, Candidate *c, NnLayerActivation *activation)
{
  gboolean bent = bends (nn_graph_node (join->graph, end));

  c->n = 1;
  c->nodes[0] = end;
  for (;;) {
    gfloat values[N_POINTS];
    guint next;
    const guint n = find_leaves (join, c, &c->leaf, &next);

    if (n == 1 && c->n > 1 && bent && nn_shape_same_dims (&join->shapes[c->leaf], &join->shapes[end])) {
      if (join->evaluations++ >= MAX_EVALUATIONS)
        return FALSE;
      if (evaluate (join, c, values) && find_function (join, values, activation))
        return TRUE;
    }
    if (next == NN_NO_NODE || c->n == MAX_NODES)
      return FALSE;
    bent |= bends (nn_graph_node (join->graph, next));
    c->nodes[c->n++] = next;
  }
}

gboolean
nn_graph_join_activations (NnGraph *graph, GError **error)
{
  g_autofree NnShape *shapes = nn_graph_infer_shapes (graph, graph->height, graph->width, error);
  g_autofree guint *n_readers = NULL;
  Join join = { .graph = graph, .shapes = shapes };

  if (!shapes)
    return FALSE;
  join.n_readers = n_readers = nn_graph_count_readers (graph);
  for (guint p = 0; p < N_POINTS; p++)
    join.points[p] = LARGEST * (2.f * (gfloat)p / (N_POINTS - 1) - 1);
  for (guint i = graph->nodes->len; i-- > 1;) {
    NnNode *node = nn_graph_node (graph, i);
    NnLayerActivation activation;
    NnConstant *none[2] = { NULL, NULL };
    Candidate c;
    NnOperator *op;

    if (!is_scalar_function (node) || !match (&join, i, &c, &activation))
      continue;
    op = nn_operator_make_activation (&activation, error);
    if (!op)
      return FALSE;
    for (guint s = 0; s < nn_node_n_slots (node); s++)
      nn_constant_free (node->constants[s]);
    g_free (node->constants);
    nn_operator_unref (node->onnx);
    node->inputs[1] = NN_NO_NODE;
    nn_node_set_operator (node, op, 1, &c.leaf, none);
  }
  nn_graph_remove_dead (graph);
  return TRUE;
}
