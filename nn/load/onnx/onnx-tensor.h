/* gst-resnet: tensors of an ONNX file
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <nn/error.h>

#include "load/onnx/onnx-reader.h"

/* TensorProto.DataType's number → ours; FALSE for those that are not taken. */
gboolean nn_onnx_dtype (gint64 data_type, NnDType *dtype);

/* "FLOAT8E4M3FN": the format's name of it; "43" for one it does not have. Free with g_free(). */
gchar *nn_onnx_data_type_name (gint64 data_type);

/* A TensorProto. @name: what the error calls the tensor; NULL: its own name, which is then needed. */
NnTensor *nn_onnx_read_tensor (NnOnnxReader *reader, const guint8 *bytes, gsize size, const gchar *name,
                               GError **error);
