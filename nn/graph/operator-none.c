/* gst-resnet: no operators: what nn/graph links with until nn/graph/ops has them
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "graph/ops/operator.h"

NnOperator *
nn_operator_new (const NnOnnxNode *node, gint64 opset, GError **error)
{
  g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED, "node %s: operator %s is not taken", node->name, node->op_type);
  return NULL;
}

NnOperator *
nn_operator_ref (NnOperator *op)
{
  return op;
}

void
nn_operator_unref (NnOperator *op)
{
}

const gchar *
nn_operator_get_type (const NnOperator *op)
{
  return "";
}

guint
nn_operator_get_n_outputs (const NnOperator *op)
{
  return 0;
}

gboolean
nn_operator_infer (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED, "there are no operators");
  return FALSE;
}

gboolean
nn_operator_run (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  return nn_operator_infer (op, inputs, n_inputs, outputs, error);
}
