/* gst-resnet: what the parts of the import of an ONNX file share: its names and its errors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "import/onnx/onnx-importer.h"

#include <string.h>

#include "base/nn-hash.h"

static void
name_free (gpointer data)
{
  NnOnnxName *name = data;

  nn_constant_free (name->constant);
  g_free (name);
}

GHashTable *
nn_onnx_importer_new_names (void)
{
  return g_hash_table_new_full (nn_name_hash, g_str_equal, g_free, name_free);
}

NnOnnxName *
nn_onnx_importer_add_name (NnOnnxImporter *importer, const gchar *string)
{
  NnOnnxName *name = g_new0 (NnOnnxName, 1);

  name->node = NN_NO_NODE;
  g_hash_table_replace (importer->names, g_strdup (string), name);
  return name;
}

void
nn_onnx_set_node_error (const NnOnnxNode *node, gint code, GError **error, const gchar *format, ...)
{
  g_autofree gchar *reason = NULL;
  va_list args;

  va_start (args, format);
  reason = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, NN_ERROR, code, "node %s: %s %s", node->name, node->op_type, reason);
}

NnDType
nn_onnx_computed_as (NnDType dtype)
{
  return nn_dtype_is_float (dtype) ? NN_DTYPE_F32 : dtype;
}

NnOnnxName *
nn_onnx_importer_look_up (NnOnnxImporter *importer, const gchar *string)
{
  NnOnnxName *name = g_hash_table_lookup (importer->names, string);
  const NnTensor *tensor;
  NnValue value = { 0 };

  if (name)
    return name;
  tensor = g_hash_table_lookup (importer->onnx->initializers, string);
  if (!tensor)
    return NULL;
  value.dtype = nn_onnx_computed_as (tensor->dtype);
  value.n_dims = tensor->n_dims;
  memcpy (value.dims, tensor->dims, sizeof value.dims);
  value.n_elements = tensor->n_elements;
  value.f32 = (gfloat *)tensor->f32;
  value.i64 = (gint64 *)tensor->i64;
  name = nn_onnx_importer_add_name (importer, string);
  name->constant = nn_constant_new (&value, tensor->storage);
  return name;
}

guint
nn_onnx_second_dim (const NnValue *type)
{
  return type->n_dims >= 2 && type->dims[1] <= G_MAXUINT / 2 ? (guint)type->dims[1] : 0;
}
