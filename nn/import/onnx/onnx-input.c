/* gst-resnet: the input of an ONNX file's graph
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "import/onnx/onnx-input.h"

#include <string.h>

#include "import/onnx/onnx-make.h"
#include "load/onnx/onnx-attribute.h"

#define MAX_SIDE 16384
/* That an input goes through before it is cast. */
#define MAX_TRANSPOSES 2

/* FLOAT, FLOAT16, DOUBLE, BFLOAT16 of TensorProto.DataType */
static gboolean
is_cast_to_float (const NnOnnxNode *node)
{
  gint64 to;

  return strcmp (node->op_type, "Cast") == 0 && nn_attribute_get_int (node, "to", &to)
         && (to == 1 || to == 10 || to == 11 || to == 16);
}

/* Whether all that reads the input, behind Transposes, is a Cast to a floating type. @left: Transposes that are looked
 * behind */
static gboolean
is_cast_first (const NnOnnx *onnx, const gchar *input, guint *left)
{
  for (guint i = 0; i < onnx->nodes->len; i++) {
    const NnOnnxNode *node = g_ptr_array_index (onnx->nodes, i);
    gboolean reads = FALSE;

    for (guint j = 0; j < node->n_inputs && !reads; j++)
      reads = strcmp (node->inputs[j], input) == 0;
    if (!reads || is_cast_to_float (node))
      continue;
    if (strcmp (node->op_type, "Transpose") != 0 || !*left || !node->n_outputs)
      return FALSE;
    --*left;
    if (!is_cast_first (onnx, node->outputs[0], left))
      return FALSE;
  }
  return TRUE;
}

/* TensorProto.DataType of the types that pixels may be of. 0: not one of them */
static gint64
integer_type (NnDType dtype)
{
  switch (dtype) {
  case NN_DTYPE_U8:
    return 2;
  case NN_DTYPE_I16:
    return 5;
  case NN_DTYPE_I32:
    return 6;
  case NN_DTYPE_I64:
    return 7;
  default:
    return 0;
  }
}

static gboolean
append (NnOnnxImporter *importer, NnOnnxName *name, NnOperator *op, GError **error)
{
  NnConstant *no_constant = NULL;
  const guint input = name->node;

  if (!op)
    return FALSE;
  name->node = nn_graph_add (importer->graph, NN_OP_PLAIN, nn_graph_node (importer->graph, input)->name);
  nn_node_set_operator (nn_graph_node (importer->graph, name->node), op, 1, &input, &no_constant);
  nn_graph_node (importer->graph, name->node)->out_channels = nn_onnx_second_dim (&name->type);
  return TRUE;
}

/* NHWC: the engine's NCHW input is transposed first. Pixels are floats, whole ones to within a rounding: where the
 * graph computes with them as integers, they become such. */
static gboolean
add_input (NnOnnxImporter *importer, const NnOnnxValue *input, gboolean is_nhwc, guint channels, GError **error)
{
  static const gint64 perm[] = { 0, 2, 3, 1 };
  NnGraph *graph = importer->graph;
  NnOnnxName *name = nn_onnx_importer_add_name (importer, input->name);
  guint transposes = MAX_TRANSPOSES;

  name->node = nn_graph_add (graph, NN_OP_INPUT, input->name);
  nn_graph_node (graph, name->node)->out_channels = channels;
  name->type.dtype = NN_DTYPE_F32;
  name->type.n_dims = 4;
  name->type.dims[0] = 1;
  name->type.dims[1] = is_nhwc ? graph->height : channels;
  name->type.dims[2] = is_nhwc ? graph->width : graph->height;
  name->type.dims[3] = is_nhwc ? channels : graph->width;
  name->type.n_elements = (gsize)channels * graph->height * graph->width;
  if (is_nhwc && !append (importer, name, nn_operator_make ("Transpose", 1, "perm", perm, 4, error), error))
    return FALSE;
  importer->import->is_pixels = !nn_dtype_is_float (input->dtype);
  if (!importer->import->is_pixels || is_cast_first (importer->onnx, input->name, &transposes))
    return TRUE;
  if (!append (importer, name, nn_operator_make ("Round", 1, NULL, NULL, 0, error), error)
      || !append (importer, name, nn_operator_make_int ("Cast", 1, "to", integer_type (input->dtype), error), error))
    return FALSE;
  name->type.dtype = input->dtype;
  return TRUE;
}

/* Whether the input is read by a Transpose from NHWC to NCHW, for files that do not say its size. */
static gboolean
is_transposed_first (const NnOnnx *onnx, const gchar *input)
{
  for (guint i = 0; i < onnx->nodes->len; i++) {
    const NnOnnxNode *node = g_ptr_array_index (onnx->nodes, i);

    if (node->n_inputs != 1 || strcmp (node->inputs[0], input) != 0)
      continue;
    if (strcmp (node->op_type, "Transpose") == 0) {
      guint n;
      const gint64 *perm = nn_attribute_get_ints (node, "perm", &n);

      return n == 4 && perm[1] == 3;
    }
  }
  return FALSE;
}

static gchar *
shape_string (const NnOnnxValue *value)
{
  GString *string = g_string_new ("[");

  for (gint i = 0; i < value->n_dims; i++) {
    if (value->dims[i] < 0)
      g_string_append_printf (string, "%s?", i ? ", " : "");
    else
      g_string_append_printf (string, "%s%" G_GINT64_FORMAT, i ? ", " : "", value->dims[i]);
  }
  g_string_append_c (string, ']');
  return g_string_free (string, FALSE);
}

gboolean
nn_onnx_import_input (NnOnnxImporter *importer, GError **error)
{
  const NnOnnx *onnx = importer->onnx;
  NnOnnxImport *import = importer->import;
  const NnOnnxValue *input;
  const gint64 *dims;
  gboolean is_nhwc = FALSE, known;
  guint channels;
  g_autofree gchar *shape = NULL;

  if (onnx->inputs->len != 1) {
    g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED, "the graph has %u inputs; a classifier has one, the image",
                 onnx->inputs->len);
    return FALSE;
  }
  input = g_ptr_array_index (onnx->inputs, 0);
  shape = shape_string (input);
  dims = input->dims;
  known = input->n_dims == 4;
  if ((!nn_dtype_is_float (input->dtype) && !integer_type (input->dtype)) || (input->n_dims >= 0 && !known)) {
    g_set_error (
        error, NN_ERROR, NN_ERROR_UNSUPPORTED,
        "the input %s is %s of %s; images of [batch, 3 (or 1), height, width], floats or pixels of 0 to 255, are taken",
        input->name, shape, nn_dtype_name (input->dtype));
    return FALSE;
  }
  if (known && dims[1] != 3 && dims[1] != 1 && (dims[3] == 3 || dims[3] == 1))
    is_nhwc = TRUE;
  else if (!known || (dims[1] < 0 && dims[3] < 0))
    is_nhwc = is_transposed_first (onnx, input->name);
  else if (dims[1] >= 0 && dims[1] != 3 && dims[1] != 1) {
    g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED,
                 "the input %s is of %s; images of 3 channels or 1, [batch, 3, height, width], are taken", input->name,
                 shape);
    return FALSE;
  }
  channels = known && dims[is_nhwc ? 3 : 1] == 1 ? 1 : 3;
  importer->batch = known ? MAX (dims[0], 0) : 0;
  import->height = known && dims[is_nhwc ? 1 : 2] > 0 ? (guint)MIN (dims[is_nhwc ? 1 : 2], G_MAXINT) : 0;
  import->width = known && dims[is_nhwc ? 2 : 3] > 0 ? (guint)MIN (dims[is_nhwc ? 2 : 3], G_MAXINT) : 0;
  if (import->height > MAX_SIDE || import->width > MAX_SIDE || (known && (dims[2] == 0 || dims[3] == 0))) {
    g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED, "the input %s is of %s; sides of 1 to %d are taken",
                 input->name, shape, MAX_SIDE);
    return FALSE;
  }
  importer->graph->height = import->height ? import->height : import->crop_height;
  importer->graph->width = import->width ? import->width : import->crop_width;
  return add_input (importer, input, is_nhwc, channels, error);
}
