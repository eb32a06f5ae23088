/* gst-resnet: views that turn
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <nn/image.h>

/* This is the largest pixel stride, in bytes, of an image whose rows lie one after the other in memory. */
#define NN_IMAGE_MAX_PACKED 64

/* This struct has the memory for the planes of one picture. It is kept from one picture to the next. */
typedef struct {
  guint8 *plane[3];
  gsize size[3];
} NnTurnedPlanes;

/* Returns TRUE if the pixels that lie side by side in the picture do not lie side by side in memory, or lie there in
 * the opposite order. */
gboolean nn_image_is_turned (const NnImage *image);

/* Copies the part of a turned @image that its region of interest needs into planes, and makes @image a view of them.
 * Returns FALSE if there is no memory. */
gboolean nn_turned_planes_fill (NnTurnedPlanes *planes, NnImage *image);
void nn_turned_planes_clear (NnTurnedPlanes *planes);
