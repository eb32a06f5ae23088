/* gst-resnet: nodes of an ONNX file that depend on constants alone, computed while the file is loaded
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "import/onnx/onnx-fold.h"

#include "ops/op-work.h"

/* What constant folding may read and make, elements: so many, and so many times what the file's initializers have. A
 * quantized network's weights are dequantized, transposed and reshaped; nothing that people have does that ten times.
 */
#define MAX_FOLDED ((gdouble)(1 << 26))
#define MAX_FOLDED_OF_FILE 16.0
/* What it may multiply: constants are no images. */
#define MAX_PRODUCTS ((gdouble)(1 << 28))

/* Elements of all initializers. */
static gdouble
count_initial (const NnOnnx *onnx)
{
  GHashTableIter iter;
  gpointer tensor;
  gdouble n = 0;

  g_hash_table_iter_init (&iter, onnx->initializers);
  while (g_hash_table_iter_next (&iter, NULL, &tensor))
    n += (gdouble)((const NnTensor *)tensor)->n_elements;
  return n;
}

gdouble
nn_onnx_fold_limit (const NnOnnx *onnx)
{
  return MAX_FOLDED + MAX_FOLDED_OF_FILE * count_initial (onnx);
}

gboolean
nn_onnx_fold (NnOnnxImporter *importer, const NnOnnxNode *node, const NnOperator *op, const NnValue *const *inputs,
              guint n_inputs, NnValue *types, guint n_outputs, GError **error)
{
  NnConstant *constants[NN_ONNX_MAX_OUTPUTS] = { NULL };
  NnValue outputs[NN_ONNX_MAX_OUTPUTS];
  gboolean ok = TRUE;
  guint i;

  for (i = 0; i < n_inputs && !nn_operator_needs_types_only (op); i++)
    importer->folded += inputs[i] ? (gdouble)inputs[i]->n_elements : 0;
  importer->products += nn_operator_count_products (op, inputs, n_inputs, types);
  if (importer->products > MAX_PRODUCTS) {
    nn_onnx_set_node_error (node, NN_ERROR_TOO_LARGE, error,
                            "on constants is too much to compute while loading; simplify the model (onnxsim)");
    return FALSE;
  }
  for (i = 0; i < n_outputs && ok; i++) {
    types[i].dtype = nn_onnx_computed_as (types[i].dtype);
    importer->folded += (gdouble)types[i].n_elements;
    if (importer->folded > importer->max_folded || !(constants[i] = nn_constant_new_zeros (&types[i]))) {
      nn_onnx_set_node_error (node, NN_ERROR_TOO_LARGE, error,
                              "makes constants of %" G_GSIZE_FORMAT
                              " elements, which are too large for a file of this size",
                              types[i].n_elements);
      ok = FALSE;
    } else {
      outputs[i] = constants[i]->value;
    }
  }
  if (ok && !nn_operator_run (op, inputs, n_inputs, outputs, error)) {
    g_prefix_error (error, "node %s: ", node->name);
    ok = FALSE;
  }
  for (i = 0; i < n_outputs; i++) {
    if (ok && i < node->n_outputs && *node->outputs[i])
      nn_onnx_importer_add_name (importer, node->outputs[i])->constant = g_steal_pointer (&constants[i]);
    nn_constant_free (constants[i]);
  }
  return ok;
}
