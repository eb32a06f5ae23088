/* gst-resnet: tensors of an ONNX file
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <nn/error.h>

#include "load/onnx/onnx-reader.h"

/* Translates a number of TensorProto.DataType to our type; returns FALSE for types that are not supported. */
gboolean nn_onnx_dtype (gint64 data_type, NnDType *dtype);

/* The format's name of a type, e.g. "FLOAT8E4M3FN"; for a number that the format does not have, the number itself
 * ("43"). Free it with g_free(). */
gchar *nn_onnx_data_type_name (gint64 data_type);

/* Reads a TensorProto. @name is what errors call the tensor; if it is NULL, the tensor must have a name of its own. */
NnTensor *nn_onnx_read_tensor (NnOnnxReader *reader, const guint8 *bytes, gsize size, const gchar *name,
                               GError **error);
