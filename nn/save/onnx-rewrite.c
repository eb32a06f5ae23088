/* gst-resnet: an ONNX file with other metadata, written field by field
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The field numbers are those of onnx.proto of the ONNX project. Fields that are not changed are copied as bytes, also
 * those that this code does not know. */
#include "save/onnx-rewrite.h"

#include <string.h>

#include "load/onnx/protobuf-wire.h"
#include "save/protobuf-write.h"

#define MAX_BYTES G_GUINT64_CONSTANT (0x7fffffff)

enum { MODEL_GRAPH = 7, MODEL_METADATA = 14, GRAPH_INITIALIZER = 5 };
enum { TENSOR_NAME = 8, TENSOR_RAW = 9, TENSOR_EXTERNAL = 13, TENSOR_LOCATION = 14 };

/* A piece of the output: the bytes of @head, followed by @size bytes at @bytes or, where @tensor is not NULL, by the
 * elements of that tensor. */
typedef struct {
  GByteArray *head;
  const guint8 *bytes;
  gsize size;
  const NnTensor *tensor;
} Piece;

static void
piece_clear (gpointer data)
{
  g_byte_array_unref (((Piece *)data)->head);
}

static guint64
tensor_bytes (const NnTensor *tensor)
{
  return (guint64)tensor->n_elements * nn_dtype_size (tensor->dtype);
}

static guint64
piece_size (const Piece *piece)
{
  return piece->head->len + (piece->tensor ? tensor_bytes (piece->tensor) : piece->size);
}

static void
add_bytes (GArray *pieces, const guint8 *bytes, gsize size)
{
  Piece piece = { g_byte_array_new (), bytes, size, NULL };

  g_array_append_val (pieces, piece);
}

/* Adds a TensorProto whose data lie in another file: all its fields but those that say where the data are, and then the
 * data. Adds nothing, with *is_external FALSE, where the data are in the model itself. Returns FALSE where the data
 * cannot be written. */
static gboolean
add_external (GArray *pieces, const NnWireField *initializer, const NnOnnx *onnx, gboolean *is_external, GError **error)
{
  GByteArray *fields = g_byte_array_new ();
  g_autofree gchar *name = NULL;
  const NnTensor *tensor;
  Piece piece = { g_byte_array_new (), NULL, 0, NULL };
  NnCursor cursor;
  NnWireField field;
  gsize start = 0;

  *is_external = FALSE;
  for (nn_cursor_init (&cursor, initializer->bytes, initializer->size); nn_wire_next (&cursor, &field);
       start = cursor.pos) {
    if (field.number == TENSOR_NAME && field.type == NN_WIRE_LENGTH) {
      g_free (name);
      name = g_strndup ((const gchar *)field.bytes, field.size);
    }
    *is_external |= field.number == TENSOR_LOCATION && field.value == 1;
    if (field.number != TENSOR_EXTERNAL && field.number != TENSOR_LOCATION)
      g_byte_array_append (fields, initializer->bytes + start, (guint)(cursor.pos - start));
  }
  tensor = name && *is_external ? g_hash_table_lookup (onnx->initializers, name) : NULL;
  if (!*is_external) {
    g_byte_array_unref (fields);
    g_byte_array_unref (piece.head);
    return TRUE;
  }
  if (!tensor || tensor->dtype == NN_DTYPE_F64) {
    g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED,
                 "%s: float64 in a file beside the model cannot be written; convert it to float32 first",
                 name ? name : "an initializer");
    g_byte_array_unref (fields);
    g_byte_array_unref (piece.head);
    return FALSE;
  }
  nn_pb_length (fields, TENSOR_RAW, tensor_bytes (tensor));
  nn_pb_length (piece.head, GRAPH_INITIALIZER, fields->len + tensor_bytes (tensor));
  g_byte_array_append (piece.head, fields->data, fields->len);
  g_byte_array_unref (fields);
  piece.tensor = tensor;
  g_array_append_val (pieces, piece);
  return TRUE;
}

/* Adds the graph's fields. Neighbouring fields that are copied become one piece. */
static gboolean
add_graph (GArray *pieces, const NnWireField *graph, const NnOnnx *onnx, GError **error)
{
  NnCursor cursor;
  NnWireField field;
  gsize copied = 0, start = 0;

  for (nn_cursor_init (&cursor, graph->bytes, graph->size); nn_wire_next (&cursor, &field); start = cursor.pos) {
    gboolean is_external = FALSE;
    guint before = pieces->len;

    if (field.number != GRAPH_INITIALIZER || field.type != NN_WIRE_LENGTH)
      continue;
    if (!add_external (pieces, &field, onnx, &is_external, error))
      return FALSE;
    if (is_external && start > copied) {
      Piece piece = { g_byte_array_new (), graph->bytes + copied, start - copied, NULL };

      g_array_insert_val (pieces, before, piece);
    }
    if (is_external)
      copied = cursor.pos;
  }
  if (graph->size > copied)
    add_bytes (pieces, graph->bytes + copied, graph->size - copied);
  return TRUE;
}

static gboolean
add_model (GArray *pieces, GBytes *bytes, const NnOnnx *onnx, GHashTable *metadata, GError **error)
{
  g_autoptr (GList) keys = g_list_sort (g_hash_table_get_keys (metadata), (GCompareFunc)strcmp);
  Piece props = { g_byte_array_new (), NULL, 0, NULL };
  gsize size, start = 0;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  NnCursor cursor;
  NnWireField field;
  const GList *l;

  for (nn_cursor_init (&cursor, data, size); nn_wire_next (&cursor, &field); start = cursor.pos) {
    guint first = pieces->len, i;
    guint64 length = 0;

    if (field.number == MODEL_METADATA)
      continue;
    if (field.number != MODEL_GRAPH || field.type != NN_WIRE_LENGTH) {
      add_bytes (pieces, data + start, cursor.pos - start);
      continue;
    }
    add_bytes (pieces, NULL, 0);
    if (!add_graph (pieces, &field, onnx, error)) {
      g_byte_array_unref (props.head);
      return FALSE;
    }
    for (i = first + 1; i < pieces->len; i++)
      length += piece_size (&g_array_index (pieces, Piece, i));
    nn_pb_length (g_array_index (pieces, Piece, first).head, MODEL_GRAPH, length);
  }
  for (l = keys; l; l = l->next) {
    GByteArray *entry = g_byte_array_new ();

    nn_pb_string (entry, 1, l->data);
    nn_pb_string (entry, 2, g_hash_table_lookup (metadata, l->data));
    nn_pb_message (props.head, MODEL_METADATA, entry);
  }
  g_array_append_val (pieces, props);
  return TRUE;
}

/* Writes the elements in the type that they have in the file. The loader has widened them to int64 or to float32; both
 * ways are exact. */
static void
write_elements (NnSaveFile *file, const NnTensor *tensor)
{
  const gsize width = nn_dtype_size (tensor->dtype);

  if (tensor->dtype == NN_DTYPE_F32 || tensor->dtype == NN_DTYPE_F16) {
    nn_save_file_write_floats (file, tensor->f32, tensor->n_elements, tensor->dtype == NN_DTYPE_F16);
    return;
  }
  for (gsize i = 0; i < tensor->n_elements; i++) {
    guint64 bits;

    if (tensor->f32) {
      guint32 single;

      memcpy (&single, &tensor->f32[i], sizeof single);
      bits = single >> 16; /* bfloat16 */
    } else {
      bits = (guint64)tensor->i64[i];
    }
    bits = GUINT64_TO_LE (bits);
    nn_save_file_write (file, &bits, width);
  }
}

gboolean
nn_onnx_rewrite (NnSaveFile *file, GBytes *bytes, const NnOnnx *onnx, GHashTable *metadata, GError **error)
{
  g_autoptr (GArray) pieces = g_array_new (FALSE, FALSE, sizeof (Piece));
  guint64 size = 0;
  guint i;

  g_array_set_clear_func (pieces, piece_clear);
  if (!add_model (pieces, bytes, onnx, metadata, error))
    return FALSE;
  for (i = 0; i < pieces->len; i++)
    size += piece_size (&g_array_index (pieces, Piece, i));
  if (size > MAX_BYTES) {
    g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED,
                 "the model takes %" G_GUINT64_FORMAT " bytes as one ONNX file, which has at most 2 GiB", size);
    return FALSE;
  }
  for (i = 0; i < pieces->len; i++) {
    const Piece *piece = &g_array_index (pieces, Piece, i);

    nn_save_file_write (file, piece->head->data, piece->head->len);
    if (piece->tensor)
      write_elements (file, piece->tensor);
    else
      nn_save_file_write (file, piece->bytes, piece->size);
  }
  return TRUE;
}
