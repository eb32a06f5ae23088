/* gst-resnet: reading the attributes of an ONNX node, each checked to be what the reader takes it for
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "load/onnx/onnx-attribute.h"

#include "load/onnx/onnx-node.h"

gboolean
nn_attribute_is_whole (const NnAttribute *attribute)
{
  const guint n = attribute->n;

  if (attribute->reference)
    return FALSE;
  switch (attribute->kind) {
  case NN_ATTRIBUTE_FLOAT:
    return n == 1 && attribute->floats;
  case NN_ATTRIBUTE_INT:
    return n == 1 && attribute->ints;
  case NN_ATTRIBUTE_STRING:
    return n == 1 && attribute->strings && attribute->strings[0];
  case NN_ATTRIBUTE_TENSOR:
    return attribute->tensor != NULL;
  case NN_ATTRIBUTE_FLOATS:
    return n == 0 || attribute->floats;
  case NN_ATTRIBUTE_INTS:
    return n == 0 || attribute->ints;
  case NN_ATTRIBUTE_STRINGS:
    return n == 0 || attribute->strings;
  default:
    return FALSE;
  }
}

static const NnAttribute *
find (const NnOnnxNode *node, const gchar *name, NnAttributeKind kind)
{
  const NnAttribute *attribute = nn_onnx_node_get_attribute (node, name);

  return attribute && attribute->kind == kind && nn_attribute_is_whole (attribute) ? attribute : NULL;
}

gboolean
nn_attribute_get_int (const NnOnnxNode *node, const gchar *name, gint64 *value)
{
  const NnAttribute *attribute = find (node, name, NN_ATTRIBUTE_INT);

  if (attribute)
    *value = attribute->ints[0];
  return attribute != NULL;
}

gboolean
nn_attribute_get_float (const NnOnnxNode *node, const gchar *name, guint i, gfloat *value)
{
  const NnAttribute *attribute = find (node, name, NN_ATTRIBUTE_FLOAT);

  if (!attribute)
    attribute = find (node, name, NN_ATTRIBUTE_FLOATS);
  if (!attribute || i >= attribute->n)
    return FALSE;
  *value = attribute->floats[i];
  return TRUE;
}

const gint64 *
nn_attribute_get_ints (const NnOnnxNode *node, const gchar *name, guint *n)
{
  const NnAttribute *attribute = find (node, name, NN_ATTRIBUTE_INTS);

  *n = attribute ? attribute->n : 0;
  return *n ? attribute->ints : NULL;
}

const gchar *
nn_attribute_get_string (const NnOnnxNode *node, const gchar *name)
{
  const NnAttribute *attribute = find (node, name, NN_ATTRIBUTE_STRING);

  return attribute ? attribute->strings[0] : NULL;
}
