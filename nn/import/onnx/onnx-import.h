/* gst-resnet: an ONNX file's graph as the engine's
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "graph/graph.h"
#include "load/onnx/onnx.h"

/**
 * NnOnnxImport: what the file says beside its graph
 * @crop: (in): the input's side where the file leaves it open
 * @height, @width: (out): the input's size that the file fixes, 0 where it does not
 * @is_pixels: (out): the input is of an integer type: 0 to 255
 * @n_classes: (out): elements of the output
 * @n_parameters: (out): elements of the weights, biases, gammas and betas in use
 */
typedef struct {
  guint crop;
  guint height, width;
  gboolean is_pixels;
  guint n_classes;
  guint64 n_parameters;
} NnOnnxImport;

/**
 * nn_onnx_import: every operator that the first output needs as a PLAIN node, what depends on constants and on the
 * input's size alone computed
 * @warnings: gchar * are appended
 * The batch is 1. Errors: NN_ERROR_UNSUPPORTED and NN_ERROR_FORMAT, which name node, operator and reason;
 * NN_ERROR_TOO_LARGE.
 */
NnGraph *nn_onnx_import (const NnOnnx *onnx, NnOnnxImport *import, GPtrArray *warnings, GError **error);

/* Passes over a graph of PLAIN nodes, each leaves a valid graph that computes the same. */

/* What is quantized and dequantized again becomes one rounding of floats, also where only a MaxPool or a change of
 * shape is in between: the same bits without integers. */
gboolean nn_graph_join_quantization (NnGraph *graph, GError **error);
/* Transposes of images are moved towards the output, through what works on every element or on an axis, until they meet
 * their inverse: an NHWC graph becomes an NCHW one. */
gboolean nn_graph_sink_transposes (NnGraph *graph, GError **error);
/* PLAIN nodes that the engine has an operation of its own for. */
gboolean nn_graph_lower (NnGraph *graph, GError **error);

/* An operator of opset 13 with @n_inputs inputs and, where @attribute is not NULL, one attribute: a list of @n
 * integers.
 */
NnOperator *nn_operator_make (const gchar *op_type, guint n_inputs, const gchar *attribute, const gint64 *ints, guint n,
                              GError **error);
/* The same whose attribute is one integer. */
NnOperator *nn_operator_make_int (const gchar *op_type, guint n_inputs, const gchar *attribute, gint64 value,
                                  GError **error);
