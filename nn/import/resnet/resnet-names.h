/* gst-resnet: how people name a ResNet's tensors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <nn/error.h>

#include "load/weights.h"

/* The limit is generous: ResNet-1202 has 200 blocks in a stage. */
#define NN_RESNET_MAX_STAGES 8
#define NN_RESNET_MAX_BLOCKS 512
#define NN_RESNET_MAX_CHANNELS 65536
#define NN_RESNET_MAX_CLASSES (1u << 20)

/**
 * Our own names are torchvision's, and timm's where torchvision has none:
 *   conv1, bn1                                the stem
 *   conv1.0 conv1.1 conv1.3 conv1.4 conv1.6   a deep stem: convolution, BatchNorm, convolution, BatchNorm, convolution
 *   maxpool.0, maxpool.1                      a convolution and its BatchNorm in the place of the max-pool
 *   layerS.B.convN, layerS.B.bnN              S from 1, B from 0, N from 1
 *   layerS.B.downsample.0 .1 .2               convolution, BatchNorm; .1 and .2 where an average pool is .0
 *   layerS.B.se.fc1, .se.fc2, .se.conv        squeeze-and-excitation; efficient channel attention
 *   norm                                      the last BatchNorm of a pre-activation network
 *   fc                                        the classifier
 *   head.0 … head.3                           fastai's: BatchNorm, linear, BatchNorm, linear
 */
typedef enum {
  NN_NAMING_TORCHVISION,
  NN_NAMING_HUGGING_FACE,
  NN_NAMING_TIMM_V2,           /* pre-activation */
  NN_NAMING_SENET,             /* Cadene's, deep stem */
  NN_NAMING_RESIDUAL_FUNCTION, /* weiaicunzai's, CIFAR-100 */
  NN_NAMING_WIDE_BLOCKS,       /* WideResNet-pytorch: block1.layer.0 */
  NN_NAMING_FASTAI,
  NN_NAMING_CHILDREN, /* nn.Sequential (*resnet.children ()) */
} NnNaming;

/**
 * NnResnetNames: a state dict under our names
 * @prefix: the part that all names begin with, except perhaps the classifier's
 * @head: the classifier's layer in the file with its prefix ("head.fc"); NULL when there is none
 * @caffe: TRUE if the file says "se_module", as Cadene's networks and timm's legacy_ ones do
 * @shortcut: TRUE if the file says "shortcut" where torchvision says "downsample"
 * @tensors: our name → NnTensor
 * @outside: NnTensor *: the tensors that have none of our names, in file order: a classifier's, and those that stand
 * beside a network
 */
typedef struct {
  const NnWeights *weights;
  NnNaming naming;
  gchar *prefix;
  gchar *head;
  gboolean shortcut, caffe;
  GHashTable *tensors;
  GPtrArray *outside;
  guint64 used_rules;
} NnResnetNames;

/* Finds out how the file names its tensors and translates the names. NN_ERROR_ARCHITECTURE tells the first name that
 * is no ResNet's. */
gboolean nn_resnet_names_find (NnResnetNames *names, const NnWeights *weights, GError **error);
void nn_resnet_names_clear (NnResnetNames *names);

const NnTensor *nn_resnet_names_get (const NnResnetNames *names, const gchar *name);
/* The name that the file has for our @name, or would have if the tensor were there. Free it with g_free(). */
gchar *nn_resnet_names_shown (const NnResnetNames *names, const gchar *name);
/* Whose names they are, for messages: "Hugging Face transformers'". */
const gchar *nn_naming_owner (NnNaming naming);
/* Translates our name of a layer into the one that a file of that naming has, without a prefix. Free it with
 * g_free(). */
gchar *nn_naming_from_ours (NnNaming naming, const gchar *layer);

/* Takes a name apart: "layer2.0.conv1" → 2, 0, "conv1". FALSE means that it is not the name of a layer in a block. */
gboolean nn_resnet_parse_block (const gchar *layer, guint *stage, guint *block, const gchar **rest);
