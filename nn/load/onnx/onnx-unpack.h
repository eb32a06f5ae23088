/* gst-resnet: names and small messages of an ONNX file
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <nn/error.h>
#include <protobuf-c/protobuf-c.h>

#include "load/onnx/onnx-reader.h"

/* Returns @name in quotes, escaped and shortened, for a message; free it with g_free(). */
gchar *nn_onnx_shown (const gchar *name);

/* Returns FALSE unless @name is UTF-8 of at most NN_ONNX_MAX_NAME bytes. The error says where the name is (@what: "node
 * 3"). */
gboolean nn_onnx_check_name (const NnOnnxReader *reader, const gchar *name, const gchar *what, GError **error);

/* Checks bytes of a file in the same way and returns them as a string, to be freed with g_free(), or NULL with the
 * error set. */
gchar *nn_onnx_take_name (const NnOnnxReader *reader, const guint8 *bytes, gsize size, const gchar *what,
                          GError **error);

/**
 * nn_onnx_unpack: unpacks a small message with protobuf-c
 * All memory that protobuf-c allocates for one message is counted, freed or not, and the sum is limited. This bounds
 * the memory, and also the time if it would copy again and again (a field that holds a message and occurs many times is
 * merged each time).
 * @what: what the error calls the message ("node 3")
 * Returns: the message; free it with protobuf_c_message_free_unpacked (message, NULL)
 */
gpointer nn_onnx_unpack (const NnOnnxReader *reader, const ProtobufCMessageDescriptor *descriptor, const guint8 *bytes,
                         gsize size, const gchar *what, GError **error);
