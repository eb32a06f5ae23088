/* gst-resnet: named tensors as a safetensors file
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "load/weights.h"
#include "save/save-file.h"

/**
 * nn_safetensors_write: @weights' float tensors, in their order
 * @metadata: string → string: __metadata__
 * @half: as float16, but for running statistics
 * Errors: NN_ERROR_UNSUPPORTED for a value that float16 cannot hold, by its tensor's name
 */
gboolean nn_safetensors_write (NnSaveFile *file, const NnWeights *weights, GHashTable *metadata, gboolean half,
                               GError **error);
