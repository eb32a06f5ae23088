/* gst-resnet tests: ONNX files from text
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "graph/graph.h"

/**
 * onnx_text: makes an ONNX file of a text; free it with g_bytes_unref(). A mistake in the text ends the test.
 * @text: statements, each of which ends with ';':
 * - `opset 17`: the opset, which is 17 by default
 * - `in x N 3 8 8`: an input of float32; a word instead of a number is a symbolic size; `in x` alone has no shape
 * - `inu8 x N 3 8 8`, `ini8 x …`: an input of uint8, of int8
 * - `out y`: an output without a shape; `out y N 4`: an output with one
 * - `f w 4 3 1 1`: a float32 initializer; its values are between −1 and 1 and depend on its name and on the place
 * - `f w 2 = 0.5 1`: an initializer with these values; where there are too few, the last one is repeated
 * - `i shape 2 = 0 -1`: an int64 initializer; u8, i8, i32 and h (float16, whose bits are given as numbers) are alike
 * - `y z = Op a _ b, k 3, p [1 1], e 0.5, m "text", h [0.5 1.]`: a node: its outputs, operator, inputs (_ is an absent
 *   one) and attributes; its name is the operator and its place, as in "Conv.3"; Domain::Op is an operator of another
 *   domain
 */
GBytes *onnx_text (const gchar *text);

/* Returns the graph of an ONNX file as the importer makes it, before any pass. A graph that is refused ends the
 * test. */
NnGraph *onnx_import_bytes (GBytes *bytes, guint crop, guint *n_classes);
