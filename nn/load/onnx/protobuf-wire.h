/* gst-resnet: the fields of a protobuf message, one after the other, in place
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * This is for messages that hold the weights, because protobuf-c would copy each of them. The encoding is described in
 * "Encoding" at protobuf.dev. */
#pragma once

#include "load/nn-cursor.h"

enum {
  NN_WIRE_VARINT = 0,
  NN_WIRE_FIXED64 = 1,
  NN_WIRE_LENGTH = 2,
  NN_WIRE_FIXED32 = 5,
};

/**
 * NnWireField: one field
 * @type: NN_WIRE_…
 * @value: the value of a varint or of a field of fixed size
 * @bytes, @size: the content of a field with a length (a string, bytes, a message, a packed array), not copied
 */
typedef struct {
  guint32 number;
  guint type;
  guint64 value;
  const guint8 *bytes;
  gsize size;
} NnWireField;

static inline gboolean
nn_wire_varint (NnCursor *cursor, guint64 *value)
{
  guint64 v = 0;

  for (guint i = 0; i < 10; i++) {
    guint8 byte;

    if (!nn_cursor_u8 (cursor, &byte))
      return FALSE;
    v |= (guint64)(byte & 0x7f) << 7 * i; /* of the tenth byte's bits, only the first fits: as in protobuf itself */
    if (!(byte & 0x80)) {
      *value = v;
      return TRUE;
    }
  }
  return FALSE;
}

/* Reads the next field. Returns FALSE at the end of the message, with the cursor there, and FALSE if there is no valid
 * field, with the cursor at the place where it should begin. */
static inline gboolean
nn_wire_next (NnCursor *cursor, NnWireField *field)
{
  const gsize start = cursor->pos;
  guint64 tag;

  if (!nn_wire_varint (cursor, &tag) || tag >> 3 == 0 || tag >> 3 > 0x1fffffff)
    goto bad;
  field->number = (guint32)(tag >> 3);
  field->type = (guint)(tag & 7);
  field->value = 0;
  field->bytes = NULL;
  field->size = 0;
  switch (field->type) {
  case NN_WIRE_VARINT:
    if (nn_wire_varint (cursor, &field->value))
      return TRUE;
    break;
  case NN_WIRE_FIXED64:
    if (nn_cursor_uint_le (cursor, 8, &field->value))
      return TRUE;
    break;
  case NN_WIRE_FIXED32:
    if (nn_cursor_uint_le (cursor, 4, &field->value))
      return TRUE;
    break;
  case NN_WIRE_LENGTH: {
    guint64 length;

    if (nn_wire_varint (cursor, &length) && nn_cursor_bytes (cursor, length, &field->bytes)) {
      field->size = (gsize)length;
      return TRUE;
    }
    break;
  }
  default: /* groups: not in ONNX */
    break;
  }
bad:
  cursor->pos = start;
  return FALSE;
}
