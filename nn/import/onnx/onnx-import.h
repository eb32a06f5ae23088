/* gst-resnet: an ONNX file's graph as the engine's
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "graph/graph.h"
#include "load/onnx/onnx.h"

/**
 * NnOnnxImport: what the file says beside its graph
 * @crop_height, @crop_width: (in): the input's sides, for a file that leaves them open
 * @height, @width: (out): the input's size if the file fixes it, otherwise 0
 * @is_pixels: (out): the input is of an integer type, so its values are from 0 to 255
 * @n_classes: (out): the number of elements of the output
 * @n_parameters: (out): the number of elements of the weights, biases, gammas and betas in use
 */
typedef struct {
  guint crop_height, crop_width;
  guint height, width;
  gboolean is_pixels;
  guint n_classes;
  guint64 n_parameters;
} NnOnnxImport;

/**
 * nn_onnx_import: makes a graph that has each operator that the output needs as a PLAIN node; what depends on
 * constants and on the input's size alone is computed
 * @onnx: the file; initializers that have been read are gone from it afterwards
 * @warnings: gchar * are appended
 * The batch is 1. Errors: NN_ERROR_UNSUPPORTED and NN_ERROR_FORMAT, which name the node, the operator and the reason,
 * and NN_ERROR_TOO_LARGE.
 */
NnGraph *nn_onnx_import (NnOnnx *onnx, NnOnnxImport *import, GPtrArray *warnings, GError **error);
