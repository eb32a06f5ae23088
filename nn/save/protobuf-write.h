/* gst-resnet: protocol buffers' wire format, writing
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The format is described at https://protobuf.dev/programming-guides/encoding/. These functions are for small messages
 * only; the bytes of weights are written to the file directly. */
#pragma once

#include <glib.h>
#include <string.h>

static inline void
nn_pb_varint (GByteArray *out, guint64 value)
{
  guint8 bytes[10];
  guint n = 0;

  do {
    bytes[n++] = (guint8)((value & 0x7f) | (value > 0x7f ? 0x80 : 0));
    value >>= 7;
  } while (value);
  g_byte_array_append (out, bytes, n);
}

/* Appends field @number, which has an integer type. */
static inline void
nn_pb_int (GByteArray *out, guint number, gint64 value)
{
  nn_pb_varint (out, number << 3);
  nn_pb_varint (out, (guint64)value);
}

static inline void
nn_pb_float (GByteArray *out, guint number, gfloat value)
{
  guint32 bits;

  memcpy (&bits, &value, sizeof bits);
  bits = GUINT32_TO_LE (bits);
  nn_pb_varint (out, number << 3 | 5);
  g_byte_array_append (out, (const guint8 *)&bits, sizeof bits);
}

/* Appends the beginning of a field, which @length bytes must follow. */
static inline void
nn_pb_length (GByteArray *out, guint number, guint64 length)
{
  nn_pb_varint (out, number << 3 | 2);
  nn_pb_varint (out, length);
}

static inline void
nn_pb_string (GByteArray *out, guint number, const gchar *value)
{
  nn_pb_length (out, number, strlen (value));
  g_byte_array_append (out, (const guint8 *)value, (guint)strlen (value));
}

/* Appends @message as field @number and frees it. */
static inline void
nn_pb_message (GByteArray *out, guint number, GByteArray *message)
{
  nn_pb_length (out, number, message->len);
  g_byte_array_append (out, message->data, message->len);
  g_byte_array_unref (message);
}
