/* gst-resnet: safetensors files
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "load/weights.h"

/* Whether the bytes look like safetensors: they begin with a possible header length, and '{' follows it. */
gboolean nn_safetensors_detect (const guint8 *data, gsize size);

/**
 * nn_safetensors_load: reads 8 bytes of little-endian header length, a JSON header, and the tensors' bytes
 * These are checked: the header's length (at most 100 MB) and depth; each tensor's type, shape and offsets; and that
 * the tensors fill the rest of the file without holes or overlaps, as the format demands.
 */
gboolean nn_safetensors_load (NnWeights *weights, GBytes *bytes, GError **error);
