/* gst-resnet: the input of an ONNX file's graph
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "import/onnx/onnx-importer.h"

/* The graph's input and what stands between it and the file's: a Transpose from NCHW to NHWC, a Cast to integers. The
 * size, the batch and the type of the pixels go to the importer, too. */
gboolean nn_onnx_import_input (NnOnnxImporter *importer, GError **error);
