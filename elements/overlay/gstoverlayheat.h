/* gst-resnet: drawing heat maps
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstoverlaycontent.h"
#include "gstoverlayimage.h"

G_BEGIN_DECLS
/* This is what a format's components become at each of the 256 degrees of heat. */
    typedef struct
{
  guint8 color[3][256];         /* premultiplied */
  guint8 keep[256];
} GstOverlayHeatColors;

void gst_overlay_heat_colors_init (GstOverlayHeatColors * colors,
    const GstOverlayMatrix * matrix);

/* Draws into a frame of a direct format. The part of the map's rectangle that lies outside @visible is cut off. The map is
 * interpolated linearly between the centres of its samples. Its colours are those of blocks of 2×2 pixels, or of 2×4
 * where its samples are far apart. */
void gst_overlay_heat_blend (const GstOverlayHeatmap * heatmap,
    const GstOverlayHeatColors * colors, const GstVideoRectangle * visible,
    GstVideoFrame * frame);

/* Returns a small picture of the visible part, which is to be scaled to (*x, *y, *width, *height), or NULL where no part
 * is visible. This is for frames that are blended elsewhere. */
GstOverlayImage *gst_overlay_heat_to_image (const GstOverlayHeatmap * heatmap,
    const GstVideoRectangle * visible, GstVideoRectangle * place);

G_END_DECLS
