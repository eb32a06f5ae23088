/* gst-resnet: an ONNX file as it was written: nodes, attributes, initializers
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Only parsing and checking of what every graph must hold (names, sizes, order); what an operator means is nn/ops'.
 */
#pragma once

#include <nn/error.h>

#include "load/onnx/onnx-model.h"

/* Whether the bytes look like an ONNX file (so that the loaders can be told apart by content). */
gboolean nn_onnx_looks_like (gconstpointer data, gsize size);
/* Nothing of the result points into @bytes: who frees them before going on needs no more memory than the values take.
 * @name: what messages call the file; @folder: where external data lies, NULL: refused. Files named in the model must
 * be below @folder. */
NnOnnx *nn_onnx_load_bytes (GBytes *bytes, const gchar *name, const gchar *folder, GError **error);
void nn_onnx_free (NnOnnx *onnx);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NnOnnx, nn_onnx_free)
