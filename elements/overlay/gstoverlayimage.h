/* gst-resnet: pictures that classoverlay puts into a frame
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/video/video.h>

G_BEGIN_DECLS
/* Pixels as cairo's ARGB32: premultiplied, one native 32-bit word a pixel. That is
 * GST_VIDEO_OVERLAY_COMPOSITION_FORMAT_RGB, too. Counted references, of one thread. */
    typedef struct
{
  guint n_refs;
  gint width, height, stride;   /* pixels, pixels, bytes */
  guint8 *data;
  GstBuffer *buffer;            /* owns data; has a GstVideoMeta */
} GstOverlayImage;

/* Transparent. Width and height are from 1 to 32767. */
GstOverlayImage *gst_overlay_image_new (gint width, gint height);
GstOverlayImage *gst_overlay_image_ref (GstOverlayImage * image);
void gst_overlay_image_unref (GstOverlayImage * image);

/* One component of an image as a frame's format has it. */
typedef struct
{
  gint x, y, width, height;     /* samples of the component, in the frame */
  guint8 *color;                /* premultiplied */
  guint8 *keep;                 /* how much of the frame's own is kept, 255: all */
} GstOverlayPlane;

/* An image at its place in the frame. */
typedef struct
{
  GstOverlayImage *image;
  gint x, y;
  GstOverlayPlane planes[3];    /* made when first needed */
  gboolean has_planes;
} GstOverlayLayer;

void gst_overlay_layer_clear (GstOverlayLayer * layer);

/* How R, G, B from 0 to 255 become a format's first three components: offset + m · (R, G, B). */
typedef struct
{
  guint n_components;
  gdouble offset[3], m[3][3];
} GstOverlayMatrix;

/* Whether layers go into frames of this format with gst_overlay_layer_blend(): 8 bits a component at whole bytes and no
 * alpha. The others are for gst_video_overlay_composition_blend(). */
gboolean gst_overlay_format_is_direct (const GstVideoFormatInfo * finfo);
void gst_overlay_matrix_init (GstOverlayMatrix * matrix,
    const GstVideoInfo * info);

/* @frame is mapped for writing and always of the same format and size, until gst_overlay_layer_clear(). */
void gst_overlay_layer_blend (GstOverlayLayer * layer,
    const GstOverlayMatrix * matrix, GstVideoFrame * frame);
GstVideoOverlayRectangle *gst_overlay_layer_to_rectangle (const GstOverlayLayer
    * layer);

/* dest = color + dest · keep / 255, rounded, for n samples that are @step bytes apart in @dest. */
void gst_overlay_blend_row (guint8 * dest, gint step, const guint8 * color,
    const guint8 * keep, gint n);

G_END_DECLS
