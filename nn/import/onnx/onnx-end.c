/* gst-resnet: what an imported graph's outputs are, seen from what its last operators make of any numbers
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "import/onnx/onnx-end.h"

#include <math.h>
#include <string.h>

#include "graph/shape.h"
#include "import/onnx/onnx-evaluate.h"
#include "import/onnx/onnx-import.h"
#include "import/onnx/onnx-make.h"

/* The limits of the nodes that are evaluated, of the elements of one node, and of all multiplications. The ends of
 * large classifiers are below them. */
#define MAX_NODES 128
#define MAX_ELEMENTS ((gsize)1 << 20)
#define MAX_PRODUCTS (1 << 24)
/* How far a sum of probabilities may be from 1, and how far a probability may be outside of 0 to 1. */
#define SUM_TOLERANCE 1e-3
#define RANGE_TOLERANCE 1e-4
#define N_PROBES 16

/* What was seen of the outputs in all probes. */
typedef struct {
  guint n_classes;
  gdouble least, largest;         /* outputs */
  gdouble least_sum, largest_sum; /* the sum of an image's outputs */
  gdouble least_log, largest_log; /* the logarithm of the sum of the exponentials */
  gboolean varies;
  guint n_finite; /* the probes whose outputs are finite; the others, which overflow, are left out */
} Seen;

/* Whether a node may turn numbers into confidences. All may but the common ones that cannot. */
static gboolean
is_activation (const NnNode *node)
{
  static const gchar *const others[]
      = { "Add",        "Cast", "Flatten", "Gemm",    "GlobalAveragePool", "Identity",  "MatMul",
          "ReduceMean", "Relu", "Reshape", "Squeeze", "Transpose",         "Unsqueeze", NULL };

  return node->op == NN_OP_PLAIN && !g_strv_contains (others, nn_operator_get_type (node->onnx));
}

static gboolean
is_image (const NnShape *shape)
{
  guint n_large = 0;

  for (guint d = 1; d < shape->n_dims; d++)
    n_large += shape->dims[d] > 1;
  return n_large > 1;
}

/* Finds the nodes that the output depends on, from the output back to a node that is too large or, if @weights is
 * FALSE, to one that multiplies matrices. They go to @inside in the graph's order, and the nodes that they read go
 * to @given. FALSE means that nothing can be evaluated. */
static gboolean
find_end (const NnGraph *graph, const NnOnnxValues *values, gboolean weights, GArray *inside, GArray *given,
          gboolean *activates)
{
  const NnShape *shapes = nn_onnx_values_get_shapes (values);
  const guint n = graph->nodes->len;
  g_autofree gboolean *wanted = g_new0 (gboolean, n);
  gdouble products = 0;

  g_array_set_size (inside, 0);
  g_array_set_size (given, 0);
  *activates = FALSE;
  wanted[n - 1] = TRUE;
  for (guint i = n; i-- > 0;) {
    const NnNode *node = nn_graph_node (graph, i);
    gdouble here;

    if (!wanted[i])
      continue;
    here = nn_onnx_values_count_products (values, i);
    if (node->op == NN_OP_PLAIN && inside->len < MAX_NODES && !is_image (&shapes[i]) && (weights || here == 0)
        && nn_onnx_values_count_elements (values, i) <= MAX_ELEMENTS && products + here <= MAX_PRODUCTS) {
      products += here;
      *activates |= is_activation (node);
      g_array_prepend_val (inside, i);
      for (guint s = 0; s < nn_node_n_slots (node); s++)
        if (nn_node_get_input (node, s) != NN_NO_NODE)
          wanted[nn_node_get_input (node, s)] = TRUE;
    } else if (nn_dtype_is_float (shapes[i].dtype) && nn_onnx_values_count_elements (values, i) <= MAX_ELEMENTS) {
      g_array_append_val (given, i);
    } else {
      return FALSE;
    }
  }
  return inside->len > 0;
}

/* A number of a normal distribution, made as the sum of twelve numbers of a uniform one. */
static gdouble
random_normal (GRand *rand)
{
  gdouble sum = -6;

  for (guint i = 0; i < 12; i++)
    sum += g_rand_double (rand);
  return sum;
}

static void
see (const NnValue *output, Seen *seen)
{
  gdouble sum = 0, largest = -G_MAXDOUBLE, exponentials = 0;

  for (gsize i = 0; i < output->n_elements; i++)
    if (!isfinite (output->f32[i]))
      return;
  seen->n_finite++;
  for (gsize i = 0; i < output->n_elements; i++) {
    const gdouble y = output->f32[i];

    seen->least = fmin (seen->least, y);
    seen->largest = fmax (seen->largest, y);
    largest = fmax (largest, y);
    sum += y;
  }
  for (gsize i = 0; i < output->n_elements; i++)
    exponentials += exp (output->f32[i] - largest);
  seen->least_sum = fmin (seen->least_sum, sum);
  seen->largest_sum = fmax (seen->largest_sum, sum);
  seen->least_log = fmin (seen->least_log, largest + log (exponentials));
  seen->largest_log = fmax (seen->largest_log, largest + log (exponentials));
}

static gboolean
probe (NnOnnxValues *values, const GArray *inside, const GArray *given, Seen *seen)
{
  static const gdouble scales[] = { 0.1, 1, 3, 8, 16 };
  g_autoptr (GRand) rand = g_rand_new_with_seed (20160627);
  gfloat first = 0;

  *seen = (Seen){ .least = G_MAXDOUBLE,
                  .largest = -G_MAXDOUBLE,
                  .least_sum = G_MAXDOUBLE,
                  .largest_sum = -G_MAXDOUBLE,
                  .least_log = G_MAXDOUBLE,
                  .largest_log = -G_MAXDOUBLE };
  for (guint p = 0; p < N_PROBES; p++) {
    const NnValue *output = NULL;

    for (guint i = 0; i < given->len; i++) {
      NnValue *value = nn_onnx_values_give (values, g_array_index (given, guint, i));

      if (!value || !value->f32)
        return FALSE;
      for (gsize e = 0; e < value->n_elements; e++)
        value->f32[e] = (gfloat)(random_normal (rand) * scales[p % G_N_ELEMENTS (scales)]);
    }
    for (guint i = 0; i < inside->len; i++) {
      const guint index = g_array_index (inside, guint, i);

      if (!nn_onnx_values_compute (values, index))
        return FALSE;
      output = nn_onnx_values_get (values, index);
    }
    if (!output || !output->f32 || !output->n_elements)
      return FALSE;
    if (p == 0)
      first = output->f32[0];
    seen->n_classes = (guint)output->n_elements;
    seen->varies |= output->f32[0] != first;
    see (output, seen);
  }
  return TRUE;
}

static gboolean
is_within (gdouble least, gdouble largest, gdouble from, gdouble to)
{
  return least >= from && largest <= to;
}

/* Tells what the outputs are. FALSE means that they are logits, as far as can be seen. */
static gboolean
judge (const Seen *seen, NnOnnxEnd *end)
{
  const gdouble at_most = seen->largest > 1 + RANGE_TOLERANCE ? 100 : 1;
  const gdouble range = RANGE_TOLERANCE * at_most, sum = SUM_TOLERANCE * at_most;

  if (seen->n_finite < N_PROBES / 2 || !seen->varies)
    return FALSE;
  if (seen->largest <= RANGE_TOLERANCE && seen->n_classes > 1
      && is_within (seen->least_log, seen->largest_log, -SUM_TOLERANCE, SUM_TOLERANCE)) {
    end->kind = NN_END_LOG_PROBABILITIES;
    return TRUE;
  }
  /* If the inputs are large, percentages come near both ends of their range; other numbers stay where they are. */
  if (!is_within (seen->least, seen->largest, -range, at_most + range) || (at_most > 1 && seen->largest < 99))
    return FALSE;
  end->scale = 1 / at_most;
  if (seen->n_classes > 1 && seen->largest_sum <= at_most + sum) {
    end->kind = NN_END_PROBABILITIES;
    end->least_sum = seen->least_sum / at_most;
    end->largest_sum = seen->largest_sum / at_most;
  } else {
    end->kind = NN_END_INDEPENDENT;
  }
  return TRUE;
}

void
nn_onnx_find_end (const NnGraph *graph, NnOnnxEnd *end)
{
  g_autoptr (GArray) inside = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (GArray) given = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (NnOnnxValues) values = nn_onnx_values_new (graph);

  *end = (NnOnnxEnd){ .kind = NN_END_LOGITS, .scale = 1, .least_sum = 1, .largest_sum = 1 };
  if (!values)
    return;
  /* The operators behind the last matrix tell it nearly always. Those before it are asked where the matrix itself
   * works on probabilities, for instance where it puts classes together. */
  for (guint weights = 0; weights < 2; weights++) {
    gboolean activates;
    Seen seen;

    if (find_end (graph, values, weights, inside, given, &activates) && activates
        && probe (values, inside, given, &seen) && judge (&seen, end))
      return;
  }
}

gboolean
nn_onnx_scale_output (NnGraph *graph, gdouble factor, GError **error)
{
  const guint last = graph->nodes->len - 1;
  const guint inputs[] = { last, NN_NO_NODE };
  NnConstant *constants[] = { NULL, NULL };
  NnOperator *op = nn_operator_make ("Mul", 2, NULL, NULL, 0, error);
  guint index;

  if (!op)
    return FALSE;
  constants[1] = nn_constant_new_float ((gfloat)factor);
  index = nn_graph_add (graph, NN_OP_PLAIN, "per cent");
  nn_node_set_operator (nn_graph_node (graph, index), op, 2, inputs, constants);
  nn_graph_node (graph, index)->out_channels = nn_graph_node (graph, last)->out_channels;
  return TRUE;
}
