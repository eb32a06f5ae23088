/* gst-resnet: which frames are taken, and which are preferred
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/video/video.h>

G_BEGIN_DECLS
/* TRUE: frames of this format are viewed where they lie. */
    gboolean gst_frame_caps_is_direct (const GstVideoFormatInfo * finfo);

/* All raw formats in system memory: RGB first, so that a decoder that has it gives it, then the other direct RGB
 * layouts, then the direct YUV and gray ones, then the rest. After these, the same with overlay compositions on the buffers,
 * and with a field in each buffer. (transfer full) */
GstCaps *gst_frame_caps_new (void);

G_END_DECLS
