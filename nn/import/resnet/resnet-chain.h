/* gst-resnet: the layers of a classifier out of tensors of any name
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "load/weights.h"

typedef enum {
  NN_HEAD_LINEAR,
  NN_HEAD_NORM,  /* BatchNorm1d */
  NN_HEAD_PRELU, /* a slope, or one a channel */
  NN_HEAD_GEM,   /* the power of generalized-mean pooling */
} NnHeadKind;

/**
 * NnHeadLayer: one layer
 * @name: in the file
 * @weight, @bias, @mean, @variance, @counter: its tensors, NULL where it has none
 * @activates: an activation follows that the file does not show
 */
typedef struct {
  gchar *name;
  NnHeadKind kind;
  const NnTensor *weight, *bias, *mean, *variance, *counter;
  gboolean activates;
} NnHeadLayer;

/**
 * NnResnetChain: a classifier
 * @layers: NnHeadLayer, in the order of the network; without the GEM layer
 * @gem: the power of the pool, 0 where it is none
 * @width: what the first layer takes: the last stage's channels, or twice as many
 */
typedef struct {
  GArray *layers;
  const NnTensor *gem;
  guint64 width;
} NnResnetChain;

/**
 * nn_resnet_chain_find: the only layers outside of the backbone that chain from the last stage's channels
 * @outside: NnTensor *: all tensors that are not the backbone's
 * @channels: of the last stage
 * @classifier: (nullable): of several heads the one whose layers are called so; the others' are left out
 * @root: (nullable): the prefix that was taken off the network's own names
 * @head: (nullable): the first layer with a name that classifiers have, which counts where not all layers chain
 * Errors: NN_ERROR_ARCHITECTURE names the first tensor that does not fit, and why. Where there are no layers at all the
 * chain is empty and that is no error.
 */
gboolean nn_resnet_chain_find (const GPtrArray *outside, guint channels, const gchar *classifier, const gchar *root,
                               const gchar *head, NnResnetChain *chain, GError **error);
/* What the builder calls layer @i: "fc" where it is the only one, else "head.N"; free with g_free(). */
gchar *nn_resnet_chain_layer_name (const NnResnetChain *chain, guint i);
/* The tensors under the builder's names: "head.1.weight" → NnTensor * */
void nn_resnet_chain_name_tensors (const NnResnetChain *chain, GHashTable *tensors);
void nn_resnet_chain_clear (NnResnetChain *chain);
