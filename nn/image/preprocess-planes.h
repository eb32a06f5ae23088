/* gst-resnet: planes of YUV resized, then the small result converted
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "image/preprocess-store.h"

/* Returns whether this way can take an image of this kind within its bounds (docs/preprocessing.md). */
gboolean nn_planes_way_fits (const NnPreprocessor *self, const NnImage *image);
/* Returns FALSE when there is no memory. */
gboolean nn_planes_way_init (NnPreprocessor *self, const NnImage *image);
void nn_planes_way_run (NnPreprocessor *self, const NnImage *image, const NnImageSink *sink);
void nn_planes_way_clear (NnPlanesWay *way);
