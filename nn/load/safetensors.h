/* gst-resnet: safetensors files
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "load/weights.h"

/* Whether bytes look like safetensors: a header length that fits, then '{'. */
gboolean nn_safetensors_detect (const guint8 *data, gsize size);

/**
 * nn_safetensors_load: 8 bytes of little-endian header length, a JSON header, then the tensors' bytes
 * Checked: the header's length (at most 100 MB) and depth; each tensor's type, shape and offsets; that the tensors fill
 * the rest of the file without holes or overlaps, as the format demands.
 */
gboolean nn_safetensors_load (NnWeights *weights, GBytes *bytes, GError **error);
