/* gst-resnet: the order of nodes
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <nn/error.h>

#include "load/onnx/onnx-model.h"

/* Checks that names are unique, that all inputs exist and that there are no cycles; sorts the nodes if the file has
 * them out of order. */
gboolean nn_onnx_sort (NnOnnx *onnx, const gchar *file, GError **error);
