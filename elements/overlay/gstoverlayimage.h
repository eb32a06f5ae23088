/* gst-resnet: pictures that classoverlay puts into a frame
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/video/video.h>

G_BEGIN_DECLS
/* The pixels are cairo's ARGB32: premultiplied, with one native 32-bit word for each pixel. That is also
 * GST_VIDEO_OVERLAY_COMPOSITION_FORMAT_RGB. References are counted, by one thread only. */
    typedef struct
{
  guint n_refs;
  gint width, height, stride;   /* pixels, pixels, bytes */
  guint8 *data;
  GstBuffer *buffer;            /* owns data; has a GstVideoMeta */
} GstOverlayImage;

/* Makes a transparent image. Width and height are from 1 to 32767. */
GstOverlayImage *gst_overlay_image_new (gint width, gint height);
GstOverlayImage *gst_overlay_image_ref (GstOverlayImage * image);
void gst_overlay_image_unref (GstOverlayImage * image);

/* This is one component of an image as a frame's format has it. */
typedef struct
{
  gint x, y, width, height;     /* samples of the component, in the frame */
  guint8 *color;                /* premultiplied */
  guint8 *keep;                 /* how much of the frame's own is kept; 255 is all */
} GstOverlayPlane;

/* This is an image at its place in the frame. */
typedef struct
{
  GstOverlayImage *image;
  gint x, y;
  GstOverlayPlane planes[3];    /* made when first needed */
  gboolean has_planes;
} GstOverlayLayer;

void gst_overlay_layer_clear (GstOverlayLayer * layer);

/* R, G, B from 0 to 255 become a format's first three components by offset + m · (R, G, B). */
typedef struct
{
  guint n_components;
  gdouble offset[3], m[3][3];
} GstOverlayMatrix;

/* Returns whether gst_overlay_layer_blend() can blend into frames of this format. It can where components have 8 bits at
 * whole bytes and there is no alpha. Other formats are for gst_video_overlay_composition_blend(). */
gboolean gst_overlay_format_is_direct (const GstVideoFormatInfo * finfo);
void gst_overlay_matrix_init (GstOverlayMatrix * matrix,
    const GstVideoInfo * info);

/* @frame is mapped for writing. Until gst_overlay_layer_clear() its format and its size stay the same. */
void gst_overlay_layer_blend (GstOverlayLayer * layer,
    const GstOverlayMatrix * matrix, GstVideoFrame * frame);
GstVideoOverlayRectangle *gst_overlay_layer_to_rectangle (const GstOverlayLayer
    * layer);

/* Computes dest = color + dest · keep / 255, rounded, for n samples that are @step bytes apart in @dest. */
void gst_overlay_blend_row (guint8 * dest, gint step, const guint8 * color,
    const guint8 * keep, gint n);

G_END_DECLS
