/* gst-resnet: ONNX's operators: the table, attributes, and what every call checks
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "load/onnx/onnx-attribute.h"
#include "ops/op-spec.h"
#include "ops/operator.h"

static const NnOpSpec *const tables[] = {
  nn_ops_activation, nn_ops_cast,          nn_ops_concat, nn_ops_constant, nn_ops_conv,     nn_ops_elementwise,
  nn_ops_gather,     nn_ops_matmul,        nn_ops_pad,    nn_ops_pool,     nn_ops_quantize, nn_ops_reduce,
  nn_ops_shape,      nn_ops_normalization, nn_ops_slice,  nn_ops_softmax,  nn_ops_unary,
};

/* These operators occur in people's models and are left out on purpose. */
static const struct {
  const gchar *type, *reason;
} left_out[] = {
  { "Resize", "images and feature maps are not resized within a network here" },
  { "Upsample", "images and feature maps are not resized within a network here" },
  { "If", "there is no control flow" },
  { "Loop", "there is no control flow" },
  { "Scan", "there is no control flow" },
  { "LSTM", "there are no recurrent layers" },
  { "GRU", "there are no recurrent layers" },
  { "RNN", "there are no recurrent layers" },
  { "ConvTranspose", "classifiers have no transposed convolutions" },
  { "NonMaxSuppression", "detectors are not taken, only classifiers" },
  { "QLinearConv", "quantized models are taken in QDQ form (QuantizeLinear, DequantizeLinear)" },
  { "QLinearMatMul", "quantized models are taken in QDQ form (QuantizeLinear, DequantizeLinear)" },
  { "ConvInteger", "quantized models are taken in QDQ form (QuantizeLinear, DequantizeLinear)" },
  { "MatMulInteger", "quantized models are taken in QDQ form (QuantizeLinear, DequantizeLinear)" },
  { "DynamicQuantizeLinear", "quantized models are taken in QDQ form with scales that the file holds" },
};

static gint
spec_newest (const NnOpSpec *spec)
{
  return spec->until ? spec->until : NN_OP_NEWEST_OPSET;
}

/* The table's entry for that opset, or NULL. @nearest is an entry of the same name at another opset. */
static const NnOpSpec *
find_spec (const gchar *type, gint64 opset, const NnOpSpec **nearest)
{
  *nearest = NULL;
  for (guint t = 0; t < G_N_ELEMENTS (tables); t++) {
    for (const NnOpSpec *spec = tables[t]; spec->type; spec++) {
      if (strcmp (spec->type, type) != 0)
        continue;
      if (opset >= spec->since && opset <= spec_newest (spec))
        return spec;
      if (!*nearest || spec->since < (*nearest)->since)
        *nearest = spec;
    }
  }
  return NULL;
}

static gboolean
refuse_type (const NnOnnxNode *node, gint64 opset, const NnOpSpec *nearest, GError **error)
{
  const gchar *reason = "not an operator of the networks that are taken here";

  if (nearest) {
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT,
                 "%s (%s): opset %" G_GINT64_FORMAT " does not have this operator, opset %d does", node->name,
                 node->op_type, opset, MAX (nearest->since, NN_OP_OLDEST_OPSET));
    return FALSE;
  }
  for (guint i = 0; i < G_N_ELEMENTS (left_out); i++) {
    if (strcmp (left_out[i].type, node->op_type) == 0)
      reason = left_out[i].reason;
  }
  g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED, "%s (%s): %s", node->name, node->op_type, reason);
  return FALSE;
}

static void
free_tensor_copy (NnTensor *tensor)
{
  if (!tensor->storage) {
    g_free ((gpointer)tensor->f32);
    g_free ((gpointer)tensor->i64);
  } else {
    g_bytes_unref (tensor->storage);
  }
  g_free (tensor);
}

/* The copy shares the storage if there is one. */
static NnTensor *
copy_tensor (const NnTensor *tensor)
{
  NnTensor *copy = g_memdup2 (tensor, sizeof *tensor);

  copy->name = NULL;
  if (copy->storage) {
    g_bytes_ref (copy->storage);
  } else {
    copy->f32 = tensor->f32 ? g_memdup2 (tensor->f32, tensor->n_elements * sizeof *tensor->f32) : NULL;
    copy->i64 = tensor->i64 ? g_memdup2 (tensor->i64, tensor->n_elements * sizeof *tensor->i64) : NULL;
  }
  return copy;
}

static const gchar *
kind_name (NnAttributeKind kind)
{
  static const gchar *const names[] = {
    [NN_ATTRIBUTE_FLOAT] = "a float",
    [NN_ATTRIBUTE_INT] = "an integer",
    [NN_ATTRIBUTE_STRING] = "a string",
    [NN_ATTRIBUTE_TENSOR] = "a tensor",
    [NN_ATTRIBUTE_FLOATS] = "a list of floats",
    [NN_ATTRIBUTE_INTS] = "a list of integers",
    [NN_ATTRIBUTE_STRINGS] = "a list of strings",
  };

  return (guint)kind < G_N_ELEMENTS (names) ? names[kind] : "of an unknown kind";
}

static gboolean
exists_at (const NnOpAttribute *attribute, gint64 opset)
{
  return opset >= attribute->since && (!attribute->until || opset <= attribute->until);
}

static gboolean
read_setting (const NnOperator *op, const NnOpAttribute *known, const NnAttribute *given, NnOpSetting *setting,
              GError **error)
{
  if (setting->set)
    return nn_op_fail (op, error, NN_ERROR_FORMAT, "attribute %s is there twice", known->name);
  if (given->kind != known->kind)
    return nn_op_fail (op, error, NN_ERROR_FORMAT, "attribute %s is %s, should be %s", known->name,
                       kind_name (given->kind), kind_name (known->kind));
  if (!nn_attribute_is_whole (given))
    return nn_op_fail (op, error, NN_ERROR_FORMAT, "attribute %s has no value; %s is right", known->name,
                       kind_name (known->kind));
  setting->set = TRUE;
  setting->n = given->n;
  switch (known->kind) {
  case NN_ATTRIBUTE_FLOAT:
    setting->real = given->floats[0];
    break;
  case NN_ATTRIBUTE_INT:
    setting->number = given->ints[0];
    break;
  case NN_ATTRIBUTE_STRING:
    setting->string = g_strdup (given->strings[0]);
    break;
  case NN_ATTRIBUTE_TENSOR:
    setting->tensor = copy_tensor (given->tensor);
    break;
  case NN_ATTRIBUTE_FLOATS:
    setting->floats = g_memdup2 (given->floats, given->n * sizeof *given->floats);
    break;
  case NN_ATTRIBUTE_INTS:
    setting->ints = g_memdup2 (given->ints, given->n * sizeof *given->ints);
    break;
  case NN_ATTRIBUTE_STRINGS:
    setting->n = 0; /* no operator here reads a list of strings */
    break;
  }
  return TRUE;
}

static gboolean
read_attributes (NnOperator *op, const NnOnnxNode *node, GError **error)
{
  const NnOpAttribute *known = op->spec->attributes;
  guint n_known = 0;

  while (known && known[n_known].name)
    n_known++;
  op->settings = g_new0 (NnOpSetting, n_known + 1);
  for (guint i = 0; node->attributes && i < node->attributes->len; i++) {
    const NnAttribute *given = g_ptr_array_index (node->attributes, i);
    guint k = 0;

    while (k < n_known && strcmp (known[k].name, given->name) != 0)
      k++;
    if (k == n_known || !exists_at (&known[k], op->opset))
      return nn_op_fail (op, error, NN_ERROR_FORMAT,
                         "attribute %s is not one of this operator at opset %" G_GINT64_FORMAT, given->name, op->opset);
    if (!read_setting (op, &known[k], given, &op->settings[k], error))
      return FALSE;
  }
  for (guint k = 0; k < n_known; k++) {
    NnOpSetting *setting = &op->settings[k];

    if (setting->set || !exists_at (&known[k], op->opset))
      continue;
    if (known[k].required)
      return nn_op_fail (op, error, NN_ERROR_FORMAT, "attribute %s is missing", known[k].name);
    setting->real = known[k].number;
    /* A float's default may be beyond every integer, so it is not converted. */
    setting->number = known[k].kind == NN_ATTRIBUTE_INT ? (gint64)known[k].number : 0;
    setting->string = g_strdup (known[k].string);
  }
  return TRUE;
}

static gboolean
check_counts (NnOperator *op, const NnOnnxNode *node, GError **error)
{
  const NnOpSpec *spec = op->spec;

  /* An optional input or output that is absent may be left out at the end or have an empty name. */
  while (op->n_inputs && !*node->inputs[op->n_inputs - 1])
    op->n_inputs--;
  while (op->n_outputs && !*node->outputs[op->n_outputs - 1])
    op->n_outputs--;
  if (op->n_inputs > spec->max_inputs)
    return nn_op_fail (op, error, NN_ERROR_FORMAT, "%u inputs, at most %u are possible", op->n_inputs,
                       spec->max_inputs);
  for (guint i = 0; i < MAX (spec->min_inputs, spec->max_inputs == NN_OP_VARIADIC ? op->n_inputs : 0); i++) {
    if (i >= op->n_inputs || !*node->inputs[i])
      return nn_op_fail (op, error, NN_ERROR_FORMAT, "input %u is missing", i);
  }
  if (op->n_outputs < 1)
    return nn_op_fail (op, error, NN_ERROR_FORMAT, "it has no output");
  if (op->n_outputs > spec->max_outputs)
    return nn_op_fail (op, error, NN_ERROR_FORMAT, "%u outputs, at most %u are possible", op->n_outputs,
                       spec->max_outputs);
  return TRUE;
}

NnOperator *
nn_operator_new (const NnOnnxNode *node, gint64 opset, GError **error)
{
  g_autoptr (NnOperator) op = NULL;
  const NnOpSpec *spec, *nearest;

  if (opset < NN_OP_OLDEST_OPSET || opset > NN_OP_NEWEST_OPSET) {
    g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED, "%s (%s): opset %" G_GINT64_FORMAT ", %d to %d are taken",
                 node->name, node->op_type, opset, NN_OP_OLDEST_OPSET, NN_OP_NEWEST_OPSET);
    return NULL;
  }
  if (node->domain && *node->domain) {
    g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED, "%s (%s): an operator of %s, only ONNX's own are taken",
                 node->name, node->op_type, node->domain);
    return NULL;
  }
  spec = find_spec (node->op_type, opset, &nearest);
  if (!spec) {
    refuse_type (node, opset, nearest, error);
    return NULL;
  }
  op = g_new0 (NnOperator, 1);
  op->ref_count = 1;
  op->spec = spec;
  op->opset = opset;
  op->name = g_strdup (node->name);
  op->n_inputs = node->n_inputs;
  op->n_outputs = node->n_outputs;
  if (!check_counts (op, node, error) || !read_attributes (op, node, error)
      || (spec->check && !spec->check (op, error)))
    return NULL;
  return g_steal_pointer (&op);
}

NnOperator *
nn_operator_ref (NnOperator *op)
{
  g_atomic_int_inc (&op->ref_count);
  return op;
}

void
nn_operator_unref (NnOperator *op)
{
  if (!op || !g_atomic_int_dec_and_test (&op->ref_count))
    return;
  for (guint k = 0; op->settings && op->spec->attributes && op->spec->attributes[k].name; k++) {
    g_free (op->settings[k].string);
    g_free (op->settings[k].ints);
    g_free (op->settings[k].floats);
    g_clear_pointer (&op->settings[k].tensor, free_tensor_copy);
  }
  g_free (op->settings);
  g_free (op->name);
  g_free (op);
}

const gchar *
nn_operator_get_type (const NnOperator *op)
{
  return op->spec->type;
}

guint
nn_operator_get_n_outputs (const NnOperator *op)
{
  return op->n_outputs;
}

gboolean
nn_operator_is_shape_input (const NnOperator *op, guint input)
{
  return input < 32 && op->spec->shape_inputs >> input & 1;
}

gboolean
nn_operator_needs_types_only (const NnOperator *op)
{
  return op->spec->types_only;
}

static guint
type_class (NnDType dtype)
{
  return nn_dtype_is_float (dtype) ? NN_OP_FLOAT : dtype == NN_DTYPE_BOOL ? NN_OP_BOOL : NN_OP_INT;
}

/* If a value's fields contradict each other, that is the caller's mistake; but its dimensions come from files. */
static gboolean
check_value (const NnOperator *op, const NnValue *value, guint i, GError **error)
{
  gsize n = 1;

  if (value->n_dims > NN_TENSOR_MAX_DIMS)
    return nn_op_fail (op, error, NN_ERROR_UNSUPPORTED, "input %u has %u dimensions, at most %d are taken", i,
                       value->n_dims, NN_TENSOR_MAX_DIMS);
  for (guint d = 0; d < value->n_dims; d++) {
    if (__builtin_mul_overflow (n, value->dims[d], &n))
      return nn_op_fail (op, error, NN_ERROR_TOO_LARGE, "the size of input %u overflows", i);
  }
  /* With a zero beside huge dimensions the strides would overflow, although there are no elements. */
  for (guint d = 0; d < value->n_dims; d++) {
    if (value->dims[d] > NN_OP_MAX_ELEMENTS)
      return nn_op_fail (op, error, NN_ERROR_TOO_LARGE, "dimension %u of input %u is %" G_GUINT64_FORMAT, d, i,
                         value->dims[d]);
  }
  if (n > NN_OP_MAX_ELEMENTS || n != value->n_elements)
    return nn_op_fail (op, error, NN_ERROR_TOO_LARGE, "input %u has %" G_GSIZE_FORMAT " elements", i, n);
  return TRUE;
}

static gboolean
check_inputs (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, GError **error)
{
  const NnOpSpec *spec = op->spec;
  guint required = spec->max_inputs == NN_OP_VARIADIC ? MAX (n_inputs, spec->min_inputs) : spec->min_inputs;

  if (n_inputs > spec->max_inputs)
    return nn_op_fail (op, error, NN_ERROR_FORMAT, "%u inputs, at most %u are possible", n_inputs, spec->max_inputs);
  for (guint i = 0; i < MAX (n_inputs, required); i++) {
    const NnValue *value = nn_op_input (inputs, n_inputs, i);

    if (!value && i < required)
      return nn_op_fail (op, error, NN_ERROR_FORMAT, "input %u is missing", i);
    if (value && !check_value (op, value, i, error))
      return FALSE;
    if (value && i && i < spec->same_types && value->dtype != inputs[0]->dtype)
      return nn_op_fail (op, error, NN_ERROR_FORMAT, "input %u is of %s, the first one of %s", i,
                         nn_dtype_name (value->dtype), nn_dtype_name (inputs[0]->dtype));
  }
  if (required && !(spec->types & type_class (inputs[0]->dtype)))
    return nn_op_fail (op, error, NN_ERROR_FORMAT, "not defined for %s", nn_dtype_name (inputs[0]->dtype));
  return TRUE;
}

gboolean
nn_operator_infer (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  memset (outputs, 0, op->n_outputs * sizeof *outputs);
  return check_inputs (op, inputs, n_inputs, error) && op->spec->infer (op, inputs, n_inputs, outputs, error);
}

static gboolean
has_elements (const NnValue *value)
{
  return !value->n_elements || (nn_dtype_is_float (value->dtype) ? value->f32 != NULL : value->i64 != NULL);
}

static gboolean
same_as_inferred (const NnOperator *op, const NnValue *inferred, const NnValue *outputs, GError **error)
{
  for (guint i = 0; i < op->n_outputs; i++) {
    const NnValue *a = &inferred[i], *b = &outputs[i];

    if (a->dtype != b->dtype || a->n_dims != b->n_dims || a->n_elements != b->n_elements
        || memcmp (a->dims, b->dims, a->n_dims * sizeof *a->dims) != 0)
      return nn_op_fail (op, error, NN_ERROR_ARGUMENT, "output %u is not of the type that its inputs give", i);
    if (!has_elements (b))
      return nn_op_fail (op, error, NN_ERROR_ARGUMENT, "there is no room for output %u", i);
  }
  return TRUE;
}

gboolean
nn_operator_run (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  g_autofree NnValue *inferred = g_new0 (NnValue, op->n_outputs);

  for (guint i = 0; i < n_inputs && !op->spec->types_only; i++) {
    if (inputs[i] && !has_elements (inputs[i]))
      return nn_op_fail (op, error, NN_ERROR_ARGUMENT, "the elements of input %u are not known", i);
  }
  return nn_operator_infer (op, inputs, n_inputs, inferred, error) && same_as_inferred (op, inferred, outputs, error)
         && op->spec->run (op, inputs, n_inputs, outputs, error);
}
