/* gst-resnet: frames of more than 8 bits, and RGB of limited range, as planes of 8 bits
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/video/video.h>
#include <nn/image.h>

G_BEGIN_DECLS
/* A narrower makes 8-bit planes by rounding. GstVideoConverter drops the low bits instead, which darkens a picture by
 * 0.4 of 255 in each component. */
typedef struct _GstFrameNarrow GstFrameNarrow;

/* Returns TRUE if each component of the format is a byte or a 16-bit word of its own, and these are regularly
 * spaced. */
gboolean gst_frame_narrow_takes (const GstVideoFormatInfo * finfo);

/* Makes a narrower for frames of @info's format, size and range (colorimetry). Returns NULL if there is no memory. */
GstFrameNarrow *gst_frame_narrow_new (const GstVideoInfo * info);
void gst_frame_narrow_free (GstFrameNarrow * narrow);

/* Makes 8-bit planes of @frame. @components gets up to three components, which are valid until the next run. RGB
 * becomes full range; other formats stay in their range. */
void gst_frame_narrow_run (GstFrameNarrow * narrow,
    const GstVideoFrame * frame, NnComponent * components);

G_END_DECLS
