/* gst-resnet: some nodes of an imported graph computed on values that the caller makes up
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "graph/graph.h"
#include "graph/shape.h"

/* Values of the nodes of a graph that has INPUT and PLAIN nodes only, as nn_onnx_import() gives it. It refers to the
 * graph, which must outlive it. */
typedef struct _NnOnnxValues NnOnnxValues;

/* NULL where the graph's nodes have no shapes at its own size, or have other operations. */
NnOnnxValues *nn_onnx_values_new (const NnGraph *graph);
void nn_onnx_values_free (NnOnnxValues *values);

/* The shape of each node's output at the graph's own size. */
const NnShape *nn_onnx_values_get_shapes (const NnOnnxValues *values);
/* Elements of the output of @node. */
gsize nn_onnx_values_count_elements (const NnOnnxValues *values, guint node);
/* Multiplications that computing @node takes, as nn_operator_count_products() counts them. */
gdouble nn_onnx_values_count_products (const NnOnnxValues *values, guint node);

/* Room for the value of @node, to be filled by the caller; the same one each time. NULL: no memory. */
NnValue *nn_onnx_values_give (NnOnnxValues *values, guint node);
/* Computes @node from the values of its inputs, which were given or computed before. A float that is quantized and at
 * once dequantized again stays the float that it is, and nothing is rounded to whole numbers. FALSE: it cannot be
 * computed. */
gboolean nn_onnx_values_compute (NnOnnxValues *values, guint node);
/* What was given or computed; NULL: nothing. */
const NnValue *nn_onnx_values_get (const NnOnnxValues *values, guint node);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NnOnnxValues, nn_onnx_values_free)
