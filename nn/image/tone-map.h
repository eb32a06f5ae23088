/* gst-resnet: from HDR to SDR
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <nn/image.h>

/**
 * NnToneMap: R, G, B as HDR codes them → R, G, B of BT.709 for an SDR display
 * ITU-R BT.2100-2's PQ or HLG to light, BT.2390-11's EETF down to the light of BT.2408's reference white, BT.2087's
 * matrix from BT.2020's primaries, BT.1886's inverse. docs/preprocessing.md says how.
 */
typedef struct _NnToneMap NnToneMap;

/* NULL where @image is SDR: nothing is to be done. */
NnToneMap *nn_tone_map_new (const NnImage *image);
void nn_tone_map_free (NnToneMap *map);

/* @n pixels in place, R, G, B each @step bytes (3 or more). */
void nn_tone_map_row (const NnToneMap *map, guint8 *rgb, guint n, gsize step);
