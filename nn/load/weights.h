/* gst-resnet: named tensors out of an untrusted file
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "load/tensor.h"
#include "load/weight-sets.h"

/**
 * NnWeights: a state dict
 * @format: "safetensors", "PyTorch zip" or "PyTorch legacy pickle" (static)
 * @name: what messages call the file
 * @sha256: the SHA-256 of the file's bytes
 * @tensors: NnTensor *, in file order
 * @metadata: string → string, the __metadata__ of a safetensors file; empty for other formats
 * @beside: string → string, what files beside the model say (load/sidecar.h); empty for a model in memory
 * @sets: which of several networks in the file these weights belong to
 * @warnings: gchar *: what a user should know although the file could be loaded
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

/* Returns NULL if there is no tensor of that name. */
const NnTensor *nn_weights_get (const NnWeights *weights, const gchar *name);

/* Takes ownership of @tensor; its name must not be in the set yet. */
void nn_weights_take (NnWeights *weights, NnTensor *tensor);

/* Make a set of weights without a file; they are for builders and tests. nn_weights_new() returns an empty set.
 * nn_weights_add_f32() adds a tensor with the given name and shape; it references the bytes (n_elements × float32) and
 * copies nothing. */
NnWeights *nn_weights_new (const gchar *format, const gchar *name);
void nn_weights_add_f32 (NnWeights *weights, const gchar *name, guint n_dims, const guint64 *dims, GBytes *f32);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NnWeights, nn_weights_free)
