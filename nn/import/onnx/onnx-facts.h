/* gst-resnet: what an ONNX file says beside its graph
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

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
