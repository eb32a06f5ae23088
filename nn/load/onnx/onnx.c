/* gst-resnet: ONNX files: the model and its graph
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The format is described in "Open Neural Network Exchange Intermediate Representation Specification" (onnx.ai). The
 * two outer messages and the tensors are read in place; the rest goes through protobuf-c, one small message at a time.
 * Nothing nests here, so that no file can exhaust the stack: graphs inside nodes are refused without being read. */
#include "load/onnx/onnx.h"

#include <string.h>

#include "base/nn-budget.h"
#include "base/nn-hash.h"
#include "load/nn-cursor.h"
#include "load/onnx/onnx-external.h"
#include "load/onnx/onnx-inline.h"
#include "load/onnx/onnx-node.h"
#include "load/onnx/onnx-reader.h"
#include "load/onnx/onnx-schema.pb-c.h"
#include "load/onnx/onnx-sort.h"
#include "load/onnx/onnx-tensor.h"
#include "load/onnx/onnx-unpack.h"
#include "load/onnx/protobuf-wire.h"
#include "load/sha256.h"
#include "load/tensor-data.h"

/* The versions of the format and of its operators that are known here (those of onnx 1.23). Operators of a later
 * version may mean something else. */
#define MIN_IR_VERSION 3
#define KNOWN_IR_VERSION 14
#define MIN_OPSET 7
#define MAX_OPSET 28

enum {
  MODEL_IR_VERSION = 1,
  MODEL_PRODUCER_NAME = 2,
  MODEL_PRODUCER_VERSION = 3,
  MODEL_GRAPH = 7,
  MODEL_OPSET_IMPORT = 8,
  MODEL_METADATA_PROPS = 14,
  MODEL_TRAINING_INFO = 20,
  MODEL_FUNCTIONS = 25,
};

enum {
  GRAPH_NODE = 1,
  GRAPH_NAME = 2,
  GRAPH_INITIALIZER = 5,
  GRAPH_INPUT = 11,
  GRAPH_OUTPUT = 12,
  GRAPH_SPARSE_INITIALIZER = 15,
};

/* The wire type of each field of ModelProto; −1 if there is no such field. */
static gint
model_wire_type (guint32 field)
{
  switch (field) {
  case MODEL_IR_VERSION:
  case 5: /* model_version */
    return NN_WIRE_VARINT;
  case MODEL_PRODUCER_NAME:
  case MODEL_PRODUCER_VERSION:
  case 4: /* domain */
  case 6: /* doc_string */
  case MODEL_GRAPH:
  case MODEL_OPSET_IMPORT:
  case MODEL_METADATA_PROPS:
  case MODEL_TRAINING_INFO:
  case MODEL_FUNCTIONS:
  case 26: /* configuration */
    return NN_WIRE_LENGTH;
  default:
    return -1;
  }
}

gboolean
nn_onnx_looks_like (gconstpointer data, gsize size)
{
  gboolean has_version = FALSE;
  NnCursor cursor;

  /* Every field up to the first that is cut off must be a field of a model, and the version must be among the first
   * ones. A file whose download was not finished therefore still counts as an ONNX file. */
  nn_cursor_init (&cursor, data, size);
  for (guint i = 0; i < 16 && nn_cursor_left (&cursor); i++) {
    NnWireField field;
    guint64 tag;

    if (!nn_wire_next (&cursor, &field))
      return has_version && nn_wire_varint (&cursor, &tag) && tag >> 3 <= G_MAXINT32
             && model_wire_type ((guint32)(tag >> 3)) == (gint)(tag & 7);
    if (model_wire_type (field.number) != (gint)field.type)
      return FALSE;
    /* The producer's name is text; if there is a message in its place, the file has another format. */
    if (field.number == MODEL_PRODUCER_NAME && field.size && field.bytes[0] < 0x20)
      return FALSE;
    if (field.number == MODEL_IR_VERSION) {
      if (field.value == 0 || field.value > 10000)
        return FALSE;
      has_version = TRUE;
    }
  }
  return has_version && cursor.pos > 2;
}

/* The content of the outer message; it points into the file's bytes. */
typedef struct {
  NnOnnxReader reader;
  NnOnnx *onnx;
  const guint8 *graph;
  gsize graph_size;
  NnOnnxFunctions *functions;
  gchar *producer_name, *producer_version;
  gboolean has_training;
} Load;

static gboolean fail (const Load *load, gint code, GError **error, const gchar *format, ...) G_GNUC_PRINTF (4, 5);

static gboolean
fail (const Load *load, gint code, GError **error, const gchar *format, ...)
{
  g_autofree gchar *what = NULL;
  va_list args;

  va_start (args, format);
  what = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, NN_ERROR, code, "%s: %s", load->reader.file, what);
  return FALSE;
}

static void warn (Load *load, const gchar *format, ...) G_GNUC_PRINTF (2, 3);

static void
warn (Load *load, const gchar *format, ...)
{
  va_list args;

  va_start (args, format);
  g_ptr_array_add (load->onnx->warnings, g_strdup_vprintf (format, args));
  va_end (args);
}

static gboolean
read_opset_import (Load *load, const NnWireField *field, GError **error)
{
  Nn__Onnx__OperatorSetId *import = nn_onnx_unpack (&load->reader, &nn__onnx__operator_set_id__descriptor, field->bytes,
                                                    field->size, "an entry of opset_import", error);

  if (!import)
    return FALSE;
  if (!import->domain || !*import->domain || strcmp (import->domain, "ai.onnx") == 0)
    load->onnx->opset = import->version;
  nn__onnx__operator_set_id__free_unpacked (import, NULL);
  return TRUE;
}

static gboolean
read_metadata (Load *load, const NnWireField *field, GError **error)
{
  Nn__Onnx__StringStringEntry *entry;
  gboolean good;

  if (g_hash_table_size (load->onnx->metadata) >= NN_LOAD_MAX_TENSORS)
    return fail (load, NN_ERROR_TOO_LARGE, error, "has more than %d entries in metadata_props", NN_LOAD_MAX_TENSORS);
  entry = nn_onnx_unpack (&load->reader, &nn__onnx__string_string_entry__descriptor, field->bytes, field->size,
                          "an entry of metadata_props", error);
  if (!entry)
    return FALSE;
  good = nn_budget_take (NN_ONNX_ENTRY_BYTES + 2 * (guint64)field->size, load->reader.file, "its metadata", error);
  if (good && entry->key && entry->value)
    g_hash_table_replace (load->onnx->metadata, g_utf8_make_valid (entry->key, -1),
                          g_utf8_make_valid (entry->value, -1));
  nn__onnx__string_string_entry__free_unpacked (entry, NULL);
  return good;
}

static gboolean
read_model_field (Load *load, const NnWireField *field, GError **error)
{
  const gint type = model_wire_type (field->number);

  if (type < 0)
    return TRUE; /* a field of a later version */
  if ((gint)field->type != type)
    return fail (load, NN_ERROR_FORMAT, error, "is damaged: field %u of the model has wire type %u", field->number,
                 field->type);
  switch (field->number) {
  case MODEL_IR_VERSION:
    load->onnx->ir_version = (gint64)field->value;
    return TRUE;
  case MODEL_PRODUCER_NAME:
    g_free (load->producer_name);
    load->producer_name = nn_onnx_take_name (&load->reader, field->bytes, field->size, "the producer", error);
    return load->producer_name != NULL;
  case MODEL_PRODUCER_VERSION:
    g_free (load->producer_version);
    load->producer_version = nn_onnx_take_name (&load->reader, field->bytes, field->size, "the producer", error);
    return load->producer_version != NULL;
  case MODEL_GRAPH:
    if (load->graph)
      return fail (load, NN_ERROR_FORMAT, error, "has two graphs");
    load->graph = field->bytes;
    load->graph_size = field->size;
    return TRUE;
  case MODEL_OPSET_IMPORT:
    return read_opset_import (load, field, error);
  case MODEL_METADATA_PROPS:
    return read_metadata (load, field, error);
  case MODEL_TRAINING_INFO:
    load->has_training = TRUE;
    return TRUE;
  case MODEL_FUNCTIONS:
    return nn_onnx_functions_add (load->functions, &load->reader, field, error);
  default:
    return TRUE;
  }
}

static gboolean
check_versions (Load *load, GError **error)
{
  const NnOnnx *onnx = load->onnx;

  if (!load->graph)
    return fail (load, NN_ERROR_FORMAT, error, "has no graph; is the file whole, and an ONNX model?");
  if (onnx->ir_version < MIN_IR_VERSION)
    return fail (load, NN_ERROR_UNSUPPORTED, error,
                 "is of version %" G_GINT64_FORMAT " of the format; versions from %d (2017) on are taken",
                 onnx->ir_version, MIN_IR_VERSION);
  if (onnx->ir_version > KNOWN_IR_VERSION)
    warn (load, "the file is of version %" G_GINT64_FORMAT " of the ONNX format, and the newest known here is %d",
          onnx->ir_version, KNOWN_IR_VERSION);
  if (onnx->opset == 0)
    return fail (load, NN_ERROR_UNSUPPORTED, error,
                 "does not use ONNX's own operators: its opset_import has no entry for the domain \"\"");
  if (onnx->opset < MIN_OPSET || onnx->opset > MAX_OPSET)
    return fail (load, NN_ERROR_UNSUPPORTED, error,
                 "has operators of opset %" G_GINT64_FORMAT
                 "; opsets %d to %d are taken: export it again with such a one, "
                 "or use onnx.version_converter",
                 onnx->opset, MIN_OPSET, MAX_OPSET);
  return TRUE;
}

static gboolean
read_initializer (Load *load, const NnWireField *field, GError **error)
{
  GHashTable *initializers = load->onnx->initializers;
  NnTensor *tensor;

  if (g_hash_table_size (initializers) >= NN_LOAD_MAX_TENSORS)
    return fail (load, NN_ERROR_TOO_LARGE, error, "has more than %d initializers", NN_LOAD_MAX_TENSORS);
  tensor = nn_onnx_read_tensor (&load->reader, field->bytes, field->size, NULL, error);
  if (!tensor)
    return FALSE;
  if (g_hash_table_contains (initializers, tensor->name)) {
    g_autofree gchar *shown = nn_onnx_shown (tensor->name);

    nn_tensor_free (tensor);
    return fail (load, NN_ERROR_FORMAT, error, "has two initializers of the name %s", shown);
  }
  g_hash_table_insert (initializers, tensor->name, tensor);
  return TRUE;
}

static gboolean
read_graph_value (Load *load, const NnWireField *field, GPtrArray *values, const gchar *kind, GError **error)
{
  NnOnnxValue *value;

  if (values->len >= NN_LOAD_MAX_TENSORS)
    return fail (load, NN_ERROR_TOO_LARGE, error, "has more than %d of: %s", NN_LOAD_MAX_TENSORS, kind);
  value = nn_onnx_read_value (&load->reader, field->bytes, field->size, kind, error);
  if (value)
    g_ptr_array_add (values, value);
  return value != NULL;
}

static gboolean
read_graph_node (Load *load, const NnWireField *field, GError **error)
{
  GPtrArray *nodes = load->onnx->nodes;
  NnOnnxNode *node;

  if (nodes->len >= NN_ONNX_MAX_NODES)
    return fail (load, NN_ERROR_TOO_LARGE, error, "has more than %d nodes", NN_ONNX_MAX_NODES);
  node = nn_onnx_read_node (&load->reader, field->bytes, field->size, nodes->len, error);
  if (!node)
    return FALSE;
  g_ptr_array_add (nodes, node);
  return TRUE;
}

static gboolean
read_graph_field (Load *load, const NnWireField *field, GError **error)
{
  NnOnnx *onnx = load->onnx;

  switch (field->number) {
  case GRAPH_NODE:
  case GRAPH_NAME:
  case GRAPH_INITIALIZER:
  case GRAPH_INPUT:
  case GRAPH_OUTPUT:
  case GRAPH_SPARSE_INITIALIZER:
    if (field->type != NN_WIRE_LENGTH)
      return fail (load, NN_ERROR_FORMAT, error, "is damaged: field %u of the graph has wire type %u", field->number,
                   field->type);
    break;
  default:
    return TRUE; /* value_info, annotations, documentation */
  }
  switch (field->number) {
  case GRAPH_NODE:
    return read_graph_node (load, field, error);
  case GRAPH_NAME:
    g_free (onnx->name);
    return (onnx->name = nn_onnx_take_name (&load->reader, field->bytes, field->size, "the graph", error)) != NULL;
  case GRAPH_INITIALIZER:
    return read_initializer (load, field, error);
  case GRAPH_INPUT:
    return read_graph_value (load, field, onnx->inputs, "an input", error);
  case GRAPH_OUTPUT:
    return read_graph_value (load, field, onnx->outputs, "an output", error);
  default:
    return fail (load, NN_ERROR_UNSUPPORTED, error, "has sparse initializers; only dense ones are taken");
  }
}

/* In old files all initializers are listed as inputs too. Only the inputs that a caller must give are kept. */
static gboolean
drop_given_inputs (Load *load, GError **error)
{
  NnOnnx *onnx = load->onnx;
  g_autoptr (GHashTable) names = g_hash_table_new (nn_name_hash, g_str_equal);
  GPtrArray *kept = g_ptr_array_new_with_free_func ((GDestroyNotify)nn_onnx_value_free);

  for (guint i = 0; i < onnx->inputs->len; i++) {
    NnOnnxValue *input = g_ptr_array_index (onnx->inputs, i);

    if (!g_hash_table_add (names, input->name)) {
      g_autofree gchar *shown = nn_onnx_shown (input->name);

      g_ptr_array_set_free_func (kept, NULL);
      g_ptr_array_unref (kept);
      return fail (load, NN_ERROR_FORMAT, error, "has two inputs of the name %s", shown);
    }
    if (!g_hash_table_contains (onnx->initializers, input->name))
      g_ptr_array_add (kept, input);
  }
  for (guint i = 0; i < onnx->inputs->len; i++) {
    NnOnnxValue *input = g_ptr_array_index (onnx->inputs, i);

    if (g_hash_table_contains (onnx->initializers, input->name))
      nn_onnx_value_free (input);
  }
  g_ptr_array_set_free_func (onnx->inputs, NULL);
  g_ptr_array_unref (onnx->inputs);
  onnx->inputs = kept;
  return TRUE;
}

static gboolean
read_graph (Load *load, GError **error)
{
  const NnOnnx *onnx = load->onnx;
  NnCursor cursor;
  NnWireField field;

  nn_cursor_init (&cursor, load->graph, load->graph_size);
  while (nn_wire_next (&cursor, &field))
    if (!read_graph_field (load, &field, error))
      return FALSE;
  if (nn_cursor_left (&cursor))
    return fail (load, NN_ERROR_FORMAT, error, "is damaged: the graph's byte %" G_GSIZE_FORMAT " is no field",
                 cursor.pos);
  if (!drop_given_inputs (load, error)
      || !nn_onnx_functions_write_out (load->functions, &load->reader, load->onnx, error))
    return FALSE;
  if (onnx->nodes->len == 0)
    return fail (load, NN_ERROR_FORMAT, error, "has a graph without nodes");
  if (onnx->outputs->len == 0)
    return fail (load, NN_ERROR_FORMAT, error, "has a graph without outputs");
  return nn_onnx_sort (load->onnx, load->reader.file, error);
}

static gboolean
read_model (Load *load, const guint8 *data, gsize size, GError **error)
{
  NnCursor cursor;
  NnWireField field;

  nn_cursor_init (&cursor, data, size);
  while (nn_wire_next (&cursor, &field))
    if (!read_model_field (load, &field, error))
      return FALSE;
  if (nn_cursor_left (&cursor))
    return fail (load, NN_ERROR_FORMAT, error,
                 "is damaged or cut off: what begins at byte %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT
                 " reaches past the end or is no field",
                 cursor.pos, size);
  if (!check_versions (load, error) || !read_graph (load, error))
    return FALSE;
  if (load->has_training)
    warn (load, "the file's training_info is ignored: evaluation mode is the only mode");
  if (load->producer_name && *load->producer_name)
    load->onnx->producer = g_strstrip (
        g_strconcat (load->producer_name, " ", load->producer_version ? load->producer_version : "", NULL));
  return TRUE;
}

NnOnnx *
nn_onnx_load_bytes (GBytes *bytes, const gchar *name, const gchar *folder, GError **error)
{
  g_autoptr (NnOnnx) onnx = g_new0 (NnOnnx, 1);
  Load load = { .reader = { .file = name, .external = nn_onnx_external_new (folder) }, .onnx = onnx };
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  NnBudget *budget = nn_budget_begin (size);
  NnSha256Job *sum;
  gboolean good;

  onnx->nodes = g_ptr_array_new_with_free_func ((GDestroyNotify)nn_onnx_node_free);
  onnx->inputs = g_ptr_array_new_with_free_func ((GDestroyNotify)nn_onnx_value_free);
  onnx->outputs = g_ptr_array_new_with_free_func ((GDestroyNotify)nn_onnx_value_free);
  onnx->warnings = g_ptr_array_new_with_free_func (g_free);
  onnx->initializers = g_hash_table_new_full (nn_name_hash, g_str_equal, NULL, (GDestroyNotify)nn_tensor_free);
  onnx->metadata = g_hash_table_new_full (nn_name_hash, g_str_equal, g_free, g_free);
  load.functions = nn_onnx_functions_new ();

  sum = nn_sha256_start (bytes);
  good = read_model (&load, data, size, error);
  onnx->sha256 = nn_sha256_finish (sum);
  nn_onnx_external_free (load.reader.external);
  nn_onnx_functions_free (load.functions);
  g_free (load.producer_name);
  g_free (load.producer_version);
  nn_budget_end (budget);
  if (!good)
    return NULL;
  return g_steal_pointer (&onnx);
}

void
nn_onnx_free (NnOnnx *onnx)
{
  if (!onnx)
    return;
  g_ptr_array_unref (onnx->nodes);
  g_ptr_array_unref (onnx->inputs);
  g_ptr_array_unref (onnx->outputs);
  g_ptr_array_unref (onnx->warnings);
  g_hash_table_unref (onnx->initializers);
  g_hash_table_unref (onnx->metadata);
  g_free (onnx->name);
  g_free (onnx->sha256);
  g_free (onnx->producer);
  g_free (onnx);
}
