/* gst-resnet: fuzz target: ONNX files
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz-model.h"
#include "load/onnx/onnx-node.h"
#include "load/onnx/onnx.h"

/* Checks what the loader promises of a graph: each node's inputs are made before the node. */
static void
check_order (const NnOnnx *onnx)
{
  g_autoptr (GHashTable) made = g_hash_table_new (g_str_hash, g_str_equal);
  GHashTableIter iter;
  gpointer name;

  g_hash_table_iter_init (&iter, onnx->initializers);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    g_hash_table_add (made, name);
  for (guint i = 0; i < onnx->inputs->len; i++)
    g_hash_table_add (made, ((NnOnnxValue *)g_ptr_array_index (onnx->inputs, i))->name);
  for (guint i = 0; i < onnx->nodes->len; i++) {
    const NnOnnxNode *node = g_ptr_array_index (onnx->nodes, i);

    for (guint k = 0; k < node->n_inputs; k++)
      if (*node->inputs[k] && !g_hash_table_contains (made, node->inputs[k]))
        FUZZ_FAIL ("node %s comes before its input %s\n", node->name, node->inputs[k]);
    for (guint k = 0; k < node->n_outputs; k++)
      if (*node->outputs[k] && !g_hash_table_add (made, node->outputs[k]))
        FUZZ_FAIL ("%s is made twice\n", node->outputs[k]);
  }
  for (guint i = 0; i < onnx->outputs->len; i++)
    if (!g_hash_table_contains (made, ((NnOnnxValue *)g_ptr_array_index (onnx->outputs, i))->name))
      FUZZ_FAIL ("an output is made by no node\n");
}

/* Checks that there is a value for each element. */
static void
check_tensor (const NnTensor *tensor)
{
  gdouble sum = 0;

  for (gsize i = 0; i < tensor->n_elements; i++)
    sum += tensor->f32 ? (gdouble)tensor->f32[i] : (gdouble)tensor->i64[i];
  if (tensor->n_elements && !tensor->f32 == !tensor->i64)
    FUZZ_FAIL ("%s has no values, or two kinds (%g)\n", tensor->name, sum);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (NnOnnx) onnx = nn_onnx_load_bytes (bytes, "fuzz", NULL, &error);
  GHashTableIter iter;
  gpointer tensor;

  FUZZ_CHECK_RESULT (onnx, error);
  if (!onnx)
    return 0;
  check_order (onnx);
  g_hash_table_iter_init (&iter, onnx->initializers);
  while (g_hash_table_iter_next (&iter, NULL, &tensor))
    check_tensor (tensor);
  for (guint i = 0; i < onnx->nodes->len; i++) {
    const NnOnnxNode *node = g_ptr_array_index (onnx->nodes, i);

    for (guint k = 0; k < node->attributes->len; k++) {
      const NnAttribute *attribute = g_ptr_array_index (node->attributes, k);

      if (nn_onnx_node_get_attribute (node, attribute->name) != attribute)
        FUZZ_FAIL ("%s has two attributes %s\n", node->name, attribute->name);
      if (attribute->tensor)
        check_tensor (attribute->tensor);
    }
  }
  /* The bytes go on to the graph, its passes and its shapes. */
  return fuzz_model (data, size);
}
