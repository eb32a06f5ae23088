/* gst-resnet: data that lies beside an ONNX file
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <nn/error.h>

#include "load/onnx/onnx-reader.h"

/* @folder: NULL: no data beside the model is read. */
NnOnnxExternal *nn_onnx_external_new (const gchar *folder);
void nn_onnx_external_free (NnOnnxExternal *external);

/* Where a tensor's data lie: the entries of its external_data. @length −1: not said. */
typedef struct {
  gchar *location;
  gint64 offset, length;
} NnOnnxPlace;

/* Opens the file, checks that @size bytes are where @place says, and adds a file not seen before to the load's budget.
 * @tensor: name, for messages */
gboolean nn_onnx_external_open (NnOnnxReader *reader, const gchar *tensor, const NnOnnxPlace *place, gsize size,
                                GError **error);
/* @size bytes from @offset of the file opened last. */
gboolean nn_onnx_external_read (NnOnnxReader *reader, const gchar *tensor, gint64 offset, gpointer out, gsize size,
                                GError **error);
