/* gst-resnet: rows of whole pixels in bytes, then Pillow's two passes
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "image/preprocess-store.h"

/* Returns FALSE when there is no memory. */
gboolean nn_exact_way_init (NnPreprocessor *self, const NnImage *image);
void nn_exact_way_run (NnPreprocessor *self, const NnImage *image, const NnImageSink *sink);
void nn_exact_way_clear (NnExactWay *way);
