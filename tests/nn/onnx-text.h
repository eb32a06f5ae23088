/* gst-resnet tests: ONNX files from text
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "graph/graph.h"

/**
 * onnx_text: an ONNX file; free with g_bytes_unref(). A mistake in the text ends the test.
 * @text: statements that end with ';':
 * - `opset 17`: the default
 * - `in x N 3 8 8`: an input of float32; a word instead of a number is a symbolic size; `in x` alone: no shape
 * - `inu8 x N 3 8 8`, `ini8 x …`: one of uint8, of int8
 * - `out y`: an output without a shape; `out y N 4`: one with
 * - `f w 4 3 1 1`: a float32 initializer; its values depend on name and place, between −1 and 1
 * - `f w 2 = 0.5 1`: with these values (too few: the last one again and again)
 * - `i shape 2 = 0 -1`: an int64 initializer; u8, i8, i32, h (float16, bits as numbers): the same
 * - `y z = Op a _ b, k 3, p [1 1], e 0.5, m "text", h [0.5 1.]`: a node: outputs, operator, inputs (_: absent),
 *   attributes; its name is the operator and its place, as in "Conv.3"; Domain::Op is an operator of another domain
 */
GBytes *onnx_text (const gchar *text);

/* The graph of an ONNX file as the importer makes it, before any pass; one that is refused ends the test. */
NnGraph *onnx_import_bytes (GBytes *bytes, guint crop, guint *n_classes);
