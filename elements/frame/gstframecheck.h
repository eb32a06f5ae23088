/* gst-resnet: where a buffer's picture is, and whether all of it lies inside the buffer's memory
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/video/video.h>

G_BEGIN_DECLS
/* Where the picture is: the caps' size (of a field, where a buffer has one) from the upper left, unless a GstVideoCropMeta says which part counts of all that
 * the GstVideoMeta has. */
    typedef struct
{
  gint width, height;           /* of the frame whose pixels the rectangle counts */
  GstVideoRectangle rect;       /* of the picture in it */
  gboolean cropped;             /* by a GstVideoCropMeta */
} GstFramePicture;

/* TRUE: pixel strides do not describe the layout (packed closer than bytes, tiled, with a palette). */
gboolean gst_frame_format_is_irregular (const GstVideoFormatInfo * finfo);

/* Needs no mapping. FALSE with an error where the metas contradict the caps, the buffer or one another. */
gboolean gst_frame_get_picture (GstBuffer * buffer, const GstVideoInfo * info,
    GstFramePicture * picture, GError ** error);

/* Maps @buffer without a reference, after it has made sure that every byte of the picture (for writing: every byte of
 * the frame that the buffer's GstVideoMeta promises) lies inside the memory of its plane: GStreamer itself believes a
 * GstVideoMeta's offsets and strides. For writing the buffer must be writable. FALSE with an error of
 * GST_STREAM_ERROR; nothing is mapped then. */
gboolean gst_frame_map (GstVideoFrame * frame, const GstVideoInfo * info,
    GstBuffer * buffer, GstMapFlags flags, GstFramePicture * picture,
    GError ** error);

G_END_DECLS
