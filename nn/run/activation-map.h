/* gst-resnet: class activation maps: where in the image a class was seen
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "model/model-private.h"
#include "run/run-state.h"

/**
 * NnFeatureMap: the last feature map of a run's images
 * @data: images × height × width × channels, NULL: off
 * @buffer: where runs find it, of a plan whose images are float32
 * @weight: a reference to the fully connected layer's weights
 */
typedef struct {
  gfloat *data;
  guint images;
  const NnBuffer *buffer;
  GBytes *weight;
} NnFeatureMap;

/* FALSE with NN_ERROR_UNSUPPORTED: the network does not end with a global average pool and one fully connected layer.
 */
gboolean nn_feature_map_can (const NnModel *model, GError **error);
/* Room for @images of the runs of a plan, of a model that can have maps. */
gboolean nn_feature_map_init (NnFeatureMap *map, const NnModel *model, const NnPlan *plan, guint images,
                              GError **error);
void nn_feature_map_clear (NnFeatureMap *map);
/* After the step that reads the last feature map: keeps that of the pass's images, the first of which is image number
 * @first of the run. */
void nn_feature_map_store (NnFeatureMap *map, const NnRun *run, guint first);
/* 0 while off. */
void nn_feature_map_get_size (const NnFeatureMap *map, guint *height, guint *width);
/* nn_session_get_activation_map() */
void nn_feature_map_weigh (const NnFeatureMap *map, guint image, guint class_index, gfloat *activations);
