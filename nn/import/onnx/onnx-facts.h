/* gst-resnet: what an ONNX file says beside its graph
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

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
