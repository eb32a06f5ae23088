/* gst-resnet: operators of ONNX Runtime's own, and those on quantized tensors, as ONNX's own operators on floats
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * ONNX Runtime's page "Contrib Operators" (ContribOperators.md) and ONNX's pages of QLinearConv and QLinearMatMul say
 * what they compute. */
#include "import/onnx/onnx-expand.h"

#include <string.h>

#include "load/onnx/onnx-attribute.h"

/* All nodes that are made are of this opset, whatever the file's is. */
#define MADE_OPSET 13
#define MICROSOFT "com.microsoft"

typedef struct {
  NnAttribute attribute;
  gint64 number;
  gfloat real;
} MadeAttribute;

typedef struct {
  const NnOnnxNode *node;
  NnOnnxExpansion *into;
  guint n_names;
} Expander;

static void
made_node_free (gpointer data)
{
  NnOnnxNode *node = data;

  for (guint i = 0; i < node->n_inputs; i++)
    g_free (node->inputs[i]);
  g_free (node->inputs);
  g_free (node->outputs[0]);
  g_free (node->outputs);
  g_ptr_array_unref (node->attributes);
  g_free (node->op_type);
  g_free (node->domain);
  g_free (node->name);
  g_free (node);
}

void
nn_onnx_expansion_clear (NnOnnxExpansion *expansion)
{
  g_clear_pointer (&expansion->nodes, g_ptr_array_unref);
}

static gboolean fail (const Expander *expander, GError **error, NnError code, const gchar *format, ...)
    G_GNUC_PRINTF (4, 5);

static gboolean
fail (const Expander *expander, GError **error, NnError code, const gchar *format, ...)
{
  g_autofree gchar *reason = NULL;
  va_list args;

  va_start (args, format);
  reason = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, NN_ERROR, (gint)code, "%s (%s): %s", expander->node->name, expander->node->op_type, reason);
  return FALSE;
}

/* The name of the node's input, or "" if it has none at that place. */
static const gchar *
input (const Expander *expander, guint i)
{
  return i < expander->node->n_inputs ? expander->node->inputs[i] : "";
}

/* The node's own output, which the result of all made nodes must have. */
static const gchar *
output (const Expander *expander)
{
  return expander->node->n_outputs ? expander->node->outputs[0] : "";
}

/* A name that no file has, because names in files are UTF-8. It belongs to the node that is made with it. */
static gchar *
new_name (Expander *expander)
{
  return g_strdup_printf ("\xff%u/%s", expander->n_names++, output (expander));
}

/* Makes a node whose output is @to, or a new name if @to is NULL. Returns the output's name. */
static const gchar *
add (Expander *expander, const gchar *op_type, const gchar *const *inputs, guint n_inputs, const gchar *to)
{
  NnOnnxNode *made = g_new0 (NnOnnxNode, 1);

  made->name = g_strdup (expander->node->name);
  made->op_type = g_strdup (op_type);
  made->domain = g_strdup ("");
  made->n_inputs = n_inputs;
  made->inputs = g_new (gchar *, MAX (n_inputs, 1));
  for (guint i = 0; i < n_inputs; i++)
    made->inputs[i] = g_strdup (inputs[i]);
  made->n_outputs = 1;
  made->outputs = g_new (gchar *, 1);
  made->outputs[0] = to ? g_strdup (to) : new_name (expander);
  made->attributes = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (expander->into->nodes, made);
  return made->outputs[0];
}

static NnOnnxNode *
last_made (const Expander *expander)
{
  return g_ptr_array_index (expander->into->nodes, expander->into->nodes->len - 1);
}

/* These set attributes of the node that was made last. @name is a literal. */
static void
set_int (const Expander *expander, const gchar *name, gint64 value)
{
  MadeAttribute *made = g_new0 (MadeAttribute, 1);

  made->attribute.name = (gchar *)name;
  made->attribute.kind = NN_ATTRIBUTE_INT;
  made->attribute.n = 1;
  made->attribute.ints = &made->number;
  made->number = value;
  g_ptr_array_add (last_made (expander)->attributes, made);
}

static void
set_float (const Expander *expander, const gchar *name, gfloat value)
{
  MadeAttribute *made = g_new0 (MadeAttribute, 1);

  made->attribute.name = (gchar *)name;
  made->attribute.kind = NN_ATTRIBUTE_FLOAT;
  made->attribute.n = 1;
  made->attribute.floats = &made->real;
  made->real = value;
  g_ptr_array_add (last_made (expander)->attributes, made);
}

/* Gives the last made node the attributes of the original one, except for those in @but. */
static void
take_attributes (const Expander *expander, const gchar *const *but)
{
  for (guint i = 0; i < expander->node->attributes->len; i++) {
    const NnAttribute *attribute = g_ptr_array_index (expander->node->attributes, i);

    if (!g_strv_contains (but, attribute->name))
      g_ptr_array_add (last_made (expander)->attributes, g_memdup2 (attribute, sizeof *attribute));
  }
}

static gint64
get_int (const Expander *expander, const gchar *name)
{
  gint64 value = 0;

  nn_attribute_get_int (expander->node, name, &value);
  return value;
}

/* Element @i of an attribute that is a float or a list of floats. */
static gfloat
get_float (const Expander *expander, const gchar *name, guint i, gfloat fallback)
{
  gfloat value = fallback;

  nn_attribute_get_float (expander->node, name, i, &value);
  return value;
}

static gboolean
check_inputs (const Expander *expander, guint n, GError **error)
{
  for (guint i = 0; i < n; i++)
    if (!*input (expander, i))
      return fail (expander, error, NN_ERROR_FORMAT, "input %u is missing", i);
  if (!*output (expander))
    return fail (expander, error, NN_ERROR_FORMAT, "it has no output");
  return TRUE;
}

static const gchar *
add_scalar (Expander *expander, gfloat value)
{
  const gchar *name = add (expander, "Constant", NULL, 0, NULL);

  set_float (expander, "value_float", value);
  return name;
}

/* Adds the activation that is part of a fused operator. @params: the names of the attributes that hold its
 * parameters */
static gboolean
add_activation (Expander *expander, const gchar *x, const gchar *const params[2], GError **error)
{
  const gchar *given = nn_attribute_get_string (expander->node, "activation"), *type = given ? given : "";
  /* FusedConv has one list of parameters, FusedGemm has an attribute for each. */
  guint second = strcmp (params[0], params[1]) == 0 ? 1 : 0;

  if (!*type) {
    add (expander, "Identity", &x, 1, output (expander));
  } else if (strcmp (type, "Relu") == 0 || strcmp (type, "Sigmoid") == 0 || strcmp (type, "Tanh") == 0
             || strcmp (type, "Softplus") == 0 || strcmp (type, "Softsign") == 0) {
    add (expander, type, &x, 1, output (expander));
  } else if (strcmp (type, "LeakyRelu") == 0 || strcmp (type, "Elu") == 0) {
    add (expander, type, &x, 1, output (expander));
    set_float (expander, "alpha", get_float (expander, params[0], 0, *type == 'L' ? 0.01f : 1));
  } else if (strcmp (type, "HardSigmoid") == 0) {
    add (expander, type, &x, 1, output (expander));
    set_float (expander, "alpha", get_float (expander, params[0], 0, 0.2f));
    set_float (expander, "beta", get_float (expander, params[1], second, 0.5f));
  } else if (strcmp (type, "Clip") == 0) {
    const gchar *inputs[3] = { x };

    inputs[1] = add_scalar (expander, get_float (expander, params[0], 0, -G_MAXFLOAT));
    inputs[2] = add_scalar (expander, get_float (expander, params[1], second, G_MAXFLOAT));
    add (expander, type, inputs, 3, output (expander));
  } else {
    return fail (expander, error, NN_ERROR_UNSUPPORTED, "its activation %s is not taken", type);
  }
  return TRUE;
}

/* FusedConv is activation (Conv (X, W, B) + Z). */
static gboolean
expand_fused_conv (Expander *expander, GError **error)
{
  static const gchar *const params[] = { "activation_params", "activation_params" };
  static const gchar *const but[] = { "activation", "activation_params", NULL };
  const gchar *inputs[3] = { input (expander, 0), input (expander, 1), input (expander, 2) }, *sum[2];

  if (!check_inputs (expander, 2, error))
    return FALSE;
  sum[0] = add (expander, "Conv", inputs, *inputs[2] ? 3 : 2, NULL);
  take_attributes (expander, but);
  sum[1] = input (expander, 3);
  return add_activation (expander, *sum[1] ? add (expander, "Add", sum, 2, NULL) : sum[0], params, error);
}

static gboolean
expand_fused_gemm (Expander *expander, GError **error)
{
  static const gchar *const params[] = { "activation_alpha", "activation_beta" };
  static const gchar *const but[] = { "activation", "activation_alpha", "activation_beta", "activation_gamma", NULL };
  const gchar *inputs[3] = { input (expander, 0), input (expander, 1), input (expander, 2) }, *y;

  if (!check_inputs (expander, 2, error))
    return FALSE;
  y = add (expander, "Gemm", inputs, *inputs[2] ? 3 : 2, NULL);
  take_attributes (expander, but);
  return add_activation (expander, y, params, error);
}

/* These are ONNX's own operators in a later opset, or under another name. */
static gboolean
expand_gelu (Expander *expander, GError **error)
{
  const gchar *x = input (expander, 0), *product[2] = { x };
  gboolean quick = strcmp (expander->node->op_type, "QuickGelu") == 0;

  if (!check_inputs (expander, 1, error))
    return FALSE;
  if (!quick) {
    expander->into->opset = 20;
    add (expander, "Gelu", &x, 1, output (expander));
    return TRUE;
  }
  /* QuickGelu is x · sigmoid (α x). */
  product[1] = add_scalar (expander, get_float (expander, "alpha", 0, 1.702f));
  product[1] = add (expander, "Mul", product, 2, NULL);
  product[1] = add (expander, "Sigmoid", &product[1], 1, NULL);
  add (expander, "Mul", product, 2, output (expander));
  return TRUE;
}

/* Writes the node as ONNX's own operator of the same name. */
static gboolean
expand_same (Expander *expander, GError **error)
{
  static const gchar *const but[] = { NULL };
  const gchar *inputs[3] = { input (expander, 0), input (expander, 1), input (expander, 2) };

  if (!check_inputs (expander, 2, error))
    return FALSE;
  add (expander, expander->node->op_type, inputs, *inputs[2] ? 3 : 2, output (expander));
  take_attributes (expander, but);
  return TRUE;
}

/* Adds the floats that the elements in input @at stand for; input @at + 1 is the scale and @at + 2 the zero point.
 * @axis: the axis along which there may be several scales */
static const gchar *
add_dequantized (Expander *expander, guint at, gint64 axis)
{
  const gchar *inputs[3] = { input (expander, at), input (expander, at + 1), input (expander, at + 2) }, *name;

  name = add (expander, "DequantizeLinear", inputs, *inputs[2] ? 3 : 2, NULL);
  set_int (expander, "axis", axis);
  return name;
}

/* Adds the floats of a bias of int32. Its scale is the product of the inputs 1 and 4, which are the operands'
 * scales. */
static const gchar *
add_dequantized_bias (Expander *expander, guint at)
{
  const gchar *scales[2] = { input (expander, 1), input (expander, 4) }, *inputs[2], *name;

  inputs[0] = input (expander, at);
  inputs[1] = add (expander, "Mul", scales, 2, NULL);
  name = add (expander, "DequantizeLinear", inputs, 2, NULL);
  set_int (expander, "axis", 0);
  return name;
}

/* Quantizes @x as the original node's output. The scale is input @at and the zero point input @at + 1. */
static void
add_quantized (Expander *expander, const gchar *x, guint at)
{
  const gchar *inputs[3] = { x, input (expander, at), input (expander, at + 1) };

  add (expander, "QuantizeLinear", inputs, *inputs[2] ? 3 : 2, output (expander));
}

static gboolean
expand_qlinear_conv (Expander *expander, GError **error)
{
  static const gchar *const but[] = { "channels_last", NULL };
  const gchar *inputs[3] = { "" }, *y;

  if (!check_inputs (expander, 8, error))
    return FALSE;
  inputs[0] = add_dequantized (expander, 0, 1);
  inputs[1] = add_dequantized (expander, 3, 0);
  if (*input (expander, 8))
    inputs[2] = add_dequantized_bias (expander, 8);
  y = add (expander, "Conv", inputs, inputs[2] ? 3 : 2, NULL);
  take_attributes (expander, but);
  add_quantized (expander, y, 6);
  return TRUE;
}

/* This is for MatMul, Add and Mul, which have two operands. */
static gboolean
expand_qlinear_binary (Expander *expander, GError **error)
{
  gboolean is_product = strcmp (expander->node->op_type, "QLinearMatMul") == 0;
  const gchar *inputs[2];

  if (!check_inputs (expander, is_product ? 8 : 2, error))
    return FALSE;
  inputs[0] = add_dequantized (expander, 0, 0);
  inputs[1] = add_dequantized (expander, 3, is_product ? -1 : 0);
  /* The operator's own name comes after "QLinear". */
  add_quantized (expander, add (expander, expander->node->op_type + 7, inputs, 2, NULL), 6);
  return TRUE;
}

static gboolean
expand_quantized_gemm (Expander *expander, GError **error)
{
  static const gchar *const but[] = { NULL };
  const gchar *inputs[3] = { "" }, *y;
  gboolean quantized = *input (expander, 7) != '\0';

  if (!check_inputs (expander, 6, error))
    return FALSE;
  inputs[0] = add_dequantized (expander, 0, 0);
  inputs[1] = add_dequantized (expander, 3, get_int (expander, "transB") ? 0 : 1);
  if (*input (expander, 6))
    inputs[2] = add_dequantized_bias (expander, 6);
  y = add (expander, "Gemm", inputs, inputs[2] ? 3 : 2, quantized ? NULL : output (expander));
  take_attributes (expander, but);
  if (quantized)
    add_quantized (expander, y, 7);
  return TRUE;
}

/* This is for operators with one operand: pools, activations, Softmax and ReduceMean. */
static gboolean
expand_qlinear_unary (Expander *expander, GError **error)
{
  static const gchar *const but[] = { "channels_last", "opset", NULL };
  const gchar *x, *y;

  if (!check_inputs (expander, 2, error))
    return FALSE;
  x = add_dequantized (expander, 0, 0);
  y = add (expander, expander->node->op_type + 7, &x, 1, NULL);
  take_attributes (expander, but);
  add_quantized (expander, y, 3);
  return TRUE;
}

static gboolean
expand_qlinear_concat (Expander *expander, GError **error)
{
  static const gchar *const but[] = { NULL };
  guint n = expander->node->n_inputs, i;
  g_autoptr (GPtrArray) operands = g_ptr_array_new ();
  const gchar *y;

  if (n < 5 || n % 3 != 2)
    return fail (expander, error, NN_ERROR_FORMAT, "%u inputs; two and three for each operand are right", n);
  if (!check_inputs (expander, n, error))
    return FALSE;
  for (i = 2; i < n; i += 3)
    g_ptr_array_add (operands, (gpointer)add_dequantized (expander, i, 0));
  y = add (expander, "Concat", (const gchar *const *)operands->pdata, operands->len, NULL);
  take_attributes (expander, but);
  add_quantized (expander, y, 0);
  return TRUE;
}

static const struct {
  const gchar *domain, *type;
  gboolean (*expand) (Expander *expander, GError **error);
} known[] = {
  { MICROSOFT, "FusedConv", expand_fused_conv },
  { MICROSOFT, "FusedGemm", expand_fused_gemm },
  { MICROSOFT, "Gelu", expand_gelu },
  { MICROSOFT, "QuickGelu", expand_gelu },
  { MICROSOFT, "QuantizeLinear", expand_same },
  { MICROSOFT, "DequantizeLinear", expand_same },
  { "", "QLinearConv", expand_qlinear_conv },
  { MICROSOFT, "QLinearConv", expand_qlinear_conv },
  { "", "QLinearMatMul", expand_qlinear_binary },
  { MICROSOFT, "QLinearAdd", expand_qlinear_binary },
  { MICROSOFT, "QLinearMul", expand_qlinear_binary },
  { MICROSOFT, "QGemm", expand_quantized_gemm },
  { MICROSOFT, "QLinearGlobalAveragePool", expand_qlinear_unary },
  { MICROSOFT, "QLinearAveragePool", expand_qlinear_unary },
  { MICROSOFT, "QLinearReduceMean", expand_qlinear_unary },
  { MICROSOFT, "QLinearSigmoid", expand_qlinear_unary },
  { MICROSOFT, "QLinearLeakyRelu", expand_qlinear_unary },
  { MICROSOFT, "QLinearSoftmax", expand_qlinear_unary },
  { MICROSOFT, "QLinearConcat", expand_qlinear_concat },
};

void
nn_onnx_expand_standardization (const NnOnnxNode *node, NnOnnxExpansion *expansion)
{
  Expander expander = { node, expansion, 0 };
  const gchar *const inputs[] = { input (&expander, 0), input (&expander, 1), input (&expander, 2) };
  gfloat epsilon;

  expansion->opset = MADE_OPSET;
  expansion->nodes = g_ptr_array_new_with_free_func (made_node_free);
  add (&expander, "InstanceNormalization", inputs, G_N_ELEMENTS (inputs), output (&expander));
  if (nn_attribute_get_float (node, "epsilon", 0, &epsilon))
    set_float (&expander, "epsilon", epsilon);
}

gboolean
nn_onnx_expand (const NnOnnxNode *node, NnOnnxExpansion *expansion, GError **error)
{
  Expander expander = { node, expansion, 0 };

  expansion->opset = MADE_OPSET;
  for (guint i = 0; i < G_N_ELEMENTS (known); i++) {
    if (strcmp (known[i].type, node->op_type) != 0 || strcmp (known[i].domain, node->domain) != 0)
      continue;
    if (get_int (&expander, "channels_last"))
      return fail (&expander, error, NN_ERROR_UNSUPPORTED,
                   "channels_last is another machine's layout; optimize the model without it");
    expansion->nodes = g_ptr_array_new_with_free_func (made_node_free);
    if (known[i].expand (&expander, error))
      return TRUE;
    nn_onnx_expansion_clear (expansion);
    return FALSE;
  }
  if (!*node->domain)
    return TRUE;
  if (g_str_has_prefix (node->domain, MICROSOFT ".") || g_str_has_prefix (node->domain, "com.ms."))
    return fail (&expander, error, NN_ERROR_UNSUPPORTED,
                 "an operator of %s, a layout that ONNX Runtime chose for one machine; save the model with "
                 "ORT_ENABLE_EXTENDED or less",
                 node->domain);
  if (strcmp (node->domain, MICROSOFT) == 0)
    return fail (&expander, error, NN_ERROR_UNSUPPORTED,
                 "an operator of %s that is not taken; save the model with ORT_ENABLE_BASIC or less", node->domain);
  return fail (&expander, error, NN_ERROR_UNSUPPORTED, "an operator of %s, only ONNX's own are taken", node->domain);
}
