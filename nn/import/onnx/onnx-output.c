/* gst-resnet: which tensor of an ONNX file holds the classes
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "import/onnx/onnx-output.h"

#include <string.h>

/* The largest number of operators in a row that only move or convert what another has computed, and are looked
 * behind. */
#define MAX_MOVES 16

static const NnOnnxNode *
find_producer (const NnOnnx *onnx, const gchar *name)
{
  for (guint i = 0; i < onnx->nodes->len; i++) {
    const NnOnnxNode *node = g_ptr_array_index (onnx->nodes, i);

    for (guint j = 0; j < node->n_outputs; j++)
      if (strcmp (node->outputs[j], name) == 0)
        return node;
  }
  return NULL;
}

/* The operator that ranks classes and gives the tensor as its result; NULL if there is none. */
static const NnOnnxNode *
find_ranking (const NnOnnx *onnx, const gchar *name)
{
  static const gchar *const moves[]
      = { "Cast", "Flatten", "Gather", "Identity", "Reshape", "Slice", "Squeeze", "Unsqueeze", NULL };

  for (guint i = 0; i < MAX_MOVES; i++) {
    const NnOnnxNode *node = find_producer (onnx, name);

    if (!node || !node->n_inputs)
      return NULL;
    if (strcmp (node->op_type, "TopK") == 0 || strcmp (node->op_type, "ArgMax") == 0)
      return node;
    if (!g_strv_contains (moves, node->op_type))
      return NULL;
    name = node->inputs[0];
  }
  return NULL;
}

/* Whether a value may be a row of classes, by the shape that the file gives: [N], [batch, N], [batch, N, 1, 1]. */
static gboolean
may_be_classes (const NnOnnxValue *value)
{
  guint n_large = 0;

  for (gint i = 1; i < value->n_dims; i++)
    n_large += value->dims[i] != 1;
  return value->n_dims < 0 || (n_large <= 1 && nn_dtype_is_float (value->dtype));
}

const gchar *
nn_onnx_choose_output (const NnOnnx *onnx, GPtrArray *warnings, GError **error)
{
  const gchar *chosen = NULL, *first;
  const NnOnnxNode *ranking = NULL;

  if (!onnx->outputs->len) {
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "the graph has no output");
    return NULL;
  }
  first = ((const NnOnnxValue *)g_ptr_array_index (onnx->outputs, 0))->name;
  for (guint i = 0; i < onnx->outputs->len; i++) {
    const NnOnnxValue *output = g_ptr_array_index (onnx->outputs, i);
    const NnOnnxNode *ranks = find_ranking (onnx, output->name);

    if (ranks && !ranking)
      ranking = ranks;
    if (ranks || !may_be_classes (output))
      continue;
    if (!chosen || strcmp (output->name, "logits") == 0)
      chosen = output->name;
  }
  if (!chosen && ranking) {
    g_ptr_array_add (warnings,
                     g_strdup_printf ("the graph's outputs are what %s (%s) gives, a choice among the classes; %s is "
                                      "taken, the scores of all classes that it chooses from",
                                      ranking->name, ranking->op_type, ranking->inputs[0]));
    return ranking->inputs[0];
  }
  if (!chosen)
    chosen = first;
  if (onnx->outputs->len > 1)
    g_ptr_array_add (warnings, g_strdup_printf ("the graph has %u outputs; %s is taken", onnx->outputs->len, chosen));
  return chosen;
}
