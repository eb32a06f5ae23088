/* gst-resnet: the layers of a classifier out of tensors of any name
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "load/weights.h"

typedef enum {
  NN_HEAD_LINEAR,
  NN_HEAD_NORM,  /* BatchNorm1d */
  NN_HEAD_PRELU, /* one slope, or one slope for each channel */
  NN_HEAD_GEM,   /* the power of generalized-mean pooling */
} NnHeadKind;

/**
 * NnHeadLayer: one layer of a classifier
 * @name: its name in the file
 * @weight, @bias, @mean, @variance, @counter: its tensors; NULL where it has none of that kind
 * @activates: TRUE if an activation follows it, which the file does not show
 */
typedef struct {
  gchar *name;
  NnHeadKind kind;
  const NnTensor *weight, *bias, *mean, *variance, *counter;
  gboolean activates;
} NnHeadLayer;

/**
 * NnResnetChain: a classifier
 * @layers: NnHeadLayer, in the order of the network; the GEM layer is not among them
 * @gem: the power of the generalized-mean pool; NULL where the pool is another one
 * @width: the number of values that the first layer takes: the last stage's channels, or twice as many
 */
typedef struct {
  GArray *layers;
  const NnTensor *gem;
  guint64 width;
} NnResnetChain;

/**
 * nn_resnet_chain_find: finds the only order in which the layers outside of the backbone chain from the last stage's
 * channels
 * @outside: NnTensor *: all tensors that are not the backbone's
 * @channels: the channels of the last stage
 * @classifier: (nullable): the name of the head to take where there are several; the layers of the others are left
 * out
 * @root: (nullable): the prefix that was taken off the network's own names
 * @head: (nullable): the first layer with a name that classifiers have; it counts where not all layers chain
 * Errors: NN_ERROR_ARCHITECTURE names the first tensor that does not fit and says why. If there are no layers at all,
 * the chain is empty, and that is no error.
 */
gboolean nn_resnet_chain_find (const GPtrArray *outside, guint channels, const gchar *classifier, const gchar *root,
                               const gchar *head, NnResnetChain *chain, GError **error);
/* The name that the builder gives to layer @i: "fc" if it is the only layer, otherwise "head.N". Free it with
 * g_free(). */
gchar *nn_resnet_chain_layer_name (const NnResnetChain *chain, guint i);
/* Enters the chain's tensors into @tensors under the builder's names: "head.1.weight" → NnTensor *. */
void nn_resnet_chain_name_tensors (const NnResnetChain *chain, GHashTable *tensors);
void nn_resnet_chain_clear (NnResnetChain *chain);
