/* gst-resnet: where a buffer's picture is, and whether all of it lies inside the buffer's memory
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/video/video.h>

G_BEGIN_DECLS
/* Says where the picture is. It has the size of the caps (that of a field, if a buffer holds one field) and begins in
 * the upper left corner, unless a GstVideoCropMeta says which part of the GstVideoMeta's frame counts. */
    typedef struct
{
  gint width, height;           /* the size of the frame in whose pixels rect is given */
  GstVideoRectangle rect;       /* the place of the picture in the frame */
  gboolean cropped;             /* whether a GstVideoCropMeta gave the place */
} GstFramePicture;

/* Returns TRUE if pixel strides do not describe the layout, because it is packed closer than bytes, tiled, or has a
 * palette. */
gboolean gst_frame_format_is_irregular (const GstVideoFormatInfo * finfo);

/* Finds the picture of a buffer, which need not be mapped. Returns FALSE with an error if the metas contradict the
 * caps, the buffer or one another. */
gboolean gst_frame_get_picture (GstBuffer * buffer, const GstVideoInfo * info,
    GstFramePicture * picture, GError ** error);

/* Maps @buffer without taking a reference. Before that it makes sure that every byte of the picture lies inside the
 * memory of its plane; for writing, it checks every byte of the frame that the buffer's GstVideoMeta promises. This is
 * necessary because GStreamer itself does not check the offsets and strides of a GstVideoMeta. For writing, the buffer
 * must be writable. Returns FALSE with an error of GST_STREAM_ERROR if a check fails; nothing is mapped then. */
gboolean gst_frame_map (GstVideoFrame * frame, const GstVideoInfo * info,
    GstBuffer * buffer, GstMapFlags flags, GstFramePicture * picture,
    GError ** error);

G_END_DECLS
