/* gst-resnet: operators that no file has, for passes
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "import/onnx/onnx-make.h"

#include "ops/op-normalization.h"

#define NEWEST_OPSET 24

static NnOperator *
make (const gchar *op_type, gint64 opset, guint n_inputs, NnAttribute *attributes, guint n_attributes, GError **error)
{
  g_autofree gchar **inputs = g_new (gchar *, MAX (n_inputs, 1));
  g_autoptr (GPtrArray) pointers = g_ptr_array_new ();
  gchar output[] = "y", domain[] = "", *outputs[] = { output };
  g_autofree gchar *name = g_strdup (op_type);
  NnOnnxNode node = { .name = name, .op_type = name, .domain = domain };

  for (guint i = 0; i < n_inputs; i++)
    inputs[i] = output;
  for (guint i = 0; i < n_attributes; i++)
    g_ptr_array_add (pointers, &attributes[i]);
  node.n_inputs = n_inputs;
  node.inputs = inputs;
  node.n_outputs = 1;
  node.outputs = outputs;
  node.attributes = pointers;
  return nn_operator_new (&node, opset, error);
}

NnOperator *
nn_operator_make (const gchar *op_type, guint n_inputs, const gchar *attribute, const gint64 *ints, guint n,
                  GError **error)
{
  g_autofree gchar *name = g_strdup (attribute);
  g_autofree gint64 *copy = g_memdup2 (ints, n * sizeof *ints);
  NnAttribute a = { .name = name, .kind = NN_ATTRIBUTE_INTS, .n = n, .ints = copy };

  return make (op_type, 13, n_inputs, &a, attribute ? 1 : 0, error);
}

NnOperator *
nn_operator_make_int (const gchar *op_type, guint n_inputs, const gchar *attribute, gint64 value, GError **error)
{
  g_autofree gchar *name = g_strdup (attribute);
  NnAttribute a = { .name = name, .kind = NN_ATTRIBUTE_INT, .n = 1, .ints = &value };

  return make (op_type, 13, n_inputs, &a, 1, error);
}

NnOperator *
nn_operator_make_channel_norm (gfloat epsilon, GError **error)
{
  gchar name[] = "epsilon";
  NnAttribute attribute = { .name = name, .kind = NN_ATTRIBUTE_FLOAT, .n = 1, .floats = &epsilon };

  return make (NN_OP_TYPE_CHANNEL_NORM, 13, 3, &attribute, 1, error);
}

NnOperator *
nn_operator_make_activation (const NnLayerActivation *activation, GError **error)
{
  gchar alpha[] = "alpha", beta[] = "beta", approximate[] = "approximate", tanh[] = "tanh", *text = tanh;
  gfloat a = activation->a, b = activation->b;
  NnAttribute numbers[] = { { .name = alpha, .kind = NN_ATTRIBUTE_FLOAT, .n = 1, .floats = &a },
                            { .name = beta, .kind = NN_ATTRIBUTE_FLOAT, .n = 1, .floats = &b } };
  NnAttribute way = { .name = approximate, .kind = NN_ATTRIBUTE_STRING, .n = 1, .strings = &text };

  switch (activation->kind) {
  case NN_LAYER_ACTIVATION_LEAKY_RELU:
    return make ("LeakyRelu", 16, 1, numbers, 1, error);
  case NN_LAYER_ACTIVATION_HARD_SIGMOID:
    return make ("HardSigmoid", 13, 1, numbers, 2, error);
  case NN_LAYER_ACTIVATION_HARD_SWISH:
    return make ("HardSwish", 14, 1, NULL, 0, error);
  case NN_LAYER_ACTIVATION_SIGMOID:
    return make ("Sigmoid", 13, 1, NULL, 0, error);
  case NN_LAYER_ACTIVATION_SWISH:
    return make ("Swish", 24, 1, numbers, 1, error);
  case NN_LAYER_ACTIVATION_TANH:
    return make ("Tanh", 13, 1, NULL, 0, error);
  case NN_LAYER_ACTIVATION_GELU:
    return make ("Gelu", 20, 1, NULL, 0, error);
  case NN_LAYER_ACTIVATION_GELU_TANH:
    return make ("Gelu", 20, 1, &way, 1, error);
  case NN_LAYER_ACTIVATION_NONE:
  case NN_LAYER_ACTIVATION_CLIP:
    break;
  }
  g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED, "the activation has no operator");
  return NULL;
}

NnOperator *
nn_operator_make_newest (const gchar *op_type, guint n_inputs, const gchar *attribute, const gchar *value,
                         GError **error)
{
  g_autofree gchar *name = g_strdup (attribute), *copy = g_strdup (value);
  NnAttribute a = { .name = name, .kind = NN_ATTRIBUTE_STRING, .n = 1, .strings = &copy };

  return make (op_type, NEWEST_OPSET, n_inputs, &a, attribute ? 1 : 0, error);
}
