/* gst-resnet: what a state dict has beside the network
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "load/weights.h"

/**
 * NnResnetNormalization: buffers that are the preprocessing
 * @has: there are some
 * @mean, @std: of R, G, B, for values from 0 to 1
 */
typedef struct {
  gboolean has;
  gfloat mean[3], std[3];
} NnResnetNormalization;

/* Whether a tensor that is no part of the known backbone may stand outside of it, as far as its shape says: a vector, a
 * matrix, a kernel of one pixel. */
gboolean nn_resnet_may_be_outside (const NnTensor *tensor);

/**
 * nn_resnet_look_beside: takes out of @outside (NnTensor *) what is no layer
 *  - a mean and a standard deviation of pixels in one module ("0.mean", "0.std"): the preprocessing
 *  - weights of losses and states of metrics ("criterion.weight", "val_acc.tp"): passed over
 * @warnings: gchar * are appended: one for each of both that is there
 */
void nn_resnet_look_beside (GPtrArray *outside, NnResnetNormalization *normalization, GPtrArray *warnings);
