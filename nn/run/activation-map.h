/* gst-resnet: class activation maps: where in the image a class was seen
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "model/model-private.h"
#include "run/run-state.h"

/**
 * NnFeatureMap: the last feature map of a run's images
 * @data: images × height × width × channels floats; NULL while maps are off
 * @buffer: the buffer in which runs find the feature map; it belongs to a plan whose images are float32
 * @weight: a reference to the fully connected layer's weights
 */
typedef struct {
  gfloat *data;
  guint images;
  const NnBuffer *buffer;
  GBytes *weight;
} NnFeatureMap;

/* Whether the model can have maps. Returns FALSE with NN_ERROR_UNSUPPORTED where the network does not end with a global
 * average pool and one fully connected layer. */
gboolean nn_feature_map_can (const NnModel *model, GError **error);
/* Makes room for the feature maps of @images images. The model must be one that can have maps, and @plan one of its
 * plans. */
gboolean nn_feature_map_init (NnFeatureMap *map, const NnModel *model, const NnPlan *plan, guint images,
                              GError **error);
void nn_feature_map_clear (NnFeatureMap *map);
/* Copies the feature maps of the pass's images; it must be called after the step that reads the last feature map. The
 * first image of the pass is image number @first of the run. */
void nn_feature_map_store (NnFeatureMap *map, const NnRun *run, guint first);
/* Both sizes are 0 while maps are off. */
void nn_feature_map_get_size (const NnFeatureMap *map, guint *height, guint *width);
/* Does what nn_session_get_activation_map() says. */
void nn_feature_map_weigh (const NnFeatureMap *map, guint image, guint class_index, gfloat *activations);
