/* gst-resnet: ONNX's TensorProto → a tensor
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Values are always copied, because raw data may start at any byte of the file, and a tensor that referenced the file
 * would keep all of it in memory. */
#include <string.h>

#include "base/nn-budget.h"
#include "base/nn-memory.h"
#include "load/nn-cursor.h"
#include "load/onnx/onnx-external.h"
#include "load/onnx/onnx-tensor.h"
#include "load/onnx/onnx-unpack.h"
#include "load/onnx/protobuf-wire.h"

enum {
  FIELD_DIMS = 1,
  FIELD_DATA_TYPE = 2,
  FIELD_SEGMENT = 3,
  FIELD_FLOAT_DATA = 4,
  FIELD_INT32_DATA = 5,
  FIELD_STRING_DATA = 6,
  FIELD_INT64_DATA = 7,
  FIELD_NAME = 8,
  FIELD_RAW_DATA = 9,
  FIELD_DOUBLE_DATA = 10,
  FIELD_UINT64_DATA = 11,
  FIELD_EXTERNAL_DATA = 13,
  FIELD_DATA_LOCATION = 14,
};

/* The types of TensorProto.DataType, and for each type the field that its values are in if they are not raw. */
static const struct {
  const gchar *name;
  gint dtype; /* −1: not supported */
  guint field;
} types[] = {
  [0] = { "UNDEFINED", -1, 0 },
  [1] = { "FLOAT", NN_DTYPE_F32, FIELD_FLOAT_DATA },
  [2] = { "UINT8", NN_DTYPE_U8, FIELD_INT32_DATA },
  [3] = { "INT8", NN_DTYPE_I8, FIELD_INT32_DATA },
  [4] = { "UINT16", NN_DTYPE_U16, FIELD_INT32_DATA },
  [5] = { "INT16", NN_DTYPE_I16, FIELD_INT32_DATA },
  [6] = { "INT32", NN_DTYPE_I32, FIELD_INT32_DATA },
  [7] = { "INT64", NN_DTYPE_I64, FIELD_INT64_DATA },
  [8] = { "STRING", -1, 0 },
  [9] = { "BOOL", NN_DTYPE_BOOL, FIELD_INT32_DATA },
  [10] = { "FLOAT16", NN_DTYPE_F16, FIELD_INT32_DATA },
  [11] = { "DOUBLE", NN_DTYPE_F64, FIELD_DOUBLE_DATA },
  [12] = { "UINT32", NN_DTYPE_U32, FIELD_UINT64_DATA },
  [13] = { "UINT64", NN_DTYPE_U64, FIELD_UINT64_DATA },
  [14] = { "COMPLEX64", -1, 0 },
  [15] = { "COMPLEX128", -1, 0 },
  [16] = { "BFLOAT16", NN_DTYPE_BF16, FIELD_INT32_DATA },
  [17] = { "FLOAT8E4M3FN", -1, 0 },
  [18] = { "FLOAT8E4M3FNUZ", -1, 0 },
  [19] = { "FLOAT8E5M2", -1, 0 },
  [20] = { "FLOAT8E5M2FNUZ", -1, 0 },
  [21] = { "UINT4", -1, 0 },
  [22] = { "INT4", -1, 0 },
  [23] = { "FLOAT4E2M1", -1, 0 },
  [24] = { "FLOAT8E8M0", -1, 0 },
  [25] = { "UINT2", -1, 0 },
  [26] = { "INT2", -1, 0 },
  [27] = { "FLOAT6E2M3", -1, 0 },
  [28] = { "FLOAT6E3M2", -1, 0 },
};

gboolean
nn_onnx_dtype (gint64 data_type, NnDType *dtype)
{
  if (data_type < 0 || data_type >= (gint64)G_N_ELEMENTS (types) || types[data_type].dtype < 0)
    return FALSE;
  *dtype = (NnDType)types[data_type].dtype;
  return TRUE;
}

gchar *
nn_onnx_data_type_name (gint64 data_type)
{
  if (data_type < 0 || data_type >= (gint64)G_N_ELEMENTS (types))
    return g_strdup_printf ("%" G_GINT64_FORMAT, data_type);
  return g_strdup (types[data_type].name);
}

/* The fields of a TensorProto; they point into the file's bytes. */
typedef struct {
  const guint8 *bytes;
  gsize size;
  gchar *shown; /* "tensor \"w\"" */
  gchar *name;
  gint64 data_type;
  guint n_dims;
  guint64 dims[NN_TENSOR_MAX_DIMS];
  gboolean has_raw, is_external, is_segment;
  guint typed_field; /* the number of the first typed field that has values, or 0 */
  gboolean two_typed;
  const guint8 *raw;
  gsize raw_size;
  NnOnnxPlace place;
} Proto;

static void
proto_clear (Proto *proto)
{
  g_free (proto->shown);
  g_free (proto->name);
  g_free (proto->place.location);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Proto, proto_clear)

static gboolean fail (const NnOnnxReader *reader, const Proto *proto, gint code, GError **error, const gchar *format,
                      ...) G_GNUC_PRINTF (5, 6);

static gboolean
fail (const NnOnnxReader *reader, const Proto *proto, gint code, GError **error, const gchar *format, ...)
{
  g_autofree gchar *what = NULL;
  va_list args;

  va_start (args, format);
  what = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, NN_ERROR, code, "%s: %s %s", reader->file, proto->shown, what);
  return FALSE;
}

static gboolean
add_dim (const NnOnnxReader *reader, Proto *proto, guint64 value, GError **error)
{
  const gint64 dim = (gint64)value;

  if (dim < 0)
    return fail (reader, proto, NN_ERROR_FORMAT, error, "has the negative dimension %" G_GINT64_FORMAT, dim);
  if (proto->n_dims == NN_TENSOR_MAX_DIMS)
    return fail (reader, proto, NN_ERROR_UNSUPPORTED, error, "has more than %d dimensions", NN_TENSOR_MAX_DIMS);
  proto->dims[proto->n_dims++] = (guint64)dim;
  return TRUE;
}

/* Reads one key and value of external_data. */
static gboolean
read_place (const NnOnnxReader *reader, Proto *proto, const NnWireField *entry, GError **error)
{
  g_autofree gchar *key = NULL, *value = NULL;
  NnCursor cursor;
  NnWireField field;

  nn_cursor_init (&cursor, entry->bytes, entry->size);
  while (nn_wire_next (&cursor, &field)) {
    gchar **part = field.number == 1 ? &key : field.number == 2 ? &value : NULL;

    if (!part || field.type != NN_WIRE_LENGTH)
      continue;
    g_free (*part);
    if (!(*part = nn_onnx_take_name (reader, field.bytes, field.size, proto->shown, error)))
      return FALSE;
  }
  if (nn_cursor_left (&cursor) || !key || !value)
    return fail (reader, proto, NN_ERROR_FORMAT, error, "has a damaged entry in its external_data");
  if (strcmp (key, "location") == 0) {
    g_free (proto->place.location);
    proto->place.location = g_steal_pointer (&value);
  } else if (strcmp (key, "offset") == 0 || strcmp (key, "length") == 0) {
    guint64 number;

    if (!g_ascii_string_to_unsigned (value, 10, 0, G_MAXINT64, &number, NULL)) {
      g_autofree gchar *shown = nn_onnx_shown (value);

      return fail (reader, proto, NN_ERROR_FORMAT, error,
                   "has external data of %s %s; a whole number of bytes is right", key, shown);
    }
    *(*key == 'o' ? &proto->place.offset : &proto->place.length) = (gint64)number;
  }
  return TRUE; /* other keys, such as the checksum, are not used */
}

static gboolean
read_field (const NnOnnxReader *reader, Proto *proto, const NnWireField *field, GError **error)
{
  static const guint wire_types[] = {
    [FIELD_DATA_TYPE] = NN_WIRE_VARINT,     [FIELD_SEGMENT] = NN_WIRE_LENGTH,
    [FIELD_NAME] = NN_WIRE_LENGTH,          [FIELD_RAW_DATA] = NN_WIRE_LENGTH,
    [FIELD_STRING_DATA] = NN_WIRE_LENGTH,   [FIELD_EXTERNAL_DATA] = NN_WIRE_LENGTH,
    [FIELD_DATA_LOCATION] = NN_WIRE_VARINT,
  };

  switch (field->number) {
  case FIELD_DIMS:
    if (field->type == NN_WIRE_VARINT)
      return add_dim (reader, proto, field->value, error);
    if (field->type == NN_WIRE_LENGTH) {
      NnCursor packed;
      guint64 dim;

      nn_cursor_init (&packed, field->bytes, field->size);
      while (nn_cursor_left (&packed))
        if (!nn_wire_varint (&packed, &dim))
          return fail (reader, proto, NN_ERROR_FORMAT, error, "has damaged dimensions");
        else if (!add_dim (reader, proto, dim, error))
          return FALSE;
      return TRUE;
    }
    break;
  case FIELD_FLOAT_DATA:
  case FIELD_INT32_DATA:
  case FIELD_INT64_DATA:
  case FIELD_DOUBLE_DATA:
  case FIELD_UINT64_DATA:
    if (field->type == NN_WIRE_LENGTH && field->size == 0)
      return TRUE;
    proto->two_typed = proto->two_typed || (proto->typed_field && proto->typed_field != field->number);
    proto->typed_field = field->number;
    return TRUE;
  default:
    if (field->number >= G_N_ELEMENTS (wire_types) || field->number == 12)
      return TRUE; /* doc_string, metadata_props, and fields of later versions */
    if (field->type != wire_types[field->number])
      break;
    if (field->number == FIELD_DATA_TYPE) {
      proto->data_type = (gint64)field->value;
    } else if (field->number == FIELD_SEGMENT) {
      proto->is_segment = TRUE;
    } else if (field->number == FIELD_NAME) {
      g_free (proto->name);
      return (proto->name = nn_onnx_take_name (reader, field->bytes, field->size, proto->shown, error)) != NULL;
    } else if (field->number == FIELD_RAW_DATA) {
      proto->has_raw = TRUE;
      proto->raw = field->bytes;
      proto->raw_size = field->size;
    } else if (field->number == FIELD_EXTERNAL_DATA) {
      return read_place (reader, proto, field, error);
    } else if (field->number == FIELD_DATA_LOCATION) {
      if (field->value > 1)
        return fail (reader, proto, NN_ERROR_UNSUPPORTED, error, "has the unknown data_location %" G_GUINT64_FORMAT,
                     field->value);
      proto->is_external = field->value == 1;
    }
    return TRUE;
  }
  return fail (reader, proto, NN_ERROR_FORMAT, error, "is damaged: its field %u has wire type %u", field->number,
               field->type);
}

static void
proto_show (Proto *proto, const gchar *name)
{
  g_autofree gchar *shown = nn_onnx_shown (name);

  g_free (proto->shown);
  proto->shown = g_strdup_printf ("tensor %s", shown);
}

/* Finds the name before anything else is read, because messages call the tensor by its name. */
static void
find_name (Proto *proto)
{
  NnCursor cursor;
  NnWireField field;

  nn_cursor_init (&cursor, proto->bytes, proto->size);
  while (nn_wire_next (&cursor, &field))
    if (field.number == FIELD_NAME && field.type == NN_WIRE_LENGTH) {
      g_autofree gchar *name = g_strndup ((const gchar *)field.bytes, MIN (field.size, NN_ONNX_MAX_NAME));

      proto_show (proto, name);
      return;
    }
}

static gboolean
read_proto (const NnOnnxReader *reader, Proto *proto, GError **error)
{
  NnCursor cursor;
  NnWireField field;

  nn_cursor_init (&cursor, proto->bytes, proto->size);
  while (nn_wire_next (&cursor, &field))
    if (!read_field (reader, proto, &field, error))
      return FALSE;
  if (nn_cursor_left (&cursor))
    return fail (reader, proto, NN_ERROR_FORMAT, error, "is damaged or cut off");
  if (proto->is_segment)
    return fail (reader, proto, NN_ERROR_UNSUPPORTED, error,
                 "is stored in segments, which nothing writes; save it whole");
  return TRUE;
}

/* Stores one value of a typed field as element @at of @out. */
static gboolean
store_value (const NnOnnxReader *reader, const Proto *proto, NnDType dtype, guint64 value, gpointer out, gsize at,
             GError **error)
{
  /* int32_data and uint64_data hold all the narrower types; a value that does not fit into the tensor's type is an
   * error. */
  static const struct {
    gint64 min, max;
  } ranges[] = {
    [NN_DTYPE_F16] = { 0, 0xffff },
    [NN_DTYPE_BF16] = { 0, 0xffff },
    [NN_DTYPE_I64] = { G_MININT64, G_MAXINT64 },
    [NN_DTYPE_I32] = { G_MININT32, G_MAXINT32 },
    [NN_DTYPE_I16] = { G_MININT16, G_MAXINT16 },
    [NN_DTYPE_I8] = { G_MININT8, G_MAXINT8 },
    [NN_DTYPE_U8] = { 0, G_MAXUINT8 },
    [NN_DTYPE_BOOL] = { 0, 1 },
    [NN_DTYPE_U16] = { 0, G_MAXUINT16 },
    [NN_DTYPE_U32] = { 0, G_MAXUINT32 },
    [NN_DTYPE_U64] = { 0, G_MAXINT64 },
  };
  gint64 number = (gint64)value;

  if (dtype == NN_DTYPE_F32) {
    guint32 bits = (guint32)value;

    memcpy ((gfloat *)out + at, &bits, sizeof bits);
    return TRUE;
  }
  if (dtype == NN_DTYPE_F64) {
    gdouble d;

    memcpy (&d, &value, sizeof d);
    ((gfloat *)out)[at] = (gfloat)d;
    return TRUE;
  }
  if (number < ranges[dtype].min || number > ranges[dtype].max)
    return fail (reader, proto, NN_ERROR_FORMAT, error, "has the value %" G_GINT64_FORMAT ", which is outside %s",
                 number, nn_dtype_name (dtype));
  if (dtype == NN_DTYPE_F16)
    ((gfloat *)out)[at] = nn_half_to_float ((guint16)number);
  else if (dtype == NN_DTYPE_BF16)
    ((gfloat *)out)[at] = nn_bfloat16_to_float ((guint16)number);
  else
    ((gint64 *)out)[at] = number;
  return TRUE;
}

/* Reads the values of the typed field of @dtype, which may be packed or given one by one. If @out is NULL, the values
 * are only counted. */
static gboolean
read_typed (const NnOnnxReader *reader, const Proto *proto, NnDType dtype, gpointer out, gsize *n, GError **error)
{
  const guint number = types[proto->data_type].field;
  const guint width = number == FIELD_FLOAT_DATA ? 4 : number == FIELD_DOUBLE_DATA ? 8 : 0;
  const guint single = width == 4 ? NN_WIRE_FIXED32 : width == 8 ? NN_WIRE_FIXED64 : NN_WIRE_VARINT;
  NnCursor cursor;
  NnWireField field;

  *n = 0;
  nn_cursor_init (&cursor, proto->bytes, proto->size);
  while (nn_wire_next (&cursor, &field)) {
    if (field.number != number)
      continue;
    if (field.type == single) {
      if (out && !store_value (reader, proto, dtype, field.value, out, *n, error))
        return FALSE;
      (*n)++;
    } else if (field.type == NN_WIRE_LENGTH && dtype == NN_DTYPE_F32 && field.size % 4 == 0) {
      if (out)
        nn_convert_to_float ((gfloat *)out + *n, field.bytes, field.size / 4, dtype, FALSE);
      *n += field.size / 4;
    } else if (field.type == NN_WIRE_LENGTH) {
      NnCursor packed;

      nn_cursor_init (&packed, field.bytes, field.size);
      while (nn_cursor_left (&packed)) {
        guint64 value;

        if (!(width ? nn_cursor_uint_le (&packed, width, &value) : nn_wire_varint (&packed, &value)))
          return fail (reader, proto, NN_ERROR_FORMAT, error, "is damaged: a value of its field %u is cut off", number);
        if (out && !store_value (reader, proto, dtype, value, out, *n, error))
          return FALSE;
        (*n)++;
      }
    } else {
      return fail (reader, proto, NN_ERROR_FORMAT, error, "is damaged: its field %u has wire type %u", number,
                   field.type);
    }
  }
  return TRUE;
}

/* Checks that there are exactly as many values as the shape asks for, before memory is allocated for them. */
static gboolean
check_sizes (NnOnnxReader *reader, const Proto *proto, NnDType dtype, gsize n_elements, GError **error)
{
  const gsize size = n_elements * nn_dtype_size (dtype); /* cannot overflow: this was checked */
  gsize n_typed = 0;

  if (proto->is_external)
    return nn_onnx_external_open (reader, proto->shown, &proto->place, size, error);
  if (proto->has_raw && proto->raw_size && proto->typed_field)
    return fail (reader, proto, NN_ERROR_FORMAT, error, "has both raw data and typed data");
  if (proto->two_typed || (proto->typed_field && proto->typed_field != types[proto->data_type].field))
    return fail (reader, proto, NN_ERROR_FORMAT, error, "is of type %s, and its values are in a field of another type",
                 types[proto->data_type].name);
  if (proto->has_raw && !proto->typed_field) {
    if (proto->raw_size != size)
      return fail (reader, proto, NN_ERROR_FORMAT, error,
                   "has %" G_GSIZE_FORMAT " bytes of data; its shape and type ask for %" G_GSIZE_FORMAT,
                   proto->raw_size, size);
    return TRUE;
  }
  if (!read_typed (reader, proto, dtype, NULL, &n_typed, error))
    return FALSE;
  if (n_typed != n_elements)
    return fail (reader, proto, NN_ERROR_FORMAT, error,
                 "has %" G_GSIZE_FORMAT " values; its shape asks for %" G_GSIZE_FORMAT, n_typed, n_elements);
  return TRUE;
}

/* Converts @n little-endian elements to the values of a tensor. For float32, @in and @out may be the same memory. */
static gboolean
convert (const NnOnnxReader *reader, const Proto *proto, NnDType dtype, const guint8 *in, gsize n, gpointer out,
         GError **error)
{
  if (nn_dtype_is_float (dtype)) {
    nn_convert_to_float (out, in, n, dtype, FALSE);
    return TRUE;
  }
  nn_convert_to_int64 (out, in, n, dtype, FALSE);
  for (gsize i = 0; dtype == NN_DTYPE_U64 && i < n; i++)
    if (((gint64 *)out)[i] < 0)
      return fail (reader, proto, NN_ERROR_UNSUPPORTED, error, "has a value of 2⁶³ or more, which is not taken");
  return TRUE;
}

static gboolean
read_external (NnOnnxReader *reader, const Proto *proto, NnDType dtype, gsize n, gpointer out, GError **error)
{
  const gsize element = nn_dtype_size (dtype), chunk = 256 << 10;
  g_autofree guint8 *buffer = NULL;

  if (dtype == NN_DTYPE_F32 && G_BYTE_ORDER == G_LITTLE_ENDIAN)
    return nn_onnx_external_read (reader, proto->shown, proto->place.offset, out, n * element, error);
  buffer = g_malloc (chunk * element);
  for (gsize done = 0; done < n; done += chunk) {
    const gsize now = MIN (chunk, n - done);
    gpointer to = nn_dtype_is_float (dtype) ? (gpointer)((gfloat *)out + done) : (gpointer)((gint64 *)out + done);

    if (!nn_onnx_external_read (reader, proto->shown, proto->place.offset + (gint64)(done * element), buffer,
                                now * element, error)
        || !convert (reader, proto, dtype, buffer, now, to, error))
      return FALSE;
  }
  return TRUE;
}

NnTensor *
nn_onnx_read_tensor (NnOnnxReader *reader, const guint8 *bytes, gsize size, const gchar *name, GError **error)
{
  g_auto (Proto) proto = { .bytes = bytes, .size = size, .place = { NULL, 0, -1 } };
  NnTensor *tensor;
  gpointer values;
  NnDType dtype;
  gsize n_elements, n_bytes, n_typed;
  gboolean done;

  proto_show (&proto, name ? name : "");
  if (!name)
    find_name (&proto);
  if (!read_proto (reader, &proto, error))
    return NULL;
  if (!name && (!proto.name || !*proto.name)) {
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "%s: an initializer has no name", reader->file);
    return NULL;
  }
  if (!nn_onnx_dtype (proto.data_type, &dtype)) {
    g_autofree gchar *type = nn_onnx_data_type_name (proto.data_type);

    fail (reader, &proto, NN_ERROR_UNSUPPORTED, error,
          "is of type %s; taken are FLOAT, FLOAT16, BFLOAT16, DOUBLE, the integers of 8 to 64 bits, and BOOL", type);
    return NULL;
  }
  if (!nn_shape_n_elements (proto.n_dims, proto.dims, &n_elements)
      || !nn_size_mul (n_elements, sizeof (gint64), &n_bytes)) {
    fail (reader, &proto, NN_ERROR_FORMAT, error, "has a shape whose product is beyond all memory");
    return NULL;
  }
  n_bytes = n_elements * (nn_dtype_is_float (dtype) ? sizeof (gfloat) : sizeof (gint64));
  if (!check_sizes (reader, &proto, dtype, n_elements, error)
      || !nn_budget_take (NN_LOAD_TENSOR_BYTES + strlen (proto.shown), reader->file, proto.shown, error))
    return NULL;
  if (!(values = nn_aligned_alloc (n_bytes))) {
    nn_budget_no_memory (n_bytes, reader->file, proto.shown, error);
    return NULL;
  }
  if (proto.is_external)
    done = read_external (reader, &proto, dtype, n_elements, values, error);
  else if (proto.has_raw && !proto.typed_field)
    done = convert (reader, &proto, dtype, proto.raw, n_elements, values, error);
  else
    done = read_typed (reader, &proto, dtype, values, &n_typed, error);
  if (!done) {
    nn_aligned_free (values);
    return NULL;
  }
  tensor = g_new0 (NnTensor, 1);
  tensor->name = g_strdup (name ? name : proto.name);
  tensor->dtype = dtype;
  tensor->n_dims = proto.n_dims;
  memcpy (tensor->dims, proto.dims, sizeof tensor->dims);
  tensor->n_elements = n_elements;
  if (nn_dtype_is_float (dtype))
    tensor->f32 = values;
  else
    tensor->i64 = values;
  tensor->storage = g_bytes_new_with_free_func (values, n_bytes, nn_aligned_free, values);
  return tensor;
}
