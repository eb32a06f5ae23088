/* gst-resnet: operators that no file has, for passes
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "import/onnx/onnx-make.h"

static NnOperator *
make (const gchar *op_type, guint n_inputs, NnAttribute *attribute, GError **error)
{
  g_autofree gchar **inputs = g_new (gchar *, MAX (n_inputs, 1));
  g_autoptr (GPtrArray) attributes = g_ptr_array_new ();
  gchar output[] = "y", domain[] = "", *outputs[] = { output };
  g_autofree gchar *name = g_strdup (op_type);
  NnOnnxNode node = { .name = name, .op_type = name, .domain = domain };

  for (guint i = 0; i < n_inputs; i++)
    inputs[i] = output;
  if (attribute)
    g_ptr_array_add (attributes, attribute);
  node.n_inputs = n_inputs;
  node.inputs = inputs;
  node.n_outputs = 1;
  node.outputs = outputs;
  node.attributes = attributes;
  return nn_operator_new (&node, 13, error);
}

NnOperator *
nn_operator_make (const gchar *op_type, guint n_inputs, const gchar *attribute, const gint64 *ints, guint n,
                  GError **error)
{
  g_autofree gchar *name = g_strdup (attribute);
  g_autofree gint64 *copy = g_memdup2 (ints, n * sizeof *ints);
  NnAttribute a = { .name = name, .kind = NN_ATTRIBUTE_INTS, .n = n, .ints = copy };

  return make (op_type, n_inputs, attribute ? &a : NULL, error);
}

NnOperator *
nn_operator_make_int (const gchar *op_type, guint n_inputs, const gchar *attribute, gint64 value, GError **error)
{
  g_autofree gchar *name = g_strdup (attribute);
  NnAttribute a = { .name = name, .kind = NN_ATTRIBUTE_INT, .n = 1, .ints = &value };

  return make (op_type, n_inputs, &a, error);
}
