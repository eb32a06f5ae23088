/* gst-resnet: rows of an image as whole pixels in bytes
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "image/preprocess-state.h"

/* If the components are bytes of one pixel of 3 or 4 bytes, returns the address of the first one and their @order in
 * it, otherwise NULL. */
const guint8 *nn_packed_base (const NnImage *image, guint8 order[3]);
gboolean nn_fetch_yuv_init (NnExactWay *way, const NnImage *image);
/* Writes the needed columns of row @row to @dst as pixels of in_bytes bytes. It is used for NN_ROWS_FETCH and
 * NN_ROWS_YUV. */
void nn_fetch_row (const NnPreprocessor *self, const NnImage *image, guint row, guint8 *dst);
