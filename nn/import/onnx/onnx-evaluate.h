/* gst-resnet: some nodes of an imported graph computed on values that the caller makes up
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "graph/graph.h"
#include "graph/shape.h"

/* The values of a graph's nodes. The graph has INPUT and PLAIN nodes only, as nn_onnx_import() gives it. This refers
 * to the graph, which must outlive it. */
typedef struct _NnOnnxValues NnOnnxValues;

/* NULL means that the graph's nodes have no shapes at its own size, or that it has nodes of other kinds. */
NnOnnxValues *nn_onnx_values_new (const NnGraph *graph);
void nn_onnx_values_free (NnOnnxValues *values);

/* The shape of each node's output at the graph's own size. */
const NnShape *nn_onnx_values_get_shapes (const NnOnnxValues *values);
/* The number of elements of the output of @node. */
gsize nn_onnx_values_count_elements (const NnOnnxValues *values, guint node);
/* The number of multiplications that computing @node takes, as nn_operator_count_products() counts them. */
gdouble nn_onnx_values_count_products (const NnOnnxValues *values, guint node);

/* Room for the value of @node, which the caller fills; it is the same one each time. NULL means that there is no
 * memory. */
NnValue *nn_onnx_values_give (NnOnnxValues *values, guint node);
/* Computes @node from the values of its inputs, which were given or computed before. Rounding is left out: a float
 * that is quantized and at once dequantized again stays the float that it is, and nothing is rounded to whole
 * numbers. FALSE means that the node cannot be computed. */
gboolean nn_onnx_values_compute (NnOnnxValues *values, guint node);
/* The value that was given or computed for @node; NULL if there is none. */
const NnValue *nn_onnx_values_get (const NnOnnxValues *values, guint node);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NnOnnxValues, nn_onnx_values_free)
