/* gst-resnet: named tensors out of an untrusted file
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "load/tensor.h"
#include "load/weight-sets.h"

/**
 * NnWeights: a state dict
 * @format: "safetensors", "PyTorch zip", "PyTorch legacy pickle" (static)
 * @name: what messages call the file
 * @sha256: of the file's bytes
 * @tensors: NnTensor *, in file order
 * @metadata: string → string, safetensors' __metadata__; empty elsewhere
 * @beside: string → string, what files beside the model say (load/sidecar.h); empty for a model in memory
 * @sets: which of several networks in the file these are
 * @warnings: gchar *: what a user should know although it could be loaded
 */
typedef struct {
  const gchar *format;
  gchar *name;
  gchar *sha256;
  GPtrArray *tensors;
  GHashTable *by_name;
  GHashTable *metadata;
  GHashTable *beside;
  NnWeightSets sets;
  GPtrArray *warnings;
} NnWeights;

void nn_weights_free (NnWeights *weights);

/* NULL when there is none of that name. */
const NnTensor *nn_weights_get (const NnWeights *weights, const gchar *name);

/* Takes ownership; the tensor's name must not be in the set yet. */
void nn_weights_take (NnWeights *weights, NnTensor *tensor);

/* For builders and tests: an empty set; adding takes the tensor's name and shape and copies nothing (the bytes are
 * referenced, n_elements × float32). */
NnWeights *nn_weights_new (const gchar *format, const gchar *name);
void nn_weights_add_f32 (NnWeights *weights, const gchar *name, guint n_dims, const guint64 *dims, GBytes *f32);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NnWeights, nn_weights_free)
