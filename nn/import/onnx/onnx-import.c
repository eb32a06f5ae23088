/* gst-resnet: an ONNX file's nodes as PLAIN nodes; constant folding
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * This file is long because reading nodes and folding constants work on the same names and inputs. */
#include "import/onnx/onnx-import.h"

#include <string.h>

#include "base/nn-budget.h"
#include "base/nn-hash.h"
#include "base/nn-memory.h"
#include "graph/graph-check.h"
#include "graph/remove-dead.h"
#include "import/onnx/onnx-expand.h"
#include "import/onnx/onnx-make.h"
#include "import/onnx/onnx-output.h"
#include "load/onnx/onnx-attribute.h"
#include "ops/op-work.h"
#include "ops/operator-attributes.h"

/* What constant folding may read and make, elements: so many, and so many times what the file's initializers have. A
 * quantized network's weights are dequantized, transposed and reshaped; nothing that people have does that ten times.
 */
#define MAX_FOLDED ((gdouble)(1 << 26))
#define MAX_FOLDED_OF_FILE 16.0
/* What it may multiply: constants are no images. */
#define MAX_PRODUCTS ((gdouble)(1 << 28))
/* More outputs than any operator that is taken has. */
#define MAX_OUTPUTS 8
/* What a node takes in the graph, with its operator, its settings and what tables have of its outputs. */
#define NODE_BYTES 2048
/* That an input goes through before it is cast. */
#define MAX_TRANSPOSES 2

/* What a name in the file stands for. */
typedef struct {
  guint node;           /* NN_NO_NODE: constant, or not taken */
  NnConstant *constant; /* NULL: a node's output */
  NnValue type;         /* of a node's output */
  gboolean is_second;   /* an output beside a node's first, which is not taken */
  gboolean counted;     /* among the parameters */
} Name;

typedef struct {
  const NnOnnx *onnx;
  NnOnnxImport *import;
  GPtrArray *warnings;
  NnGraph *graph;
  GHashTable *names; /* string → Name * */
  gdouble folded, max_folded, products;
  gint64 batch; /* the file's; 0: symbolic */
} Importer;

static void
name_free (gpointer data)
{
  Name *name = data;

  nn_constant_free (name->constant);
  g_free (name);
}

static Name *
add_name (Importer *importer, const gchar *string)
{
  Name *name = g_new0 (Name, 1);

  name->node = NN_NO_NODE;
  g_hash_table_replace (importer->names, g_strdup (string), name);
  return name;
}

static void set_error (const NnOnnxNode *node, gint code, GError **error, const gchar *format, ...)
    G_GNUC_PRINTF (4, 5);

static void
set_error (const NnOnnxNode *node, gint code, GError **error, const gchar *format, ...)
{
  g_autofree gchar *reason = NULL;
  va_list args;

  va_start (args, format);
  reason = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, NN_ERROR, code, "node %s: %s %s", node->name, node->op_type, reason);
}

/* Nodes that the first output depends on; n entries, free with g_free(). */
static gboolean *
find_needed (const NnOnnx *onnx, const gchar *output)
{
  gboolean *needed = g_new0 (gboolean, MAX (onnx->nodes->len, 1));
  g_autoptr (GHashTable) wanted = g_hash_table_new (nn_name_hash, g_str_equal);
  guint i, j;

  g_hash_table_add (wanted, (gpointer)output);
  for (i = onnx->nodes->len; i-- > 0;) {
    const NnOnnxNode *node = g_ptr_array_index (onnx->nodes, i);

    for (j = 0; j < node->n_outputs; j++)
      needed[i] |= *node->outputs[j] && g_hash_table_contains (wanted, node->outputs[j]);
    for (j = 0; needed[i] && j < node->n_inputs; j++)
      g_hash_table_add (wanted, node->inputs[j]);
  }
  return needed;
}

/* How often each name is read by the nodes that are needed, and once for the output: string → number. */
static GHashTable *
count_readers (const NnOnnx *onnx, const gboolean *needed, const gchar *output)
{
  GHashTable *readers = g_hash_table_new (nn_name_hash, g_str_equal);

  g_hash_table_insert (readers, (gpointer)output, GUINT_TO_POINTER (1));
  for (guint i = 0; i < onnx->nodes->len; i++) {
    const NnOnnxNode *node = g_ptr_array_index (onnx->nodes, i);

    for (guint j = 0; needed[i] && j < node->n_inputs; j++) {
      const guint n = GPOINTER_TO_UINT (g_hash_table_lookup (readers, node->inputs[j]));

      g_hash_table_insert (readers, node->inputs[j], GUINT_TO_POINTER (n + 1));
    }
  }
  return readers;
}

/* A constant that nobody reads any more is freed: 8-bit weights are held in 64 bits, and then dequantized. */
static void
drop_read (Importer *importer, const NnOnnxNode *node, GHashTable *readers)
{
  for (guint j = 0; j < node->n_inputs; j++) {
    const gchar *string = node->inputs[j];
    const guint n = GPOINTER_TO_UINT (g_hash_table_lookup (readers, string));
    const Name *name;

    g_hash_table_insert (readers, node->inputs[j], GUINT_TO_POINTER (n - 1));
    name = n == 1 ? g_hash_table_lookup (importer->names, string) : NULL;
    if (!name || !name->constant)
      continue;
    g_hash_table_remove (importer->names, string);
    g_hash_table_remove (importer->onnx->initializers, string);
  }
}

/* float16, bfloat16 and float64 are run in float32. */
static NnDType
computed_as (NnDType dtype)
{
  return nn_dtype_is_float (dtype) ? NN_DTYPE_F32 : dtype;
}

/* The file's own constant of that name, from its initializers when it is first asked for. */
static Name *
look_up (Importer *importer, const gchar *string)
{
  Name *name = g_hash_table_lookup (importer->names, string);
  const NnTensor *tensor;
  NnValue value = { 0 };

  if (name)
    return name;
  tensor = g_hash_table_lookup (importer->onnx->initializers, string);
  if (!tensor)
    return NULL;
  value.dtype = computed_as (tensor->dtype);
  value.n_dims = tensor->n_dims;
  memcpy (value.dims, tensor->dims, sizeof value.dims);
  value.n_elements = tensor->n_elements;
  value.f32 = (gfloat *)tensor->f32;
  value.i64 = (gint64 *)tensor->i64;
  name = add_name (importer, string);
  name->constant = nn_constant_new (&value, tensor->storage);
  return name;
}

/* As PyTorch counts them: no running statistics. */
static void
count_parameters (Importer *importer, const NnOnnxNode *node, guint slot, Name *name)
{
  gboolean is_statistic = slot > 2 && strcmp (node->op_type, "BatchNormalization") == 0;
  gboolean is_dequantized = strcmp (node->op_type, "DequantizeLinear") == 0;
  gboolean is_scale = slot > 0 && (is_dequantized || strcmp (node->op_type, "QuantizeLinear") == 0);
  const NnConstant *constant = name->constant;

  if (!constant || name->counted || is_statistic || is_scale || !constant->value.n_dims
      || !g_hash_table_contains (importer->onnx->initializers, node->inputs[slot]))
    return;
  if (!nn_dtype_is_float (constant->value.dtype) && !is_dequantized)
    return;
  name->counted = TRUE;
  importer->import->n_parameters += constant->value.n_elements;
}

/* A file that was exported for a batch of its own often has it in Reshape's constants, too. */
static NnConstant *
shape_for_one (const Importer *importer, const NnConstant *constant)
{
  NnConstant *copy;

  if (importer->batch <= 1 || !constant->value.i64 || !constant->value.n_elements
      || constant->value.i64[0] != importer->batch)
    return NULL;
  copy = nn_constant_new_zeros (&constant->value);
  if (!copy)
    return NULL;
  memcpy (copy->value.i64, constant->value.i64, constant->value.n_elements * sizeof (gint64));
  copy->value.i64[0] = 1;
  return copy;
}

/* Whatever else it is, a node with these is what goes in. */
static gboolean
is_identity (const NnOnnxNode *node, const NnValue *in, const NnValue *out)
{
  if (strcmp (node->op_type, "Identity") == 0 || strcmp (node->op_type, "Dropout") == 0)
    return TRUE;
  return strcmp (node->op_type, "Cast") == 0 && nn_dtype_is_float (in->dtype) && nn_dtype_is_float (out->dtype);
}

static gboolean
fold (Importer *importer, const NnOnnxNode *node, const NnOperator *op, const NnValue *const *inputs, guint n_inputs,
      NnValue *types, guint n_outputs, GError **error)
{
  NnConstant *constants[MAX_OUTPUTS] = { NULL };
  NnValue outputs[MAX_OUTPUTS];
  gboolean ok = TRUE;
  guint i;

  for (i = 0; i < n_inputs && !nn_operator_needs_types_only (op); i++)
    importer->folded += inputs[i] ? (gdouble)inputs[i]->n_elements : 0;
  importer->products += nn_operator_count_products (op, inputs, n_inputs, types);
  if (importer->products > MAX_PRODUCTS) {
    set_error (node, NN_ERROR_TOO_LARGE, error,
               "on constants is too much to compute while loading; simplify the model (onnxsim)");
    return FALSE;
  }
  for (i = 0; i < n_outputs && ok; i++) {
    types[i].dtype = computed_as (types[i].dtype);
    importer->folded += (gdouble)types[i].n_elements;
    if (importer->folded > importer->max_folded || !(constants[i] = nn_constant_new_zeros (&types[i]))) {
      set_error (node, NN_ERROR_TOO_LARGE, error,
                 "makes constants of %" G_GSIZE_FORMAT " elements, which are too large for a file of this size",
                 types[i].n_elements);
      ok = FALSE;
    } else {
      outputs[i] = constants[i]->value;
    }
  }
  if (ok && !nn_operator_run (op, inputs, n_inputs, outputs, error)) {
    g_prefix_error (error, "node %s: ", node->name);
    ok = FALSE;
  }
  for (i = 0; i < n_outputs; i++) {
    if (ok && i < node->n_outputs && *node->outputs[i])
      add_name (importer, node->outputs[i])->constant = g_steal_pointer (&constants[i]);
    nn_constant_free (constants[i]);
  }
  return ok;
}

static guint
second_dim (const NnValue *type)
{
  return type->n_dims >= 2 && type->dims[1] <= G_MAXUINT / 2 ? (guint)type->dims[1] : 0;
}

typedef struct {
  guint n;
  guint *nodes;
  NnConstant **constants; /* owned until they are a node's */
  const NnValue **types;
  gboolean constant;
} Inputs;

static void
inputs_clear (Inputs *inputs)
{
  for (guint i = 0; i < inputs->n; i++)
    nn_constant_free (inputs->constants[i]);
  g_free (inputs->nodes);
  g_free (inputs->constants);
  g_free (inputs->types);
}

static gboolean
gather_inputs (Importer *importer, const NnOnnxNode *node, Inputs *inputs, GError **error)
{
  gboolean is_reshape = strcmp (node->op_type, "Reshape") == 0;

  inputs->n = node->n_inputs;
  inputs->nodes = g_new (guint, MAX (inputs->n, 1));
  inputs->constants = g_new0 (NnConstant *, MAX (inputs->n, 1));
  inputs->types = g_new0 (const NnValue *, MAX (inputs->n, 1));
  inputs->constant = TRUE;
  for (guint i = 0; i < inputs->n; i++) {
    Name *name = *node->inputs[i] ? look_up (importer, node->inputs[i]) : NULL;

    inputs->nodes[i] = NN_NO_NODE;
    if (!*node->inputs[i])
      continue;
    if (!name || name->is_second) {
      set_error (node, name ? NN_ERROR_UNSUPPORTED : NN_ERROR_FORMAT, error,
                 name ? "reads %s, the second output of an operator, which is not taken"
                      : "reads %s, which no node, input or initializer gives",
                 node->inputs[i]);
      return FALSE;
    }
    if (name->constant) {
      count_parameters (importer, node, i, name);
      if (is_reshape && i == 1)
        inputs->constants[i] = shape_for_one (importer, name->constant);
      if (!inputs->constants[i])
        inputs->constants[i] = nn_constant_copy (name->constant);
      inputs->types[i] = &inputs->constants[i]->value;
    } else {
      inputs->nodes[i] = name->node;
      inputs->types[i] = &name->type;
      inputs->constant = FALSE;
    }
  }
  return TRUE;
}

/* A name for a tensor that depends on the image. */
static Name *
add_tensor (Importer *importer, const gchar *string, const NnValue *type)
{
  Name *name = add_name (importer, string);

  name->type = *type;
  name->type.dtype = computed_as (type->dtype);
  return name;
}

/* Takes @op and @constants' elements. */
static void
add_plain (Importer *importer, const NnOnnxNode *node, const gchar *output, const NnValue *type, NnOperator *op,
           guint n_inputs, const guint *inputs, NnConstant *const *constants)
{
  Name *name = add_tensor (importer, output, type);
  NnNode *plain;

  name->node = nn_graph_add (importer->graph, NN_OP_PLAIN, node->name);
  plain = nn_graph_node (importer->graph, name->node);
  nn_node_set_operator (plain, op, n_inputs, inputs, constants);
  plain->out_channels = second_dim (type);
}

/* A Split of which more than the first part is read: a Slice for each part. Channels are as many at any size of the
 * image; parts of another axis are those at the size that the graph is made for. */
static gboolean
add_slices (Importer *importer, const NnOnnxNode *node, const NnOperator *op, const NnValue *whole, guint x,
            const NnValue *parts, GError **error)
{
  const guint inputs[] = { x, NN_NO_NODE, NN_NO_NODE, NN_NO_NODE };
  gint64 first = 0, end, axis = 0;

  nn_operator_get_int (op, "axis", &axis);
  if (axis < 0)
    axis += whole->n_dims;
  if (axis > 1 && whole->n_dims > 2 && (!importer->import->height || !importer->import->width))
    g_ptr_array_add (importer->warnings,
                     g_strdup_printf ("node %s splits axis %" G_GINT64_FORMAT " of an image, and the graph's input is "
                                      "of any size; its parts are those of an input of %u×%u",
                                      node->name, axis, importer->graph->height, importer->graph->width));
  for (guint i = 0; i < node->n_outputs; i++, first = end) {
    NnConstant *cut[] = { NULL, NULL, NULL, NULL };
    NnOperator *slice;

    end = first + (gint64)parts[i].dims[axis];
    if (!*node->outputs[i])
      continue;
    slice = nn_operator_make ("Slice", G_N_ELEMENTS (inputs), NULL, NULL, 0, error);
    if (!slice)
      return FALSE;
    cut[1] = nn_constant_new_ints (&first, 1);
    cut[2] = nn_constant_new_ints (&end, 1);
    cut[3] = nn_constant_new_ints (&axis, 1);
    add_plain (importer, node, node->outputs[i], &parts[i], slice, G_N_ELEMENTS (inputs), inputs, cut);
  }
  return TRUE;
}

/* A node of ONNX's own becomes a PLAIN node, constants, or another name for its input. */
static gboolean
import_one (Importer *importer, const NnOnnxNode *node, gint64 opset, GError **error)
{
  g_autoptr (NnOperator) op = nn_operator_new (node, opset, error);
  NnValue outputs[MAX_OUTPUTS] = { 0 };
  Inputs inputs = { 0 };
  gboolean ok = FALSE;
  guint n_outputs, i;

  if (!op || !nn_budget_take (NODE_BYTES + strlen (node->name), NULL, node->name, error))
    return FALSE;
  n_outputs = nn_operator_get_n_outputs (op);
  if (n_outputs > MAX_OUTPUTS) {
    set_error (node, NN_ERROR_UNSUPPORTED, error, "has more than %d outputs", MAX_OUTPUTS);
    return FALSE;
  }
  if (!gather_inputs (importer, node, &inputs, error)
      || !nn_operator_infer (op, inputs.types, inputs.n, outputs, error))
    goto out;
  if (inputs.constant || nn_operator_needs_types_only (op)) {
    ok = fold (importer, node, op, inputs.types, inputs.n, outputs, n_outputs, error);
    goto out;
  }
  if (n_outputs > 1 && strcmp (node->op_type, "Split") == 0) {
    ok = add_slices (importer, node, op, inputs.types[0], inputs.nodes[0], outputs, error);
    goto out;
  }
  for (i = 1; i < node->n_outputs; i++)
    if (*node->outputs[i])
      add_name (importer, node->outputs[i])->is_second = TRUE;
  if (inputs.n && inputs.nodes[0] != NN_NO_NODE && is_identity (node, inputs.types[0], &outputs[0])) {
    add_tensor (importer, node->outputs[0], &outputs[0])->node = inputs.nodes[0];
  } else {
    add_plain (importer, node, node->outputs[0], &outputs[0], g_steal_pointer (&op), inputs.n, inputs.nodes,
               inputs.constants);
    memset (inputs.constants, 0, inputs.n * sizeof *inputs.constants);
  }
  ok = TRUE;
out:
  inputs_clear (&inputs);
  return ok;
}

/* Whether it is BatchNormalization in its training form, but on a constant of [1, channels, …]. */
static gboolean
standardizes_constant (Importer *importer, const NnOnnxNode *node)
{
  gint64 mode;
  gboolean is_set = nn_attribute_get_int (node, "training_mode", &mode) && mode;
  const Name *x;

  if (strcmp (node->op_type, "BatchNormalization") != 0 || *node->domain || node->n_inputs < 3 || node->n_outputs < 1
      || (node->n_outputs == 1 && !is_set))
    return FALSE;
  x = look_up (importer, node->inputs[0]);
  return x && x->constant && x->constant->value.n_dims >= 3 && x->constant->value.dims[0] == 1;
}

static gboolean
import_node (Importer *importer, const NnOnnxNode *node, GError **error)
{
  NnOnnxExpansion expansion = { NULL };
  gboolean ok = TRUE;

  if (standardizes_constant (importer, node))
    nn_onnx_expand_standardization (node, &expansion);
  else if (!nn_onnx_expand (node, &expansion, error))
    return FALSE;
  if (!expansion.nodes)
    return import_one (importer, node, importer->onnx->opset, error);
  for (guint i = 0; i < expansion.nodes->len && ok; i++)
    ok = import_one (importer, g_ptr_array_index (expansion.nodes, i), expansion.opset, error);
  nn_onnx_expansion_clear (&expansion);
  return ok;
}

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
append (Importer *importer, Name *name, NnOperator *op, GError **error)
{
  NnConstant *no_constant = NULL;
  const guint input = name->node;

  if (!op)
    return FALSE;
  name->node = nn_graph_add (importer->graph, NN_OP_PLAIN, nn_graph_node (importer->graph, input)->name);
  nn_node_set_operator (nn_graph_node (importer->graph, name->node), op, 1, &input, &no_constant);
  nn_graph_node (importer->graph, name->node)->out_channels = second_dim (&name->type);
  return TRUE;
}

/* NHWC: the engine's NCHW input is transposed first. Pixels are floats, whole ones to within a rounding: where the
 * graph computes with them as integers, they become such. */
static gboolean
add_input (Importer *importer, const NnOnnxValue *input, gboolean is_nhwc, guint channels, GError **error)
{
  static const gint64 perm[] = { 0, 2, 3, 1 };
  NnGraph *graph = importer->graph;
  Name *name = add_name (importer, input->name);
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

#define MAX_SIDE 16384

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

static gboolean
import_input (Importer *importer, GError **error)
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

/* [1, N], [1, N, 1, 1], [1, 1, 1, N]; or [N]. */
static gboolean
check_output (Importer *importer, const gchar *output, GError **error)
{
  Name *name = look_up (importer, output);
  GString *shape;
  guint i, n_large = 0;

  if (!name || name->is_second || name->node == NN_NO_NODE || name->node == 0) {
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "the output %s %s", output,
                 !name             ? "is given by no node"
                 : name->is_second ? "is the second output of an operator, which is not taken"
                 : name->constant  ? "is a constant, it does not depend on the input"
                                   : "is the input");
    return FALSE;
  }
  for (i = 0; i < name->type.n_dims; i++)
    n_large += name->type.dims[i] > 1;
  if (n_large <= 1 && name->type.n_elements >= 1 && name->type.n_elements <= 1 << 20
      && nn_dtype_is_float (name->type.dtype)) {
    importer->import->n_classes = (guint)name->type.n_elements;
    return TRUE;
  }
  shape = g_string_new (NULL);
  for (i = 0; i < name->type.n_dims; i++)
    g_string_append_printf (shape, "%s%" G_GUINT64_FORMAT, i ? ", " : "", name->type.dims[i]);
  g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED,
               "the output %s is [%s] of %s for one image of %u×%u; a classifier's is one number a class, [1, classes]",
               output, shape->str, nn_dtype_name (name->type.dtype), importer->graph->height, importer->graph->width);
  g_string_free (shape, TRUE);
  return FALSE;
}

static gboolean
import_graph (Importer *importer, GError **error)
{
  const NnOnnx *onnx = importer->onnx;
  g_autofree gboolean *needed = NULL;
  const gchar *output;
  g_autoptr (GHashTable) readers = NULL;
  guint i;

  output = nn_onnx_choose_output (onnx, importer->warnings, error);
  if (!output)
    return FALSE;
  if (!import_input (importer, error))
    return FALSE;
  needed = find_needed (onnx, output);
  readers = count_readers (onnx, needed, output);
  for (i = 0; i < onnx->nodes->len; i++) {
    const NnOnnxNode *node = g_ptr_array_index (onnx->nodes, i);

    if (!needed[i])
      continue;
    if (!import_node (importer, node, error))
      return FALSE;
    drop_read (importer, node, readers);
  }
  if (!check_output (importer, output, error))
    return FALSE;
  /* All that the output needs comes before it, so what comes after was for constants' sake. */
  g_ptr_array_set_size (importer->graph->nodes,
                        (gint)((Name *)g_hash_table_lookup (importer->names, output))->node + 1);
  nn_graph_remove_dead (importer->graph);
  return nn_graph_check (importer->graph, error);
}

/* Elements of all initializers. */
static gdouble
count_initial (const NnOnnx *onnx)
{
  GHashTableIter iter;
  gpointer tensor;
  gdouble n = 0;

  g_hash_table_iter_init (&iter, onnx->initializers);
  while (g_hash_table_iter_next (&iter, NULL, &tensor))
    n += (gdouble)((const NnTensor *)tensor)->n_elements;
  return n;
}

NnGraph *
nn_onnx_import (NnOnnx *onnx, NnOnnxImport *import, GPtrArray *warnings, GError **error)
{
  g_autoptr (NnGraph) graph = nn_graph_new ();
  Importer importer = { .onnx = onnx, .import = import, .warnings = warnings, .graph = graph };
  gboolean ok;

  import->n_parameters = 0;
  importer.max_folded = MAX_FOLDED + MAX_FOLDED_OF_FILE * count_initial (onnx);
  importer.names = g_hash_table_new_full (nn_name_hash, g_str_equal, g_free, name_free);
  ok = import_graph (&importer, error);
  g_hash_table_unref (importer.names);
  return ok ? g_steal_pointer (&graph) : NULL;
}
