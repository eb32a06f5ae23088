/* gst-resnet: what the user says of a network that its tensors do not show
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <nn/error.h>

typedef enum {
  NN_ANTIALIAS_NONE,
  NN_ANTIALIAS_AVERAGE, /* timm's resnetaa…: the mean of each 2×2 */
  NN_ANTIALIAS_BLUR,    /* timm's resnetblur…: the binomial of 3×3 (Zhang 2019) */
} NnAntialias;

typedef enum {
  NN_HEAD_POOL_AVERAGE,
  NN_HEAD_POOL_MAX,
  NN_HEAD_POOL_HALVES,      /* the mean of the two */
  NN_HEAD_POOL_AVERAGE_MAX, /* the means, then the maxima */
  NN_HEAD_POOL_MAX_AVERAGE,
} NnHeadPool;

/**
 * NnResnetTraits: the option architecture, parsed
 * @name: the network's name in the option, or NULL
 * @depth: the depth that the name says, 0: none
 * @stride_in_1x1: a bottleneck's first convolution has the stride
 * @output_stride: the total stride of the last stage: 32, or 16 or 8 if the later stages are dilated instead
 * @has_pool: the option sets @pool
 * @stem_pool: a max-pool stands behind a stem of 3×3
 * @activation: ONNX's operator between the layers of a head, "" for none; NULL: the option does not say
 * @classifier: the name of the head to take where there are several, or NULL
 */
typedef struct {
  gchar *name;
  guint depth;
  NnAntialias antialias;
  gboolean stride_in_1x1, has_stride, has_antialias;
  guint output_stride;
  gboolean has_pool, stem_pool;
  NnHeadPool pool;
  const gchar *activation;
  gchar *classifier;
} NnResnetTraits;

/**
 * nn_resnet_traits_parse: reads texts like "resnetblur50", "stride=1x1,dilation=16" and "head=gelu,pool=max"
 * @text: (nullable): NULL and "" say nothing
 * Errors: NN_ERROR_ARGUMENT says which word is not known and which ones are.
 */
gboolean nn_resnet_traits_parse (const gchar *text, NnResnetTraits *traits, GError **error);
/* Does the same with a name from a file beside the model. The name of a network that is no ResNet is no error there
 * and says nothing. */
void nn_resnet_traits_take_name (NnResnetTraits *traits, const gchar *name);
void nn_resnet_traits_clear (NnResnetTraits *traits);
