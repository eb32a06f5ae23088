/* gst-resnet: does a mapped frame lie inside its memory?
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/video/video.h>

G_BEGIN_DECLS
/* Before mapping: TRUE when gst_video_frame_map() can be asked for @buffer without a critical warning. */
    gboolean gst_frame_check_buffer (GstBuffer * buffer,
    const GstVideoInfo * info, GError ** error);

/* After mapping: TRUE when every byte of the first @width × @height pixels of @frame's first three components (all planes,
 * where the format's layout is not a plain one) lies inside what was mapped. GStreamer itself believes a GstVideoMeta's offsets and
 * strides. @width and @height are at most the frame's. */
gboolean gst_frame_check_bounds (const GstVideoFrame * frame, gint width,
    gint height, GError ** error);

G_END_DECLS
