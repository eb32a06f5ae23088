/* gst-resnet: names and small messages of an ONNX file
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <nn/error.h>
#include <protobuf-c/protobuf-c.h>

#include "load/onnx/onnx-reader.h"

/* @name for a message: quoted, escaped, cut. Free with g_free(). */
gchar *nn_onnx_shown (const gchar *name);

/* FALSE with an error that says where the name is (@what: "node 3") unless it is UTF-8 of at most NN_ONNX_MAX_NAME
 * bytes. */
gboolean nn_onnx_check_name (const NnOnnxReader *reader, const gchar *name, const gchar *what, GError **error);

/* The same for bytes of a file; NULL with an error, else to be freed with g_free(). */
gchar *nn_onnx_take_name (const NnOnnxReader *reader, const guint8 *bytes, gsize size, const gchar *what,
                          GError **error);

/**
 * nn_onnx_unpack: a small message through protobuf-c
 * What protobuf-c allocates for one message is bounded in all, freed or not: that bounds its memory, and its time where
 * it would copy again and again (a message that is given many times is merged each time).
 * @what: names the message in the error ("node 3")
 * Returns: free with protobuf_c_message_free_unpacked (message, NULL)
 */
gpointer nn_onnx_unpack (const NnOnnxReader *reader, const ProtobufCMessageDescriptor *descriptor, const guint8 *bytes,
                         gsize size, const gchar *what, GError **error);
