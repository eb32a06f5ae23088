/* gst-resnet: an ONNX file as it was written: nodes, attributes, initializers
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * This code only parses and checks what every graph must hold (names, sizes, order). What an operator means is known in
 * nn/ops. */
#pragma once

#include <nn/error.h>

#include "load/onnx/onnx-model.h"

/* Whether the bytes look like an ONNX file. The loaders use this to tell files apart by content. */
gboolean nn_onnx_looks_like (gconstpointer data, gsize size);
/* Loads a file from memory. @name is what messages call the file. @folder is where external data lies, and files that
 * the model names must be below it; if it is NULL, external data is refused. The result does not point into @bytes, so
 * that a caller can free them first and then needs no more memory than the values take. */
NnOnnx *nn_onnx_load_bytes (GBytes *bytes, const gchar *name, const gchar *folder, GError **error);
void nn_onnx_free (NnOnnx *onnx);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NnOnnx, nn_onnx_free)
