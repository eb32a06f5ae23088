/* gst-resnet: ONNX's NodeProto and ValueInfoProto
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "base/nn-budget.h"
#include "load/onnx/onnx-node.h"
#include "load/onnx/onnx-schema.pb-c.h"
#include "load/onnx/onnx-tensor.h"
#include "load/onnx/onnx-unpack.h"

#define MAX_OPERATOR_NAME 128

/* AttributeProto.AttributeType */
enum {
  TYPE_UNDEFINED = 0,
  TYPE_FLOAT = 1,
  TYPE_INT = 2,
  TYPE_STRING = 3,
  TYPE_TENSOR = 4,
  TYPE_FLOATS = 6,
  TYPE_INTS = 7,
  TYPE_STRINGS = 8,
};

static const gchar *const refused_types[] = {
  [5] = "a graph",          [9] = "a list of tensors",         [10] = "a list of graphs",
  [11] = "a sparse tensor", [12] = "a list of sparse tensors", [13] = "a type",
  [14] = "a list of types",
};

static void
attribute_free (NnAttribute *attribute)
{
  for (guint i = 0; attribute->strings && i < attribute->n; i++)
    g_free (attribute->strings[i]);
  g_free (attribute->strings);
  g_free (attribute->name);
  g_free (attribute->reference);
  g_free (attribute->floats);
  g_free (attribute->ints);
  nn_tensor_free (attribute->tensor);
  g_free (attribute);
}

static void
free_names (gchar **names, guint n)
{
  for (guint i = 0; names && i < n; i++)
    g_free (names[i]);
  g_free (names);
}

void
nn_onnx_node_free (NnOnnxNode *node)
{
  if (!node)
    return;
  free_names (node->inputs, node->n_inputs);
  free_names (node->outputs, node->n_outputs);
  g_clear_pointer (&node->attributes, g_ptr_array_unref);
  g_free (node->name);
  g_free (node->op_type);
  g_free (node->domain);
  g_free (node);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NnOnnxNode, nn_onnx_node_free)

NnOnnxNode *
nn_onnx_node_new (const gchar *op_type)
{
  NnOnnxNode *node = g_new0 (NnOnnxNode, 1);

  node->op_type = g_strdup (op_type);
  node->attributes = g_ptr_array_new_with_free_func ((GDestroyNotify)attribute_free);
  return node;
}

NnAttribute *
nn_onnx_attribute_copy (const NnAttribute *attribute, const gchar *name)
{
  NnAttribute *copy = g_new0 (NnAttribute, 1);

  copy->name = g_strdup (name);
  copy->reference = g_strdup (attribute->reference);
  copy->kind = attribute->kind;
  copy->n = attribute->n;
  copy->floats = attribute->floats ? g_memdup2 (attribute->floats, attribute->n * sizeof (gfloat)) : NULL;
  copy->ints = attribute->ints ? g_memdup2 (attribute->ints, attribute->n * sizeof (gint64)) : NULL;
  if (attribute->strings) {
    copy->strings = g_new (gchar *, attribute->n);
    for (guint i = 0; i < attribute->n; i++)
      copy->strings[i] = g_strdup (attribute->strings[i]);
  }
  if (attribute->tensor) {
    copy->tensor = g_memdup2 (attribute->tensor, sizeof *attribute->tensor);
    copy->tensor->name = g_strdup (attribute->tensor->name);
    g_bytes_ref (copy->tensor->storage);
  }
  return copy;
}

guint64
nn_onnx_attribute_size (const NnAttribute *attribute)
{
  guint64 size = 128 + strlen (attribute->name) + (attribute->reference ? strlen (attribute->reference) : 0);

  if (attribute->floats)
    size += (guint64)attribute->n * sizeof (gfloat);
  if (attribute->ints)
    size += (guint64)attribute->n * sizeof (gint64);
  for (guint i = 0; attribute->strings && i < attribute->n; i++)
    size += 32 + strlen (attribute->strings[i]);
  if (attribute->tensor)
    size += sizeof *attribute->tensor + strlen (attribute->tensor->name) + 32;
  return size;
}

guint64
nn_onnx_node_size (const NnOnnxNode *node)
{
  guint64 size = NN_ONNX_NODE_BYTES + 2 * strlen (node->name) + strlen (node->domain);

  for (guint i = 0; i < node->n_inputs; i++)
    size += NN_ONNX_INPUT_BYTES + strlen (node->inputs[i]);
  for (guint i = 0; i < node->n_outputs; i++)
    size += NN_ONNX_INPUT_BYTES + 2 * strlen (node->outputs[i]);
  for (guint i = 0; i < node->attributes->len; i++)
    size += 2 * nn_onnx_attribute_size (g_ptr_array_index (node->attributes, i));
  return size;
}

const NnAttribute *
nn_onnx_node_get_attribute (const NnOnnxNode *node, const gchar *name)
{
  for (guint i = 0; i < node->attributes->len; i++) {
    const NnAttribute *attribute = g_ptr_array_index (node->attributes, i);

    if (strcmp (attribute->name, name) == 0)
      return attribute;
  }
  return NULL;
}

/* Files of the first versions of the format do not say an attribute's type, so that its value has to tell it. */
static gint
attribute_type (const Nn__Onnx__Attribute *from)
{
  if (from->has_type && from->type != TYPE_UNDEFINED)
    return from->type;
  if (from->has_f)
    return TYPE_FLOAT;
  if (from->has_i)
    return TYPE_INT;
  if (from->has_s)
    return TYPE_STRING;
  if (from->has_t)
    return TYPE_TENSOR;
  if (from->n_floats)
    return TYPE_FLOATS;
  if (from->n_ints)
    return TYPE_INTS;
  return from->n_strings ? TYPE_STRINGS : TYPE_UNDEFINED;
}

/* The text is shown to people and compared with constants; bytes that are not valid UTF-8 are replaced. */
static gchar *
take_string (const ProtobufCBinaryData *from)
{
  return from->len
             ? g_utf8_make_valid ((const gchar *)from->data, (gssize)strnlen ((const gchar *)from->data, from->len))
             : g_strdup ("");
}

static gboolean
read_attribute (NnOnnxReader *reader, const NnOnnxNode *node, Nn__Onnx__Attribute *from, NnAttribute *attribute,
                GError **error)
{
  g_autofree gchar *node_shown = nn_onnx_shown (node->name), *shown = nn_onnx_shown (attribute->name);
  g_autofree gchar *what = g_strdup_printf ("attribute %s of node %s (%s)", shown, node_shown, node->op_type);
  const gint type = attribute_type (from);

  if (from->ref_attr_name && *from->ref_attr_name && reader->in_function) {
    if (!nn_onnx_check_name (reader, from->ref_attr_name, what, error))
      return FALSE;
    attribute->reference = g_strdup (from->ref_attr_name);
    return TRUE;
  }
  if (from->ref_attr_name && *from->ref_attr_name) {
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT,
                 "%s: %s refers to a function's attribute, which only a node inside of a function "
                 "can do; a value is right",
                 reader->file, what);
    return FALSE;
  }
  attribute->n = 1;
  switch (type) {
  case TYPE_FLOAT:
    attribute->kind = NN_ATTRIBUTE_FLOAT;
    attribute->floats = g_new (gfloat, 1);
    *attribute->floats = from->f;
    return TRUE;
  case TYPE_INT:
    attribute->kind = NN_ATTRIBUTE_INT;
    attribute->ints = g_new (gint64, 1);
    *attribute->ints = from->i;
    return TRUE;
  case TYPE_STRING:
    attribute->kind = NN_ATTRIBUTE_STRING;
    attribute->strings = g_new (gchar *, 1);
    *attribute->strings = take_string (&from->s);
    return TRUE;
  case TYPE_TENSOR:
    attribute->kind = NN_ATTRIBUTE_TENSOR;
    if (!from->has_t) {
      g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "%s: %s is a tensor, but has none", reader->file, what);
      return FALSE;
    }
    attribute->tensor = nn_onnx_read_tensor (reader, from->t.data, from->t.len, attribute->name, error);
    if (!attribute->tensor)
      g_prefix_error (error, "node %s (%s): ", node_shown, node->op_type);
    return attribute->tensor != NULL;
  case TYPE_FLOATS:
    attribute->kind = NN_ATTRIBUTE_FLOATS;
    attribute->n = (guint)from->n_floats;
    attribute->floats = g_memdup2 (from->floats, from->n_floats * sizeof (gfloat));
    return TRUE;
  case TYPE_INTS:
    attribute->kind = NN_ATTRIBUTE_INTS;
    attribute->n = (guint)from->n_ints;
    attribute->ints = g_memdup2 (from->ints, from->n_ints * sizeof (gint64));
    return TRUE;
  case TYPE_STRINGS:
    attribute->kind = NN_ATTRIBUTE_STRINGS;
    attribute->n = (guint)from->n_strings;
    attribute->strings = g_new (gchar *, from->n_strings);
    for (guint i = 0; i < attribute->n; i++)
      attribute->strings[i] = take_string (&from->strings[i]);
    return TRUE;
  default:
    attribute->n = 0;
    if (type > 0 && type < (gint)G_N_ELEMENTS (refused_types))
      g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED,
                   "%s: %s is %s; networks with control flow, sequences or sparse tensors are not taken", reader->file,
                   what, refused_types[type]);
    else
      g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "%s: %s has %s", reader->file, what,
                   type == TYPE_UNDEFINED ? "no value" : "a type that ONNX does not have");
    return FALSE;
  }
}

static gboolean
take_names (const NnOnnxReader *reader, gchar **from, size_t n, const gchar *what, gchar ***names, guint *n_names,
            GError **error)
{
  *names = g_new0 (gchar *, n + 1);
  *n_names = (guint)n;
  for (size_t i = 0; i < n; i++) {
    if (!nn_onnx_check_name (reader, from[i], what, error))
      return FALSE;
    (*names)[i] = g_strdup (from[i]);
  }
  return TRUE;
}

/* Names of operators must be printable ASCII, so that messages can show them as they are. */
static gboolean
is_operator_name (const gchar *name)
{
  gsize n = 0;

  while (g_ascii_isgraph (name[n]) && n <= MAX_OPERATOR_NAME)
    n++;
  return name[n] == '\0' && n <= MAX_OPERATOR_NAME;
}

static gboolean
take_attribute (NnOnnxReader *reader, NnOnnxNode *node, Nn__Onnx__Attribute *attribute, const gchar *what,
                GError **error)
{
  NnAttribute *to;

  if (!attribute->name || !*attribute->name) {
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "%s: %s has an attribute without a name", reader->file, what);
    return FALSE;
  }
  if (!nn_onnx_check_name (reader, attribute->name, what, error))
    return FALSE;
  if (nn_onnx_node_get_attribute (node, attribute->name)) {
    g_autofree gchar *shown = nn_onnx_shown (node->name), *name = nn_onnx_shown (attribute->name);

    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "%s: node %s (%s) has attribute %s twice", reader->file, shown,
                 node->op_type, name);
    return FALSE;
  }
  to = g_new0 (NnAttribute, 1);
  to->name = g_strdup (attribute->name);
  g_ptr_array_add (node->attributes, to);
  if (!read_attribute (reader, node, attribute, to, error))
    return FALSE;
  /* A model may have its weights in Constant nodes, so the source is freed as soon as it has been converted. */
  if (attribute->has_t) {
    g_clear_pointer (&attribute->t.data, g_free);
    attribute->t.len = 0;
  }
  return TRUE;
}

gboolean
nn_onnx_read_attribute (NnOnnxReader *reader, NnOnnxNode *node, const guint8 *bytes, gsize size, GError **error)
{
  Nn__Onnx__Attribute *from;
  gboolean good;

  if (node->attributes->len >= NN_ONNX_MAX_ATTRIBUTES) {
    g_set_error (error, NN_ERROR, NN_ERROR_TOO_LARGE, "%s: function %s has more than %d attributes", reader->file,
                 node->op_type, NN_ONNX_MAX_ATTRIBUTES);
    return FALSE;
  }
  from = nn_onnx_unpack (reader, &nn__onnx__attribute__descriptor, bytes, size, "a function's attribute", error);
  if (!from)
    return FALSE;
  good = take_attribute (reader, node, from, node->op_type, error);
  nn__onnx__attribute__free_unpacked (from, NULL);
  if (good && node->attributes->len)
    good = nn_budget_take (nn_onnx_attribute_size (g_ptr_array_index (node->attributes, node->attributes->len - 1)),
                           reader->file, "a function's attribute", error);
  return good;
}

static gboolean
read_node (NnOnnxReader *reader, const Nn__Onnx__Node *from, const gchar *what, guint index, NnOnnxNode *node,
           GError **error)
{
  const gchar *domain = from->domain ? from->domain : "";

  if (!from->op_type || !*from->op_type) {
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "%s: %s has no operator (op_type)", reader->file, what);
    return FALSE;
  }
  if (!is_operator_name (from->op_type)) {
    g_autofree gchar *shown = nn_onnx_shown (from->op_type);

    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "%s: %s has %s for an operator; a name of up to %d letters is right",
                 reader->file, what, shown, MAX_OPERATOR_NAME);
    return FALSE;
  }
  if (!nn_onnx_check_name (reader, domain, what, error)
      || (from->name && !nn_onnx_check_name (reader, from->name, what, error)))
    return FALSE;
  node->op_type = g_strdup (from->op_type);
  node->domain = g_strdup (strcmp (domain, "ai.onnx") == 0 ? "" : domain);
  node->name = from->name && *from->name ? g_strdup (from->name) : g_strdup_printf ("%s #%u", from->op_type, index);
  if (!take_names (reader, from->input, from->n_input, what, &node->inputs, &node->n_inputs, error)
      || !take_names (reader, from->output, from->n_output, what, &node->outputs, &node->n_outputs, error))
    return FALSE;

  for (size_t i = 0; i < from->n_attribute; i++)
    if (!take_attribute (reader, node, from->attribute[i], what, error))
      return FALSE;
  return TRUE;
}

NnOnnxNode *
nn_onnx_read_node (NnOnnxReader *reader, const guint8 *bytes, gsize size, guint index, GError **error)
{
  g_autofree gchar *what = g_strdup_printf ("node %u", index);
  Nn__Onnx__Node *from = nn_onnx_unpack (reader, &nn__onnx__node__descriptor, bytes, size, what, error);
  g_autoptr (NnOnnxNode) node = NULL;
  gboolean good;

  if (!from)
    return NULL;
  node = nn_onnx_node_new (NULL);
  if (from->n_attribute > NN_ONNX_MAX_ATTRIBUTES) {
    g_set_error (error, NN_ERROR, NN_ERROR_TOO_LARGE, "%s: %s has %" G_GSIZE_FORMAT " attributes; up to %d are taken",
                 reader->file, what, from->n_attribute, NN_ONNX_MAX_ATTRIBUTES);
    good = FALSE;
  } else {
    good = read_node (reader, from, what, index, node, error);
  }
  nn__onnx__node__free_unpacked (from, NULL);
  good = good && nn_budget_take (nn_onnx_node_size (node), reader->file, what, error);
  return good ? g_steal_pointer (&node) : NULL;
}

void
nn_onnx_value_free (NnOnnxValue *value)
{
  if (!value)
    return;
  g_free (value->name);
  g_free (value);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NnOnnxValue, nn_onnx_value_free)

static gboolean
read_shape (const NnOnnxReader *reader, const Nn__Onnx__TensorShape *shape, NnOnnxValue *value, const gchar *what,
            GError **error)
{
  if (shape->n_dim > NN_TENSOR_MAX_DIMS) {
    g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED, "%s: %s has %" G_GSIZE_FORMAT " dimensions; up to %d are taken",
                 reader->file, what, shape->n_dim, NN_TENSOR_MAX_DIMS);
    return FALSE;
  }
  value->n_dims = (gint)shape->n_dim;
  for (gint i = 0; i < value->n_dims; i++) {
    const gint64 dim = shape->dim[i]->dim_value;

    /* Some exporters write 0 or −1 for a size that they do not know. */
    value->dims[i] = shape->dim[i]->has_dim_value && dim != 0 ? dim : -1;
    if (value->dims[i] < -1 || value->dims[i] > G_MAXINT32) {
      g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "%s: %s has the impossible dimension %" G_GINT64_FORMAT,
                   reader->file, what, dim);
      return FALSE;
    }
  }
  return TRUE;
}

static gboolean
read_value (const NnOnnxReader *reader, const Nn__Onnx__ValueInfo *from, const gchar *kind, NnOnnxValue *value,
            GError **error)
{
  g_autofree gchar *shown = NULL, *what = NULL;
  const Nn__Onnx__TensorType *tensor;

  if (!from->name || !*from->name) {
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "%s: %s of the graph has no name", reader->file, kind);
    return FALSE;
  }
  if (!nn_onnx_check_name (reader, from->name, kind, error))
    return FALSE;
  value->name = g_strdup (from->name);
  value->dtype = NN_DTYPE_F32;
  value->n_dims = -1;
  if (!from->type)
    return TRUE;
  shown = nn_onnx_shown (from->name);
  what = g_strdup_printf ("%s %s", kind, shown);
  tensor = from->type->tensor_type;
  if (!tensor) {
    g_set_error (
        error, NN_ERROR, NN_ERROR_UNSUPPORTED,
        "%s: %s of the graph is no tensor (a sequence, a map, an optional or a sparse one); only tensors are taken",
        reader->file, what);
    return FALSE;
  }
  if (tensor->elem_type && !nn_onnx_dtype (tensor->elem_type, &value->dtype)) {
    g_autofree gchar *type = nn_onnx_data_type_name (tensor->elem_type);

    g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED,
                 "%s: %s of the graph is of type %s; a picture's network has FLOAT", reader->file, what, type);
    return FALSE;
  }
  return !tensor->shape || read_shape (reader, tensor->shape, value, what, error);
}

NnOnnxValue *
nn_onnx_read_value (NnOnnxReader *reader, const guint8 *bytes, gsize size, const gchar *kind, GError **error)
{
  Nn__Onnx__ValueInfo *from = nn_onnx_unpack (reader, &nn__onnx__value_info__descriptor, bytes, size, kind, error);
  g_autoptr (NnOnnxValue) value = NULL;
  gboolean good;

  if (!from)
    return NULL;
  if (!nn_budget_take (NN_ONNX_ENTRY_BYTES + size, reader->file, kind, error)) {
    nn__onnx__value_info__free_unpacked (from, NULL);
    return NULL;
  }
  value = g_new0 (NnOnnxValue, 1);
  good = read_value (reader, from, kind, value, error);
  nn__onnx__value_info__free_unpacked (from, NULL);
  return good ? g_steal_pointer (&value) : NULL;
}
