/* gst-resnet: what range of pixels a graph was made for, seen from what it does to them first
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <string.h>

#include "graph/graph-private.h"
#include "import/onnx/onnx-import.h"

/* More than standardizing pixels of 0 to 1 subtracts or adds, and less than what pixels of 0 to 255 need. */
#define LARGE_SHIFT 10.
/* A factor below this brings 255 down to what networks take; for 0 to 1 it would leave nothing. */
#define SMALL_FACTOR 0.1
/* Operators that are looked at. */
#define MAX_STEPS 16

/* The only node that reads @index; NULL: there are several, or another input is a node, too. */
static const NnNode *
only_reader (const NnGraph *graph, guint index, guint *place, guint *slot)
{
  const NnNode *reader = NULL;

  for (guint i = index + 1; i < graph->nodes->len; i++) {
    const NnNode *node = nn_graph_node (graph, i);

    for (guint s = 0; s < nn_node_n_slots (node); s++) {
      if (nn_node_get_input (node, s) != index)
        continue;
      if (reader)
        return NULL;
      reader = node;
      *place = i;
      *slot = s;
    }
  }
  return reader;
}

static gboolean
is_one_of (const NnNode *node, const gchar *const *types)
{
  return g_strv_contains (types, nn_operator_get_type (node->onnx));
}

/* y = factor · x + shift of the channel where each is largest. FALSE: the node is no such thing. */
static gboolean
apply (const NnNode *node, guint slot, gdouble *factor, gdouble *shift)
{
  static const gchar *const arithmetic[] = { "Add", "Sub", "Mul", "Div", NULL };
  const NnConstant *constant = slot < 2 && nn_node_n_slots (node) == 2 ? node->constants[1 - slot] : NULL;
  gdouble largest = 0, smallest = G_MAXDOUBLE;
  const gchar *type = nn_operator_get_type (node->onnx);

  if (!is_one_of (node, arithmetic) || !constant || !constant->value.f32 || !constant->value.n_elements
      || (*type == 'D' && slot == 1))
    return FALSE;
  for (gsize i = 0; i < constant->value.n_elements; i++) {
    largest = fmax (largest, fabs (constant->value.f32[i]));
    smallest = fmin (smallest, fabs (constant->value.f32[i]));
  }
  if (*type == 'A' || *type == 'S') {
    *shift += largest;
  } else {
    gdouble by = *type == 'M' ? largest : smallest > 0 ? 1 / smallest : 0;

    *factor *= by;
    *shift *= by;
  }
  return TRUE;
}

NnInputRange
nn_graph_find_input_range (const NnGraph *graph)
{
  static const gchar *const moves[]
      = { "Transpose", "Gather", "Slice", "Reshape", "Squeeze", "Unsqueeze", "Identity", "Cast", NULL };
  gdouble factor = 1, shift = 0, largest_shift = 0;
  guint index = 0, slot = 0, n = 0, step;

  for (step = 0; step < MAX_STEPS; step++) {
    const NnNode *node = only_reader (graph, index, &index, &slot);

    if (!node || node->op != NN_OP_PLAIN)
      break;
    if (apply (node, slot, &factor, &shift))
      n++;
    else if (slot != 0 || !is_one_of (node, moves))
      break;
    /* In units of the pixels. */
    if (factor > 0)
      largest_shift = fmax (largest_shift, shift / factor);
  }
  if (!n)
    return NN_INPUT_STANDARDIZED;
  return factor < SMALL_FACTOR || largest_shift > LARGE_SHIFT ? NN_INPUT_TO_255 : NN_INPUT_TO_1;
}
