/* gst-resnet: frames of more than 8 bits, and RGB of limited range, as planes of 8 bits
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/video/video.h>
#include <nn/image.h>

G_BEGIN_DECLS
/* GstVideoConverter drops the low bits, which darkens a picture by 0.4 of 255 in each component; this rounds. */
typedef struct _GstFrameNarrow GstFrameNarrow;

/* TRUE: each component of the format is an 8-bit byte or in a 16-bit word of its own, regularly spaced. */
gboolean gst_frame_narrow_takes (const GstVideoFormatInfo * finfo);

/* For frames of @info's format, size, and range (colorimetry). NULL when there is no memory. */
GstFrameNarrow *gst_frame_narrow_new (const GstVideoInfo * info);
void gst_frame_narrow_free (GstFrameNarrow * narrow);

/* @components: up to three, valid until the next run. RGB becomes full range, the rest stays in its range. */
void gst_frame_narrow_run (GstFrameNarrow * narrow,
    const GstVideoFrame * frame, NnComponent * components);

G_END_DECLS
