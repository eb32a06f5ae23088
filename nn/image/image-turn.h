/* gst-resnet: views that turn
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <nn/image.h>

/* The largest pixel stride, bytes, of an image whose rows lie one after the other in memory. */
#define NN_IMAGE_MAX_PACKED 64

/* Memory for the planes of one picture, kept from one to the next. */
typedef struct {
  guint8 *plane[3];
  gsize size[3];
} NnTurnedPlanes;

/* TRUE: a picture's neighbours to the right are not its neighbours in memory, or lie before it. */
gboolean nn_image_is_turned (const NnImage *image);

/* Gathers what the region of interest of a turned @image needs into planes, and makes it a view of them. FALSE: no
 * memory. */
gboolean nn_turned_planes_fill (NnTurnedPlanes *planes, NnImage *image);
void nn_turned_planes_clear (NnTurnedPlanes *planes);
