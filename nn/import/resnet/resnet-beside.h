/* gst-resnet: what a state dict has beside the network
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "load/weights.h"

/**
 * NnResnetNormalization: the preprocessing that the file keeps in buffers of its own
 * @has: TRUE if the file has such buffers
 * @mean, @std: of R, G and B, for pixels with values from 0 to 1
 */
typedef struct {
  gboolean has;
  gfloat mean[3], std[3];
} NnResnetNormalization;

/* Whether the shape of a tensor allows it to stand outside of the known backbone: it is a vector, a matrix, or a
 * kernel of one pixel. */
gboolean nn_resnet_may_be_outside (const NnTensor *tensor);

/**
 * nn_resnet_look_beside: takes the tensors that are no layers out of @outside (NnTensor *)
 *  - A mean and a standard deviation of pixels in one module ("0.mean", "0.std") are the preprocessing.
 *  - The weights of losses and the states of metrics ("criterion.weight", "val_acc.tp") are passed over.
 * @warnings: gchar * are appended, one for each of these two kinds that the file has
 */
void nn_resnet_look_beside (GPtrArray *outside, NnResnetNormalization *normalization, GPtrArray *warnings);
