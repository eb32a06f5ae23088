/* gst-resnet: a buffer's pixels as nn's image view
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/video/video.h>
#include <nn/image.h>

G_BEGIN_DECLS
/* 8-bit layouts are viewed where they lie. Everything else becomes, in memory that is kept from one buffer to the next,
 * 8-bit planes of the same family and subsampling, so that colorimetry stays the frame's own: words of up to 16 bits by
 * rounding, packed and tiled layouts through GstVideoConverter before that. */
typedef struct _GstFrameView GstFrameView;

GstFrameView *gst_frame_view_new (void);
void gst_frame_view_free (GstFrameView * view);

/* The stream's caps; drops what is kept for the former ones. */
void gst_frame_view_set_info (GstFrameView * view, const GstVideoInfo * info);

/* @image is valid until gst_frame_view_unmap(). A buffer's GstVideoMeta and GstVideoCropMeta count. Errors
 * (GST_STREAM_ERROR) for a buffer that cannot be mapped or whose metas contradict its size or the caps. */
gboolean gst_frame_view_map (GstFrameView * view, GstBuffer * buffer,
    NnImage * image, GError ** error);
void gst_frame_view_unmap (GstFrameView * view);
/* While mapped: the size of the frame, in whose pixels metas give places. */
void gst_frame_view_get_size (const GstFrameView * view, gint * width,
    gint * height);

G_END_DECLS
