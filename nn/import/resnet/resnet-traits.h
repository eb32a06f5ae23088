/* gst-resnet: what the user says of a network that its tensors do not show
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <nn/error.h>

typedef enum {
  NN_ANTIALIAS_NONE,
  NN_ANTIALIAS_AVERAGE, /* timm's resnetaa…: the mean of each 2×2 */
  NN_ANTIALIAS_BLUR,    /* timm's resnetblur…: Zhang 2019, binomial of 3×3 */
} NnAntialias;

typedef enum {
  NN_HEAD_POOL_AVERAGE,
  NN_HEAD_POOL_MAX,
  NN_HEAD_POOL_HALVES,      /* the mean of both */
  NN_HEAD_POOL_AVERAGE_MAX, /* one behind the other */
  NN_HEAD_POOL_MAX_AVERAGE,
} NnHeadPool;

/**
 * NnResnetTraits: the option architecture, parsed
 * @name: the network's name in it, or NULL
 * @depth: that the name says, 0: none
 * @stride_in_1x1: a bottleneck's stride is its first convolution's
 * @output_stride: of the last stage: 32, or 16 or 8, where the later stages are dilated instead
 * @has_pool: @pool was said
 * @stem_pool: a max-pool behind a stem of 3×3
 * @activation: ONNX's operator between the layers of a head, "" for none; NULL: not said
 * @classifier: of several heads the one that is called so, or NULL
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
 * nn_resnet_traits_parse: "resnetblur50", "stride=1x1,dilation=16", "head=gelu,pool=max"
 * @text: (nullable): NULL and "" say nothing
 * Errors: NN_ERROR_ARGUMENT, names what is not known and what is
 */
gboolean nn_resnet_traits_parse (const gchar *text, NnResnetTraits *traits, GError **error);
/* The same of a name out of a file beside the model, where others than ResNets are no error and say nothing. */
void nn_resnet_traits_take_name (NnResnetTraits *traits, const gchar *name);
void nn_resnet_traits_clear (NnResnetTraits *traits);
