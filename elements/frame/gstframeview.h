/* gst-resnet: a buffer's pixels as nn's image view
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/video/video.h>
#include <nn/image.h>

G_BEGIN_DECLS
/* A view shows the pixels of 8-bit layouts where they lie. It turns other layouts into 8-bit planes of the same
 * family and subsampling, so that the frame's own colorimetry still holds. The memory of these planes is kept from
 * one buffer to the next. Words of up to 16 bits are rounded. Packed and tiled layouts go through GstVideoConverter
 * before that. */
typedef struct _GstFrameView GstFrameView;

GstFrameView *gst_frame_view_new (void);
void gst_frame_view_free (GstFrameView * view);

/* Sets the stream's caps and drops what is kept for the former caps. */
void gst_frame_view_set_info (GstFrameView * view, const GstVideoInfo * info);

/* Maps @buffer and makes @image a view of its pixels. The buffer's GstVideoMeta and GstVideoCropMeta are followed.
 * @image is valid until gst_frame_view_unmap(). Returns FALSE with an error of GST_STREAM_ERROR if the buffer cannot be
 * mapped, or if its metas contradict its size or the caps. */
gboolean gst_frame_view_map (GstFrameView * view, GstBuffer * buffer,
    NnImage * image, GError ** error);
void gst_frame_view_unmap (GstFrameView * view);
/* Returns the size of the frame in whose pixels metas give places. It may be called only while a buffer is mapped. */
void gst_frame_view_get_size (const GstFrameView * view, gint * width,
    gint * height);

G_END_DECLS
