/* gst-resnet: an ONNX model's own functions written out where they are called
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The format is described in the ONNX specification, "Model Semantics", under functions. A function is read only when
 * it is first called, because exporters add whole libraries of functions, which contain operators that are never
 * used. */
#include <string.h>

#include "base/nn-budget.h"
#include "base/nn-hash.h"
#include "load/onnx/onnx-inline.h"
#include "load/onnx/onnx-node.h"
#include "load/onnx/onnx-unpack.h"

/* The deepest chain of functions that call functions. */
#define MAX_DEPTH 32
/* The bytes that a call's table of names takes, without its entries. */
#define CALL_BYTES 256
#define MAX_NAMES 4096

enum {
  FUNCTION_NAME = 1,
  FUNCTION_INPUT = 4,
  FUNCTION_OUTPUT = 5,
  FUNCTION_NODE = 7,
  FUNCTION_OPSET_IMPORT = 9,
  FUNCTION_DOMAIN = 10,
  FUNCTION_ATTRIBUTE_PROTO = 11,
};

typedef struct {
  const guint8 *bytes;
  gsize size;
  gboolean is_read;
  GPtrArray *inputs, *outputs; /* gchar * */
  GPtrArray *nodes;            /* NnOnnxNode * */
  NnOnnxNode *defaults;        /* its attributes are the defaults of those that a call may leave out */
} Function;

struct _NnOnnxFunctions {
  GHashTable *by_key; /* "domain:name" → Function * */
  guint n_calls;
};

static void
function_free (gpointer data)
{
  Function *function = data;

  g_clear_pointer (&function->inputs, g_ptr_array_unref);
  g_clear_pointer (&function->outputs, g_ptr_array_unref);
  g_clear_pointer (&function->nodes, g_ptr_array_unref);
  nn_onnx_node_free (function->defaults);
  g_free (function);
}

NnOnnxFunctions *
nn_onnx_functions_new (void)
{
  NnOnnxFunctions *functions = g_new0 (NnOnnxFunctions, 1);

  functions->by_key = g_hash_table_new_full (nn_name_hash, g_str_equal, g_free, function_free);
  return functions;
}

void
nn_onnx_functions_free (NnOnnxFunctions *functions)
{
  g_hash_table_unref (functions->by_key);
  g_free (functions);
}

static gchar *
key_of (const gchar *domain, const gchar *name)
{
  return g_strconcat (strcmp (domain, "ai.onnx") == 0 ? "" : domain, ":", name, NULL);
}

gboolean
nn_onnx_functions_add (NnOnnxFunctions *functions, const NnOnnxReader *reader, const NnWireField *field, GError **error)
{
  g_autofree gchar *name = NULL, *domain = NULL;
  NnCursor cursor;
  NnWireField part;
  Function *function;

  nn_cursor_init (&cursor, field->bytes, field->size);
  while (nn_wire_next (&cursor, &part)) {
    gchar **to = part.number == FUNCTION_NAME ? &name : part.number == FUNCTION_DOMAIN ? &domain : NULL;

    if (!to || part.type != NN_WIRE_LENGTH)
      continue;
    g_free (*to);
    if (!(*to = nn_onnx_take_name (reader, part.bytes, part.size, "a function", error)))
      return FALSE;
  }
  if (!nn_budget_take (NN_ONNX_ENTRY_BYTES + NN_ONNX_MAX_SHOWN, reader->file, "a function", error))
    return FALSE;
  function = g_new0 (Function, 1);
  function->bytes = field->bytes;
  function->size = field->size;
  g_hash_table_replace (functions->by_key, key_of (domain ? domain : "", name ? name : ""), function);
  return TRUE;
}

static Function *
find (const NnOnnxFunctions *functions, const NnOnnxNode *node)
{
  g_autofree gchar *key = NULL;

  if (!g_hash_table_size (functions->by_key))
    return NULL;
  key = key_of (node->domain, node->op_type);
  return g_hash_table_lookup (functions->by_key, key);
}

static gboolean
read_opset (const NnOnnxReader *reader, const NnWireField *field, gint64 opset, const gchar *what, GError **error)
{
  gint64 version = 0;
  gsize domain_size = 0;
  NnCursor cursor;
  NnWireField part;

  nn_cursor_init (&cursor, field->bytes, field->size);
  while (nn_wire_next (&cursor, &part)) {
    if (part.number == 1 && part.type == NN_WIRE_LENGTH)
      domain_size = part.size;
    else if (part.number == 2 && part.type == NN_WIRE_VARINT)
      version = (gint64)part.value;
  }
  if (domain_size || version == opset)
    return TRUE;
  g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED,
               "%s: %s is of opset %" G_GINT64_FORMAT ", the graph of opset %" G_GINT64_FORMAT
               "; write the functions out with onnx.inliner.inline_local_functions",
               reader->file, what, version, opset);
  return FALSE;
}

static gboolean
read_field (NnOnnxReader *reader, Function *function, const NnWireField *field, gint64 opset, const gchar *what,
            GError **error)
{
  GPtrArray *names = field->number == FUNCTION_INPUT    ? function->inputs
                     : field->number == FUNCTION_OUTPUT ? function->outputs
                                                        : NULL;
  NnOnnxNode *node;
  gchar *name;

  if (field->type != NN_WIRE_LENGTH)
    return TRUE;
  if (names) {
    if (names->len >= MAX_NAMES) {
      g_set_error (error, NN_ERROR, NN_ERROR_TOO_LARGE, "%s: %s has more than %d inputs or outputs", reader->file, what,
                   MAX_NAMES);
      return FALSE;
    }
    if (!nn_budget_take (NN_ONNX_INPUT_BYTES + field->size, reader->file, what, error)
        || !(name = nn_onnx_take_name (reader, field->bytes, field->size, what, error)))
      return FALSE;
    g_ptr_array_add (names, name);
    return TRUE;
  }
  switch (field->number) {
  case FUNCTION_NODE:
    if (function->nodes->len >= NN_ONNX_MAX_NODES) {
      g_set_error (error, NN_ERROR, NN_ERROR_TOO_LARGE, "%s: %s has more than %d nodes", reader->file, what,
                   NN_ONNX_MAX_NODES);
      return FALSE;
    }
    /* Only a node of the function may have an attribute that refers to an attribute of the function: a default that did
     * so would refer to itself. */
    reader->in_function = TRUE;
    node = nn_onnx_read_node (reader, field->bytes, field->size, function->nodes->len, error);
    reader->in_function = FALSE;
    if (node)
      g_ptr_array_add (function->nodes, node);
    return node != NULL;
  case FUNCTION_ATTRIBUTE_PROTO:
    return nn_onnx_read_attribute (reader, function->defaults, field->bytes, field->size, error);
  case FUNCTION_OPSET_IMPORT:
    return read_opset (reader, field, opset, what, error);
  default:
    return TRUE;
  }
}

static gboolean
read_function (NnOnnxReader *reader, Function *function, const NnOnnxNode *call, gint64 opset, GError **error)
{
  g_autofree gchar *shown = nn_onnx_shown (call->op_type), *what = g_strdup_printf ("function %s", shown);
  gboolean good = TRUE;
  NnCursor cursor;
  NnWireField field;

  function->is_read = TRUE;
  function->inputs = g_ptr_array_new_with_free_func (g_free);
  function->outputs = g_ptr_array_new_with_free_func (g_free);
  function->nodes = g_ptr_array_new_with_free_func ((GDestroyNotify)nn_onnx_node_free);
  function->defaults = nn_onnx_node_new (call->op_type);
  function->defaults->name = g_strdup (call->op_type);
  nn_cursor_init (&cursor, function->bytes, function->size);
  while (good && nn_wire_next (&cursor, &field))
    good = read_field (reader, function, &field, opset, what, error);
  if (good && nn_cursor_left (&cursor)) {
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "%s: %s is damaged: its byte %" G_GSIZE_FORMAT " is no field",
                 reader->file, what, cursor.pos);
    good = FALSE;
  }
  return good;
}

static gboolean
take_budget (const NnOnnxReader *reader, const NnOnnxNode *call, guint64 bytes, GError **error)
{
  g_autofree gchar *shown = NULL;

  if (nn_budget_take (bytes, NULL, "", NULL))
    return TRUE;
  shown = nn_onnx_shown (call->op_type);
  g_set_error (error, NN_ERROR, NN_ERROR_TOO_LARGE,
               "%s: writing out the function %s makes the graph too large for a file of this size", reader->file,
               shown);
  return FALSE;
}

/* One call that is being replaced by the function's nodes. It maps the names inside the function to names outside. */
typedef struct {
  NnOnnxFunctions *functions;
  NnOnnxReader *reader;
  const Function *function;
  const NnOnnxNode *call;
  GHashTable *names; /* name of an input or output of the function → name in the calling graph */
  guint number;
} Call;

/* Names that are only used inside the function get a prefix that is unique to this call. */
static gchar *
map_name (const Call *call, const gchar *name)
{
  const gchar *actual;

  if (!*name)
    return g_strdup ("");
  actual = g_hash_table_lookup (call->names, name);
  return actual ? g_strdup (actual) : g_strdup_printf ("\xe2\x80\xba%u\xe2\x80\xba%s", call->number, name);
}

/* If an attribute inside the function refers to one of the function's attributes, returns that one: the call's or else
 * the default. NULL means that there is neither, so that the operator's own default counts. */
static const NnAttribute *
referred (const Call *call, const NnAttribute *attribute)
{
  const NnAttribute *given;

  if (!attribute->reference)
    return attribute;
  given = nn_onnx_node_get_attribute (call->call, attribute->reference);
  return given ? given : nn_onnx_node_get_attribute (call->function->defaults, attribute->reference);
}

static void
fail_of_reference (const Call *call, const NnOnnxNode *node, const NnAttribute *attribute, GError **error)
{
  g_autofree gchar *shown = nn_onnx_shown (attribute->name), *node_shown = nn_onnx_shown (node->name);

  g_set_error (
      error, NN_ERROR, NN_ERROR_FORMAT,
      "%s: attribute %s of node %s (%s) refers to an attribute that itself refers to another; a value is right",
      call->reader->file, shown, node_shown, node->op_type);
}

/* The size of the node that @from will become, computed before memory is taken for it. Names inside the function get a
 * prefix. */
static guint64
size_written_out (const Call *call, const NnOnnxNode *from)
{
  const guint64 prefix = 16 + strlen (call->call->name);
  guint64 bytes = nn_onnx_node_size (from) + (2 + from->n_inputs + 2 * (guint64)from->n_outputs) * prefix;

  for (guint i = 0; i < from->n_inputs + from->n_outputs; i++) {
    const gchar *name = i < from->n_inputs ? from->inputs[i] : from->outputs[i - from->n_inputs];
    const gchar *actual = g_hash_table_lookup (call->names, name);

    bytes += actual ? 2 * strlen (actual) : 0;
  }
  for (guint i = 0; i < from->attributes->len; i++) {
    const NnAttribute *attribute = g_ptr_array_index (from->attributes, i), *value = referred (call, attribute);

    if (value && value != attribute)
      bytes += 2 * nn_onnx_attribute_size (value);
  }
  return bytes;
}

static NnOnnxNode *
write_out_node (const Call *call, const NnOnnxNode *from, GError **error)
{
  NnOnnxNode *node;
  guint i;

  if (!take_budget (call->reader, call->call, size_written_out (call, from), error))
    return NULL;
  node = nn_onnx_node_new (from->op_type);
  node->domain = g_strdup (from->domain);
  node->name = g_strconcat (call->call->name, "/", from->name, NULL);
  node->n_inputs = from->n_inputs;
  node->inputs = g_new0 (gchar *, from->n_inputs + 1);
  node->n_outputs = from->n_outputs;
  node->outputs = g_new0 (gchar *, from->n_outputs + 1);
  for (i = 0; i < from->n_inputs; i++)
    node->inputs[i] = map_name (call, from->inputs[i]);
  for (i = 0; i < from->n_outputs; i++)
    node->outputs[i] = map_name (call, from->outputs[i]);
  for (i = 0; i < from->attributes->len; i++) {
    const NnAttribute *attribute = g_ptr_array_index (from->attributes, i), *value = referred (call, attribute);

    if (!value)
      continue;
    if (value->reference) { /* this cannot come from files that are read here */
      fail_of_reference (call, node, attribute, error);
      nn_onnx_node_free (node);
      return NULL;
    }
    g_ptr_array_add (node->attributes, nn_onnx_attribute_copy (value, attribute->name));
  }
  return node;
}

static gboolean write_out (NnOnnxFunctions *functions, NnOnnxReader *reader, NnOnnxNode *node, gint64 opset,
                           guint depth, GPtrArray *into, GError **error);

static gboolean
write_out_call (NnOnnxFunctions *functions, NnOnnxReader *reader, const NnOnnxNode *node, Function *function,
                gint64 opset, guint depth, GPtrArray *into, GError **error)
{
  g_autoptr (GHashTable) names = g_hash_table_new (nn_name_hash, g_str_equal);
  const Call call = { functions, reader, function, node, names, functions->n_calls++ };
  g_autofree gchar *shown = nn_onnx_shown (node->name), *called = nn_onnx_shown (node->op_type);
  guint i;

  if (depth > MAX_DEPTH) {
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT,
                 "%s: node %s calls the function %s, which calls itself or is one of more than %d inside each other",
                 reader->file, shown, called, MAX_DEPTH);
    return FALSE;
  }
  if (!function->is_read && !read_function (reader, function, node, opset, error))
    return FALSE;
  if (node->n_inputs > function->inputs->len || node->n_outputs > function->outputs->len) {
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT,
                 "%s: node %s has %u inputs and %u outputs, the function %s that it calls %u and %u", reader->file,
                 shown, node->n_inputs, node->n_outputs, called, function->inputs->len, function->outputs->len);
    return FALSE;
  }
  if (!take_budget (reader, node, CALL_BYTES + 64 * ((guint64)function->inputs->len + node->n_outputs), error))
    return FALSE;
  for (i = 0; i < function->inputs->len; i++)
    g_hash_table_insert (names, g_ptr_array_index (function->inputs, i),
                         i < node->n_inputs ? node->inputs[i] : (gchar *)"");
  for (i = 0; i < node->n_outputs; i++)
    if (*node->outputs[i])
      g_hash_table_insert (names, g_ptr_array_index (function->outputs, i), node->outputs[i]);
  for (i = 0; i < function->nodes->len; i++) {
    NnOnnxNode *inner = write_out_node (&call, g_ptr_array_index (function->nodes, i), error);

    if (!inner || !write_out (functions, reader, inner, opset, depth + 1, into, error))
      return FALSE;
  }
  return TRUE;
}

/* Takes ownership of @node. */
static gboolean
write_out (NnOnnxFunctions *functions, NnOnnxReader *reader, NnOnnxNode *node, gint64 opset, guint depth,
           GPtrArray *into, GError **error)
{
  Function *function = find (functions, node);
  gboolean ok;

  if (function) {
    ok = write_out_call (functions, reader, node, function, opset, depth, into, error);
    nn_onnx_node_free (node);
    return ok;
  }
  g_ptr_array_add (into, node);
  if (into->len <= NN_ONNX_MAX_NODES)
    return TRUE;
  g_set_error (error, NN_ERROR, NN_ERROR_TOO_LARGE, "%s: has more than %d nodes", reader->file, NN_ONNX_MAX_NODES);
  return FALSE;
}

gboolean
nn_onnx_functions_write_out (NnOnnxFunctions *functions, NnOnnxReader *reader, NnOnnx *onnx, GError **error)
{
  GPtrArray *written;
  gboolean ok = TRUE;

  if (!g_hash_table_size (functions->by_key))
    return TRUE;
  written = g_ptr_array_new_with_free_func ((GDestroyNotify)nn_onnx_node_free);
  for (guint i = 0; i < onnx->nodes->len && ok; i++) {
    NnOnnxNode *node = g_ptr_array_index (onnx->nodes, i);

    onnx->nodes->pdata[i] = NULL;
    ok = write_out (functions, reader, node, onnx->opset, 0, written, error);
  }
  g_ptr_array_unref (onnx->nodes);
  onnx->nodes = written;
  return ok;
}
