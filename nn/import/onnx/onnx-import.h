/* gst-resnet: an ONNX file's graph as the engine's
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "graph/graph.h"
#include "load/onnx/onnx.h"

/**
 * NnOnnxImport: what the file says beside its graph
 * @crop_height, @crop_width: (in): the input's sides where the file leaves them open
 * @height, @width: (out): the input's size that the file fixes, 0 where it does not
 * @is_pixels: (out): the input is of an integer type: 0 to 255
 * @n_classes: (out): elements of the output
 * @n_parameters: (out): elements of the weights, biases, gammas and betas in use
 */
typedef struct {
  guint crop_height, crop_width;
  guint height, width;
  gboolean is_pixels;
  guint n_classes;
  guint64 n_parameters;
} NnOnnxImport;

/**
 * nn_onnx_import: every operator that the first output needs as a PLAIN node, what depends on constants and on the
 * input's size alone computed
 * @onnx: initializers that have been read are gone from it afterwards
 * @warnings: gchar * are appended
 * The batch is 1. Errors: NN_ERROR_UNSUPPORTED and NN_ERROR_FORMAT, which name node, operator and reason;
 * NN_ERROR_TOO_LARGE.
 */
NnGraph *nn_onnx_import (NnOnnx *onnx, NnOnnxImport *import, GPtrArray *warnings, GError **error);
