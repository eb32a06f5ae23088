/* gst-resnet: an ONNX file's nodes as PLAIN nodes
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "import/onnx/onnx-import.h"

#include <string.h>

#include "base/nn-budget.h"
#include "base/nn-hash.h"
#include "graph/graph-check.h"
#include "graph/remove-dead.h"
#include "import/onnx/onnx-expand.h"
#include "import/onnx/onnx-fold.h"
#include "import/onnx/onnx-input.h"
#include "import/onnx/onnx-make.h"
#include "import/onnx/onnx-output.h"
#include "load/onnx/onnx-attribute.h"
#include "ops/operator-attributes.h"

/* What a node takes in the graph, with its operator, its settings and what tables have of its outputs. */
#define NODE_BYTES 2048

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
drop_read (NnOnnxImporter *importer, const NnOnnxNode *node, GHashTable *readers)
{
  for (guint j = 0; j < node->n_inputs; j++) {
    const gchar *string = node->inputs[j];
    const guint n = GPOINTER_TO_UINT (g_hash_table_lookup (readers, string));
    const NnOnnxName *name;

    g_hash_table_insert (readers, node->inputs[j], GUINT_TO_POINTER (n - 1));
    name = n == 1 ? g_hash_table_lookup (importer->names, string) : NULL;
    if (!name || !name->constant)
      continue;
    g_hash_table_remove (importer->names, string);
    g_hash_table_remove (importer->onnx->initializers, string);
  }
}

/* As PyTorch counts them: no running statistics. */
static void
count_parameters (NnOnnxImporter *importer, const NnOnnxNode *node, guint slot, NnOnnxName *name)
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
shape_for_one (const NnOnnxImporter *importer, const NnConstant *constant)
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
gather_inputs (NnOnnxImporter *importer, const NnOnnxNode *node, Inputs *inputs, GError **error)
{
  gboolean is_reshape = strcmp (node->op_type, "Reshape") == 0;

  inputs->n = node->n_inputs;
  inputs->nodes = g_new (guint, MAX (inputs->n, 1));
  inputs->constants = g_new0 (NnConstant *, MAX (inputs->n, 1));
  inputs->types = g_new0 (const NnValue *, MAX (inputs->n, 1));
  inputs->constant = TRUE;
  for (guint i = 0; i < inputs->n; i++) {
    NnOnnxName *name = *node->inputs[i] ? nn_onnx_importer_look_up (importer, node->inputs[i]) : NULL;

    inputs->nodes[i] = NN_NO_NODE;
    if (!*node->inputs[i])
      continue;
    if (!name || name->is_second) {
      nn_onnx_set_node_error (node, name ? NN_ERROR_UNSUPPORTED : NN_ERROR_FORMAT, error,
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
static NnOnnxName *
add_tensor (NnOnnxImporter *importer, const gchar *string, const NnValue *type)
{
  NnOnnxName *name = nn_onnx_importer_add_name (importer, string);

  name->type = *type;
  name->type.dtype = nn_onnx_computed_as (type->dtype);
  return name;
}

/* Takes @op and @constants' elements. */
static void
add_plain (NnOnnxImporter *importer, const NnOnnxNode *node, const gchar *output, const NnValue *type, NnOperator *op,
           guint n_inputs, const guint *inputs, NnConstant *const *constants)
{
  NnOnnxName *name = add_tensor (importer, output, type);
  NnNode *plain;

  name->node = nn_graph_add (importer->graph, NN_OP_PLAIN, node->name);
  plain = nn_graph_node (importer->graph, name->node);
  nn_node_set_operator (plain, op, n_inputs, inputs, constants);
  plain->out_channels = nn_onnx_second_dim (type);
}

/* A Split of which more than the first part is read: a Slice for each part. Channels are as many at any size of the
 * image; parts of another axis are those at the size that the graph is made for. */
static gboolean
add_slices (NnOnnxImporter *importer, const NnOnnxNode *node, const NnOperator *op, const NnValue *whole, guint x,
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
import_one (NnOnnxImporter *importer, const NnOnnxNode *node, gint64 opset, GError **error)
{
  g_autoptr (NnOperator) op = nn_operator_new (node, opset, error);
  NnValue outputs[NN_ONNX_MAX_OUTPUTS] = { 0 };
  Inputs inputs = { 0 };
  gboolean ok = FALSE;
  guint n_outputs, i;

  if (!op || !nn_budget_take (NODE_BYTES + strlen (node->name), NULL, node->name, error))
    return FALSE;
  n_outputs = nn_operator_get_n_outputs (op);
  if (n_outputs > NN_ONNX_MAX_OUTPUTS) {
    nn_onnx_set_node_error (node, NN_ERROR_UNSUPPORTED, error, "has more than %d outputs", NN_ONNX_MAX_OUTPUTS);
    return FALSE;
  }
  if (!gather_inputs (importer, node, &inputs, error)
      || !nn_operator_infer (op, inputs.types, inputs.n, outputs, error))
    goto out;
  if (inputs.constant || nn_operator_needs_types_only (op)) {
    ok = nn_onnx_fold (importer, node, op, inputs.types, inputs.n, outputs, n_outputs, error);
    goto out;
  }
  if (n_outputs > 1 && strcmp (node->op_type, "Split") == 0) {
    ok = add_slices (importer, node, op, inputs.types[0], inputs.nodes[0], outputs, error);
    goto out;
  }
  for (i = 1; i < node->n_outputs; i++)
    if (*node->outputs[i])
      nn_onnx_importer_add_name (importer, node->outputs[i])->is_second = TRUE;
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
standardizes_constant (NnOnnxImporter *importer, const NnOnnxNode *node)
{
  gint64 mode;
  gboolean is_set = nn_attribute_get_int (node, "training_mode", &mode) && mode;
  const NnOnnxName *x;

  if (strcmp (node->op_type, "BatchNormalization") != 0 || *node->domain || node->n_inputs < 3 || node->n_outputs < 1
      || (node->n_outputs == 1 && !is_set))
    return FALSE;
  x = nn_onnx_importer_look_up (importer, node->inputs[0]);
  return x && x->constant && x->constant->value.n_dims >= 3 && x->constant->value.dims[0] == 1;
}

static gboolean
import_node (NnOnnxImporter *importer, const NnOnnxNode *node, GError **error)
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

/* [1, N], [1, N, 1, 1], [1, 1, 1, N]; or [N]. */
static gboolean
check_output (NnOnnxImporter *importer, const gchar *output, GError **error)
{
  NnOnnxName *name = nn_onnx_importer_look_up (importer, output);
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
import_graph (NnOnnxImporter *importer, GError **error)
{
  const NnOnnx *onnx = importer->onnx;
  g_autofree gboolean *needed = NULL;
  const gchar *output;
  g_autoptr (GHashTable) readers = NULL;
  guint i;

  output = nn_onnx_choose_output (onnx, importer->warnings, error);
  if (!output)
    return FALSE;
  if (!nn_onnx_import_input (importer, error))
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
                        (gint)((NnOnnxName *)g_hash_table_lookup (importer->names, output))->node + 1);
  nn_graph_remove_dead (importer->graph);
  return nn_graph_check (importer->graph, error);
}

NnGraph *
nn_onnx_import (NnOnnx *onnx, NnOnnxImport *import, GPtrArray *warnings, GError **error)
{
  g_autoptr (NnGraph) graph = nn_graph_new ();
  NnOnnxImporter importer = { .onnx = onnx, .import = import, .warnings = warnings, .graph = graph };
  gboolean ok;

  import->n_parameters = 0;
  importer.max_folded = nn_onnx_fold_limit (onnx);
  importer.names = nn_onnx_importer_new_names ();
  ok = import_graph (&importer, error);
  g_hash_table_unref (importer.names);
  return ok ? g_steal_pointer (&graph) : NULL;
}
