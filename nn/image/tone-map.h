/* gst-resnet: from HDR to SDR
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <nn/image.h>

/**
 * NnToneMap: maps R, G, B of an HDR image to R, G, B of BT.709 for an SDR display
 * The signal becomes light by PQ or HLG of ITU-R BT.2100-2. The EETF of BT.2390-11 brings the light down to the
 * reference white of BT.2408. The matrix of BT.2087 converts BT.2020's primaries. The inverse of BT.1886 makes a signal
 * of the light. docs/preprocessing.md has the details.
 */
typedef struct _NnToneMap NnToneMap;

/* Returns NULL if @image is SDR, which needs no mapping. */
NnToneMap *nn_tone_map_new (const NnImage *image);
void nn_tone_map_free (NnToneMap *map);

/* Maps @n pixels in place. Each pixel takes @step bytes (3 or more), of which the first three are R, G and B. */
void nn_tone_map_row (const NnToneMap *map, guint8 *rgb, guint n, gsize step);
