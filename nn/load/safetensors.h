/* gst-resnet: .safetensors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "load/weights.h"

/* Format: https://huggingface.co/docs/safetensors — u64 length, JSON header, bytes without holes or overlaps. */
gboolean nn_safetensors_load (NnWeights *weights, GBytes *bytes, GError **error);
