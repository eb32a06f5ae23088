/* gst-resnet: data that lies beside an ONNX file
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <nn/error.h>

#include "load/onnx/onnx-reader.h"

/* If @folder is NULL, no data beside the model is read. */
NnOnnxExternal *nn_onnx_external_new (const gchar *folder);
void nn_onnx_external_free (NnOnnxExternal *external);

/* Where a tensor's data is, from the entries of its external_data. @length is −1 if the file does not say it. */
typedef struct {
  gchar *location;
  gint64 offset, length;
} NnOnnxPlace;

/* Opens the file, checks that @size bytes are where @place says, and grows the load's budget by the size of a file that
 * it has not seen before. @tensor is the tensor's name, for messages. */
gboolean nn_onnx_external_open (NnOnnxReader *reader, const gchar *tensor, const NnOnnxPlace *place, gsize size,
                                GError **error);
/* Reads @size bytes from @offset on, from the file that was opened last. */
gboolean nn_onnx_external_read (NnOnnxReader *reader, const gchar *tensor, gint64 offset, gpointer out, gsize size,
                                GError **error);
