/* gst-resnet: named tensors as a safetensors file
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "load/weights.h"
#include "save/save-file.h"

/**
 * nn_safetensors_write: writes the float tensors of @weights, in their order
 * @metadata: the entries of __metadata__, string → string
 * @half: whether tensors other than running statistics are written as float16
 *
 * Errors: NN_ERROR_UNSUPPORTED for a value that float16 cannot hold, with the name of its tensor
 */
gboolean nn_safetensors_write (NnSaveFile *file, const NnWeights *weights, GHashTable *metadata, gboolean half,
                               GError **error);
